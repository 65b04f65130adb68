import { concatBytes } from '../../src/crypto/hash.js';
import { VaultError } from '../../src/errors.js';
import { encode } from '../../src/formats/codec.js';
import { encodeHead, type SignedHead } from '../../src/formats/head.js';
import { bytesToHex, hexToBytes } from '../../src/formats/id.js';
import {
  appendOpsRequest,
  beginBlobRequest,
  decodeMessage,
  foundCollectionRequest,
} from '../../src/protocol/messages.js';
import { encodeRefusal, REFUSALS, type RefusalCode } from '../../src/protocol/refusal.js';
import type { Transport, TransportAnswer, TransportRequest } from '../../src/sync/transport.js';

/** What goes wrong with one request: before the server saw it, after it took effect, or instead of an answer. */
export type Fault =
  | 'none'
  | 'lost-request'
  | 'lost-answer'
  | 'timeout'
  | 'internal'
  | 'busy'
  | 'rate'
  | 'garbage'
  | 'cut'
  | 'empty';

/** A server without rules in front of a network with faults: what is appended is kept, in order, once. */
export interface Relay extends Transport {
  readonly logs: ReadonlyMap<string, Uint8Array[]>;
  readonly requests: readonly { readonly line: string; readonly body: string }[];
  /** Most requests under way at once, in all and for one path. */
  readonly most: { readonly all: number; readonly onePath: number };
  /** The ids of prepared requests that took effect, in order. */
  readonly taken: readonly string[];
  readonly blobs: ReadonlyMap<string, { bytes: Uint8Array; total: number }>;
  readonly inbox: { cursor: number; from: Uint8Array; bytes: Uint8Array }[];
  /** Refuses requests whose line contains this text. */
  refuse(part: string, code: RefusalCode | null): void;
}

/** Creates a relay; `fault` is asked once for every request. */
export function createRelay(fault: (request: TransportRequest) => Fault = () => 'none'): Relay {
  const logs = new Map<string, Uint8Array[]>();
  const known = new Map<string, number>();
  const blobs = new Map<string, { bytes: Uint8Array; total: number }>();
  const refusals = new Map<string, RefusalCode>();
  const requests: { line: string; body: string }[] = [];
  const taken: string[] = [];
  const inbox: Relay['inbox'] = [];
  const most = { all: 0, onePath: 0 };
  const flying = new Map<TransportRequest, string>();

  const answer = (request: TransportRequest): TransportAnswer => {
    const { method, path, body = new Uint8Array(0) } = request;
    const url = new URL(path, 'https://relay.invalid');
    for (const [part, code] of refusals) if (`${method} ${path}`.includes(part)) return refusal(code);
    const ops = /^\/v1\/collections\/([0-9a-f]{64})\/ops$/.exec(url.pathname)?.[1];
    if (path === '/v1/collections') {
      const { op } = decodeMessage(foundCollectionRequest, body);
      const collection = collectionOf(op);
      return ok({ position: append(collection, op), head: head(collection) });
    }
    if (ops !== undefined && method === 'POST') {
      const positions = decodeMessage(appendOpsRequest, body).ops.map((op) => append(ops, op));
      return ok({ positions, head: head(ops) });
    }
    if (ops !== undefined) {
      const log = logs.get(ops);
      if (log === undefined) return refusal('not-found');
      const after = Number(url.searchParams.get('after'));
      const page = log.slice(after, after + 3);
      return ok({ ops: page, head: head(ops), more: after + page.length < log.length });
    }
    if (url.pathname === '/v1/inbox') {
      const after = Number(url.searchParams.get('after'));
      const items = inbox.filter(({ cursor }) => cursor > after).slice(0, 2);
      return ok({ items, more: inbox.some(({ cursor }) => cursor > (items.at(-1)?.cursor ?? after)) });
    }
    if (url.pathname.includes('/blobs/')) return blobRequest(request, url);
    if (!taken.includes(bytesToHex(body))) taken.push(bytesToHex(body));
    return ok({});
  };

  const blobRequest = ({ method, headers, body = new Uint8Array(0) }: TransportRequest, url: URL) => {
    const blob = blobs.get(url.pathname);
    if (method === 'POST') {
      const { bytes } = decodeMessage(beginBlobRequest, body);
      const found = blob ?? { bytes: new Uint8Array(0), total: bytes };
      blobs.set(url.pathname, found);
      return ok({ offset: found.bytes.length, complete: found.bytes.length === found.total });
    }
    if (blob === undefined) return refusal('not-found');
    if (method === 'PATCH') {
      if (Number(url.searchParams.get('offset')) !== blob.bytes.length) {
        return refusal('offset', { offset: blob.bytes.length });
      }
      blob.bytes = concatBytes(blob.bytes, body);
      return ok({ offset: blob.bytes.length, complete: blob.bytes.length === blob.total });
    }
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers?.range ?? '') ?? [];
    const piece = blob.bytes.slice(Number(from), Number(to) + 1);
    return { status: 206, headers: new Headers(), body: piece };
  };

  const append = (collection: string, op: Uint8Array): number => {
    const log = logs.get(collection) ?? [];
    logs.set(collection, log);
    const key = `${collection}/${bytesToHex(op)}`;
    const position = known.get(key) ?? log.push(op);
    known.set(key, position);
    return position;
  };

  const head = (collection: string): SignedHead => {
    const position = logs.get(collection)?.length ?? 0;
    const id = hexToBytes(collection) ?? new Uint8Array(32);
    return [encodeHead({ collection: id, position, hash: new Uint8Array(32), time: 1 }), new Uint8Array(64)];
  };

  const send = async (request: TransportRequest): Promise<TransportAnswer> => {
    const { method, path, body } = request;
    requests.push({
      line: `${method} ${path}`,
      body: bytesToHex((body ?? new Uint8Array(0)).subarray(0, 4096)),
    });
    const lane = path.split('?')[0] ?? '';
    flying.set(request, lane);
    most.all = Math.max(most.all, flying.size);
    most.onePath = Math.max(most.onePath, [...flying.values()].filter((other) => other === lane).length);
    const happens = fault(request);
    for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
    flying.delete(request);
    if (request.signal?.aborted) throw new VaultError('usage/aborted');
    if (happens === 'lost-request') throw new VaultError('sync/offline');
    if (happens === 'internal' || happens === 'busy') return refusal(happens);
    if (happens === 'rate') return { ...refusal('rate'), headers: new Headers({ 'retry-after': '7' }) };
    const real = answer(request);
    if (happens === 'lost-answer') throw new VaultError('sync/offline');
    if (happens === 'timeout') throw new VaultError('sync/timeout');
    if (happens === 'garbage') return { ...real, status: 200, body: Uint8Array.of(0xff, 1, 2) };
    if (happens === 'cut') return { ...real, status: 200, body: real.body.slice(0, -1) };
    if (happens === 'empty') return { ...real, status: 200, body: new Uint8Array(0) };
    return real;
  };

  return {
    send,
    logs,
    requests,
    most,
    taken,
    blobs,
    inbox,
    refuse: (part, code) => (code === null ? refusals.delete(part) : refusals.set(part, code)),
  };
}

function ok(body: Parameters<typeof encode>[0]): TransportAnswer {
  return { status: 200, headers: new Headers(), body: encode(body) };
}

function refusal(code: RefusalCode, details: Record<string, number> = {}): TransportAnswer {
  return { status: REFUSALS[code], headers: new Headers(), body: encodeRefusal(code, details) };
}

/** The relay knows no hash: ops in these tests start with their collection. */
function collectionOf(op: Uint8Array): string {
  return bytesToHex(op.subarray(0, 32));
}
