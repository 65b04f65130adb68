import type { Id } from '../formats/id.js';
import type { Contact } from '../vault/people.js';
import type { RecordFile } from '../vault/record-files.js';
import type { RecordItem } from '../vault/record-item.js';
import type { RecordMember } from '../vault/records.js';
import { type CausalOrder, causalOrder, upTo } from './causal-order.js';
import { type Closed, closureOf, writtenAfterClose } from './closure.js';
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
  readonly closed: Closed | null;
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
  /** Whether its author said something else under this name, before or after. */
  readonly edited: boolean;
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
  // R-MSG-4
  const headers = own(records.headers).sort(byAge);
  const invitations = own(records.participants);
  const notOwn = records.headers.length - headers.length + (records.participants.length - invitations.length);
  const { lines, aside } = linesOf(records);
  const causal = causalOrder(lines);
  const { order, missing, heads } = causal;
  const opening = order.find((line) => isOpening(line.record.value))?.record.value as
    | SealedOpening
    | undefined;
  const header = headers.at(0)?.value;
  const people = new Directory(records, invitations, owners);
  const receipts = records.receipts.filter(isFor(records.thread));
  const entries = entriesOf({ records, causal, people, receipts });
  const messages = entries.filter((entry) => entry.type === 'message');
  const opened = header?.opened ?? opening?.sent ?? order.at(0)?.sent ?? 0;
  const last = messages.reduce((latest, { sent }) => Math.max(latest, sent), opened);
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
    setAside: aside + (records.receipts.length - receipts.length) + notOwn,
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
    const first = lines.get(key);
    if (!isFor(thread)(record)) aside++;
    // Taken in by two devices at once, it is one record in two collections.
    else if (first?.record.id === record.id && isSame(first.record, record)) continue;
    else if (first === undefined) lines.set(key, { key, after, sent, record, edited: record.versions > 1 });
    else {
      // R-MSG-2: its author said something else under this name; the older is shown, and that it is not all.
      aside++;
      if (!isSame(first.record, record)) lines.set(key, { ...first, edited: true });
    }
  }
  return { lines: [...lines.values()], aside };
}

function isSame(a: RecordItem<Written>, b: RecordItem<Written>): boolean {
  return JSON.stringify([a.value, a.files]) === JSON.stringify([b.value, b.files]);
}

/** Whether a record was written for this thread by who signed it. R-MSG-1. */
function isFor(thread: string) {
  return ({ value, author }: RecordItem<{ readonly thread: string; readonly from: Id<'person'> }>) =>
    value.thread === thread && value.from === author;
}

function entriesOf(options: {
  readonly records: ThreadRecords;
  readonly causal: CausalOrder<Line>;
  readonly people: Directory;
  readonly receipts: readonly RecordItem<SealedReceipt>[];
}): Entry[] {
  const { records, causal, people, receipts } = options;
  const { order, known, missing } = causal;
  const { me } = records;
  const readByMe = new Set(
    records.marks.flatMap(notedIn).flatMap(({ read, except }) => [...upTo(known, read, except)]),
  );
  const readers = readersOf(known, receipts);
  const retracted = new Set(
    order.flatMap(({ record: { value } }) =>
      'type' in value && value.type === 'retracted' && value.of?.startsWith(`${value.from}/`)
        ? [value.of]
        : [],
    ),
  );
  const late = writtenAfterClose(order, people.owners);
  const entries: Entry[] = [];
  const joined = people.joinedLate(me);
  for (const { key, record, edited } of order) {
    // R-MSG-3: what its author had seen and is not here.
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
      readBy: readers.flatMap(({ person, times }) => {
        const time = times.get(key);
        return time === undefined || person === me || person === value.from ? [] : [{ person, time }];
      }),
      edited,
      afterClose: late.has(key),
    });
  }
  return entries;
}

/** What a mark says was read, on each of the devices that wrote it at the same time. */
function notedIn({ value, conflicts }: RecordItem<ReadMark>): Pick<ReadMark, 'read' | 'except'>[] {
  const others = conflicts.flatMap(({ field, value: read, version }) => {
    if (field !== 'read' || !Array.isArray(read)) return [];
    const except = conflicts.find((other) => other.field === 'except' && other.version === version)?.value;
    return [{ read: read as Reference[], except: Array.isArray(except) ? except : value.except }];
  });
  return [value, ...others];
}

/** What each person says to have read, and when they first said so; one entry each, however often they say it. */
function readersOf(
  known: CausalOrder<Line>['known'],
  receipts: readonly RecordItem<SealedReceipt>[],
): { readonly person: Id<'person'>; readonly times: ReadonlyMap<Reference, number> }[] {
  const readers = new Map<Id<'person'>, Map<Reference, number>>();
  for (const { value } of receipts.toSorted((a, b) => a.value.time - b.value.time)) {
    const times = readers.get(value.from) ?? new Map<Reference, number>();
    readers.set(value.from, times);
    for (const key of upTo(known, value.read, value.except)) if (!times.has(key)) times.set(key, value.time);
  }
  return [...readers].map(([person, times]) => ({ person, times }));
}

function gapsOf(gone: readonly Reference[], retracted: ReadonlySet<Reference>, early: boolean): Gap[] {
  const taken = gone.filter((key) => retracted.has(key));
  const others = gone.filter((key) => !retracted.has(key));
  const gaps: Gap[] = [];
  if (taken.length > 0) gaps.push({ type: 'gap', missing: taken, reason: 'retracted' });
  if (others.length > 0) gaps.push({ type: 'gap', missing: others, reason: early ? 'earlier' : 'withheld' });
  return gaps;
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
