import { equalBytes } from '../crypto/hash.js';
import { systemRandom } from '../crypto/random.js';
import { signingKeyPairFromSeed, signRaw } from '../crypto/sign.js';
import { loadSodium } from '../crypto/sodium.js';
import { PASSPHRASE_COST_DEFAULT, type PassphraseCost } from '../envelope/passphrase.js';
import { isVaultError, VaultError } from '../errors.js';
import { derivePersonalIndexKey, derivePersonalRosterKey, type PersonalRoot } from '../keys/hierarchy.js';
import { admitDevice, generateDeviceSeed, generateIdentity, personalVaultId } from '../keys/identity.js';
import { type Passkey, takePasskey } from '../keys/passkey.js';
import { parsePhrase } from '../keys/phrase.js';
import {
  createPassphraseSlot,
  openPassphraseSlot,
  openStrongSlot,
  type StrongSecret,
  strongSlotAccess,
} from '../keys/slots.js';
import { type Identity, verifyIdentityLog } from '../protocol/identity-chain.js';
import {
  appendIdentityAnswer,
  appendIdentityRequest,
  encodeMessage,
  foundPersonRequest,
  serverAnswer,
  slotAnswer,
} from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import type { Store } from '../store/port.js';
import { call } from '../sync/answer.js';
import { createHttpTransport } from '../sync/http.js';
import { IDENTITY_LANE } from '../sync/outbox.js';
import type { Transport } from '../sync/transport.js';
import { foundCollection } from './collection-writer.js';
import { IdentityBook } from './identity-book.js';
import { type DeviceProfile, keepDevice, NO_SLOT, openDevice, readLocalSlot } from './local-keystore.js';
import { Person } from './person.js';
import { countedLocks, openRemembered } from './remembered.js';
import { Session } from './session.js';
import { forgetRemovedPasskeys, isRemoved, keepPasskey, openKeptSlot } from './strong-slots.js';

/** What every way of opening a person takes. */
export interface CommonOptions {
  /** Where this device keeps its part; one person per store. */
  readonly store: Store;
  /** How requests reach the server; HTTP unless given. */
  readonly transport?: Transport;
  /** Milliseconds since 1970; the system's clock unless given. */
  readonly now?: () => number;
}

/** What `createPerson` needs. */
export interface CreateOptions extends CommonOptions {
  /** Unlocks this device; it never leaves it. Make it long: whoever copies the device can try passphrases. */
  readonly passphrase: string;
  /** Base URL of the sync server. */
  readonly server: string;
  /** What the contact card will say; a claim. */
  readonly name?: string;
  readonly kind?: 'patient' | 'professional' | 'institution' | 'app';
  /** Cost of checking the passphrase; the floor is 64 MiB and three passes. */
  readonly cost?: PassphraseCost;
}

/** What opens the person of a store: one of the three. */
export type Opener =
  | { readonly passphrase: string; readonly passkey?: never; readonly remembered?: never }
  /** From `askPasskey`, for a passkey that opens this device. */
  | { readonly passkey: Passkey; readonly passphrase?: never; readonly remembered?: never }
  /** What `person.stayUnlocked` left. */
  | { readonly remembered: true; readonly passphrase?: never; readonly passkey?: never };

/** What `openPerson` needs. */
export type OpenOptions = CommonOptions & Opener;

/** What brings a person back: one of the two. */
export type Recoverer =
  /** The 24 words, in French or English. */
  | { readonly words: string; readonly passkey?: never }
  /** From `askPasskey`, for a passkey of this person. */
  | { readonly passkey: Passkey; readonly words?: never };

/** What `recoverPerson` needs; `passphrase` is a new one, for this device. */
export type RecoverOptions = CreateOptions & Recoverer;

/**
 * Creates a person with this as their first device, in an empty store.
 *
 * Asks the server for its public key; all else is sent at the first sync. Throws `store/not-empty`, `sync/*` when the
 * server cannot be reached, `format/kdf-policy`, `usage/insecure-context`, `usage/no-webassembly`.
 */
export async function createPerson(options: CreateOptions): Promise<Person> {
  await loadSodium();
  const {
    store,
    passphrase,
    server,
    name = '',
    kind = 'patient',
    cost = PASSPHRASE_COST_DEFAULT,
    now = Date.now,
  } = options;
  const random = systemRandom;
  await requireEmpty(store);
  const transport = transportOf(options, server);
  const serverKey = await fetchServerKey(transport);
  const { identity, rootSeed, personalRoot, deviceSeed } = generateIdentity(random, now());
  const book = new IdentityBook(store);
  const { person } = identity;
  // The index is founded before the slot, because the slot names it; all of it becomes durable in one write.
  const profile: DeviceProfile = {
    seed: deviceSeed,
    person,
    index: new Uint8Array(32),
    server,
    serverKey,
    name,
    kind,
    recovered: false,
  };
  await book.learn(identity);
  const session = await Session.open(
    { store, transport, profile, personalRoot, book, random, now },
    async (opening, transaction) => {
      const collection = foundCollection(transaction, opening.context, {
        vault: personalVaultId(person),
        server: serverKey,
        key: derivePersonalIndexKey(personalRoot, 1),
        rosterKey: derivePersonalRosterKey(personalRoot),
      });
      const content = { rootSeed, personalRoot, index: collection.id };
      const slot = await createPassphraseSlot({ passphrase, cost, person, content, random, time: now() });
      // Asked again: another tab may have been at it too.
      await requireEmpty(store);
      transaction.writes.push(
        ...keepDevice(slot, { ...profile, index: collection.id }, personalRoot, random),
      );
      const entry = identity.entries[0] as Uint8Array;
      const body = encodeMessage(foundPersonRequest, { entry });
      transaction.send(IDENTITY_LANE, { kind: 'request', method: 'POST', path: paths.people, body });
      return collection;
    },
  );
  rootSeed.wipe();
  return new Person(session, await countedLocks(store));
}

/**
 * Opens the person kept in a store, without the network: with the passphrase, a passkey, or what the device remembers.
 *
 * Throws `store/empty`, `access/wrong-passphrase`, `format/kdf-policy` before any work, `access/unknown-passkey`,
 * `access/slot-removed`, `access/not-remembered`, `store/damaged`.
 */
export async function openPerson(options: OpenOptions): Promise<Person> {
  await loadSodium();
  const { store, now = Date.now } = options;
  const slot = await readLocalSlot(store);
  if (slot === null) throw new VaultError('store/empty');
  const { personalRoot, slotId, locks } = await openRoot(options, slot);
  const profile = await openDevice(store, personalRoot);
  const transport = transportOf(options, profile.server);
  const book = await IdentityBook.load(store);
  const session = await Session.open({
    store,
    transport,
    profile,
    personalRoot,
    book,
    random: systemRandom,
    now,
  });
  const person = new Person(session, locks);
  if (slotId === null || !isRemoved(session, slotId)) return person;
  await forgetRemovedPasskeys(session);
  await person.lock();
  throw new VaultError('access/slot-removed');
}

/** What opened: the slot is a passkey's; `locks` is how often this device was locked everywhere before. */
interface Opened {
  readonly personalRoot: PersonalRoot;
  readonly slotId: Uint8Array | null;
  readonly locks: number | null;
}

async function openRoot(options: OpenOptions, slot: Uint8Array): Promise<Opened> {
  const { store, passphrase, passkey, remembered, now = Date.now } = options;
  if ([passphrase, passkey, remembered].filter((given) => given !== undefined).length !== 1)
    throw new VaultError('usage/invalid', { argument: 'passphrase, passkey or remembered' });
  if (remembered !== undefined) return { ...(await openRemembered(store, now())), slotId: null };
  const locks = await countedLocks(store);
  if (passkey === undefined)
    return { ...(await openPassphraseSlot(slot, passphrase as string)), locks, slotId: null };
  const { secret } = takePasskey(passkey);
  try {
    const { rootSeed, ...opened } = await openKeptSlot(store, secret);
    rootSeed.wipe();
    return { ...opened, locks };
  } finally {
    secret.wipe();
  }
}

/**
 * Brings a person back on an empty device, from the 24 words or a passkey and the server, and admits this device.
 *
 * A passkey opens this device from then on, without the network. What comes back verifies against the words or the
 * passkey; how recent it is, a device with no memory cannot know: `health()` says `unverified` until it has written
 * something itself. Throws `format/phrase`, `access/unknown-phrase`, `access/unknown-passkey`, `store/not-empty`,
 * `integrity/*`, `sync/*`, and `access/slot-removed` when the person had removed these words or this passkey: then the
 * store is empty again.
 */
export async function recoverPerson(options: RecoverOptions): Promise<Person> {
  await loadSodium();
  const {
    store,
    passphrase,
    server,
    name = '',
    kind = 'patient',
    cost = PASSPHRASE_COST_DEFAULT,
    now = Date.now,
  } = options;
  const random = systemRandom;
  await requireEmpty(store);
  const { secret, credential } = await strongSecretOf(options);
  const transport = transportOf(options, server);
  const serverKey = await fetchServerKey(transport);
  const { slotId, auth } = strongSlotAccess(secret);
  const signer = {
    keyId: { type: 'slot', slot: slotId } as const,
    sign: (bytes: Uint8Array) => signRaw(auth.secretKey, bytes),
  };
  const answer = await fetchSlot(transport, signer, { slotId, kind: secret.kind });
  const { rootSeed, personalRoot, person, index } = openStrongSlot(answer.slot, secret);
  const known = verifyIdentityLog(answer.entries);
  if (!equalBytes(known.person, person) || index === null) throw new VaultError('integrity/wrong-audience');
  const deviceSeed = generateDeviceSeed(random);
  const identity = admitDevice({ identity: known, rootSeed, deviceSeed, time: now() });
  const content = { rootSeed, personalRoot, index };
  const slot = await createPassphraseSlot({ passphrase, cost, person, content, random, time: now() });
  rootSeed.wipe();
  secret.wipe();
  auth.secretKey.wipe();
  await announceDevice(transport, identity, deviceSeed);
  const profile: DeviceProfile = {
    seed: deviceSeed,
    person,
    index,
    server,
    serverKey,
    name,
    kind,
    recovered: true,
  };
  const book = new IdentityBook(store);
  await book.learn(identity);
  const writes = keepDevice(slot, profile, personalRoot, random);
  if (credential !== null) writes.push(keepPasskey(slotId, { credential, slot: answer.slot }));
  if (!(await store.write(writes, [NO_SLOT]))) throw new VaultError('store/not-empty');
  const locks = await countedLocks(store);
  const session = await Session.open({ store, transport, profile, personalRoot, book, random, now });
  const recovered = new Person(session, locks);
  // Until this returns once, the store holds the person but not their documents; a later sync goes on where it stopped.
  await recovered.sync();
  if (!isRemoved(session, slotId)) return recovered;
  // R-SLOT-3: the server served what its person had taken away.
  await recovered.lock();
  await forgetAll(store);
  throw new VaultError('access/slot-removed');
}

/** What the slot on the server is asked for and opened with. */
async function strongSecretOf({
  words,
  passkey,
}: RecoverOptions): Promise<{ readonly secret: StrongSecret; readonly credential: Uint8Array | null }> {
  if ((words === undefined) === (passkey === undefined))
    throw new VaultError('usage/invalid', { argument: 'words or passkey' });
  return passkey === undefined
    ? { secret: await parsePhrase(words as string), credential: null }
    : takePasskey(passkey);
}

async function forgetAll(store: Store): Promise<void> {
  const rows = await store.scan({ prefix: '' });
  await store.write(rows.map(({ key }) => ({ type: 'delete', key })));
}

/** The key that signs this server's heads: named in the first op of every collection founded there. */
async function fetchServerKey(transport: Transport): Promise<Uint8Array> {
  const request = { method: 'GET', path: paths.server, signer: null } as const;
  return (await call(transport, request, serverAnswer)).key;
}

async function fetchSlot(
  transport: Transport,
  signer: Parameters<Transport['send']>[0]['signer'],
  { slotId, kind }: { readonly slotId: Uint8Array; readonly kind: StrongSecret['kind'] },
) {
  try {
    return await call(transport, { method: 'GET', path: paths.slot(slotId), signer }, slotAnswer);
  } catch (error) {
    if (isVaultError(error, 'sync/refused')) throw new VaultError(`access/unknown-${kind}`);
    throw error;
  }
}

async function announceDevice(
  transport: Transport,
  identity: Identity,
  seed: Parameters<typeof signingKeyPairFromSeed>[0],
): Promise<void> {
  const device = signingKeyPairFromSeed(seed);
  const keyId = { type: 'device', person: identity.person, device: device.publicKey } as const;
  const signer = { keyId, sign: (bytes: Uint8Array) => signRaw(device.secretKey, bytes) };
  const body = encodeMessage(appendIdentityRequest, { entries: [identity.entries.at(-1) as Uint8Array] });
  await call(
    transport,
    { method: 'POST', path: paths.identity(identity.person), body, signer },
    appendIdentityAnswer,
  );
  device.secretKey.wipe();
}

async function requireEmpty(store: Store): Promise<void> {
  if ((await readLocalSlot(store)) !== null) throw new VaultError('store/not-empty');
}

function transportOf(options: CommonOptions, server: string): Transport {
  return (
    options.transport ??
    createHttpTransport({ baseUrl: server, now: options.now ?? Date.now, random: systemRandom })
  );
}
