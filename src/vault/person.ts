import { Secret } from '../crypto/secret.js';
import { PASSPHRASE_COST_DEFAULT, type PassphraseCost } from '../envelope/passphrase.js';
import { type Id, parseId, printId } from '../formats/id.js';
import type { PhraseLanguage } from '../keys/phrase.js';
import { createPassphraseSlot } from '../keys/slots.js';
import type { Live } from '../live/live.js';
import { nameOf } from '../log/collection-log.js';
import type { RecordKind } from '../records/record-kind.js';
import { printContactCard } from '../sharing/contacts.js';
import type { SyncReport } from '../sync/run.js';
import type { SyncCall, SyncStatus } from '../sync/runner.js';
import { foundCollection } from './collection-writer.js';
import { foundDepositBox } from './deposit-box.js';
import {
  type DepositRecordOptions,
  deposit,
  depositRecord,
  listDeposited,
  type MadeDeposit,
} from './depositor.js';
import type { WorkOptions } from './document-files.js';
import type { DocumentMetadata } from './document-view.js';
import type { FileSource } from './file-source.js';
import { type Health, healthOf, liveHealth } from './health.js';
import { type Holder, holderEntry } from './holder.js';
import { keyName } from './inbox.js';
import { IndexBook } from './index-book.js';
import { acknowledgesReads, setAcknowledgesReads } from './journal-acknowledge.js';
import { keepDevice } from './local-keystore.js';
import { Passkeys } from './passkeys.js';
import { People } from './people.js';
import { listReceived, type ReceivedShare, versionOfReceived } from './received.js';
import { recordsInVault } from './record-places.js';
import type { Records } from './records.js';
import { createRecoveryPhrase } from './recovery-phrase.js';
import { countedLocks, forgetUnlock, noteLock, stayUnlocked } from './remembered.js';
import { resendLost } from './resend.js';
import type { Session } from './session.js';
import { earliestOf, sessionLiveList, versionOfAll } from './session-live.js';
import { liveStorage, type StorageHealth, storageOf } from './storage-health.js';
import { type Factor, openRootSeed } from './strong-slots.js';
import { SyncStanding, type SyncState } from './sync-state.js';
import { showVault, type Vault, vaultOf } from './vault.js';

/** A person, unlocked on this device: patient, professional, laboratory or app. Call `close()` when done. */
export class Person {
  readonly id: Id<'person'>;
  /** As on this person's own card. */
  readonly name: string;
  readonly kind: 'patient' | 'professional' | 'institution' | 'app';
  readonly people: People;
  readonly passkeys: Passkeys;
  readonly #session: Session;
  readonly #standing: SyncStanding;
  /** How often this device had been locked everywhere when this person was opened. */
  readonly #locks: number | null;

  /** @internal */
  constructor(session: Session, locks: number | null = null) {
    this.#session = session;
    this.#locks = locks;
    this.#standing = new SyncStanding(session);
    this.id = printId('person', session.author.person);
    this.name = session.profile.name;
    this.kind = session.profile.kind;
    this.people = new People(session);
    this.passkeys = new Passkeys(session);
  }

  /** This person's card, for others to add: name and kind are claims, the keys prove themselves. */
  contactCard(): string {
    const session = this.#session;
    session.requireOpen();
    const { name, kind, server } = session.profile;
    return printContactCard(session.author, session.identity, { name, kind, server, time: session.now() });
  }

  /**
   * Creates a vault of which this person is the owner. The server learns that a collection was founded.
   *
   * Throws `usage/invalid` with the trait of the holder that is wrong.
   */
  async createVault(options: { readonly holder: Holder }): Promise<Vault> {
    const session = this.#session;
    const holder = holderEntry(options.holder, session.now());
    const vault = session.random(16);
    await session.transact((transaction) => {
      const rawRosterKey = session.random(32);
      const rosterKey = Secret.of('roster-key', rawRosterKey.slice());
      const rawKey = session.random(32);
      const indexKey = Secret.of('collection-key', rawKey.slice());
      const collection = foundCollection(transaction, session.context, {
        vault,
        server: session.profile.serverKey,
        key: indexKey,
        rosterKey,
      });
      session.adopt(transaction, collection);
      const { index } = session;
      const kept = { collection: collection.id, epoch: 1, key: rawKey };
      index.put(transaction, 'index.key', keyName(collection.id, 1, rawKey), kept);
      index.put(transaction, 'index.vault', vault, { vault, index: collection.id, rosterKey: rawRosterKey });
      const owned = { vault, index: new IndexBook(collection, rosterKey) };
      owned.index.put(transaction, 'index.holder', vault, holder);
      foundDepositBox(session, transaction, owned);
      session.vaults.set(nameOf(vault), owned);
      transaction.onUndo(() => session.vaults.delete(nameOf(vault)));
    });
    return vaultOf(session, vault, this.people);
  }

  /** The vaults this person owns. */
  vaults(): Vault[] {
    this.#session.requireOpen();
    return [...this.#session.vaults.values()].map((owned) => showVault(this.#session, owned, this.people));
  }

  /** As `vaults`, and every list that follows; a vault is another object when its holder changes. */
  liveVaults(): Live<readonly Vault[]> {
    const session = this.#session;
    const indexes = () => [session.index, ...[...session.vaults.values()].map(({ index }) => index)];
    return sessionLiveList(session, 'vaults', {
      version: () => versionOfAll(indexes().map(({ collection }) => collection)),
      read: () => this.vaults(),
    });
  }

  /** One vault, or `null`. */
  vault(id: Id<'vault'>): Vault | null {
    const bytes = parseId('vault', id);
    return this.#session.vaults.has(nameOf(bytes)) ? vaultOf(this.#session, bytes, this.people) : null;
  }

  /**
   * Records of one's own, in no vault: every device of this person has them, and nobody else can read them.
   *
   * For what a professional keeps who has no vault: drafts, marks, settings. Throws as `vault.records`.
   */
  records<T extends object>(kind: RecordKind<T>, collection?: string): Records<T> {
    return recordsInVault(this.#session, this.#session.personal, kind, collection);
  }

  /** What others shared with this person, oldest first. */
  sharedWithMe(): ReceivedShare[] {
    return listReceived(this.#session);
  }

  /**
   * As `sharedWithMe`, and every list that follows; a share is another object when its terms, trust or status change,
   * and the same when documents do: those are in `share.live()`.
   */
  liveShares(): Live<readonly ReceivedShare[]> {
    const session = this.#session;
    let shares: readonly ReceivedShare[] = [];
    return sessionLiveList(session, 'shares', {
      version: () => versionOfReceived(session),
      read: () => {
        shares = this.sharedWithMe();
        return shares;
      },
      nextMoment: () =>
        earliestOf(shares.map(({ status, expires }) => (status === 'ended' ? null : expires))),
    });
  }

  /** Leaves a document in someone's vault by its card, without any right to read there. See `deposit`. */
  async deposit(
    card: string,
    file: FileSource,
    metadata: DocumentMetadata,
    work: WorkOptions = {},
  ): Promise<MadeDeposit> {
    return deposit(this.#session, card, file, metadata, work);
  }

  /**
   * Leaves a record of a kind, with its files, in someone's vault by its card, without any right to read there.
   *
   * Whoever owns the vault finds it in `vault.deposits.waitingRecords(kind)`. Throws `format/malformed`, `integrity/*` for a bad
   * card, `share/ticket-refused` for one that has ended, what the kind's `parse` throws, `format/too-large`.
   */
  async depositRecord<T extends object>(
    card: string,
    kind: RecordKind<T>,
    value: T,
    options: DepositRecordOptions = {},
  ): Promise<MadeDeposit> {
    return depositRecord(this.#session, card, kind, value, options);
  }

  /** The deposits this person made, with the receipts that came back. */
  deposited(): MadeDeposit[] {
    this.#session.requireOpen();
    return listDeposited(this.#session);
  }

  /**
   * Whether the one who shared is told, signed, of each version of a document that this person reads to its end.
   *
   * Off until it is turned on; for every device of this person. Records, which come with their list, are told by
   * `share.acknowledge` alone.
   */
  async acknowledgeReads(acknowledge: boolean): Promise<void> {
    await setAcknowledgesReads(this.#session, acknowledge);
  }

  /** What `acknowledgeReads` was last set to. */
  acknowledgesReads(): boolean {
    return acknowledgesReads(this.#session);
  }

  /** The consent receipts this person holds for what was shared with them. */
  consents(): { readonly grant: Id<'grant'>; readonly receipt: Uint8Array }[] {
    return this.#session.index
      .list('index.consent')
      .flatMap(({ grant, receipt }) =>
        receipt === null ? [] : [{ grant: printId('grant', grant), receipt }],
      );
  }

  /**
   * Makes 24 words that bring everything back on an empty device, and keeps what they open on the server.
   *
   * Asks for the passphrase again, or for a passkey that opens this device. The words are shown once and never stored;
   * the server keeps ciphertext that only they open. Earlier words stop working, passkeys go on. Throws
   * `access/wrong-passphrase`, `access/unknown-passkey`.
   */
  async createRecoveryPhrase(options: Factor & { readonly language?: PhraseLanguage }): Promise<string> {
    return createRecoveryPhrase(this.#session, options);
  }

  /**
   * Changes the passphrase of this device, with the old one or with a passkey that opens it. Throws
   * `access/wrong-passphrase`, `access/unknown-passkey`, and changes nothing.
   *
   * Whoever copied the old store and knew the old passphrase can still open that copy.
   */
  async changePassphrase(
    options: Factor & { readonly next: string; readonly cost?: PassphraseCost },
  ): Promise<void> {
    const session = this.#session;
    const rootSeed = await openRootSeed(session, options);
    const { personalRoot, random, index, author } = session;
    const slot = await createPassphraseSlot({
      ...{ passphrase: options.next, cost: options.cost ?? PASSPHRASE_COST_DEFAULT, person: author.person },
      ...{ content: { rootSeed, personalRoot, index: index.collection.id }, random, time: session.now() },
    });
    rootSeed.wipe();
    const profile = { ...session.profile, index: index.collection.id };
    const writes = keepDevice(slot, profile, personalRoot, random);
    await session.transact((transaction) => {
      transaction.writes.push(...writes);
    });
    // Whoever changes a passphrase wants to be asked for the new one.
    await forgetUnlock(session.store);
  }

  /**
   * Lets this device open without asking for so long, at most 90 days: `openPerson({ store, remembered: true })`.
   *
   * The personal root is kept under a key that the browser does not give out. It protects from copying by a script, not
   * from a script that uses it, nor from someone with the unlocked profile of this browser. `lock` forgets it, `close`
   * does not. Throws `store/unavailable` where there is no such keystore (Node, memory), `usage/invalid`,
   * `access/locked`.
   */
  async stayUnlocked(options: { readonly forMs: number }): Promise<void> {
    await stayUnlocked(this.#session, this.#locks, options.forMs);
  }

  /** Ends what `stayUnlocked` began; what is open stays open. */
  async forgetUnlock(): Promise<void> {
    await forgetUnlock(this.#session.store);
  }

  /**
   * Whether this device was locked everywhere since this person was opened: a tab that was frozen was not told.
   *
   * `createAutoLock` asks now and then. Throws `access/locked` when this tab is locked already.
   */
  async lockedElsewhere(): Promise<boolean> {
    const session = this.#session;
    session.requireOpen();
    const counted = this.#locks === null ? null : await countedLocks(session.store);
    session.requireOpen();
    return counted !== null && counted !== this.#locks;
  }

  /**
   * Sends what is waiting and takes in what is new, until nothing is left to do.
   *
   * Problems of one collection are in the report and do not stop the others; `sync/offline` and the like are thrown.
   * Whatever happens, nothing kept here is lost.
   */
  async sync(options: SyncCall = {}): Promise<SyncReport> {
    return this.#session.sync.sync(options);
  }

  /** Syncs in the background from now on; `onStatus` hears of every change. Returns the function that stops hearing. */
  startSync(onStatus: (status: SyncStatus) => void = () => {}): () => void {
    const stop = this.#session.sync.onState(onStatus);
    this.#session.sync.start();
    return stop;
  }

  /**
   * Gives back to a server restored from an old backup what it lost, byte for byte; see `health().frozen`.
   *
   * Returns how many ops were sent again. Throws `sync/*`, and `integrity/fork` when the server's history is not the
   * beginning of the one verified here: that is no lost backup.
   */
  async resendLost(): Promise<number> {
    this.#session.requireOpen();
    return resendLost(this.#session);
  }

  /** How this device stands: freshness, what is unsent, whether the words exist, what is frozen or damaged. */
  async health(): Promise<Health> {
    return healthOf(this.#session);
  }

  /** As `health`, and all that follows. */
  liveHealth(): Live<Health> {
    return liveHealth(this.#session);
  }

  /** How the storage of this device stands: whether it may be taken back, whether it is nearly full. */
  async storage(): Promise<StorageHealth> {
    return storageOf(this.#session);
  }

  /** As `storage`, and all that follows; looked at about once a minute. */
  liveStorage(): Live<StorageHealth> {
    return liveStorage(this.#session);
  }

  /** How what is here stands with what the server has: what an app shows beside its name. */
  liveSync(): Live<SyncState> {
    return this.#standing.live();
  }

  /**
   * Wipes every key in this tab's memory, and what `stayUnlocked` left; the store keeps ciphertext only. Open again with
   * the passphrase or a passkey.
   */
  async lock(): Promise<void> {
    await this.#session.lock();
    await forgetUnlock(this.#session.store);
  }

  /** Locks this tab, and has every other tab that has this store open lock at once. */
  async lockEverywhere(): Promise<void> {
    const session = this.#session;
    if (!session.locked) session.sync.lockOthers();
    await session.lock();
    await noteLock(session.store);
  }

  /** Locks, and lets go of the store. */
  async close(): Promise<void> {
    await this.#session.close();
  }

  toJSON(): { readonly id: Id<'person'> } {
    return { id: this.id };
  }
}
