import type { Id } from '../formats/id.js';
import type { Contact } from '../vault/people.js';
import type { RecordFile } from '../vault/record-files.js';
import type { RecordItem } from '../vault/record-item.js';
import type { RecordMember } from '../vault/records.js';
import { causalOrder, upTo } from './causal-order.js';
import type { ThreadHeader } from './header.js';
import type { SealedMessage } from './message.js';
import type { SealedOpening } from './opening.js';
import type { WantedParticipant } from './participant.js';
import type { ReadMark } from './read-mark.js';
import type { SealedReceipt } from './receipt.js';
import { leftInvitations } from './settle.js';
import { type Reference, referenceTo } from './shape.js';
import type { SealedEvent } from './thread-event.js';

/** Someone in a thread. */
export interface Participant {
  readonly person: Id<'person'>;
  /** From this person's own contacts, or else as the owner of the thread calls them. */
  readonly name: string;
  readonly kind: Contact['kind'] | null;
  readonly role: 'owner' | 'participant';
  /** `invited` until they are let in, then `present`; `left` by themselves, `removed` by an owner. */
  readonly state: 'invited' | 'present' | 'left' | 'removed';
}

/** A message as shown. */
export interface Message {
  readonly type: 'message';
  /** The record it is in. */
  readonly id: Id<'item'>;
  readonly key: Reference;
  readonly from: Id<'person'>;
  readonly name: string;
  /** By the clock of its author, in milliseconds since 1970. */
  readonly sent: number;
  readonly text: string;
  readonly files: readonly RecordFile[];
  /** For whom it was written. */
  readonly to: readonly Id<'person'>[];
  readonly own: boolean;
  /** Whether this person read it. */
  readonly read: boolean;
  /** Who else says to have read it. */
  readonly readBy: readonly { readonly person: Id<'person'>; readonly time: number }[];
  /** Whether its author changed it since. */
  readonly edited: boolean;
  /** Whether it was written by someone who knew that the thread was closed. */
  readonly afterClose: boolean;
  /** False until the server has confirmed it. */
  readonly synced: boolean;
}

/** Something that happened in a thread. */
export interface ThreadEvent {
  readonly type: 'closed' | 'reopened' | 'left';
  readonly id: Id<'item'>;
  readonly key: Reference;
  readonly from: Id<'person'>;
  readonly name: string;
  readonly sent: number;
  readonly synced: boolean;
}

/** A place where something is missing that someone in the thread had seen. */
export interface Gap {
  readonly type: 'gap';
  readonly missing: readonly Reference[];
  /**
   * `earlier`: it was written before this person was let in. `retracted`: its author took it back. `withheld`: it is on its way,
   * was erased, or the server keeps it back.
   */
  readonly reason: 'earlier' | 'retracted' | 'withheld';
}

/** One line of a thread. */
export type Entry = Message | ThreadEvent | Gap;

/** All that is written in one thread, and what this person noted about it. */
export interface ThreadRecords {
  readonly thread: string;
  readonly me: Id<'person'>;
  readonly headers: readonly RecordItem<ThreadHeader>[];
  readonly participants: readonly RecordItem<WantedParticipant>[];
  readonly openings: readonly RecordItem<SealedOpening>[];
  readonly messages: readonly RecordItem<SealedMessage>[];
  readonly events: readonly RecordItem<SealedEvent>[];
  readonly receipts: readonly RecordItem<SealedReceipt>[];
  readonly members: readonly RecordMember[];
  readonly marks: readonly RecordItem<ReadMark>[];
  readonly contacts: readonly Contact[];
}

/** A thread as shown: a plain value. */
export interface Transcript {
  readonly subject: string;
  readonly opener: Id<'person'> | null;
  readonly opened: number;
  readonly closed: { readonly by: Id<'person'>; readonly time: number } | null;
  readonly participants: readonly Participant[];
  readonly entries: readonly Entry[];
  readonly unread: number;
  /** When the last message was sent, or the thread opened. */
  readonly last: number;
  readonly archived: boolean;
  readonly left: boolean;
  /**
   * How many records are here that say to be of another thread or by someone else than who signed them, or that repeat
   * a name: none of them is shown.
   */
  readonly setAside: number;
  /** What the next thing written comes after. */
  readonly heads: readonly Reference[];
  /** What is missing. */
  readonly missing: readonly Reference[];
}

type Written = SealedMessage | SealedOpening | SealedEvent;

interface Line {
  readonly key: Reference;
  readonly after: readonly Reference[];
  readonly sent: number;
  readonly record: RecordItem<Written>;
}

/**
 * Puts together what a thread shows. Pure: the same records give the same thread on every device.
 *
 * Nothing counts but what its author signed for this very thread: a record that was moved, repeated or written in
 * another's name is set aside (A34, A39, A43).
 */
export function transcriptOf(records: ThreadRecords): Transcript {
  const owners = new Set(records.members.filter(({ role }) => role === 'owner').map(({ person }) => person));
  const own = <T extends { readonly thread: string }>(list: readonly RecordItem<T>[]) =>
    list.filter(({ value, author }) => value.thread === records.thread && owners.has(author));
  const headers = own(records.headers).sort(byAge);
  const { lines, aside } = linesOf(records);
  const { order, missing, heads } = causalOrder(lines);
  const opening = order.find((line) => isOpening(line.record.value))?.record.value as
    | SealedOpening
    | undefined;
  const header = headers.at(0)?.value;
  const people = new Directory(records, own(records.participants), owners);
  const receipts = records.receipts.filter(isFor(records.thread));
  const entries = entriesOf({ records, order, missing, people, receipts });
  const messages = entries.filter((entry) => entry.type === 'message');
  const opened = header?.opened ?? opening?.sent ?? order.at(0)?.sent ?? 0;
  const last = Math.max(opened, ...messages.map(({ sent }) => sent));
  const unread = messages.filter(({ own: mine, read }) => !mine && !read).length;
  const marks = records.marks.map(({ value }) => value);
  return {
    subject: header?.subject ?? opening?.subject ?? '',
    opener: header?.opener ?? opening?.from ?? null,
    opened,
    closed: closureOf(order, owners),
    participants: people.list(),
    entries,
    unread,
    last,
    archived: unread === 0 && marks.some((mark) => mark.archived === true),
    left: marks.some(({ left }) => left === true),
    setAside: aside + (records.receipts.length - receipts.length) + notOwn(records, owners),
    heads,
    missing: [...missing.values()].flat(),
  };
}

/** What is written here for this thread, by who signed it, each name once. */
function linesOf({ thread, openings, messages, events }: ThreadRecords) {
  const records: readonly RecordItem<Written>[] = [...openings, ...messages, ...events];
  const lines = new Map<Reference, Line>();
  let aside = 0;
  for (const record of records.toSorted(byAge)) {
    const { from, ref, after, sent } = record.value;
    const key = referenceTo(from, ref);
    if (!isFor(thread)(record) || lines.has(key)) aside++;
    else lines.set(key, { key, after, sent, record });
  }
  return { lines: [...lines.values()], aside };
}

function isFor(thread: string) {
  return ({ value, author }: RecordItem<{ readonly thread: string; readonly from: Id<'person'> }>) =>
    value.thread === thread && value.from === author;
}

function notOwn({ headers, participants }: ThreadRecords, owners: ReadonlySet<Id<'person'>>): number {
  return [...headers, ...participants].filter(({ author }) => !owners.has(author)).length;
}

function entriesOf(options: {
  readonly records: ThreadRecords;
  readonly order: readonly Line[];
  readonly missing: ReadonlyMap<Reference, readonly Reference[]>;
  readonly people: Directory;
  readonly receipts: readonly RecordItem<SealedReceipt>[];
}): Entry[] {
  const { records, order, missing, people, receipts } = options;
  const { me } = records;
  const readByMe = new Set(records.marks.flatMap(({ value }) => [...upTo(order, value.read, value.except)]));
  const readBy = receipts
    .filter(({ value }) => value.from !== me)
    .map(({ value }) => ({
      person: value.from,
      time: value.time,
      keys: upTo(order, value.read, value.except),
    }));
  const retracted = new Set(
    order.flatMap(({ record: { value } }) =>
      'type' in value && value.type === 'retracted' && value.of?.startsWith(`${value.from}/`)
        ? [value.of]
        : [],
    ),
  );
  const everClosed = order.some(({ record: { value } }) => 'type' in value && value.type === 'closed');
  const entries: Entry[] = [];
  const joined = people.joinedLate(me);
  for (const { key, record, after } of order) {
    const gone = missing.get(key);
    if (gone !== undefined) entries.push(...gapsOf(gone, retracted, joined && !entries.some(isMessage)));
    const { value, id, synced } = record;
    const name = people.nameOf(value.from);
    const common = { id, key, from: value.from, name, sent: value.sent, synced };
    if ('type' in value) {
      if (value.type !== 'retracted') entries.push({ ...common, type: value.type });
      continue;
    }
    if (retracted.has(key)) {
      entries.push({ type: 'gap', missing: [key], reason: 'retracted' });
      continue;
    }
    entries.push({
      ...common,
      ...{ type: 'message', text: value.text, files: record.files, own: value.from === me },
      to: isOpening(value) ? [] : value.to,
      read: readByMe.has(key),
      readBy: readBy
        .filter(({ person, keys }) => person !== value.from && keys.has(key))
        .map(({ person, time }) => ({ person, time })),
      edited: record.versions > 1,
      afterClose: everClosed && closureOf(beforeAll(order, after), people.owners) !== null,
    });
  }
  return entries;
}

function gapsOf(gone: readonly Reference[], retracted: ReadonlySet<Reference>, early: boolean): Gap[] {
  const taken = gone.filter((key) => retracted.has(key));
  const others = gone.filter((key) => !retracted.has(key));
  const gaps: Gap[] = [];
  if (taken.length > 0) gaps.push({ type: 'gap', missing: taken, reason: 'retracted' });
  if (others.length > 0) gaps.push({ type: 'gap', missing: others, reason: early ? 'earlier' : 'withheld' });
  return gaps;
}

/** What its author had seen when they wrote something that comes after these. */
function beforeAll(order: readonly Line[], after: readonly Reference[]): readonly Line[] {
  const seen = upTo(order, after, []);
  return order.filter(({ key }) => seen.has(key));
}

/** Who closed the thread, if it is: whoever did may open it again, and so may an owner. */
function closureOf(order: readonly Line[], owners: ReadonlySet<Id<'person'>>): Transcript['closed'] {
  let closed: Transcript['closed'] = null;
  for (const { record } of order) {
    const { value } = record;
    if (!('type' in value)) continue;
    if (value.type === 'closed') closed ??= { by: value.from, time: value.sent };
    const may = closed !== null && (closed.by === value.from || owners.has(value.from));
    if (value.type === 'reopened' && may) closed = null;
  }
  return closed;
}

/** Who is in a thread, and how they are called. */
class Directory {
  readonly owners: ReadonlySet<Id<'person'>>;
  readonly #contacts: ReadonlyMap<Id<'person'>, Contact>;
  readonly #members: ReadonlySet<Id<'person'>>;
  readonly #invited = new Map<
    Id<'person'>,
    { readonly value: WantedParticipant; readonly state: Standing }
  >();

  constructor(
    { thread, contacts, members, events }: ThreadRecords,
    invitations: readonly RecordItem<WantedParticipant>[],
    owners: ReadonlySet<Id<'person'>>,
  ) {
    this.owners = owners;
    this.#members = new Set(members.map(({ person }) => person));
    this.#contacts = new Map(contacts.map((contact) => [contact.id, contact]));
    const left = leftInvitations(thread, events);
    for (const { id, value } of invitations.toSorted(byAge)) {
      const state =
        value.removed !== undefined ? 'removed' : left.has(`${value.person} ${id}`) ? 'left' : 'invited';
      // One invitation in force is enough.
      if (this.#invited.get(value.person)?.state !== 'invited' || state === 'invited')
        this.#invited.set(value.person, { value, state });
    }
  }

  nameOf(person: Id<'person'>): string {
    return this.#contacts.get(person)?.name || this.#invited.get(person)?.value.name || '';
  }

  /** Whether this person reads nothing of what was written before they came. */
  joinedLate(person: Id<'person'>): boolean {
    return this.#invited.get(person)?.value.fromNow ?? false;
  }

  list(): Participant[] {
    return [...new Set([...this.#members, ...this.#invited.keys()])].map((person) => ({
      person,
      name: this.nameOf(person),
      kind: this.#contacts.get(person)?.kind ?? this.#invited.get(person)?.value.kind ?? null,
      role: this.owners.has(person) ? 'owner' : 'participant',
      state: this.#stateOf(person),
    }));
  }

  #stateOf(person: Id<'person'>): Participant['state'] {
    if (this.owners.has(person)) return 'present';
    const state = this.#invited.get(person)?.state ?? 'removed';
    return state === 'invited' && this.#members.has(person) ? 'present' : state;
  }
}

/** How an invitation stands. */
type Standing = 'invited' | 'left' | 'removed';

function isOpening(value: Written): value is SealedOpening {
  return 'subject' in value;
}

function isMessage({ type }: Entry): boolean {
  return type === 'message';
}

function byAge(a: RecordItem<object>, b: RecordItem<object>): number {
  return a.created - b.created || (a.id < b.id ? -1 : 1);
}
