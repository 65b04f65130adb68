import { systemRandom } from '../crypto/random.js';
import { VaultError } from '../errors.js';
import { type Id, printId } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import { isSameList, type Live } from '../live/live.js';
import type { DocumentCategory } from '../records/category.js';
import type { ReadOptions, WorkOptions } from '../vault/document-files.js';
import type { Contact } from '../vault/people.js';
import type { RecordFileSource } from '../vault/record-files.js';
import type { RecordHome } from '../vault/record-home.js';
import type { RecordItem } from '../vault/record-item.js';
import type { RecordMember } from '../vault/records.js';
import { HEADER } from './header.js';
import { MESSAGE } from './message.js';
import type { MessagingPerson, MessagingShare, MessagingVault } from './messaging-person.js';
import { OPENING } from './opening.js';
import { PARTICIPANT } from './participant.js';
import { READ_MARK, type ReadMark } from './read-mark.js';
import { RECEIPT } from './receipt.js';
import { byOwners, settleThread } from './settle.js';
import { REFERENCES_MAX, type Reference } from './shape.js';
import { settingsOf } from './single-record.js';
import { EVENT, type SealedEvent } from './thread-event.js';
import { type Message, type Transcript, transcriptOf } from './transcript.js';

/** A thread as shown: a plain value. */
export interface ThreadView extends Omit<Transcript, 'heads' | 'missing'> {
  readonly id: string;
  /** The vault it is in, for its owner; else null. */
  readonly vault: Id<'vault'> | null;
  /**
   * `closed` until whoever closed it, or an owner, opens it again; `left` when this person left; `ended` when they were
   * removed or the access ended: then nothing new can be read.
   */
  readonly status: 'open' | 'closed' | 'left' | 'ended';
}

/** Where a thread is for this person: in a vault of theirs, or in what was shared with them. */
export type ThreadHome =
  | { readonly vault: MessagingVault; readonly share: null }
  | {
      readonly vault: null;
      readonly share: MessagingShare;
      /** Two devices of the owner that took it in at once have founded one each: the others are read as well. */
      readonly others: readonly MessagingShare[];
    };

/** What goes with a message. */
export interface MessageOptions extends WorkOptions {
  /** Files of any size; ids of documents of the vault, for its owner: these are attached as they are now, not copied. */
  readonly files?: readonly RecordFileSource[];
}

/**
 * One thread: messages of the people in it, in an order that they signed.
 *
 * Its collection is in the patient's vault, and everyone in the thread may write to it. The server learns who is in it, when
 * something was written, and sizes by class. Works offline; what is written is sent at the next sync.
 */
export class Thread {
  readonly id: string;
  readonly #person: MessagingPerson;
  readonly #home: ThreadHome;
  readonly #live: Live<ThreadView>;

  /** @internal */
  constructor(person: MessagingPerson, id: string, home: ThreadHome) {
    this.id = id;
    this.#person = person;
    this.#home = home;
    this.#live = deriveLive(
      [
        this.#liveOf(HEADER),
        this.#liveOf(PARTICIPANT),
        this.#liveOf(OPENING),
        this.#liveOf(MESSAGE),
        this.#liveOf(EVENT),
        this.#liveOf(RECEIPT),
        together(this.#homes.map((place) => place.records(MESSAGE, id).liveMembers())),
        person.records(READ_MARK).live({ where: { thread: id } }),
        person.people.live(),
      ],
      (headers, participants, openings, messages, events, receipts, members, marks, contacts) =>
        this.#view(
          transcriptOf({
            ...{ thread: id, me: person.id, headers, participants, openings, messages, events, receipts },
            ...{ members, marks, contacts },
          }),
        ),
    );
  }

  /** The vault it is in, for its owner; else null. */
  get vault(): Id<'vault'> | null {
    return this.#home.vault?.id ?? null;
  }

  /** The thread as it is now. */
  async view(): Promise<ThreadView> {
    return this.#view(await this.#transcript());
  }

  /** As `view`, and all that follows. */
  live(): Live<ThreadView> {
    return this.#live;
  }

  /**
   * Answers to everyone in the thread. Text of at most 100 000 characters, at most 64 files of any size.
   *
   * Throws `access/thread-closed`, `access/not-allowed` to who left or was removed, and as `records.add` for files.
   */
  async reply(text: string, { files = [], ...work }: MessageOptions = {}): Promise<Message> {
    const transcript = await this.#requireOpen();
    if (transcript.closed !== null) throw new VaultError('access/thread-closed');
    const to = transcript.participants
      .filter(
        ({ person, state }) => person !== this.#person.id && (state === 'present' || state === 'invited'),
      )
      .map(({ person }) => person);
    const { id } = await this.#of(MESSAGE).add(
      { ...this.#written(transcript), to, text },
      { files, ...work },
    );
    if (transcript.archived) await this.#mark({ archived: false });
    return this.#message((message) => message.id === id);
  }

  /** Ends the exchange for now: nobody answers until it is opened again. Closing twice is once. */
  async close(): Promise<void> {
    const transcript = await this.#requireOpen();
    if (transcript.closed === null) await this.#happen(transcript, 'closed');
  }

  /** Opens a closed thread again. Throws `access/not-allowed` unless this person closed it, or owns its vault. */
  async reopen(): Promise<void> {
    const transcript = await this.#requireOpen();
    if (transcript.closed === null) return;
    if (this.#home.vault === null && transcript.closed.by !== this.#person.id)
      throw new VaultError('access/not-allowed');
    await this.#happen(transcript, 'reopened');
  }

  /**
   * Leaves the thread. The owner's app removes this person's access at its next sync; until then, and for what was
   * written before, nothing that was readable is taken back. Throws `access/not-allowed` to an owner, who closes instead.
   */
  async leave(): Promise<void> {
    if (this.#home.vault !== null) throw new VaultError('access/not-allowed');
    const transcript = await this.#transcript();
    if (this.#hasLeft(transcript)) return;
    if (this.#home.share.status === 'open') {
      const person = this.#person.id;
      const own = (await this.#listOf(PARTICIPANT)).filter(({ value }) => value.person === person);
      await this.#happen(transcript, 'left', { invitations: own.map(({ id }) => id) });
    }
    await this.#mark({ left: true });
  }

  /**
   * Lets someone in, under a new key; they have to be a contact. For the owner of the vault.
   *
   * Unless `history` is `all`, what was written before stays closed to them. Adding twice is once. Throws
   * `access/not-allowed`, `share/unknown-person`, `share/trust-too-low`.
   */
  async add(
    contact: Contact | Id<'person'>,
    { history = 'from-now' }: { readonly history?: 'all' | 'from-now' } = {},
  ) {
    const { vault } = this.#requireOwner();
    const person = typeof contact === 'string' ? contact : contact.id;
    const known = await this.#person.people.get(person);
    if (known === null) throw new VaultError('share/unknown-person');
    const { participants } = await this.#transcript();
    const before = participants.find((other) => other.person === person)?.state;
    if (before === 'present') return;
    // Who is invited and could not be let in so far is let in now, if that is possible by now.
    if (before !== 'invited')
      await this.#of(PARTICIPANT).add({
        ...{ thread: this.id, person, name: known.name, kind: known.kind },
        ...{ added: Date.now(), fromNow: history === 'from-now' },
      });
    await settleThread(vault, this.id);
  }

  /**
   * Removes someone: a new key begins, and nothing written from now on can be read by them. For the owner of the vault.
   *
   * What they could already read, they may have kept. Throws `access/not-allowed`.
   */
  async remove(person: Id<'person'>): Promise<void> {
    const { vault } = this.#requireOwner();
    const records = this.#of(PARTICIPANT);
    for (const { id, value } of await byOwners(vault, this.id, PARTICIPANT))
      if (value.person === person && value.removed === undefined)
        await records.update(id, { removed: Date.now() });
    await settleThread(vault, this.id);
  }

  /**
   * Takes back a message of one's own: nobody's app shows it any more. Throws `usage/not-found`.
   *
   * Its first version and its files stay in the vault, encrypted for those who could read them, until its owner erases the record.
   */
  async retract(key: Reference): Promise<void> {
    const transcript = await this.#requireOpen();
    const message = await this.#message((other) => other.key === key && other.own);
    await this.#happen(transcript, 'retracted', { of: key });
    // Emptied, not removed: what it came after stays known, and with it what was read. An opening is an owner's record by now.
    const place = await this.#placeOf(MESSAGE, message.id);
    if (place !== null) await place.update(message.id, { text: '' });
  }

  /** Notes, on this person's devices, that all that is here was read; tells the others only if `receipts` is set. */
  async markRead(): Promise<void> {
    const { heads, missing, unread } = await this.#transcript();
    const marks = await this.#person.records(READ_MARK).list({ where: { thread: this.id } });
    if (unread === 0 && marks.length > 0) return;
    const seen = { read: heads.slice(-REFERENCES_MAX), except: missing.slice(-REFERENCES_MAX) };
    // What a new message brought back does not go again by being read.
    const isBack = unread > 0 && marks.some(({ value }) => value.archived === true);
    await this.#mark(isBack ? { ...seen, archived: false } : seen);
    const { receipts } = await settingsOf(this.#person);
    if (!receipts || this.#home.share?.status === 'ended') return;
    const records = this.#of(RECEIPT);
    const from = this.#person.id;
    const own = (await records.list({ where: { from } })).find(({ author }) => author === from);
    const told = { ...seen, time: Date.now() };
    if (own === undefined) await records.add({ thread: this.id, from, ...told });
    else await records.update(own.id, told);
  }

  /** Puts the thread away on this person's devices; the next message brings it back. */
  async archive(): Promise<void> {
    await this.#mark({ archived: true });
  }

  /** A file of a message, once all of it is authentic. Throws `usage/not-found`, `integrity/blob`, `sync/*`. */
  async blob(message: Message, file: Id<'blob'>, options: ReadOptions = {}): Promise<Blob> {
    return (await this.#recordsOf(message)).blob(message.id, file, options);
  }

  /**
   * Files an attachment as a document of the vault, with its author's proof; nothing is copied. Returns the document's id.
   *
   * Filing twice is one document. Throws `access/not-allowed` to who does not own the vault, `usage/not-found`.
   */
  async saveFile(
    message: Message,
    file: Id<'blob'>,
    options: { readonly category: DocumentCategory },
  ): Promise<Id<'item'>> {
    this.#requireOwner();
    return (await this.#recordsOf(message)).saveFile(message.id, file, options);
  }

  /** What new things are written to. */
  #of<T extends object>(kind: Parsed<T>) {
    return (this.#home.vault ?? this.#home.share).records<T>(kind, this.id);
  }

  get #homes(): readonly RecordHome[] {
    return this.#home.vault === null ? [this.#home.share, ...this.#home.others] : [this.#home.vault];
  }

  async #listOf<T extends object>(kind: Parsed<T>): Promise<RecordItem<T>[]> {
    const lists: RecordItem<T>[][] = [];
    for (const home of this.#homes) lists.push(await home.records<T>(kind, this.id).list());
    return lists.flat();
  }

  #liveOf<T extends object>(kind: Parsed<T>): Live<readonly RecordItem<T>[]> {
    return together(this.#homes.map((home) => home.records<T>(kind, this.id).live()));
  }

  /** The records of a kind that this one is among, or null. */
  async #placeOf<T extends object>(kind: Parsed<T>, item: Id<'item'>) {
    for (const home of this.#homes) {
      const records = home.records<T>(kind, this.id);
      if ((await records.get(item)) !== null) return records;
    }
    return null;
  }

  /** The first message of a thread that was opened by a deposit is a record of another kind. */
  async #recordsOf(message: Message) {
    const place =
      (await this.#placeOf<object>(OPENING, message.id)) ??
      (await this.#placeOf<object>(MESSAGE, message.id));
    return place ?? this.#of<object>(MESSAGE);
  }

  async #transcript(): Promise<Transcript> {
    const person = this.#person;
    return transcriptOf({
      thread: this.id,
      me: person.id,
      headers: await this.#listOf(HEADER),
      participants: await this.#listOf(PARTICIPANT),
      openings: await this.#listOf(OPENING),
      messages: await this.#listOf(MESSAGE),
      events: await this.#listOf(EVENT),
      receipts: await this.#listOf(RECEIPT),
      members: await this.#members(),
      marks: await person.records(READ_MARK).list({ where: { thread: this.id } }),
      contacts: await person.people.list(),
    });
  }

  async #members(): Promise<RecordMember[]> {
    const lists: RecordMember[][] = [];
    for (const home of this.#homes) lists.push(await home.records(MESSAGE, this.id).members());
    return lists.flat();
  }

  /** Whether the access of this person has ended. */
  get #isOver(): boolean {
    return this.#home.share !== null && this.#home.share.status !== 'open';
  }

  /** Whether this person left, and was not let in again since. */
  #hasLeft({ left, participants }: Transcript): boolean {
    const me = participants.find(({ person }) => person === this.#person.id);
    return left && !(this.#home.share?.status === 'open' && me?.state === 'present');
  }

  #view(whole: Transcript): ThreadView {
    const { heads: _, missing: __, ...transcript } = whole;
    const { closed } = transcript;
    const left = this.#hasLeft(whole);
    const status = left ? 'left' : this.#isOver ? 'ended' : closed !== null ? 'closed' : 'open';
    return { ...transcript, left, id: this.id, vault: this.vault, status };
  }

  async #requireOpen(): Promise<Transcript> {
    const transcript = await this.#transcript();
    if (this.#isOver || this.#hasLeft(transcript)) throw new VaultError('access/not-allowed');
    return transcript;
  }

  #requireOwner(): Extract<ThreadHome, { share: null }> {
    if (this.#home.vault === null) throw new VaultError('access/not-allowed');
    return this.#home;
  }

  #written({ heads }: Transcript) {
    return {
      thread: this.id,
      from: this.#person.id,
      ref: printId('message', systemRandom(16)),
      after: heads.slice(-REFERENCES_MAX),
      sent: Date.now(),
    };
  }

  async #happen(
    transcript: Transcript,
    type: SealedEvent['type'],
    about: Pick<SealedEvent, 'of' | 'invitations'> = {},
  ): Promise<void> {
    await this.#of(EVENT).add({ ...this.#written(transcript), type, ...about });
  }

  async #mark(change: Partial<ReadMark>): Promise<void> {
    const records = this.#person.records(READ_MARK);
    const [known, ...others] = (await records.list({ where: { thread: this.id } })).sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
    if (known === undefined) await records.add({ thread: this.id, read: [], except: [], ...change });
    else await records.update(known.id, change);
    // Two devices that were apart have made one each.
    if (change.archived === false)
      for (const { id, value } of others) if (value.archived === true) await records.update(id, change);
  }

  async #message(matches: (message: Message) => boolean): Promise<Message> {
    const { entries } = await this.#transcript();
    const found = entries.find((entry): entry is Message => entry.type === 'message' && matches(entry));
    if (found === undefined) throw new VaultError('usage/not-found', { what: 'message' });
    return found;
  }
}

/** A kind as its records are looked up by. */
type Parsed<T extends object> = Parameters<MessagingPerson['records']>[0] & {
  parse(value: unknown, schema: number): T;
};

/** Several lists as one. */
function together<T>(lists: readonly Live<readonly T[]>[]): Live<readonly T[]> {
  const [first, ...more] = lists as [Live<readonly T[]>];
  return more.length === 0 ? first : deriveLive(lists, (...values) => values.flat(), isSameList);
}
