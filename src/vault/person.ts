import { Secret } from '../crypto/secret.js';
import { PASSPHRASE_COST_DEFAULT, type PassphraseCost } from '../envelope/passphrase.js';
import { VaultError } from '../errors.js';
import { type Id, parseId, printId } from '../formats/id.js';
import { nameOf } from '../log/collection-log.js';
import type { Live } from '../live/live.js';
import { generatePhrase, type PhraseLanguage } from '../keys/phrase.js';
import { createPassphraseSlot, createStrongSlot, openPassphraseRootSeed } from '../keys/slots.js';
import { encodeMessage, putSlotRequest } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import { printContactCard } from '../sharing/contacts.js';
import type { SyncCall, SyncStatus } from '../sync/runner.js';
import type { SyncReport } from '../sync/run.js';
import { foundCollection } from './collection-writer.js';
import { foundDepositBox } from './deposit-box.js';
import { deposit, listDeposited, type MadeDeposit } from './depositor.js';
import type { WorkOptions } from './document-files.js';
import type { DocumentMetadata } from './document-view.js';
import type { FileSource } from './file-source.js';
import { type Health, healthOf, liveHealth } from './health.js';
import { keyName } from './inbox.js';
import { IndexBook } from './index-book.js';
import { keepDevice, readLocalSlot } from './local-keystore.js';
import { People } from './people.js';
import { listReceived, type ReceivedShare, versionOfReceived } from './received.js';
import { resendLost } from './resend.js';
import type { Session } from './session.js';
import { earliestOf, sessionLiveList, versionOfAll } from './session-live.js';
import { type SyncState, SyncStanding } from './sync-state.js';
import { type Holder, showVault, type Vault, vaultOf } from './vault.js';

/** A person, unlocked on this device: patient, professional, laboratory or app. Call `close()` when done. */
export class Person {
  readonly id: Id<'person'>;
  readonly people: People;
  readonly #session: Session;
  readonly #standing: SyncStanding;

  /** @internal */
  constructor(session: Session) {
    this.#session = session;
    this.#standing = new SyncStanding(session);
    this.id = printId('person', session.author.person);
    this.people = new People(session);
  }

  /** This person's card, for others to add: name and kind are claims, the keys prove themselves. */
  contactCard(): string {
    const session = this.#session;
    session.requireOpen();
    const { name, kind, server } = session.profile;
    return printContactCard(session.author, session.identity, { name, kind, server, time: session.now() });
  }

  /** Creates a vault of which this person is the owner. The server learns that a collection was founded. */
  async createVault(options: { readonly holder: Holder }): Promise<Vault> {
    const session = this.#session;
    const { birthName, givenNames = [], birthDate = null, sex = null, birthPlace = null } = options.holder;
    if (typeof birthName !== 'string' || birthName.length === 0)
      throw new VaultError('usage/invalid', { argument: 'birthName' });
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
      const holder = {
        birthName,
        givenNames: [...givenNames],
        birthDate,
        sex,
        birthPlace,
        created: session.now(),
      };
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

  /** The deposits this person made, with the receipts that came back. */
  deposited(): MadeDeposit[] {
    this.#session.requireOpen();
    return listDeposited(this.#session);
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
   * Asks for the passphrase again. The words are shown once and never stored; the server keeps ciphertext that only
   * they open. Earlier words stop working. Throws `access/wrong-passphrase`.
   */
  async createRecoveryPhrase(options: {
    readonly passphrase: string;
    readonly language?: PhraseLanguage;
  }): Promise<string> {
    const session = this.#session;
    session.requireOpen();
    const local = await readLocalSlot(session.store);
    if (local === null) throw new VaultError('store/damaged', { what: 'slot' });
    const rootSeed = await openPassphraseRootSeed(local, options.passphrase);
    const { words, entropy } = await generatePhrase(session.random, options.language ?? 'fr');
    const { person } = session.author;
    const content = { rootSeed, personalRoot: session.personalRoot, index: session.index.collection.id };
    const { slotId, bytes } = createStrongSlot({
      secret: entropy,
      person,
      content,
      random: session.random,
      time: session.now(),
    });
    rootSeed.wipe();
    entropy.wipe();
    await session.transact((transaction) => {
      const put = encodeMessage(putSlotRequest, { slot: bytes });
      transaction.send('slots', {
        kind: 'request',
        method: 'PUT',
        path: paths.personSlot(person, slotId),
        body: put,
      });
      for (const old of session.index.list('index.slot')) {
        if (old.removed) continue;
        session.index.put(transaction, 'index.slot', old.slot, { ...old, removed: true });
        transaction.send('slots', {
          kind: 'request',
          method: 'DELETE',
          path: paths.personSlot(person, old.slot),
          body: null,
        });
      }
      const entry = { slot: slotId, kind: 'phrase' as const, created: session.now(), removed: false };
      session.index.put(transaction, 'index.slot', slotId, entry);
    });
    return words;
  }

  /**
   * Changes the passphrase of this device. Throws `access/wrong-passphrase` and changes nothing.
   *
   * Whoever copied the old store and knew the old passphrase can still open that copy.
   */
  async changePassphrase(options: {
    readonly passphrase: string;
    readonly next: string;
    readonly cost?: PassphraseCost;
  }): Promise<void> {
    const session = this.#session;
    session.requireOpen();
    const local = await readLocalSlot(session.store);
    if (local === null) throw new VaultError('store/damaged', { what: 'slot' });
    const rootSeed = await openPassphraseRootSeed(local, options.passphrase);
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

  /** How what is here stands with what the server has: what an app shows beside its name. */
  liveSync(): Live<SyncState> {
    return this.#standing.live();
  }

  /** Wipes every key on this device's memory; the store keeps ciphertext only. Open again with the passphrase. */
  async lock(): Promise<void> {
    await this.#session.lock();
  }

  /** Locks this tab, and has every other tab that has this store open lock at once. */
  async lockEverywhere(): Promise<void> {
    this.#session.sync.lockOthers();
    await this.#session.lock();
  }

  /** Locks, and lets go of the store. */
  async close(): Promise<void> {
    await this.#session.close();
  }

  toJSON(): { readonly id: Id<'person'> } {
    return { id: this.id };
  }
}
