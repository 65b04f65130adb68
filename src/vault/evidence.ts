import * as z from 'zod/mini';
import { VaultError, type VaultErrorCode } from '../errors.js';
import { encode } from '../formats/codec.js';
import { signedHeadShape, type SignedHead } from '../formats/head.js';
import { boundedText, decodeAs, whole } from '../formats/shape.js';
import { logKeys } from '../log/collection-log.js';
import type { Collection } from './collection.js';
import type { Transaction } from './transaction.js';

const EVIDENCE_BYTES_MAX = 16 * 1024 * 1024;
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const evidence = z.strictObject({
  v: z.literal(1),
  code: boundedText(64),
  time: whole,
  known: z.nullable(signedHeadShape),
  served: z.nullable(signedHeadShape),
  ops: z.array(bytes),
});

/** What was kept when a server's answer broke a rule; two contradicting signed heads prove a fork to anyone. */
export type Evidence = z.infer<typeof evidence>;

/** Keeps the answer that broke a rule and stops writes to the collection; what was verified stays readable. The proof of a fork stays. */
export function keepEvidence(
  transaction: Transaction,
  collection: Collection,
  code: VaultErrorCode,
  served: { readonly ops: readonly Uint8Array[]; readonly head: SignedHead | null },
  time: number,
): void {
  // A proof against the server is not given up for a lesser one, which an honest answer would lift.
  if (collection.frozen === 'integrity/fork') return;
  const known = collection.log.head;
  const kept: Evidence = {
    v: 1,
    code,
    time,
    known: known && [known[0], known[1]],
    served: served.head && [served.head[0], served.head[1]],
    ops: served.ops.slice(0, 16).filter((op) => op.length < EVIDENCE_BYTES_MAX / 32),
  };
  transaction.put(logKeys(collection.id).evidence, encode(kept));
  transaction.onCommit(() => {
    collection.frozen = code;
  });
}

/** Lifts the stop once the server serves the true history again. A proven fork is never lifted. */
export function liftFreeze(transaction: Transaction, collection: Collection): void {
  if (collection.frozen === null || collection.frozen === 'integrity/fork') return;
  transaction.delete(logKeys(collection.id).evidence);
  transaction.onCommit(() => {
    collection.frozen = null;
  });
}

/** Decodes kept evidence. Throws `store/damaged`. */
export function readEvidence(stored: Uint8Array): Evidence {
  try {
    return decodeAs(evidence, stored, EVIDENCE_BYTES_MAX);
  } catch {
    throw new VaultError('store/damaged', { what: 'evidence' });
  }
}
