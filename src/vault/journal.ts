import { bytesToHex } from '../formats/id.js';
import { Kept } from '../live/kept.js';
import { isSameList, type Live } from '../live/live.js';
import { exportJournal } from './journal-export.js';
import { fetchesReach, type JournalFetch, journalFetches } from './journal-fetches.js';
import { type JournalGrant, journalGrants } from './journal-grants.js';
import { type JournalReach, reachOf } from './journal-reach.js';
import { type JournalReceipt, journalReceipts } from './journal-receipts.js';
import type { OwnedVault, Session } from './session.js';
import { sessionLiveList, sessionLoaded, versionOfAll } from './session-live.js';

/**
 * What is on record about access to a vault, in lists that are never mixed: each is as true as its source.
 *
 * Who could read is complete: every access is an op in a log. Who says they read is what honest clients told. What was
 * fetched is what the server says. `explainJournal` says so to people.
 */
export class Journal {
  readonly #session: Session;
  readonly #owned: OwnedVault;
  readonly #keptGrants = new Kept<JournalGrant>();
  readonly #keptReceipts = new Kept<JournalReceipt>();
  readonly #keptFetches = new Kept<JournalFetch>();
  #readFetches: { readonly version: string; readonly fetches: Promise<JournalFetch[]> } | null = null;

  /** @internal */
  constructor(session: Session, owned: OwnedVault) {
    this.#session = session;
    this.#owned = owned;
  }

  /** Every access ever given, in force or ended, oldest first, and by whom. */
  grants(): JournalGrant[] {
    this.#session.requireOpen();
    return this.#keptGrants.all(journalGrants(this.#session, this.#owned));
  }

  /** As `grants`, and every list that follows. */
  liveGrants(): Live<readonly JournalGrant[]> {
    return sessionLiveList(this.#session, this.#liveName('grants'), {
      version: () => this.#version(),
      read: () => this.grants(),
    });
  }

  /** What readers say that they read, in the order in which it came. Nothing here says that someone did not read. */
  receipts(): JournalReceipt[] {
    this.#session.requireOpen();
    return this.#keptReceipts.all(journalReceipts(this.#session, this.#owned));
  }

  /** As `receipts`, and every list that follows. */
  liveReceipts(): Live<readonly JournalReceipt[]> {
    return sessionLiveList(this.#session, this.#liveName('receipts'), {
      version: () => this.#version(),
      read: () => this.receipts(),
    });
  }

  /**
   * What the server says it delivered, to which device of whom, oldest first; one's own devices among them.
   *
   * As of the last sync, also without the network. A sync brings what is new and reports a server that does not stand by what it
   * said (`health().journals`); what was verified stays. Throws `store/damaged` when this device's copy was altered.
   */
  async fetches(): Promise<JournalFetch[]> {
    this.#session.requireOpen();
    const version = this.#fetchVersion();
    if (this.#readFetches?.version !== version) {
      const fetches = journalFetches(this.#session, this.#owned);
      this.#readFetches = { version, fetches };
      fetches.catch(() => {
        this.#readFetches = null;
      });
    }
    return this.#keptFetches.all(await this.#readFetches.fetches);
  }

  /** As `fetches`, and every list that follows; `undefined` until the first is read. */
  liveFetches(): Live<readonly JournalFetch[]> {
    return sessionLoaded<readonly JournalFetch[]>(
      this.#session,
      this.#liveName('fetches'),
      { version: () => this.#fetchVersion(), load: async () => Object.freeze(await this.fetches()) },
      isSameList,
    );
  }

  /** How much of what there was is in each list, and on whose word. */
  reach(): JournalReach {
    this.#session.requireOpen();
    return reachOf({ by: 'logs', until: null }, fetchesReach(this.#session, this.#owned));
  }

  /**
   * All of it as one file, signed by this device, that `verifyJournal` checks without the vault.
   *
   * It names people by their keys, and says who was given what, why and when: it is as confidential as the vault. Throws `sync/*` when the keys
   * of someone in it have to be asked for, `format/too-large` beyond 64 MiB.
   */
  async export(): Promise<Uint8Array> {
    this.#session.requireOpen();
    return exportJournal(this.#session, this.#owned);
  }

  #liveName(list: string): string {
    return `journal ${bytesToHex(this.#owned.vault)} ${list}`;
  }

  #fetchVersion(): string {
    return `${this.#session.fetchLogs.version} ${this.#version()}`;
  }

  #version(): string {
    const { index } = this.#owned;
    const collections = index.list('index.collection').flatMap(({ collection }) => {
      return this.#session.collection(collection) ?? [];
    });
    return versionOfAll([index.collection, ...collections]);
  }
}
