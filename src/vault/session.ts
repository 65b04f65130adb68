import type { RandomBytes } from '../crypto/random.js';
import { Secret } from '../crypto/secret.js';
import { signingKeyPairFromSeed, signRaw } from '../crypto/sign.js';
import { isVaultError, VaultError, type VaultErrorCode } from '../errors.js';
import { decodeGrantTerms } from '../formats/grant.js';
import { bytesToHex } from '../formats/id.js';
import {
  deriveKemKey,
  derivePersonalIndexKey,
  derivePersonalRosterKey,
  type KemSeed,
  type PersonalRoot,
} from '../keys/hierarchy.js';
import { personalVaultId } from '../keys/identity.js';
import { Changes } from '../live/changes.js';
import { LiveCache } from '../live/live-cache.js';
import { logKeys, nameOf } from '../log/collection-log.js';
import type { Author } from '../log/sign-op.js';
import { admitsDevice, type Identity, verifyIdentityLog } from '../protocol/identity-chain.js';
import { identityAnswer } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import type { RequestSigner } from '../protocol/request-signature.js';
import type { Store } from '../store/port.js';
import { call } from '../sync/answer.js';
import { collectionLane, type Outbox, openOutbox } from '../sync/outbox.js';
import { createSync } from '../sync/runner.js';
import type { Transport } from '../sync/transport.js';
import { systemWait } from '../sync/wait.js';
import { joinTabs } from '../tabs/presence.js';
import { sweepBlobs } from './blob-sweep.js';
import { Collection, type CollectionContext } from './collection.js';
import { readEvidence } from './evidence.js';
import { Fence, logTopic, type Missed } from './fence.js';
import { FetchLogs } from './fetch-logs.js';
import type { IdentityBook, IdentityNeed } from './identity-book.js';
import { IndexBook } from './index-book.js';
import type { DeviceProfile } from './local-keystore.js';
import { createSyncHost, type StoreHost } from './sync-host.js';
import { openTabSync, type TabSync } from './tab-sync.js';
import { type Transaction, Transactions } from './transaction.js';

/** A vault this person owns: its id and its index. */
export interface OwnedVault {
  readonly vault: Uint8Array;
  readonly index: IndexBook;
}

/** What a session is opened with. */
export interface SessionOptions {
  readonly store: Store;
  readonly transport: Transport;
  readonly profile: DeviceProfile;
  readonly personalRoot: PersonalRoot;
  readonly book: IdentityBook;
  readonly random: RandomBytes;
  readonly now: () => number;
}

/**
 * An unlocked person on this device: keys, collections, outbox and sync, wired together.
 *
 * It decides nothing about documents or sharing; the verbs in the files beside it do, through `transact`.
 */
export class Session {
  readonly store: Store;
  readonly transport: Transport;
  readonly profile: DeviceProfile;
  readonly personalRoot: PersonalRoot;
  readonly book: IdentityBook;
  readonly author: Author;
  readonly kem: { readonly seed: KemSeed; readonly publicKey: Uint8Array };
  readonly signer: RequestSigner;
  readonly context: CollectionContext;
  readonly random: RandomBytes;
  readonly now: () => number;
  readonly vaults = new Map<string, OwnedVault>();
  /** Tells everything live that something changed; ends when the session is locked. */
  readonly changes = new Changes();
  readonly lives = new LiveCache();
  /** Authors whose identity logs were asked for in vain, by name and length: once is enough while this is open. */
  readonly askedAuthors = new Set<string>();
  /** What the server says it delivered of this person's vaults. */
  readonly fetchLogs: FetchLogs;
  readonly #collections = new Map<string, Collection>();
  #outbox!: Outbox;
  #transactions!: Transactions;
  #personal!: OwnedVault;
  #sync: TabSync | null = null;
  #host: StoreHost | undefined;
  #leave: () => void = () => {};
  #closed = false;
  #locked = false;

  private constructor(options: SessionOptions) {
    const { store, transport, profile, personalRoot, book, random, now } = options;
    this.store = store;
    this.fetchLogs = new FetchLogs(store);
    this.transport = transport;
    this.profile = profile;
    this.personalRoot = personalRoot;
    this.book = book;
    this.random = random;
    this.now = now;
    const device = signingKeyPairFromSeed(profile.seed);
    this.author = { person: profile.person, device: device.publicKey, deviceKey: device.secretKey };
    this.kem = deriveKemKey(personalRoot, 1);
    const keyId = { type: 'device', person: profile.person, device: device.publicKey } as const;
    this.signer = { keyId, sign: (bytes) => signRaw(device.secretKey, bytes) };
    this.context = { author: this.author, identityOf: (person) => book.get(person), random, now };
  }

  /** Opens outbox and sync, then every collection that the indexes name. */
  static async open(
    options: SessionOptions,
    found?: (session: Session, transaction: Transaction) => Collection | Promise<Collection>,
  ): Promise<Session> {
    const session = new Session(options);
    const { store, random, now, transport, profile, personalRoot } = options;
    // First: what others write from here on is missed, and taken in at the first transaction.
    const fence = await Fence.open(store);
    session.#outbox = await openOutbox({ store, random, now });
    session.#outbox.goOnAfter(fence.lastNumber);
    session.#outbox.onChange(() => session.changes.notify());
    session.#transactions = new Transactions({
      ...{ store, outbox: session.#outbox, fence },
      catchUp: (missed) => session.#takeIn(missed),
      onWritten: (queued) => session.#tell(queued),
    });
    const rosterKey = derivePersonalRosterKey(personalRoot);
    const prepare = (collection: Collection) => {
      collection.offerKey(1, derivePersonalIndexKey(personalRoot, 1));
      collection.offerRosterKey(rosterKey);
    };
    const index = found
      ? await session.transact((transaction) => found(session, transaction))
      : await session.#load(profile.index, prepare);
    session.#collections.set(nameOf(index.id), index);
    session.#personal = {
      vault: personalVaultId(profile.person),
      index: new IndexBook(index, rosterKey),
    };
    const host = await createSyncHost(session);
    session.#host = host;
    await session.discover();
    session.#sync = await openTabSync({
      ...{ scope: store.scope ?? null, random, now, catchUp: () => session.catchUp() },
      createRunner: () =>
        createSync({
          ...{ store, transport, signer: session.signer, host, outbox: session.#sendable() },
          ...{ random, now, wait: systemWait },
        }),
      onLock: () => void session.lock(),
    });
    session.#leave = await joinTabs(store.scope ?? null, () => sweepBlobs(session));
    return session;
  }

  /** The personal index. Throws `access/locked`. */
  get index(): IndexBook {
    this.requireOpen();
    return this.#index;
  }

  /** What is this person's own and of no vault: the same shape as a vault, with the personal index in its place. */
  get personal(): OwnedVault {
    this.requireOpen();
    return this.#personal;
  }

  get #index(): IndexBook {
    return this.#personal.index;
  }

  get outbox(): Outbox {
    return this.#outbox;
  }

  get sync(): TabSync {
    this.requireOpen();
    return this.#sync as TabSync;
  }

  get collections(): readonly Collection[] {
    return [...this.#collections.values()];
  }

  /** How many collections are known here. */
  get collectionCount(): number {
    return this.#collections.size;
  }

  get identity(): Identity {
    const identity = this.book.get(this.profile.person);
    if (identity === null) throw new VaultError('store/damaged', { what: 'identity' });
    return identity;
  }

  /** A collection that is open here, or `null`. */
  collection(id: Uint8Array): Collection | null {
    return this.#collections.get(nameOf(id)) ?? null;
  }

  /** As `collection`. Throws `access/no-key`. */
  requireCollection(id: Uint8Array): Collection {
    const collection = this.collection(id);
    if (collection === null) throw new VaultError('access/no-key');
    return collection;
  }

  /** Makes a collection known that was founded in this transaction. */
  adopt(transaction: Transaction, collection: Collection): void {
    const name = nameOf(collection.id);
    this.#collections.set(name, collection);
    transaction.onUndo(() => this.#collections.delete(name));
  }

  /** Runs one change: all of it durable, or nothing. Throws `access/locked`, and what the change throws. */
  async transact<T>(change: (transaction: Transaction) => T | Promise<T>): Promise<T> {
    this.requireOpen();
    return this.#transactions.run((transaction) => {
      this.requireOpen();
      return change(transaction);
    });
  }

  /** Takes in what other sessions of this store wrote. Nothing to do is one small read. */
  async catchUp(): Promise<void> {
    if (!this.#locked) await this.#transactions.catchUp();
  }

  /** Fetches the identity logs needed, as far as the server has them. Throws `sync/*`, `integrity/*`. */
  async ensureIdentities(needs: readonly IdentityNeed[]): Promise<void> {
    await this.book.ensure(needs, async (person, after) => {
      try {
        const path = paths.identityAfter(person, after);
        const { entries } = await call(
          this.transport,
          { method: 'GET', path, signer: this.signer },
          identityAnswer,
        );
        return entries;
      } catch (error) {
        if (isVaultError(error, 'sync/refused') && error.details.status === 404) return [];
        throw error;
      }
    });
  }

  /**
   * As `ensureIdentities` for one person; throws `share/unknown-person` when there is none.
   *
   * Asks again when a `device` is named that the log known here does not admit: it may have joined since.
   */
  async requireIdentity(person: Uint8Array, device?: Uint8Array): Promise<Identity> {
    await this.ensureIdentities([{ person, length: 1 }]);
    const known = this.book.get(person);
    if (known !== null && device !== undefined && !admitsDevice(known, device)) {
      await this.ensureIdentities([{ person, length: known.heads.length + 1 }]);
    }
    const identity = this.book.get(person);
    if (identity === null) throw new VaultError('share/unknown-person');
    return identity;
  }

  /** Follows the indexes: opens the vaults and collections they name, and hands out the keys they hold. */
  async discover(): Promise<void> {
    for (const { vault, index, rosterKey } of this.#index.list('index.vault')) {
      if (this.vaults.has(nameOf(vault))) continue;
      const key = Secret.of('roster-key', rosterKey.slice());
      const collection = await this.#open(index, [this.#index], key);
      this.vaults.set(nameOf(vault), { vault, index: new IndexBook(collection, key) });
    }
    this.#offerKeys(this.#index);
    // One's own before what others gave: nobody's grant may come before the keys of an owner.
    for (const { index } of [this.#personal, ...this.vaults.values()]) {
      if (index !== this.#index) this.#offerKeys(index);
      for (const { collection, rosterKey } of index.list('index.collection')) {
        await this.#open(collection, [index], Secret.of('roster-key', rosterKey.slice()));
      }
    }
    for (const { terms } of this.#index.list('index.received')) {
      await this.#open(decodeGrantTerms(terms).collection, [this.#index], null);
    }
    await this.#learnContacts();
    for (const collection of this.#collections.values()) collection.openWaiting();
    this.changes.notify();
  }

  /** Whether an index of this person, or a vault's of theirs, is this collection or lists it as its own. */
  isOwn(id: Uint8Array): boolean {
    const name = nameOf(id);
    if (nameOf(this.#index.collection.id) === name) return true;
    return [this.#personal, ...this.vaults.values()].some(
      ({ index }) =>
        nameOf(index.collection.id) === name ||
        index.list('index.collection').some(({ collection }) => nameOf(collection) === name),
    );
  }

  /** On a new device the pinned logs come with the index: without them no key could be wrapped for anyone. */
  async #learnContacts(): Promise<void> {
    for (const { person, identity } of this.#index.list('index.contact')) {
      if (this.book.get(person) === null) await this.book.learn(verifyIdentityLog(identity));
    }
  }

  /** Wipes every key. What was open throws `access/locked` from now on; the store stays as it is. */
  async lock(): Promise<void> {
    if (this.#locked) return;
    this.#locked = true;
    this.changes.end();
    await this.#sync?.close();
    this.#leave();
    for (const collection of this.#collections.values()) collection.lock();
    this.author.deviceKey.wipe();
    this.kem.seed.wipe();
    this.personalRoot.wipe();
    this.profile.seed.wipe();
  }

  /** Locks, then closes the store. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.lock();
    await this.store.close();
  }

  get locked(): boolean {
    return this.#locked;
  }

  requireOpen(): void {
    if (this.#locked) throw new VaultError('access/locked');
  }

  async #open(
    id: Uint8Array,
    indexes: readonly IndexBook[],
    rosterKey: Secret<'roster-key'> | null,
  ): Promise<Collection> {
    const prepare = (collection: Collection) => {
      if (rosterKey !== null) collection.offerRosterKey(rosterKey);
      for (const index of indexes) offerKeysOf(index, collection);
    };
    const known = this.collection(id);
    if (known !== null) {
      prepare(known);
      return known;
    }
    const collection = await this.#load(id, prepare);
    this.#collections.set(nameOf(id), collection);
    return collection;
  }

  async #load(id: Uint8Array, prepare: (collection: Collection) => void): Promise<Collection> {
    const collection = await Collection.load(this.store, id, this.context, prepare);
    for (const op of await this.#queuedOps(id)) collection.restorePending(op);
    collection.frozen = await this.#frozenOf(id);
    return collection;
  }

  /** This device's own ops of a log that wait to be sent, in their order. */
  async #queuedOps(id: Uint8Array): Promise<Uint8Array[]> {
    const ops: Uint8Array[] = [];
    for (const { id: entry, kind } of await this.#outbox.list(collectionLane(id))) {
      if (kind !== 'found' && kind !== 'append') continue;
      const queued = await this.#outbox.read(entry);
      if (queued?.entry.kind === 'found') ops.push(queued.entry.op);
      if (queued?.entry.kind === 'append') ops.push(...queued.entry.ops);
    }
    return ops;
  }

  async #frozenOf(id: Uint8Array): Promise<VaultErrorCode | null> {
    const evidence = await this.store.get(logKeys(id).evidence);
    return evidence === null ? null : (readEvidence(evidence).code as VaultErrorCode);
  }

  /** Takes in what other sessions wrote: indexes first, since they hold the keys to the rest. */
  async #takeIn(missed: Missed): Promise<void> {
    if (this.#locked) return;
    // Only the first write of a person finds none: somebody else was quicker to make one.
    if (this.#host === undefined) throw new VaultError('store/not-empty');
    await this.book.refresh();
    await this.#host.refresh();
    await this.#outbox.list();
    const indexes = [this.#index, ...[...this.vaults.values()].map(({ index }) => index)];
    for (const { collection } of indexes) await this.#refresh(collection, missed);
    await this.discover();
    for (const collection of this.#collections.values())
      if (!indexes.some((index) => index.collection === collection)) await this.#refresh(collection, missed);
    // A log just read may be an index, or hold what one waited for.
    await this.discover();
  }

  async #refresh(collection: Collection, missed: Missed): Promise<void> {
    const { id } = collection;
    if (missed !== null && !missed.has(logTopic(bytesToHex(id)))) return;
    // The queue before the log: an op goes from one to the other, and must not be missed in both.
    const queued = await this.#queuedOps(id);
    const stored = await collection.log.readStored(this.store);
    const frozen = await this.#frozenOf(id);
    if (!this.#locked) collection.catchUp({ stored, queued, frozen });
  }

  #tell(queued: boolean): void {
    this.#sync?.wrote(queued);
    this.changes.notify();
  }

  /** The outbox as sync sees it: nothing is sent to a log that stopped, until it goes on (I7). */
  #sendable(): Outbox {
    const outbox = this.#outbox;
    const stopped = () =>
      new Set(this.collections.flatMap(({ id, frozen }) => (frozen === null ? [] : [collectionLane(id)])));
    return {
      ...outbox,
      list: async (lane) => {
        const queued = await outbox.list(lane);
        // What another session queued may be of a log that it founded: known here before it is sent.
        await this.catchUp();
        const lanes = stopped();
        return queued.filter((entry) => !lanes.has(entry.lane));
      },
      read: async (id) => {
        const queued = await outbox.read(id);
        await this.catchUp();
        return queued;
      },
    };
  }

  #offerKeys(index: IndexBook): void {
    for (const { collection: id, epoch, key } of index.list('index.key')) {
      this.collection(id)?.offerKey(epoch, Secret.of('collection-key', key.slice()));
    }
  }
}

function offerKeysOf(index: IndexBook, collection: Collection): void {
  const name = nameOf(collection.id);
  for (const { collection: id, epoch, key } of index.list('index.key')) {
    if (nameOf(id) === name) collection.offerKey(epoch, Secret.of('collection-key', key.slice()));
  }
}
