import { equalBytes } from '../crypto/hash.js';
import { bytesToHex, type Id, printId } from '../formats/id.js';
import type { VerifiedReadReceipt } from '../sharing/read-receipts.js';
import { isOfReader, readKept } from './journal-intake.js';
import type { OwnedVault, Session } from './session.js';

/** An item that a reader says they read. */
export interface ReadItem {
  /** As the vault knows it, also when it was given as a single document. */
  readonly item: Id<'item'>;
  readonly change: Id<'change'>;
  /** Whether there is such a version of such an item. What was erased for good since then is known by its version alone. */
  readonly known: boolean;
}

/** What a reader's client said that was read: signed by the reader, true as far as they are honest. */
export interface JournalReceipt {
  readonly id: string;
  readonly person: Id<'person'>;
  readonly device: Id<'device'>;
  readonly log: Id<'collection'>;
  readonly items: readonly ReadItem[];
  /** By the clock of the reader. */
  readonly time: number;
  /** By the clock of the owner's device that took it in. */
  readonly received: number;
  readonly onBehalfOf: Id<'person'> | null;
}

/** The receipts of a vault as signed, oldest first: only those of people who were given what they say they read. */
export function receiptsKept(
  session: Session,
  owned: OwnedVault,
): { readonly bytes: Uint8Array; readonly received: number; readonly read: VerifiedReadReceipt }[] {
  return owned.index
    .list('index.read-receipt')
    .map((entry) => ({ bytes: entry.receipt, received: entry.received, read: readKept(entry) }))
    .filter(({ read }) => isOfReader(session, owned, read))
    .sort(
      (a, b) => a.received - b.received || (bytesToHex(a.read.digest) < bytesToHex(b.read.digest) ? -1 : 1),
    );
}

/** The receipts of a vault, for showing. */
export function journalReceipts(session: Session, owned: OwnedVault): JournalReceipt[] {
  return receiptsKept(session, owned).map(({ received, read: { content, device, digest } }) => ({
    id: bytesToHex(digest),
    person: printId('person', content.person),
    device: printId('device', device),
    log: printId('collection', content.collection),
    items: content.items.map((read) => itemRead(session, owned, content.collection, read)),
    time: content.time,
    received,
    onBehalfOf: content.onBehalfOf === null ? null : printId('person', content.onBehalfOf),
  }));
}

function itemRead(
  session: Session,
  owned: OwnedVault,
  log: Uint8Array,
  [item, change]: readonly [Uint8Array, Uint8Array],
): ReadItem {
  const collection = session.collection(log);
  const history = collection?.view.history(item) ?? [];
  const revision = history.find((other) => equalBytes(other.change, change));
  const link = owned.index
    .list('index.link')
    .find((entry) => equalBytes(entry.linkItem, item) && equalBytes(entry.collection, log));
  // What was erased has left its removal, and its version is in the log, without what it said.
  const isRemoved = history.some(({ body }) => body === null);
  const isErased = isRemoved && revision === undefined && collection?.log.positionOf(change) != null;
  return {
    item: printId('item', link?.sourceItem ?? item),
    change: printId('change', revision?.link?.[3] ?? change),
    known: revision !== undefined || isErased,
  };
}
