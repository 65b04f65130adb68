import { VaultError } from '../errors.js';
import { WIRE_LIMITS } from '../protocol/limits.js';
import { type RequestSigner, signRequest } from '../protocol/request-signature.js';
import { checkAnswer } from './answer.js';
import type { Transport, TransportAnswer, TransportRequest } from './transport.js';
import { systemWait, type Wait } from './wait.js';

const TIMEOUT_MS = 30_000;
/** A request or answer slower than this, after the time every request has, is given up. */
const BYTES_PER_MS_MIN = 16;
const REFUSAL_BYTES_MAX = 16 * 1024;
const CBOR = 'application/cbor';
const EVENT_STREAM = 'text/event-stream';
const EMPTY = new Uint8Array(0);

/** What the HTTP adapter needs. */
export interface HttpTransportOptions {
  /** `https:`, or `http:` on this machine. A path in it goes before every request's. */
  readonly baseUrl: string;
  /** Milliseconds since 1970, signed into every request. */
  readonly now: () => number;
  /** Random bytes, for nonces. */
  readonly random: (length: number) => Uint8Array;
  /** The platform's `fetch` by default. */
  readonly fetch?: typeof globalThis.fetch;
  /** How a timeout is waited for; timers by default. */
  readonly wait?: Wait;
  /** Time for a request and its answer, beside what their bytes take on a slow line. */
  readonly timeoutMs?: number;
  /** How long an event stream may be silent. */
  readonly silenceMsMax?: number;
}

/**
 * Speaks to a server over `fetch`.
 *
 * Sends no cookie, no referrer, follows no redirect, keeps nothing in a cache. Answers are read in pieces and given
 * up as soon as they are too large or too slow. Throws `usage/invalid` for another base URL. Its requests throw as
 * `Transport` says. The server learns the address, the time, and what the request itself says.
 */
export function createHttpTransport(options: HttpTransportOptions): Required<Transport> {
  const { now, random, wait = systemWait, timeoutMs = TIMEOUT_MS, silenceMsMax = 5 * 60_000 } = options;
  const base = checkBase(options.baseUrl);
  // Looked up at each call, and never called as a method: browsers insist on their own `this`.
  const fetchNow: typeof globalThis.fetch = (url, init) => (options.fetch ?? globalThis.fetch)(url, init);

  const open = async (request: TransportRequest, watch: Watch, accept: string): Promise<Response> => {
    const { method, signer, body = EMPTY, type = CBOR } = request;
    const url = base + request.path;
    const time = now();
    const signature =
      signer === null ? {} : await signRequest({ method, url, body, signer, time, nonce: random(16) });
    const response = await watch.over(
      fetchNow(url, {
        method,
        headers: {
          ...request.headers,
          ...signature,
          accept,
          ...(request.body === undefined ? {} : { 'content-type': type }),
        },
        ...(request.body === undefined ? {} : { body: request.body as Uint8Array<ArrayBuffer> }),
        signal: watch.signal,
        redirect: 'manual',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
      }),
      'sync/offline',
    );
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
      throw new VaultError('sync/bad-answer', { why: 'redirect' });
    }
    return response;
  };

  const send = async (request: TransportRequest): Promise<TransportAnswer> => {
    const { answerBytesMax = WIRE_LIMITS.answerBytesMax, body = EMPTY } = request;
    // Bytes that were sent are answered in CBOR; only a request without a body asks for bytes.
    const type = request.body === undefined ? (request.type ?? CBOR) : CBOR;
    const watch = createWatch({
      wait,
      budgetMs: timeoutMs + body.length / BYTES_PER_MS_MIN,
      signal: request.signal,
    });
    try {
      const response = await open(request, watch, type === CBOR ? CBOR : `${type}, ${CBOR}`);
      const { status, headers } = response;
      const bytesMax = status >= 400 ? Math.min(answerBytesMax, REFUSAL_BYTES_MAX) : answerBytesMax;
      const answer = await readBounded(response, bytesMax, watch);
      watch.keep();
      if (status < 400 && answer.length > 0 && !hasType(response, type)) {
        throw new VaultError('sync/bad-answer', { why: 'type' });
      }
      return { status, headers, body: answer };
    } finally {
      watch.end();
    }
  };

  async function* listen(request: {
    readonly path: string;
    readonly signer: RequestSigner;
    readonly signal: AbortSignal;
  }): AsyncGenerator<string> {
    const watch = createWatch({ wait, budgetMs: timeoutMs, signal: request.signal });
    try {
      const response = await open({ ...request, method: 'GET' }, watch, EVENT_STREAM);
      if (response.status !== 200) {
        const body = await readBounded(response, REFUSAL_BYTES_MAX, watch);
        checkAnswer({ status: response.status, headers: response.headers, body });
      }
      if (response.status !== 200 || !hasType(response, EVENT_STREAM)) {
        throw new VaultError('sync/bad-answer', { why: 'type' });
      }
      const decoder = new TextDecoder();
      watch.reset(silenceMsMax);
      for await (const piece of pieces(response, watch)) {
        watch.reset(silenceMsMax);
        yield decoder.decode(piece, { stream: true });
      }
    } finally {
      watch.end();
    }
  }

  return { send, listen };
}

function checkBase(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const local = url !== null && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  const plain =
    url !== null && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (url === null || !plain || !(url.protocol === 'https:' || (local && url.protocol === 'http:'))) {
    throw new VaultError('usage/invalid', { argument: 'baseUrl' });
  }
  return url.href.replace(/\/+$/, '');
}

function hasType(response: Response, type: string): boolean {
  return response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() === type;
}

async function readBounded(response: Response, bytesMax: number, watch: Watch): Promise<Uint8Array> {
  if (Number(response.headers.get('content-length') ?? 0) > bytesMax) {
    throw new VaultError('sync/bad-answer', { why: 'size' });
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces(response, watch)) {
    length += piece.length;
    if (length > bytesMax) throw new VaultError('sync/bad-answer', { why: 'size' });
    watch.grant(piece.length / BYTES_PER_MS_MIN);
    parts.push(piece);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

async function* pieces(response: Response, watch: Watch): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await watch.over(reader.read(), 'sync/bad-answer');
      if (done) return;
      yield value;
    }
  } finally {
    // Also when the caller stops early: the connection is given up, whatever is still on its way.
    reader.cancel().catch(() => {});
  }
}

/** Aborts a request when its time is over or its caller says so, and tells which of the two it was. */
interface Watch {
  readonly signal: AbortSignal;
  /** More time. */
  grant(ms: number): void;
  /** Time from now on. */
  reset(ms: number): void;
  /** Awaits a step of the request; any failure that is neither timeout nor abort is `otherwise`. */
  over<T>(step: Promise<T>, otherwise: 'sync/offline' | 'sync/bad-answer'): Promise<T>;
  /** The answer is there, whole: `end` gives nothing up. */
  keep(): void;
  /** The request is over: nothing more of it is read. */
  end(): void;
}

function createWatch(options: {
  readonly wait: Wait;
  readonly budgetMs: number;
  readonly signal: AbortSignal | undefined;
}): Watch {
  const { wait, signal: outer } = options;
  const timeout = new AbortController();
  const ended = new AbortController();
  const signal = outer === undefined ? timeout.signal : AbortSignal.any([timeout.signal, outer]);
  let turn = new AbortController();
  let leftMs = options.budgetMs;
  let whole = false;

  const count = async (): Promise<void> => {
    while (leftMs > 0 && !ended.signal.aborted) {
      const ms = leftMs;
      leftMs = 0;
      await wait(ms, AbortSignal.any([ended.signal, turn.signal]));
    }
    if (!ended.signal.aborted) timeout.abort();
  };
  void count();
  // Raced against every step: a fetch that does not heed its signal must not hold anyone.
  const aborted = new Promise<never>((_, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true, signal: ended.signal });
  });
  aborted.catch(() => {});

  return {
    signal,
    grant: (ms) => {
      leftMs += ms;
    },
    reset: (ms) => {
      leftMs = ms;
      turn.abort();
      turn = new AbortController();
    },
    over: async (step, otherwise) => {
      step.catch(() => {}); // when the race is over before it
      try {
        if (outer?.aborted === true) throw new VaultError('usage/aborted');
        return await Promise.race([step, aborted]);
      } catch {
        if (outer?.aborted === true) throw new VaultError('usage/aborted');
        throw new VaultError(timeout.signal.aborted ? 'sync/timeout' : otherwise);
      }
    },
    keep: () => {
      whole = true;
    },
    end: () => {
      ended.abort();
      // What is still on its way is not wanted. After a whole answer there is nothing, but a browser would list the
      // request as cancelled.
      if (!whole) timeout.abort();
    },
  };
}
