import { describe, expect, it } from 'vitest';
import { encode } from '../../src/formats/codec.js';
import { bytesToHex } from '../../src/formats/id.js';
import { checkAnswer } from '../../src/sync/answer.js';
import type { Transport, TransportRequest } from '../../src/sync/transport.js';
import { ANY_SIGNER } from '../support/sync-party.js';

/** What the far end does with a request. */
export type Behaviour =
  /** Answers 200 with these bytes and type. */
  | {
      readonly type: 'answer';
      readonly status?: number;
      readonly body: Uint8Array;
      readonly contentType: string;
    }
  /** Answers with headers. */
  | { readonly type: 'headers'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  /** Says how long the body is, sends half, and hangs up. */
  | { readonly type: 'cut' }
  /** Sends bytes without end; resolves when the client has gone. */
  | { readonly type: 'endless' }
  /** Says the body has 4 GiB and sends nothing. */
  | { readonly type: 'boast' }
  /** Sends one byte now and then, for ever. */
  | { readonly type: 'drip' }
  /** Never answers. */
  | { readonly type: 'silence' }
  /** Hangs up without an answer. */
  | { readonly type: 'hang-up' };

/** A request as the far end saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/** A transport and the far end it leads to. */
export interface TransportUnderTest {
  readonly transport: Required<Transport>;
  /** The same with timeouts of a fraction of a second: whatever the machine does, it runs out of patience. */
  readonly impatient: Required<Transport>;
  readonly seen: readonly Seen[];
  behave(behaviour: Behaviour): void;
  /** Resolves when the far end sees that the client has given up the current request. */
  gone(): Promise<void>;
  close(): Promise<void>;
}

const CBOR = 'application/cbor';

/** What every `Transport` does; `open` gives a fresh one. */
export function checkTransport(name: string, open: () => Promise<TransportUnderTest>): void {
  const get: TransportRequest = { method: 'GET', path: '/v1/server', signer: null };

  async function using(run: (far: TransportUnderTest) => Promise<void>): Promise<void> {
    const far = await open();
    try {
      await run(far);
    } finally {
      await far.close();
    }
  }

  async function codeOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'none',
      (error: { code?: string }) => error.code ?? String(error),
    );
  }

  describe(`${name} as a transport`, () => {
    it('carries method, path, query, body and headers, and brings back status, headers and body', () =>
      using(async ({ transport, seen, behave }) => {
        const body = encode({ a: Uint8Array.of(1, 2, 255) });
        behave({ type: 'answer', status: 201, body, contentType: CBOR });
        const path = '/v1/people/ab?after=3';
        const headers = { range: 'bytes=0-1' };
        const answer = await transport.send({ method: 'POST', path, body, headers, signer: null });
        expect(answer.status).toBe(201);
        expect(answer.body).toEqual(body);
        expect(answer.headers.get('content-type')).toBe(CBOR);
        expect(seen[0]).toMatchObject({ method: 'POST', path });
        expect(seen[0]?.headers).toMatchObject({ range: 'bytes=0-1', 'content-type': CBOR, accept: CBOR });
        expect(bytesToHex(seen[0]?.body ?? new Uint8Array(0))).toBe(bytesToHex(body));
      }));

    it('signs when there is a signer, each time with another nonce, and sends nothing that could be a session', () =>
      using(async ({ transport, seen, behave }) => {
        behave({ type: 'headers', status: 204, headers: { 'set-cookie': 'track=1' } });
        for (let n = 0; n < 2; n += 1) await transport.send({ ...get, signer: ANY_SIGNER });
        await transport.send(get);
        expect(seen[0]?.headers['signature-input']).toContain('tag="coffret-v1"');
        expect(seen[0]?.headers['content-digest']).toMatch(/^sha-256=:/);
        expect(seen[1]?.headers['signature-input']).not.toBe(seen[0]?.headers['signature-input']);
        expect(seen[2]?.headers.signature).toBeUndefined();
        for (const { headers } of seen) {
          expect(headers.cookie).toBeUndefined();
          expect(headers.referer).toBeUndefined();
          expect(headers.authorization).toBeUndefined();
        }
      }));

    it('gives refusals back as answers, readable ones or not', () =>
      using(async ({ transport, behave }) => {
        const body = encode({ code: 'sequence', details: { position: 4 } });
        behave({ type: 'answer', status: 409, body, contentType: CBOR });
        const answer = await transport.send(get);
        expect(() => checkAnswer(answer)).toThrow(/sync\/refused/);
        const page = new TextEncoder().encode('<h1>Bad gateway</h1>');
        behave({ type: 'answer', status: 502, body: page, contentType: 'text/html' });
        const other = await transport.send(get);
        expect(() => checkAnswer(other)).toThrow(/sync\/server-error/);
      }));

    it('refuses an answer of another type', () =>
      using(async ({ transport, behave }) => {
        behave({ type: 'answer', body: encode({}), contentType: 'text/html' });
        expect(await codeOf(transport.send(get))).toBe('sync/bad-answer');
        behave({ type: 'answer', body: encode({}), contentType: `${CBOR}; x=y` });
        expect(await codeOf(transport.send(get))).toBe('none');
        expect(await codeOf(transport.send({ ...get, type: 'application/octet-stream' }))).toBe(
          'sync/bad-answer',
        );
      }));

    it('sends bytes as bytes, and takes the answer to them in CBOR', () =>
      using(async ({ transport, seen, behave }) => {
        behave({ type: 'answer', body: encode({}), contentType: CBOR });
        const piece = {
          ...get,
          method: 'PATCH',
          body: new Uint8Array(3),
          type: 'application/octet-stream',
        } as const;
        expect(await codeOf(transport.send(piece))).toBe('none');
        expect(seen[0]?.headers['content-type']).toBe('application/octet-stream');
        behave({ type: 'answer', body: encode({}), contentType: 'application/octet-stream' });
        expect(await codeOf(transport.send(piece))).toBe('sync/bad-answer');
      }));

    it('follows no redirect', () =>
      using(async ({ transport, seen, behave }) => {
        for (const status of [301, 302, 307, 308]) {
          behave({ type: 'headers', status, headers: { location: '/v1/elsewhere' } });
          expect(await codeOf(transport.send(get))).toBe('sync/bad-answer');
        }
        expect(seen.every(({ path }) => path === '/v1/server')).toBe(true);
      }));

    it('keeps no more of an answer than it may, and hangs up', () =>
      using(async ({ transport, behave, gone }) => {
        behave({ type: 'endless' });
        const before = memory();
        expect(await codeOf(transport.send({ ...get, answerBytesMax: 1 << 20 }))).toBe('sync/bad-answer');
        await gone();
        expect(memory() - before).toBeLessThan(64 << 20);
        behave({ type: 'boast' });
        expect(await codeOf(transport.send(get))).toBe('sync/bad-answer');
        await gone();
        behave({ type: 'answer', body: new Uint8Array(17), contentType: CBOR });
        expect(await codeOf(transport.send({ ...get, answerBytesMax: 16 }))).toBe('sync/bad-answer');
        expect(await codeOf(transport.send({ ...get, answerBytesMax: 17 }))).toBe('none');
      }));

    it('gives up on a server that says nothing, or one byte at a time', () =>
      using(async ({ impatient, behave, gone }) => {
        for (const type of ['silence', 'drip'] as const) {
          behave({ type });
          expect(await codeOf(impatient.send(get))).toBe('sync/timeout');
          await gone();
        }
      }));

    it('tells a lost connection from a lost end', () =>
      using(async ({ transport, behave, close }) => {
        behave({ type: 'hang-up' });
        expect(await codeOf(transport.send(get))).toBe('sync/offline');
        behave({ type: 'cut' });
        expect(await codeOf(transport.send(get))).toBe('sync/bad-answer');
        await close();
        expect(await codeOf(transport.send(get))).toBe('sync/offline');
      }));

    it('stops when told, before and during a request', () =>
      using(async ({ transport, behave, gone, seen }) => {
        expect(await codeOf(transport.send({ ...get, signal: AbortSignal.abort() }))).toBe('usage/aborted');
        expect(seen.length).toBe(0);
        behave({ type: 'silence' });
        const abort = new AbortController();
        const code = codeOf(transport.send({ ...get, signal: abort.signal }));
        while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        abort.abort();
        expect(await code).toBe('usage/aborted');
        await gone();
      }));

    it('gives out an event stream as it comes, and says why it ends', () =>
      using(async ({ transport, impatient, behave, seen }) => {
        const listen = async (from = transport): Promise<string> => {
          let text = '';
          const { signal } = new AbortController();
          for await (const piece of from.listen({ path: '/v1/events', signer: ANY_SIGNER, signal })) {
            text += piece;
          }
          return text;
        };
        const events = 'event: change\ndata: é\n\n';
        const body = new TextEncoder().encode(events);
        behave({ type: 'answer', body, contentType: 'text/event-stream' });
        expect(await listen()).toBe(events);
        expect(seen[0]?.headers).toMatchObject({ accept: 'text/event-stream' });
        expect(seen[0]?.headers.signature).toBeDefined();
        behave({ type: 'answer', body, contentType: CBOR });
        expect(await codeOf(listen())).toBe('sync/bad-answer');
        const refusal = encode({ code: 'signature', details: {} });
        behave({ type: 'answer', status: 401, body: refusal, contentType: CBOR });
        expect(await codeOf(listen())).toBe('sync/refused');
        behave({ type: 'silence' });
        expect(await codeOf(listen(impatient))).toBe('sync/timeout');
      }));
  });
}

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
