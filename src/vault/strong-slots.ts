import { bytesToHex } from '../formats/id.js';
import { decodeKeptPasskey, encodeKeptPasskey, type KeptPasskey } from '../formats/passkey.js';
import { isVaultError, VaultError } from '../errors.js';
import type { RootSeed } from '../keys/identity.js';
import { type Passkey, type PasskeySecret, takePasskey } from '../keys/passkey.js';
import { openPassphraseRootSeed, openStrongSlot, strongSlotAccess } from '../keys/slots.js';
import { encodeMessage, putSlotRequest } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import type { IndexEntry } from '../records/index-entry.js';
import type { Store, Write } from '../store/port.js';
import type { QueuedEntry } from '../sync/outbox.js';
import { readLocalSlot } from './local-keystore.js';
import type { Session } from './session.js';
import type { Transaction } from './transaction.js';

/** The lane of what is sent about slots. */
export const SLOT_LANE = 'slots';
const PASSKEYS = 'person/passkey/';

/** What is given again before something that matters is changed: the passphrase of this device, or a passkey it knows. */
export type Factor =
  | { readonly passphrase: string; readonly passkey?: never }
  | { readonly passkey: Passkey; readonly passphrase?: never };

/** An entry of the personal index about a slot on the server. */
export type SlotEntry = IndexEntry<'index.slot'>;

/**
 * Opens the root seed with a factor given again; the caller wipes it.
 *
 * Throws `access/wrong-passphrase`, `access/unknown-passkey`, `store/damaged`, `usage/*`.
 */
export async function openRootSeed(session: Session, factor: Factor): Promise<RootSeed> {
  session.requireOpen();
  if (factor.passkey === undefined) {
    const local = await readLocalSlot(session.store);
    if (local === null) throw new VaultError('store/damaged', { what: 'slot' });
    return openPassphraseRootSeed(local, factor.passphrase);
  }
  const { secret } = takePasskey(factor.passkey);
  try {
    const { personalRoot, rootSeed } = await openKeptSlot(session.store, secret);
    personalRoot.wipe();
    return rootSeed;
  } finally {
    secret.wipe();
  }
}

/** Opens the slot that this device keeps for a passkey. Throws `access/unknown-passkey`, `store/damaged`. */
export async function openKeptSlot(store: Store, secret: PasskeySecret) {
  const { slotId, auth } = strongSlotAccess(secret);
  auth.secretKey.wipe();
  const kept = await readKeptPasskey(store, slotId);
  if (kept === null) throw new VaultError('access/unknown-passkey');
  try {
    return { slotId, ...openStrongSlot(kept.slot, secret) };
  } catch (error) {
    if (!isVaultError(error)) throw error;
    throw new VaultError('store/damaged', { what: 'slot' });
  }
}

/** The writes that keep a passkey's slot on this device. */
export function keepPasskey(slotId: Uint8Array, kept: KeptPasskey): Write {
  return { type: 'put', key: keptKey(slotId), value: encodeKeptPasskey(kept) };
}

/** The passkeys that open this store, by the name of their slot. What cannot be read is left out. */
export async function listKeptPasskeys(
  store: Store,
): Promise<readonly { readonly slot: string; readonly credential: Uint8Array }[]> {
  const rows = await store.scan({ prefix: PASSKEYS });
  return rows.flatMap(({ key, value }) => {
    try {
      return [{ slot: key.slice(PASSKEYS.length), credential: decodeKeptPasskey(value).credential }];
    } catch {
      return [];
    }
  });
}

/** Whether words exist that bring this person back. */
export function hasPhrase(session: Session): boolean {
  return session.index.list('index.slot').some(({ kind, removed }) => kind === 'phrase' && !removed);
}

/** Keeps a slot on the server and lists it. */
export function keepOnServer(
  session: Session,
  transaction: Transaction,
  entry: SlotEntry,
  slot: Uint8Array,
): void {
  const path = paths.personSlot(session.author.person, entry.slot);
  const body = encodeMessage(putSlotRequest, { slot });
  transaction.send(SLOT_LANE, { kind: 'request', method: 'PUT', path, body });
  session.index.put(transaction, 'index.slot', entry.slot, entry);
}

/** Removes a slot: it is listed as removed, deleted on the server, and forgotten here. */
export function removeSlot(session: Session, transaction: Transaction, entry: SlotEntry): void {
  const path = paths.personSlot(session.author.person, entry.slot);
  session.index.put(transaction, 'index.slot', entry.slot, { ...entry, removed: true });
  transaction.send(SLOT_LANE, { kind: 'request', method: 'DELETE', path, body: null });
  transaction.delete(keptKey(entry.slot));
}

/** Forgets, on this device, the passkeys that the index calls removed. */
export async function forgetRemovedPasskeys(session: Session): Promise<void> {
  const removed = new Set(removedPasskeys(session).map(({ slot }) => bytesToHex(slot)));
  if (removed.size === 0) return;
  const kept = (await listKeptPasskeys(session.store)).filter(({ slot }) => removed.has(slot));
  if (kept.length === 0) return;
  await session.transact((transaction) => {
    for (const { slot } of kept) transaction.delete(PASSKEYS + slot);
  });
}

/** Whether the index calls this slot removed. */
export function isRemoved(session: Session, slotId: Uint8Array): boolean {
  return session.index.get('index.slot', slotId)?.removed === true;
}

/** A slot that the server holds for someone else, by the same passkey, will never be taken: it is listed no more. */
export async function giveUpSlot(session: Session, queued: QueuedEntry): Promise<boolean> {
  const { entry, id } = queued;
  if (entry.kind !== 'request' || entry.method !== 'PUT' || queued.lane !== SLOT_LANE) return false;
  const { person } = session.author;
  const made = session.index
    .list('index.slot')
    .find(({ slot }) => paths.personSlot(person, slot) === entry.path);
  await session.transact((transaction) => {
    transaction.writes.push(...session.outbox.remove(id));
    if (made === undefined) return;
    session.index.put(transaction, 'index.slot', made.slot, { ...made, removed: true });
    transaction.delete(keptKey(made.slot));
  });
  return true;
}

function removedPasskeys(session: Session): SlotEntry[] {
  return session.index.list('index.slot').filter(({ kind, removed }) => kind === 'passkey' && removed);
}

async function readKeptPasskey(store: Store, slotId: Uint8Array): Promise<KeptPasskey | null> {
  const bytes = await store.get(keptKey(slotId));
  if (bytes === null) return null;
  try {
    return decodeKeptPasskey(bytes);
  } catch {
    throw new VaultError('store/damaged', { what: 'passkey' });
  }
}

function keptKey(slotId: Uint8Array): string {
  return PASSKEYS + bytesToHex(slotId);
}
