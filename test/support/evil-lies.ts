import { encode, decode } from '../../src/formats/codec.js';
import { bytesToHex } from '../../src/formats/id.js';
import { decodeOp, decodeOpHeader, encodeOp, encodeOpHeader, type OpHeader } from '../../src/formats/op.js';
import { opsAnswer } from '../../src/protocol/messages.js';
import type { Operator } from './evil-operator.js';
import { changed, type Lie } from './evil-transport.js';

/** A log that is told wrongly: the ops as the operator would have them, over the true ones. */
export type Retelling = (ops: readonly Uint8Array[], operator: Operator) => readonly Uint8Array[];

/** How the head that goes with a retold log comes about. */
export type HeadChoice =
  /** Signed anew for exactly the ops told: the operator holds the key. */
  | 'resigned'
  /** The true one. */
  | 'true';

/**
 * Serves one collection's log in another version, to whoever asks for it from any position.
 *
 * The answer holds everything after the position asked for, as the operator tells it.
 */
export function retold(
  operator: Operator,
  collection: string,
  retelling: Retelling,
  head: HeadChoice = 'resigned',
): Lie {
  return changed('ops', opsAnswer, (answer, { id, request }) => {
    if (id !== collection) return null;
    const after = Number(new URL(request.path, 'https://any.invalid').searchParams.get('after'));
    const ops = retelling(operator.ops(collection), operator);
    return {
      ops: ops.slice(after),
      head: head === 'true' ? answer.head : operator.headFor(collection, ops),
      more: false,
    };
  });
}

/** Two ops of a log in each other's place. */
export const swap =
  (i: number, j: number): Retelling =>
  (ops) => {
    const told = ops.slice();
    [told[i], told[j]] = [ops[j] as Uint8Array, ops[i] as Uint8Array];
    return told;
  };

/** Everything but one op. */
export const dropOp =
  (i: number): Retelling =>
  (ops) =>
    ops.filter((_, at) => at !== i);

/** One op twice in a row. */
export const dupOp =
  (i: number): Retelling =>
  (ops) =>
    ops.flatMap((op, at) => (at === i ? [op, op] : [op]));

/** An old op once more at the end. */
export const replay =
  (i: number): Retelling =>
  (ops) => [...ops, ops[i] as Uint8Array];

/** The log as it was after `length` ops. */
export const rollbackTo =
  (length: number): Retelling =>
  (ops) =>
    ops.slice(0, length);

/** An op that the operator made or took from elsewhere, at the end. */
export const appended =
  (...more: readonly Uint8Array[]): Retelling =>
  (ops) => [...ops, ...more];

/** An op in the place of another. */
export const replaced =
  (i: number, change: (op: Uint8Array) => Uint8Array): Retelling =>
  (ops) =>
    ops.map((op, at) => (at === i ? change(op) : op));

/** One bit of an op's header, signature or first body turned over. */
export function flipped(part: 'header' | 'signature' | 'body', at = 3): (op: Uint8Array) => Uint8Array {
  const flip = (bytes: Uint8Array) => {
    const copy = bytes.slice();
    copy[at % copy.length] = (copy[at % copy.length] as number) ^ 1;
    return copy;
  };
  return (op) => {
    const { headerBytes, signature, bodies } = decodeOp(op);
    return encode([
      part === 'header' ? flip(headerBytes) : headerBytes,
      part === 'signature' ? flip(signature) : signature,
      bodies.map((body, i) => (part === 'body' && i === 0 && body !== null ? flip(body) : body)),
    ]);
  };
}

/** An op whose header says something else, under the signature it had. */
export const reheaded =
  (change: (header: OpHeader) => OpHeader) =>
  (op: Uint8Array): Uint8Array => {
    const parts = decodeOp(op);
    return encodeOp({ ...parts, headerBytes: encodeOpHeader(change(decodeOpHeader(parts.headerBytes))) });
  };

/** An op without its bodies, as if an owner had pruned them. */
export function bodiless(op: Uint8Array): Uint8Array {
  const parts = decodeOp(op);
  return encodeOp({ ...parts, bodies: parts.bodies.map(() => null) });
}

/** An op with the bodies of another. */
export const withBodiesOf =
  (other: Uint8Array) =>
  (op: Uint8Array): Uint8Array => {
    const parts = decodeOp(op);
    return encodeOp({ ...parts, bodies: decodeOp(other).bodies.slice(0, parts.bodies.length) });
  };

/** An op as a version or suite that this client does not know. */
export const resuited =
  (field: 'v' | 'suite', value: number) =>
  (op: Uint8Array): Uint8Array => {
    const parts = decodeOp(op);
    const header = decode(parts.headerBytes, { maxBytes: 256 * 1024 }) as Record<string, never>;
    return encodeOp({ ...parts, headerBytes: encode({ ...header, [field]: value }) });
  };

/** Serves one collection in the name of another. */
export function spliced(operator: Operator, collection: string, from: string): Lie {
  return retold(operator, collection, () => operator.ops(from));
}

/** Serves the same old answer for ever. */
export function freeze(collection: string): Lie {
  const kept = new Map<string, Awaited<ReturnType<Lie>>>();
  return async ({ route, id, request, honest }) => {
    if (route !== 'ops' || id !== collection) return null;
    const known = kept.get(request.path);
    if (known !== undefined) return known;
    const answer = await honest();
    kept.set(request.path, answer);
    return answer;
  };
}

/** A head that says something else about the position the log has, signed by the server's own key. */
export function forkedHead(operator: Operator, collection: string): Lie {
  return changed('ops', opsAnswer, (answer, { id, random }) => {
    if (id !== collection) return null;
    return { ...answer, head: operator.signHead(collection, operator.ops(collection).length, random(32)) };
  });
}

/** The name of a collection's pull in a sync report. */
export const pullOf = (collection: string | Uint8Array) =>
  `collection/${typeof collection === 'string' ? collection : bytesToHex(collection)}`;
