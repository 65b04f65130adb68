import { Mutex } from 'async-mutex';
import { systemRandom } from '../crypto/random.js';
import { isVaultError, VaultError } from '../errors.js';
import { type Id, printId } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import { flattenLive } from '../live/flatten.js';
import { isSameList, type Live, type Unsubscribe } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import type { Contact } from '../vault/people.js';
import { Drafts } from './drafts.js';
import { HEADER } from './header.js';
import type { MessagingPerson, MessagingShare, MessagingVault } from './messaging-person.js';
import { OPENING } from './opening.js';
import { Openings } from './openings.js';
import { PARTICIPANT } from './participant.js';
import { type MessagingPolicy, POLICY, POLICY_DEFAULT } from './policy.js';
import { SENT_OPENING, type SentOpening } from './sent-opening.js';
import { type MessagingSettings, SETTINGS } from './settings.js';
import { byOwners, settleAll, settleThread } from './settle.js';
import { newThreadName, SUBJECT_LENGTH_MAX, THREAD_NAME } from './shape.js';
import { policyOf, setOne, settingsOf } from './single-record.js';
import { type MessageOptions, Thread, type ThreadHome, type ThreadView } from './thread.js';

/** What a thread is opened with, in a vault of one's own. */
export interface OpenThreadOptions extends MessageOptions {
  /** At most 200 characters. */
  readonly subject: string;
  /** Contacts: professionals, a carer, whoever is to read and write. */
  readonly with: readonly (Contact | Id<'person'>)[];
  /** The first message; none if left out. */
  readonly text?: string;
}

/** What a thread is opened with, in someone else's vault. */
export interface AskThreadOptions extends Omit<MessageOptions, 'files'> {
  readonly subject: string;
  readonly text: string;
  readonly files?: readonly Exclude<NonNullable<MessageOptions['files']>[number], string>[];
}

/** A thread this person asked to open in someone's vault. */
export interface AskedThread extends Omit<SentOpening, 'thread'> {
  /** Under this id it will be found in `threads`, once it is accepted. */
  readonly id: string;
}

/**
 * The threads of a person: those in their vaults, and those they take part in. `messagingOf(person)` gives it.
 *
 * Everything is written on this device first and sent at the next sync. What is pushed to a device says that something changed,
 * never what; see `messageNotice`.
 */
export class Messaging {
  readonly drafts: Drafts;
  readonly openings: Openings;
  readonly #person: MessagingPerson;
  readonly #threads = new Map<
    string,
    { readonly places: readonly object[]; readonly standing: string; readonly thread: Thread }
  >();
  readonly #lists: Live<readonly Thread[]>;
  readonly #live: Live<readonly ThreadView[]>;
  readonly #lives = new LiveCache();
  readonly #tending = new Mutex();

  /** @internal */
  constructor(person: MessagingPerson) {
    this.#person = person;
    this.drafts = new Drafts(person, this);
    this.openings = new Openings(person, this);
    const inVaults = flattenLive(
      deriveLive([person.liveVaults()], (vaults) =>
        vaults.map((vault) =>
          deriveLive([vault.liveRecordCollections()], (names): readonly Thread[] =>
            names.filter(isThread).map((name) => this.#of(name, { vault, share: null })),
          ),
        ),
      ),
    );
    this.#lists = deriveLive(
      [inVaults, person.liveShares()],
      (owned, shares) => [...owned.flat(), ...this.#shared(shares)],
      isSameList,
    );
    const views = deriveLive([this.#lists], (threads) => threads.map((thread) => thread.live()), isSameList);
    this.#live = deriveLive([flattenLive(views)], (all) => all.toSorted(newestFirst), isSameList);
  }

  /** The threads, the one with the newest message first; archived ones and those this person left among them. */
  async threads(): Promise<ThreadView[]> {
    const views = await Promise.all((await this.#all()).map((thread) => thread.view()));
    return views.sort(newestFirst);
  }

  /** As `threads`, and every list that follows. */
  live(): Live<readonly ThreadView[]> {
    return this.#live;
  }

  /**
   * One thread, or `null`.
   *
   * Throws `integrity/wrong-audience` when two others share one under this name: one of them took it from the other, and what is
   * written must not go to the wrong one.
   */
  async thread(id: string): Promise<Thread | null> {
    const { thread, isOneOfMany } = meant(await this.#all(), id);
    if (isOneOfMany) throw new VaultError('integrity/wrong-audience');
    return thread;
  }

  /** As `thread().live()`; while it is not there, or `thread` throws, `null`. */
  liveThread(id: string): Live<ThreadView | null> {
    return this.#lives.get(`thread ${id}`, () =>
      deriveLive([this.#live], (views) => {
        const { thread, isOneOfMany } = meant(views, id);
        return isOneOfMany ? null : thread;
      }),
    );
  }

  /** How many messages in threads that are not archived or left were not read. */
  liveUnread(): Live<number> {
    return this.#lives.get('unread', () =>
      deriveLive([this.#live], (views) =>
        views.reduce((sum, { unread, archived, left }) => sum + (archived || left ? 0 : unread), 0),
      ),
    );
  }

  /**
   * Opens a thread in a vault of one's own, shares it with everyone named, and writes the first message.
   *
   * Throws `usage/invalid` for no subject or nobody, `share/unknown-person`, `share/trust-too-low`, `access/not-allowed` where the
   * policy of the vault leaves opening to professionals, and as `thread.reply`: then the thread is there without the message.
   */
  async open(vault: MessagingVault, options: OpenThreadOptions): Promise<Thread> {
    return this.openNamed(newThreadName(), vault, options);
  }

  /**
   * As `open`, under a name; of a thread of this name that was begun and not finished, what is there stays.
   *
   * `begin` is called when nothing speaks against it, before anything is written. @internal
   */
  async openNamed(
    id: string,
    vault: MessagingVault,
    options: OpenThreadOptions,
    begin: () => Promise<unknown> = async () => {},
  ): Promise<Thread> {
    const { subject, with: people, text, ...message } = options;
    checkSubject(subject);
    if (people.length === 0) throw new VaultError('usage/invalid', { argument: 'with' });
    if ((await policyOf(vault)).opening === 'professionals') throw new VaultError('access/not-allowed');
    const invited = await Promise.all(
      people.map(async (contact) => {
        const known = await this.#person.people.get(typeof contact === 'string' ? contact : contact.id);
        if (known === null) throw new VaultError('share/unknown-person');
        // Said before anything is written: nobody could be let in.
        if (known.trust === 'unknown') throw new VaultError('share/trust-too-low');
        return known;
      }),
    );
    await begin();
    const isBegun = (await vault.recordCollections()).includes(id);
    const opened = Date.now();
    if (!isBegun || (await byOwners(vault, id, HEADER)).length === 0)
      await vault.records(HEADER, id).add({ thread: id, subject, opener: this.#person.id, opened });
    const known = isBegun ? await byOwners(vault, id, PARTICIPANT) : [];
    const missing = invited.filter((contact) => !known.some(({ value }) => value.person === contact.id));
    if (missing.length > 0) await this.invite(vault, id, missing);
    else await settleThread(vault, id);
    const thread = this.#of(id, { vault, share: null });
    if (text !== undefined || (message.files?.length ?? 0) > 0) await thread.reply(text ?? '', message);
    return thread;
  }

  /**
   * Asks to open a thread in someone's vault, by a card of it: the first message waits there until its holder, or their
   * policy, accepts. Nothing can be read there before.
   *
   * Throws as `person.depositRecord`. The server learns that this person left something in the vault, and its size.
   */
  async ask(card: string, { subject, text, files = [], ...work }: AskThreadOptions): Promise<AskedThread> {
    checkSubject(subject);
    const person = this.#person;
    const thread = newThreadName();
    const sent = Date.now();
    const opening = {
      ...{ thread, from: person.id, ref: printId('message', systemRandom(16)), after: [], sent },
      ...{ subject, text, card: await person.contactCard() },
    };
    const made = await person.depositRecord(card, OPENING, opening, { files, title: subject, ...work });
    const asked = { vault: made.vault, to: made.to, deposit: made.id, subject, sent };
    await person.records(SENT_OPENING).add({ thread, ...asked });
    return { id: thread, ...asked };
  }

  /** What this person asked to open and is not there yet, newest first; `refused` by the server is in `person.deposited()`. */
  async asked(): Promise<AskedThread[]> {
    const here = new Set((await this.#all()).map(({ id }) => id));
    const all = await this.#person.records(SENT_OPENING).list();
    return all.flatMap(({ value: { thread, ...asked } }) =>
      here.has(thread) ? [] : [{ id: thread, ...asked }],
    );
  }

  /** Who may open threads in a vault. */
  async policy(vault: MessagingVault): Promise<MessagingPolicy> {
    return policyOf(vault);
  }

  /** Changes who may open threads in a vault of one's own; what is left out stays. */
  async setPolicy(vault: MessagingVault, change: Partial<MessagingPolicy>): Promise<void> {
    await setOne(vault, POLICY, { ...POLICY_DEFAULT, ...(await policyOf(vault)), ...change });
  }

  /** What this person wants of messaging. */
  async settings(): Promise<MessagingSettings> {
    return settingsOf(this.#person);
  }

  /** Changes what this person wants of messaging, on all their devices. */
  async setSettings(change: Partial<MessagingSettings>): Promise<void> {
    await setOne(this.#person, SETTINGS, { ...(await settingsOf(this.#person)), ...change });
  }

  /**
   * Does what an owner's app owes the threads in their vaults, from now on and whenever something changes: accepts what the policy
   * accepts by itself, removes those who left, completes what another device began. Returns what stops it.
   *
   * An app calls it once after opening. What cannot be done is told to `onError`, and tried again at the next change.
   */
  start(onError: (error: unknown) => void = () => {}): Unsubscribe {
    let wanted = false;
    const tend = (): void => {
      if (wanted) return;
      wanted = true;
      void this.#tending
        .runExclusive(async () => {
          wanted = false;
          await this.tend(onError);
        })
        .catch((error: unknown) => {
          // Locked or closed: there is nothing left to tend.
          if (!isVaultError(error, 'access/locked')) onError(error);
        });
    };
    const threads = this.#live.subscribe({ next: tend });
    const openings = this.openings.live().subscribe({ next: tend });
    const stop = () => {
      threads();
      openings();
    };
    return Object.assign(stop, { unsubscribe: stop });
  }

  /** Once what `start` does at every change. */
  async tend(onError: (error: unknown) => void = () => {}): Promise<void> {
    const attempt = async (work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (error) {
        if (isVaultError(error, 'access/locked')) throw error;
        onError(error);
      }
    };
    await attempt(() => this.openings.acceptAllowed(onError));
    for (const vault of await this.#person.vaults()) {
      const names = (await vault.recordCollections()).filter(isThread);
      for (const name of names) await attempt(() => this.openings.complete(vault, name));
      await attempt(() => settleAll(vault, names, attempt));
    }
  }

  /** Writes down who is wanted in a thread, then lets them in. @internal */
  async invite(vault: MessagingVault, thread: string, people: readonly Contact[]): Promise<void> {
    const added = Date.now();
    // The owner is named there too, for those who know them by this thread only.
    const invitations = [this.#person, ...people].map(({ id, name, kind }) => {
      return { thread, person: id, name, kind, added, fromNow: false };
    });
    await vault.records(PARTICIPANT, thread).addAll(invitations);
    await settleThread(vault, thread);
  }

  async #all(): Promise<Thread[]> {
    const owned: Thread[] = [];
    for (const vault of await this.#person.vaults())
      for (const name of await vault.recordCollections())
        if (isThread(name)) owned.push(this.#of(name, { vault, share: null }));
    return [...owned, ...this.#shared(await this.#person.sharedWithMe())];
  }

  #shared(shares: readonly MessagingShare[]): Thread[] {
    const threads = new Map<string, MessagingShare[]>();
    for (const share of shares) {
      const { collection, role } = share;
      if (collection === null || !isThread(collection) || role !== 'contributor') continue;
      // Others may share theirs under the same name; of one person, two devices may have founded one each.
      const name = `${collection} ${share.from}`;
      threads.set(name, [...(threads.get(name) ?? []), share]);
    }
    return [...threads.values()].map((list) => {
      const share = list.find(({ status }) => status === 'open') ?? (list[0] as MessagingShare);
      const others = list.filter((other) => other !== share);
      return this.#of(share.collection as string, { vault: null, share, others });
    });
  }

  /** The same thread for the same home, while that stands as it does. */
  #of(id: string, home: ThreadHome): Thread {
    const places = home.vault === null ? [home.share, ...home.others] : [home.vault];
    const standing =
      home.vault === null ? [home.share, ...home.others].map(({ status }) => status).join() : '';
    const name = `${id} ${home.vault?.id ?? home.share?.from}`;
    const known = this.#threads.get(name);
    if (known !== undefined && isSameList(known.places, places) && known.standing === standing)
      return known.thread;
    const thread = new Thread(this.#person, id, home);
    this.#threads.set(name, { places, standing, thread });
    return thread;
  }
}

const all = /* @__PURE__ */ new WeakMap<object, Messaging>();

/** The threads of a person, here or in a worker; the same object for the same person. */
export function messagingOf(person: MessagingPerson): Messaging {
  const known = all.get(person) ?? new Messaging(person);
  all.set(person, known);
  return known;
}

function isThread(collection: string): boolean {
  return THREAD_NAME.test(collection);
}

function checkSubject(subject: string): void {
  if (typeof subject !== 'string' || subject.length === 0 || subject.length > SUBJECT_LENGTH_MAX)
    throw new VaultError('usage/invalid', { argument: 'subject' });
}

/** The thread that a name means: one's own before all others'; of several others', none. */
function meant<T extends { readonly id: string; readonly vault: object | string | null }>(
  threads: readonly T[],
  id: string,
): { readonly thread: T | null; readonly isOneOfMany: boolean } {
  const named = threads.filter((thread) => thread.id === id);
  const own = named.find(({ vault }) => vault !== null);
  return { thread: own ?? named[0] ?? null, isOneOfMany: own === undefined && named.length > 1 };
}

function newestFirst(a: ThreadView, b: ThreadView): number {
  return b.last - a.last || (a.id < b.id ? 1 : -1);
}
