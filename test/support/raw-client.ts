import { systemRandom } from '../../src/crypto/random.js';
import { signRaw } from '../../src/crypto/sign.js';
import { decode } from '../../src/formats/codec.js';
import type { SignedHead } from '../../src/formats/head.js';
import {
  appendOpsRequest,
  decodeMessage,
  encodeMessage,
  foundCollectionRequest,
  foundPersonRequest,
  headAnswer,
  type Message,
  opsAnswer,
} from '../../src/protocol/messages.js';
import { paths } from '../../src/protocol/paths.js';
import { decodeRefusal } from '../../src/protocol/refusal.js';
import { type RequestKeyId, signRequest } from '../../src/protocol/request-signature.js';
import type { RawPerson } from './raw-ops.js';

/** Who signs a request; `null` for nobody. */
export type Signer = { readonly keyId: RequestKeyId; readonly seed: Uint8Array } | null;

export function deviceSigner(person: RawPerson): Signer {
  return {
    keyId: { type: 'device', person: person.identity.person, device: person.device },
    seed: person.seed,
  };
}

/** An answer with its body read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** The code of a refusal; `null` for a yes. */
  readonly code: string | null;
  as<T>(message: Message<T>): T;
  details(): Readonly<Record<string, unknown>>;
}

/** One signed request over real HTTP. Nothing is retried and nothing is checked. */
export async function send(
  base: string,
  request: {
    readonly method: string;
    readonly path: string;
    readonly body?: Uint8Array;
    readonly signer?: Signer;
    readonly headers?: Readonly<Record<string, string>>;
    readonly time?: number;
    readonly nonce?: Uint8Array;
    /** Sent instead of `body` after signing. */
    readonly sentBody?: Uint8Array;
  },
): Promise<Reply> {
  const { method, path, body = new Uint8Array(), signer = null } = request;
  const url = new URL(path, base).href;
  const signature =
    signer === null
      ? {}
      : await signRequest({
          method,
          url,
          body,
          signer: { keyId: signer.keyId, sign: (bytes) => signRaw(signer.seed, bytes) },
          time: request.time ?? Date.now(),
          nonce: request.nonce ?? systemRandom(16),
        });
  return exchange(url, method, { ...signature, ...request.headers }, request.sentBody ?? body);
}

/** Sends exactly these headers and this body. */
export async function exchange(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers,
    ...(method === 'GET' || body.length === 0 ? {} : { body: body as Uint8Array<ArrayBuffer> }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const refused = response.headers.get('content-type') === 'application/cbor' && response.status >= 400;
  return {
    status: response.status,
    headers: response.headers,
    body: bytes,
    code: refused ? decodeRefusal(bytes).code : response.ok ? null : String(response.status),
    as: (message) => {
      if (!response.ok)
        throw new Error(
          `refused: ${response.status} ${JSON.stringify(refused ? decode(bytes, { maxBytes: 65536 }) : null)}`,
        );
      return decodeMessage(message, bytes);
    },
    details: () => decodeRefusal(bytes).details,
  };
}

export async function enrol(base: string, person: RawPerson): Promise<Reply> {
  const entry = person.identity.entries[0] as Uint8Array;
  const body = encodeMessage(foundPersonRequest, { entry });
  return send(base, { method: 'POST', path: paths.people, body, signer: deviceSigner(person) });
}

export async function foundLog(
  base: string,
  person: RawPerson,
  op: Uint8Array,
  add: readonly Uint8Array[] = [],
  restored?: SignedHead,
): Promise<Reply> {
  const body = encodeMessage(foundCollectionRequest, {
    op,
    access: add.length === 0 ? null : { add: [...add] },
    ...(restored && { restored: [restored[0], restored[1]] }),
  });
  return send(base, { method: 'POST', path: paths.collections, body, signer: deviceSigner(person) });
}

export async function append(
  base: string,
  person: RawPerson,
  collection: Uint8Array,
  ops: readonly Uint8Array[],
  options: {
    readonly add?: Uint8Array[];
    readonly remove?: Uint8Array[];
    readonly restored?: SignedHead;
    readonly time?: number;
  } = {},
): Promise<Reply> {
  const { add, remove, restored } = options;
  const body = encodeMessage(appendOpsRequest, {
    ops: [...ops],
    access: add || remove ? { add: add ?? [], remove: remove ?? [] } : null,
    ...(restored && { restored: [restored[0], restored[1]] }),
  });
  return send(base, {
    method: 'POST',
    path: paths.ops(collection),
    body,
    signer: deviceSigner(person),
    ...(options.time && { time: options.time }),
  });
}

export function pull(
  base: string,
  person: RawPerson,
  collection: Uint8Array,
  after = 0,
  limit = 1000,
): Promise<Reply> {
  return send(base, {
    method: 'GET',
    path: paths.opsAfter(collection, after, limit),
    signer: deviceSigner(person),
  });
}

/** All ops of a log, page by page. */
export async function pullAll(base: string, person: RawPerson, collection: Uint8Array) {
  const ops: Uint8Array[] = [];
  for (;;) {
    const answer = (await pull(base, person, collection, ops.length)).as(opsAnswer);
    ops.push(...answer.ops);
    if (!answer.more) return { ops, head: answer.head };
  }
}

export async function headOf(
  base: string,
  person: RawPerson,
  collection: Uint8Array,
): Promise<[Uint8Array, Uint8Array]> {
  return (await send(base, { method: 'GET', path: paths.head(collection), signer: deviceSigner(person) })).as(
    headAnswer,
  ).head;
}
