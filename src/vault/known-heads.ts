import { equalBytes } from '../crypto/hash.js';
import type { VaultError } from '../errors.js';
import type { Collection } from './collection.js';
import { keepEvidence } from './evidence.js';
import { fetchHeadsToNote, saySame } from './fetch-intake.js';
import type { Session } from './session.js';
import type { Transaction } from './transaction.js';

/**
 * Notes in the personal index how far the logs this person owns were verified, so that one fresh index is enough for a new device
 * to notice that another log was rolled back (R16), or that the server told it something else about what it delivered.
 */
export function noteHeads(session: Session, transaction: Transaction): void {
  const { index, author } = session;
  if (index.collection.frozen !== null) return;
  const heads = session.collections
    .filter(
      (collection) =>
        collection !== index.collection && collection.role === 'owner' && collection.log.position > 0,
    )
    .map(({ id, log }): [Uint8Array, number, Uint8Array] => [
      id,
      log.position,
      log.hashAt(log.position) as Uint8Array,
    ]);
  const noted = index.get('index.heads', author.device);
  const before = noted?.heads ?? [];
  const fetches = fetchHeadsToNote(session);
  const same = heads.length === before.length && heads.every((head, i) => isSame(head, before[i]));
  if (!same || !saySame(fetches, noted?.fetches ?? []))
    index.put(transaction, 'index.heads', author.device, { heads, fetches });
}

/**
 * Compares every log with what this person's devices had noted about it.
 *
 * A log that is behind is a rollback, one with another hash a fork: evidence is kept and writes to it stop.
 */
export async function checkNotedHeads(session: Session): Promise<void> {
  for (const { heads } of session.index.list('index.heads')) {
    for (const [id, position, hash] of heads) {
      const collection = session.collection(id);
      if (collection === null || collection.frozen !== null || collection.refused) continue;
      // Not pulled yet, or not for this person any more: nothing to compare.
      if (collection.log.position === 0 || collection.verifiedAt === null) continue;
      const code = contradiction(collection, position, hash);
      if (code === null) continue;
      const served = { ops: [], head: collection.log.head };
      await session.transact((transaction) =>
        keepEvidence(transaction, collection, code, served, session.now()),
      );
    }
  }
}

function contradiction(
  collection: Collection,
  position: number,
  hash: Uint8Array,
): VaultError['code'] | null {
  const own = collection.log.hashAt(position);
  if (own === null) return 'integrity/rollback';
  return equalBytes(own, hash) ? null : 'integrity/fork';
}

function isSame(
  a: readonly [Uint8Array, number, Uint8Array],
  b: readonly [Uint8Array, number, Uint8Array] | undefined,
): boolean {
  return b !== undefined && a[1] === b[1] && equalBytes(a[0], b[0]) && equalBytes(a[2], b[2]);
}
