import { equalBytes, hash } from '../crypto/hash.js';
import { expose, type Secret } from '../crypto/secret.js';
import { sealData } from '../envelope/data.js';
import { VaultError } from '../errors.js';
import type { Control, Member } from '../formats/op.js';
import { type Authored, encodeRecord, type Link, type RecordEnvelope } from '../formats/record.js';
import { encodeRosterChange, type RosterChange } from '../formats/roster.js';
import { type CollectionKey, deriveKeyCommitment } from '../keys/hierarchy.js';
import { signOp } from '../log/sign-op.js';
import { admitsDevice, identityHead } from '../protocol/identity-chain.js';
import type { LogState } from '../protocol/log-state.js';
import { collectionLane } from '../sync/outbox.js';
import type { AccessChange } from '../protocol/messages.js';
import { Collection, type CollectionContext } from './collection.js';
import { bodyBinding } from './op-payloads.js';
import type { Transaction } from './transaction.js';

const CHANGES_PER_OP = 100;
const OP_BODIES_BYTES = 1024 * 1024;
const NO_BLOBS = { add: [], drop: [] } as const;

/** A record to write; its change id and time are made here. */
export interface NewRecord {
  readonly item: Uint8Array;
  readonly base: readonly Uint8Array[];
  readonly kind: string;
  readonly schema: number;
  readonly body: Uint8Array | null;
  readonly authored?: Authored | null;
  readonly link?: Link | null;
  /** Given only when a refused record is made again: later revisions name it. */
  readonly change?: Uint8Array;
  readonly time?: number;
}

/** Blobs that an op starts or stops to reference. */
export interface BlobChanges {
  readonly add: readonly (readonly [blob: Uint8Array, stored: number])[];
  readonly drop: readonly Uint8Array[];
}

/**
 * Seals records, signs the ops that carry them and queues these. About 100 records share a signature.
 *
 * Throws `integrity/frozen`, `access/not-allowed` for a reader, `access/expired` when the epoch has ended and this
 * person may not start the next, `access/no-key`. The server learns sizes by class, counts and times.
 */
export function appendRecords(
  transaction: Transaction,
  collection: Collection,
  records: readonly NewRecord[],
  blobs: BlobChanges = NO_BLOBS,
): RecordEnvelope[] {
  const { random, now } = collection.context;
  const state = requireWritable(collection);
  const key = collection.keyring.requireKey(state.epoch, state);
  const envelopes = records.map((record): RecordEnvelope => {
    const { item, base, kind, schema, body, authored = null, link = null } = record;
    const change = record.change ?? random(16);
    return { item, change, base, kind, schema, time: record.time ?? now(), authored, link, body };
  });
  const place = { ...collection.context.author, vault: state.vault, collection: collection.id };
  const sealed = envelopes.map((envelope) => {
    const binding = bodyBinding('record', place, state.epoch, envelope.change);
    return {
      envelope,
      change: envelope.change,
      body: sealData(key, binding, encodeRecord(envelope), random),
    };
  });
  let first = true;
  for (const group of groupsOf(sealed)) {
    write(transaction, collection, {
      control: null,
      changes: group,
      records: group.map(({ envelope }) => envelope),
      roster: null,
      blobs: first ? blobs : NO_BLOBS,
      access: null,
    });
    first = false;
  }
  return envelopes;
}

/**
 * Founds a collection: its first op names server, owner and key commitment, and gives the collection its id.
 *
 * `rosterKey` is for owners only; the collection key goes to whoever is to read.
 */
export function foundCollection(
  transaction: Transaction,
  context: CollectionContext,
  options: {
    readonly vault: Uint8Array;
    readonly server: Uint8Array;
    readonly key: CollectionKey;
    readonly rosterKey: Secret<'roster-key'>;
  },
): Collection {
  const { vault, server, key, rosterKey } = options;
  const { author, random, now } = context;
  const nonce = random(16);
  const commitment = deriveKeyCommitment(key, { vault, nonce, epoch: 1 });
  const control: Control = {
    type: 'found',
    nonce,
    server,
    commitment,
    notAfter: null,
    members: [ownMember(context)],
    payloads: [],
  };
  const step = { incarnation: random(16), seq: 1, skips: [], closes: null };
  const content = {
    vault,
    collection: null,
    epoch: 1,
    control,
    changes: [],
    blobs: NO_BLOBS,
    seen: null,
    time: now(),
  };
  const op = signOp(author, step, content);
  const id = hash('log', new Uint8Array(32), op.headerBytes, op.signature);
  const collection = new Collection(id, context);
  collection.offerKey(1, key);
  collection.offerRosterKey(rosterKey);
  collection.addPending(transaction, { ...op, records: [], roster: null });
  transaction.send(collectionLane(id), { kind: 'found', collection: id, op: op.bytes, access: null });
  return collection;
}

/** Adds readers to the roster of the current epoch; the caller sends each their grant. */
export function appendRoster(
  transaction: Transaction,
  collection: Collection,
  change: RosterChange,
  notAfter: number | null,
  access: AccessChange,
): void {
  requireOwner(collection);
  const sealed = sealRoster(collection, change);
  write(transaction, collection, {
    control: { type: 'roster', notAfter, payloads: ['roster'] },
    changes: [sealed],
    records: [],
    roster: change,
    blobs: NO_BLOBS,
    access,
  });
}

/** Names a writer, with the head of their identity log as known and verified here. */
export function appendAdmission(transaction: Transaction, collection: Collection, person: Uint8Array): void {
  requireOwner(collection);
  const member = memberOf(collection.context, person, 'writer');
  write(transaction, collection, {
    control: { type: 'admit', member },
    changes: [],
    records: [],
    roster: null,
    blobs: NO_BLOBS,
    access: null,
  });
}

/** Moves one's own identity head forward in a collection, so that a new device may write to it. */
export function appendOwnHead(transaction: Transaction, collection: Collection): void {
  const role = requireWritable(collection) && collection.role;
  if (role === null) throw new VaultError('access/not-allowed');
  const member = memberOf(collection.context, collection.context.author.person, role);
  write(transaction, collection, {
    control: { type: 'head', member },
    changes: [],
    records: [],
    roster: null,
    blobs: NO_BLOBS,
    access: null,
  });
}

/** Tells everyone that these bodies are gone on purpose; the server deletes them. */
export function appendPrune(
  transaction: Transaction,
  collection: Collection,
  changes: readonly Uint8Array[],
  blobs: BlobChanges,
): void {
  requireOwner(collection);
  write(transaction, collection, {
    control: { type: 'prune', changes: [...changes] },
    changes: [],
    records: [],
    roster: null,
    blobs,
    access: null,
  });
}

/**
 * Starts the next epoch under `key`, without these people.
 *
 * With `carry` the new key opens the old epochs too, for readers who join later; without, the past stays with those
 * who had it. The caller grants the new key to those who remain.
 */
export function appendRotation(
  transaction: Transaction,
  collection: Collection,
  options: {
    readonly key: CollectionKey;
    readonly remove: readonly Uint8Array[];
    readonly notAfter: number | null;
    readonly carry: boolean;
  },
): void {
  const { key, remove, notAfter, carry } = options;
  requireOwner(collection);
  // First, because it moves the own member forward, and a rotation must not move it back.
  admitOwnDevice(transaction, collection);
  const state = collection.requireState();
  const { random, author } = collection.context;
  const epoch = state.epoch + 1;
  const place = { vault: state.vault, nonce: state.nonce, epoch };
  const members = state.members
    .filter(({ person, role }) => role === 'owner' || !remove.some((other) => equalBytes(other, person)))
    .map((member): Member => [member.person, member.role, member.length, member.hash]);
  const roster: RosterChange = { add: [], remove: [...remove] };
  const changes = [sealRoster(collection, roster)];
  const payloads: ('roster' | 'previous-key')[] = ['roster'];
  if (carry) {
    const change = random(16);
    const binding = bodyBinding(
      'previous-key',
      { ...author, vault: state.vault, collection: collection.id },
      epoch,
      change,
    );
    const old = expose(collection.keyring.requireKey(state.epoch, state));
    changes.push({ change, body: sealData(key, binding, old, random) });
    payloads.push('previous-key');
  }
  const control: Control = {
    type: 'rotate',
    commitment: deriveKeyCommitment(key, place),
    notAfter,
    members,
    payloads,
  };
  collection.offerKey(epoch, key);
  write(transaction, collection, {
    control,
    changes,
    records: [],
    roster,
    blobs: NO_BLOBS,
    access: { add: [], remove: [...remove] },
  });
}

function write(
  transaction: Transaction,
  collection: Collection,
  content: {
    readonly control: Control | null;
    readonly changes: readonly { readonly change: Uint8Array; readonly body: Uint8Array }[];
    readonly records: readonly RecordEnvelope[];
    readonly roster: RosterChange | null;
    readonly blobs: BlobChanges;
    readonly access: AccessChange | null;
  },
): void {
  const { control, changes, records, roster, blobs, access } = content;
  if (control?.type !== 'head') admitOwnDevice(transaction, collection);
  const state = requireWritable(collection);
  const { author, now } = collection.context;
  // Such an op would be void: the next epoch comes first, and only an owner can start it. SPEC §6.3.
  const outlives = control?.type === 'rotate' || control?.type === 'head';
  if (state.notAfter !== null && now() > state.notAfter && !outlives) throw new VaultError('access/expired');
  const op = signOp(author, collection.line.next(state), {
    vault: state.vault,
    collection: collection.id,
    epoch: state.epoch,
    control,
    changes,
    blobs,
    seen: collection.log.head,
    time: now(),
  });
  collection.addPending(transaction, { ...op, records, roster });
  transaction.send(collectionLane(collection.id), {
    kind: 'append',
    collection: collection.id,
    ops: [op.bytes],
    access,
  });
}

/** A device that joined later must be in force in this log before it can sign anything else there. SPEC §6.3. */
function admitOwnDevice(transaction: Transaction, collection: Collection): void {
  const { author, identityOf } = collection.context;
  const state = requireWritable(collection);
  const identity = identityOf(author.person);
  const member = state.members.find(({ person }) => equalBytes(person, author.person));
  if (identity === null || member === undefined) throw new VaultError('access/not-allowed');
  if (!admitsDevice(identity, author.device, [member.length, member.hash]))
    appendOwnHead(transaction, collection);
}

function sealRoster(collection: Collection, change: RosterChange): { change: Uint8Array; body: Uint8Array } {
  const state = collection.requireState();
  const { rosterKey } = collection;
  if (rosterKey === null) throw new VaultError('access/no-key');
  const { author, random } = collection.context;
  const id = random(16);
  const binding = bodyBinding(
    'roster',
    { ...author, vault: state.vault, collection: collection.id },
    state.epoch,
    id,
  );
  return { change: id, body: sealData(rosterKey, binding, encodeRosterChange(change), random) };
}

function requireWritable(collection: Collection): LogState {
  if (collection.frozen !== null) throw new VaultError('integrity/frozen', { because: collection.frozen });
  // What was not seen whole may hide a removal: nothing is sealed on top of it. R-OP-8.
  if (collection.incomplete) throw new VaultError('integrity/dropped', { position: collection.log.position });
  const state = collection.requireState();
  if (collection.role === null) throw new VaultError('access/not-allowed');
  return state;
}

function requireOwner(collection: Collection): LogState {
  const state = requireWritable(collection);
  if (collection.role !== 'owner') throw new VaultError('access/not-allowed');
  return state;
}

function ownMember(context: CollectionContext): Member {
  return memberOf(context, context.author.person, 'owner');
}

function memberOf(context: CollectionContext, person: Uint8Array, role: Member[1]): Member {
  const identity = context.identityOf(person);
  if (identity === null) throw new VaultError('share/unknown-person');
  const [length, headHash] = identityHead(identity);
  return [person, role, length, headHash];
}

function* groupsOf<T extends { readonly body: Uint8Array }>(changes: readonly T[]): Generator<T[]> {
  let group: T[] = [];
  let bytes = 0;
  for (const change of changes) {
    if (
      group.length === CHANGES_PER_OP ||
      (group.length > 0 && bytes + change.body.length > OP_BODIES_BYTES)
    ) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(change);
    bytes += change.body.length;
  }
  if (group.length > 0) yield group;
}
