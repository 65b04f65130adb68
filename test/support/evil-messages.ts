import { vi } from 'vitest';
import { bytesToHex, parseId } from '../../src/formats/id.js';
import type { Id, Vault } from '../../src/index.js';
import {
  type Message,
  type Messaging,
  messagingOf,
  type Thread,
  type ThreadView,
} from '../../src/messaging/index.js';
import { encodeMessage, opsAnswer } from '../../src/protocol/messages.js';
import type { RecordKind } from '../../src/records/record-kind.js';
import type { Collection } from '../../src/vault/collection.js';
import { appendRecords, type NewRecord } from '../../src/vault/collection-writer.js';
import type { Revision } from '../../src/vault/record-view.js';
import type { Records } from '../../src/vault/records.js';
import { Session } from '../../src/vault/session.js';
import type { Operator } from './evil-operator.js';
import { requireSync } from './evil-scene.js';
import { type EvilStage, openEvilStage, type Watched } from './evil-stage.js';
import type { Lie } from './evil-transport.js';

/** Someone who writes messages, and whose own app can be made to write what no honest one would. */
export interface Writer extends Watched {
  readonly id: Id<'person'>;
  readonly messaging: Messaging;
  readonly session: Session;
}

/** Alice, whose vault the threads are in, people she knows, and a thread whenever one is needed. */
export interface MessageScene {
  readonly stage: EvilStage;
  readonly alice: Writer;
  readonly martin: Writer;
  readonly nadia: Writer;
  readonly eve: Writer;
  readonly mallory: Writer;
  readonly vault: Vault;
  /** Opens a thread in Alice's vault; when it returns, everyone named has it. */
  open(subject: string, ...people: readonly Writer[]): Promise<OpenedThread>;
}

/** A thread of Alice's. */
export interface OpenedThread {
  readonly id: string;
  readonly thread: Thread;
  readonly collection: Uint8Array;
  /** The collection, in hexadecimal. */
  readonly hex: string;
}

/** Plays the honest part; every attack begins where it ends. */
export async function openMessageScene(seed: string): Promise<MessageScene> {
  const stage = await openEvilStage(seed);
  const alice = await enterWriter(stage, 'alice', [], 'patient');
  const vault = await alice.person.createVault({ holder: { birthName: 'Martel' } });
  const martin = await enterWriter(stage, 'martin', [alice]);
  const nadia = await enterWriter(stage, 'nadia', [alice, martin]);
  const eve = await enterWriter(stage, 'eve', [alice, martin]);
  const mallory = await enterWriter(stage, 'mallory', [alice, eve]);
  await syncAll(alice);
  return {
    ...{ stage, alice, martin, nadia, eve, mallory, vault },
    async open(subject, ...people) {
      const text = `${subject}: first`;
      const thread = await alice.messaging.open(vault, { subject, text, with: people.map(({ id }) => id) });
      await syncAll(alice, ...people);
      const { id: collection } = collectionOf(alice, thread.id);
      return { id: thread.id, thread, collection, hex: bytesToHex(collection) };
    },
  };
}

/** Someone new; everyone named before is known to them, and they to those. */
export async function enterWriter(
  stage: EvilStage,
  name: string,
  known: readonly Writer[] = [],
  kind: 'patient' | 'professional' = 'professional',
): Promise<Writer> {
  const opening = vi.spyOn(Session, 'open');
  const watched = await stage.enter(name, { kind });
  const session = (await opening.mock.results.at(-1)?.value) as Session;
  opening.mockRestore();
  const { person } = watched;
  await requireSync(person);
  for (const { person: other } of known) {
    await other.people.add(person.contactCard());
    await person.people.add(other.contactCard());
  }
  return { ...watched, id: person.id, messaging: messagingOf(person), session };
}

/** Syncs everyone twice: what one says and what another answers to it. */
export async function syncAll(...writers: readonly Writer[]): Promise<void> {
  for (const { person } of [...writers, ...writers]) await requireSync(person);
}

/** The thread as this person has it. */
export async function threadFor({ messaging }: Writer, id: string): Promise<Thread> {
  const thread = await messaging.thread(id);
  if (thread === null) throw new Error('no such thread here');
  return thread;
}

/** What a thread shows, a line each. */
export const linesOf = ({ entries }: ThreadView): string[] =>
  entries.map((entry) =>
    entry.type === 'message' ? entry.text : entry.type === 'gap' ? `(${entry.reason})` : `(${entry.type})`,
  );

/** The collection of a thread in the vault of its owner. */
export function collectionOf({ session, id }: Writer, thread: string): Collection {
  const vault = [...session.vaults.values()].find(({ index }) =>
    index.list('index.collection').some(({ category }) => category === thread),
  );
  const entry = vault?.index.list('index.collection').find(({ category }) => category === thread);
  const collection = entry === undefined ? null : session.collection(entry.collection);
  if (collection === null) throw new Error(`${id} owns no such thread`);
  return collection;
}

export const messagesOf = ({ entries }: ThreadView): Message[] =>
  entries.filter((entry): entry is Message => entry.type === 'message');

/** What everyone sees of a thread, without what is theirs alone. */
export async function seenBy(writer: Writer, id: string) {
  const view = await (await threadFor(writer, id)).view();
  const { subject, setAside, participants, closed } = view;
  return {
    ...{ subject, setAside, closed, names: participants.map(({ name, state }) => `${name} ${state}`) },
    lines: linesOf(view),
    readBy: messagesOf(view).map(({ readBy }) => readBy),
  };
}

/** The records of a kind in a thread, as a participant's own app writes them, whatever they say. */
export function recordsOf<T extends object>(
  { person }: Writer,
  kind: RecordKind<T>,
  thread: string,
): Records<T> {
  const share = person.sharedWithMe().find(({ collection }) => collection === thread);
  const vault = person.vaults().find((owned) => owned.recordCollections().includes(thread));
  const home = share ?? (vault as Vault | undefined);
  if (home === undefined) throw new Error('not in that thread');
  return home.records(kind, thread);
}

/** The newest revision of a record, with its author's proof. */
export function revisionOf({ session }: Writer, collection: Uint8Array, id: Id<'item'>): Revision {
  const item = session.requireCollection(collection).view.get(parseId('item', id));
  if (item === null) throw new Error('no such record');
  return item.current;
}

/** Appends records as they are: what they say, and whose proof they carry, is the writer's choice. */
export async function append(
  { session }: Writer,
  collection: Uint8Array,
  ...records: readonly Omit<NewRecord, 'item' | 'base'>[]
): Promise<void> {
  await session.transact((transaction) => {
    const made = records.map((record) => ({ item: session.random(16), base: [], ...record }));
    appendRecords(transaction, session.requireCollection(collection), made);
  });
}

/** Serves all of a log to whoever asks, also to those whom the owner has put out. */
export function servedToAll(operator: Operator, collection: string): Lie {
  return ({ route, id, request }) => {
    if (route !== 'ops' || id !== collection) return null;
    const after = Number(new URL(request.path, 'https://any.invalid').searchParams.get('after'));
    const ops = operator.ops(collection);
    const answer = { ops: ops.slice(after), head: operator.headFor(collection, ops), more: false };
    return { status: 200, headers: new Headers(), body: encodeMessage(opsAnswer, answer) };
  };
}
