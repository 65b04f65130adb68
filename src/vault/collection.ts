import { equalBytes } from '../crypto/hash.js';
import type { RandomBytes } from '../crypto/random.js';
import { Secret } from '../crypto/secret.js';
import { openData } from '../envelope/data.js';
import { isVaultError, VaultError, type VaultErrorCode } from '../errors.js';
import { decodeOp, decodeOpHeader, type OpHeader } from '../formats/op.js';
import { decodeRecord, type RecordEnvelope } from '../formats/record.js';
import { decodeRosterChange, type RosterChange } from '../formats/roster.js';
import type { SealType } from '../formats/sealed.js';
import type { CollectionKey } from '../keys/hierarchy.js';
import { Keyring } from '../keys/keyring.js';
import {
  CollectionLog,
  type IdentityOf,
  type LogOp,
  nameOf,
  type ServedOps,
  type StoredOps,
} from '../log/collection-log.js';
import { type Author, Line } from '../log/sign-op.js';
import { applyHeader } from '../protocol/log-rules.js';
import type { LogState } from '../protocol/log-state.js';
import { checkKnownContent } from '../records/known-kinds.js';
import { checkAuthorship } from '../sharing/authorship.js';
import { Roster } from '../sharing/roster.js';
import type { Store } from '../store/port.js';
import { ItemOwners } from './item-owners.js';
import { bodyBinding, closesPast, payloadsOf } from './op-payloads.js';
import { OwnOps } from './own-ops.js';
import { Proofs } from './proofs.js';
import { RecordView } from './record-view.js';
import type { Transaction } from './transaction.js';

/** What every collection of a person shares. */
export interface CollectionContext {
  readonly author: Author;
  readonly identityOf: IdentityOf;
  readonly random: RandomBytes;
  readonly now: () => number;
}

/** An own op that is signed and durable here, and not yet answered by the server. */
export interface PendingOp {
  readonly header: OpHeader;
  readonly headerBytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly bodies: readonly Uint8Array[];
  /** What the op carries, for making it again under another epoch. */
  readonly records: readonly RecordEnvelope[];
  readonly roster: RosterChange | null;
}

/** A record that cannot be read although its key is here: shown, kept, and in nobody's way. */
export interface DamagedRecord {
  readonly position: number;
  readonly change: Uint8Array;
  readonly code: VaultErrorCode;
}

/**
 * One collection as this person holds it: its verified log, its keys, and what they open.
 *
 * Everything the SDK keeps is a record in one of these; sync and sharing know nothing finer.
 */
export class Collection {
  readonly id: Uint8Array;
  readonly log: CollectionLog;
  readonly keyring = new Keyring();
  readonly view = new RecordView();
  readonly roster = new Roster();
  readonly damaged: DamagedRecord[] = [];
  /** Set when tampering was detected: reads go on from verified data, writes do not. */
  frozen: VaultErrorCode | null = null;
  /** Set when the server would not serve this log to this person: what a revocation looks like from outside. */
  refused = false;
  /** How recent the log is: the time of the newest verified head, never past this device's clock; null before the first. */
  verifiedAt: number | null = null;
  readonly context: CollectionContext;
  readonly line: Line;
  readonly proofs: Proofs;
  #rosterKey: Secret<'roster-key'> | null = null;
  #local: LogState | null = null;
  #pending: PendingOp[] = [];
  #waiting: { readonly op: LogOp; readonly index: number }[] = [];
  readonly #owners = new ItemOwners(this.view);
  readonly #ownOps: OwnOps;
  readonly #closedEpochs = new Set<number>();
  #version = 0;

  constructor(id: Uint8Array, context: CollectionContext, log = new CollectionLog(id)) {
    this.id = id;
    this.context = context;
    this.log = log;
    this.line = new Line(context.author.device, context.random(16));
    this.#ownOps = new OwnOps(context.author.device, log);
    this.proofs = new Proofs(this.view, context.identityOf);
  }

  /** Loads the log from the store and opens what the keys offered so far can open. Throws `store/damaged`. */
  static async load(
    store: Store,
    id: Uint8Array,
    context: CollectionContext,
    prepare: (collection: Collection) => void,
  ): Promise<Collection> {
    const loaded: LogOp[] = [];
    const log = await CollectionLog.load({
      store,
      collection: id,
      identityOf: context.identityOf,
      visit: (op) => loaded.push(op),
    });
    const collection = new Collection(id, context, log);
    prepare(collection);
    collection.#local = log.state;
    for (const op of loaded) collection.#take(op);
    collection.openWaiting();
    return collection;
  }

  /** The state with this device's pending ops applied: what the next op builds on. Null before the first op. */
  get state(): LogState | null {
    return this.#local;
  }

  /** Rises with every change of what is shown of this collection: records, readers, standing. */
  get version(): number {
    return this.#version + this.view.version;
  }

  get pending(): readonly PendingOp[] {
    return this.#pending;
  }

  /** The roster with this device's pending ops applied: what a change made now must start from. */
  get readers(): Roster {
    const changes = this.#pending.flatMap(({ roster, header }) =>
      roster === null ? [] : [{ roster, header }],
    );
    if (changes.length === 0) return this.roster;
    const readers = this.roster.copy();
    for (const { roster, header } of changes) readers.apply(roster, header, null);
    return readers;
  }

  /** As `state`. Throws `usage/not-found` when nothing of the log is known here yet. */
  requireState(): LogState {
    if (this.#local === null) throw new VaultError('usage/not-found', { what: 'collection' });
    return this.#local;
  }

  get rosterKey(): Secret<'roster-key'> | null {
    return this.#rosterKey;
  }

  /** Owners hold the key under which the list of readers is sealed. */
  offerRosterKey(key: Secret<'roster-key'>): void {
    if (this.#rosterKey !== null) return;
    this.#rosterKey = key;
    this.#version++;
    // At once, and so in the order of the log: rosters taken in from now on build on these.
    this.openWaiting();
  }

  offerKey(epoch: number, key: CollectionKey): void {
    // A share is open or ended by the keys held for it, whether or not they open a record.
    if (this.keyring.offer(epoch, key)) this.#version++;
  }

  /** This person's role by the log, or `null` for a reader. */
  get role(): 'owner' | 'writer' | null {
    const { person } = this.context.author;
    return this.#local?.members.find((member) => equalBytes(member.person, person))?.role ?? null;
  }

  /** Verifies what the server served and takes it in when the transaction commits. Throws `integrity/*`, `format/*`. */
  ingest(transaction: Transaction, served: ServedOps): readonly LogOp[] {
    const verified = this.log.verify(served, this.context.identityOf);
    transaction.writes.push(...verified.writes);
    transaction.onCommit(() => {
      verified.commit();
      this.#takeAll(verified.accepted);
      this.#rebase();
      this.openWaiting();
      this.refused = false;
      if (!served.more) this.#noteFreshness();
    });
    return verified.accepted;
  }

  /**
   * Takes in what another session of this store wrote: ops it verified, own ops it queued (all that wait, in their
   * order), and why it stopped, if it did. Throws `store/damaged`.
   */
  catchUp(found: {
    readonly stored: StoredOps;
    readonly queued: readonly Uint8Array[];
    readonly frozen: VaultErrorCode | null;
  }): void {
    const { stored, queued, frozen } = found;
    const accepted = this.log.takeStored(stored, this.context.identityOf);
    this.#takeAll(accepted);
    for (const { header, outcome } of accepted)
      if (outcome === 'applied' && header.control?.type === 'prune')
        for (const change of header.control.changes) this.view.forget(change);
    if (accepted.length > 0) this.#noteFreshness();
    this.frozen = frozen;
    this.#replacePending(queued);
    this.openWaiting();
    this.#renewLine();
  }

  /** Adds an op just signed: it counts at once here, and stays pending until the server has it. */
  addPending(transaction: Transaction, op: PendingOp): void {
    const { records } = op;
    const before = this.#local;
    this.#local = this.#applyPending(before, op).state;
    this.#pending.push(op);
    this.#version++;
    for (const record of records) this.view.put(this.proofs.revisionOf(record, op.header, null));
    transaction.onUndo(() => {
      this.#version++;
      this.#pending = this.#pending.filter((other) => other !== op);
      this.#local = before;
      for (const { item, change } of records) this.view.drop(item, change);
    });
  }

  /**
   * Takes in own ops found in the outbox when the store is opened again. Throws `store/damaged`.
   *
   * One that the log has already (the store was closed before it left the outbox) is not pending, unless it is void
   * there: then what it says has yet to be said.
   */
  restorePending(bytes: Uint8Array): void {
    const op = decodeOp(bytes);
    const header = decodeOpHeader(op.headerBytes);
    if (this.#ownOps.isDone(header)) return;
    const bodies = op.bodies.filter((body) => body !== null);
    const outcome = this.#advance({ ...op, bodies });
    const { records, roster } = this.#openOwn(header, bodies);
    this.#pending.push({
      header,
      headerBytes: op.headerBytes,
      signature: op.signature,
      bodies,
      records,
      roster,
    });
    if (outcome !== 'void')
      for (const record of records) this.view.put(this.proofs.revisionOf(record, header, null));
  }

  /** Takes all pending ops out, to be made again; the caller replaces them in the outbox in the same transaction. */
  withdrawPending(transaction: Transaction): readonly PendingOp[] {
    const withdrawn = this.#pending;
    const before = this.#local;
    this.#pending = [];
    this.#local = this.log.state;
    transaction.onUndo(() => {
      this.#pending = withdrawn;
      this.#local = before;
    });
    return withdrawn;
  }

  /**
   * Whether pending ops are or would be void on the log as it is now: someone else started a new epoch first, or the
   * server took in what it should have refused.
   */
  hasStalePending(): boolean {
    const epoch = this.log.state?.epoch ?? 1;
    return this.#pending.some(({ header }) => header.epoch < epoch || this.#ownOps.isVoid(header));
  }

  /** The epochs whose key the one after them does not carry: what is behind them is closed to who came later. */
  get closedEpochs(): readonly number[] {
    const pending = this.#pending.flatMap(({ header }) => (closesPast(header) ? [header.epoch] : []));
    return [...new Set([...this.#closedEpochs, ...pending])];
  }

  /** Whether bodies are missing that no prune has named so far: nothing may be written on such a log. R-OP-8. */
  get incomplete(): boolean {
    return this.log.incomplete;
  }

  /** Tries again what could not be opened for want of a key; a key may bring the next. */
  openWaiting(): void {
    for (let progress = true; progress && this.#waiting.length > 0; ) {
      const before = this.#waiting;
      this.#waiting = [];
      for (const { op, index } of before) this.#open(op, index);
      progress = this.#waiting.length < before.length;
    }
  }

  /** How many records are here without a key for them. The list of readers is no record: only owners read it. */
  get unreadable(): number {
    return this.#waiting.filter(({ op, index }) => payloadsOf(op.header)[index] !== 'roster').length;
  }

  /** Wipes every key; nothing opens afterwards. */
  lock(): void {
    this.keyring.wipe();
    this.#rosterKey?.wipe();
    this.view.clear();
    this.#owners.clear();
    this.proofs.clear();
    this.#waiting = [];
  }

  #takeAll(ops: readonly LogOp[]): void {
    for (const op of ops) {
      if (op.outcome === 'applied' && this.#ownOps.isOwn(op.header)) this.#settle(op.header);
      this.#take(op);
    }
    this.#version++;
  }

  /** An old head served again is no news: how fresh this is, the head itself says (A44, I9). */
  #noteFreshness(): void {
    this.verifiedAt = Math.min(this.context.now(), this.log.headContent()?.time ?? 0);
  }

  /** The ops that wait are now these; what is shown of those that wait no more, and are not in the log, goes. */
  #replacePending(queued: readonly Uint8Array[]): void {
    const known = new Map(this.#pending.map((op) => [nameOf(op.signature), op]));
    const ops = queued.map((bytes) => ({ bytes, name: nameOf(decodeOp(bytes).signature) }));
    const kept = new Set(ops.map(({ name }) => name));
    for (const [name, { header, records }] of known)
      if (!kept.has(name) && !this.isInLog(header))
        for (const { item, change } of records) this.view.drop(item, change);
    this.#pending = [];
    this.#local = this.log.state;
    for (const { bytes, name } of ops) {
      const op = known.get(name);
      if (op === undefined) this.restorePending(bytes);
      else if (!this.#ownOps.isDone(op.header)) {
        this.#advance(op);
        this.#pending.push(op);
      }
    }
  }

  /** When another session of this device has closed this one's line, a new one begins. */
  #renewLine(): void {
    const { device } = this.context.author;
    const inForce = this.#local?.lines.find((line) => equalBytes(line.device, device));
    if (inForce !== undefined && !this.line.isOwn(inForce.incarnation))
      this.line.renew(this.context.random(16));
  }

  #settle(header: OpHeader): void {
    const { incarnation, seq } = header;
    this.#pending = this.#pending.filter(
      (op) => !(op.header.seq === seq && equalBytes(op.header.incarnation, incarnation)),
    );
  }

  /** Whether the log holds this op of one's own, in force or void. */
  isInLog(header: OpHeader): boolean {
    return this.#ownOps.isInLog(header);
  }

  #rebase(): void {
    this.#local = this.log.state;
    for (const op of this.#pending) if (this.#advance(op) === 'unfit') return;
  }

  /** Moves the local state past a pending op. One that no longer fits is made again when the server refuses it. */
  #advance(op: Pick<PendingOp, 'headerBytes' | 'signature' | 'bodies'>): 'applied' | 'void' | 'unfit' {
    try {
      const { state, outcome } = this.#applyPending(this.#local, op);
      this.#local = state;
      return outcome;
    } catch (error) {
      if (!isVaultError(error)) throw error;
      return 'unfit';
    }
  }

  #applyPending(state: LogState | null, op: Pick<PendingOp, 'headerBytes' | 'signature' | 'bodies'>) {
    return applyHeader(state, op.headerBytes, op.signature, {
      identityOf: this.context.identityOf,
      hashAt: () => null,
      hasChange: () => false,
      signatures: 'remembered',
    });
  }

  #openOwn(header: OpHeader, bodies: readonly Uint8Array[]): Pick<PendingOp, 'records' | 'roster'> {
    const payloads = payloadsOf(header);
    const at = payloads.indexOf('roster');
    const open = (type: SealType, index: number) =>
      this.#openBody(type, header, index, bodies[index] as Uint8Array);
    try {
      const roster = at < 0 ? null : decodeRosterChange(open('roster', at));
      const records = header.changes.flatMap((_, index) =>
        index < payloads.length ? [] : [decodeRecord(open('record', index))],
      );
      return { records, roster };
    } catch (error) {
      if (!isVaultError(error)) throw error;
      throw new VaultError('store/damaged', { what: 'pending', because: error.code });
    }
  }

  #take(op: LogOp): void {
    this.#ownOps.note(op);
    if (op.outcome === 'void') return;
    if (closesPast(op.header)) this.#closedEpochs.add(op.header.epoch);
    for (let index = 0; index < op.header.changes.length; index++) this.#open(op, index);
  }

  #open(op: LogOp, index: number): void {
    const { header, position } = op;
    const body = op.bodies[index] ?? null;
    const change = header.changes[index]?.[0] as Uint8Array;
    // A pruned body: its record is gone for good, and an owner said so.
    if (body === null) return;
    try {
      const payload = payloadsOf(header)[index];
      if (payload === 'roster') {
        const roster = decodeRosterChange(this.#openBody('roster', header, index, body));
        this.roster.apply(roster, header, position);
      } else if (payload === 'previous-key') {
        const key = this.#openBody('previous-key', header, index, body);
        if (key.length !== 32) throw new VaultError('format/malformed');
        this.keyring.offer(header.epoch, Secret.of('collection-key', key.slice()));
      } else {
        this.#putRecord(op, this.#checked(op, change, this.#openBody('record', header, index, body)));
      }
    } catch (error) {
      if (!isVaultError(error)) throw error;
      if (error.code === 'access/no-key') {
        this.#waiting.push({ op, index });
        return;
      }
      this.damaged.push({ position, change, code: error.code });
      // What this device showed ahead of the log: everyone else sets it aside.
      if (this.#ownOps.isOwn(header)) this.view.forget(change);
    }
  }

  /** Takes a record into the view as the log orders it: what it makes wrong is set aside, and the other way round. */
  #putRecord({ header, position, role }: LogOp, record: RecordEnvelope): void {
    const { refused, readmitted } = this.#owners.put(
      { ...this.proofs.revisionOf(record, header, position), position },
      role,
    );
    for (const { change } of readmitted) {
      const at = this.damaged.findIndex((other) => equalBytes(other.change, change));
      if (at >= 0) this.damaged.splice(at, 1);
    }
    for (const { position: at, change } of refused)
      this.damaged.push({ position: at, change, code: 'integrity/not-authorised' }); // R-REC-4
  }

  #checked(op: LogOp, change: Uint8Array, plaintext: Uint8Array): RecordEnvelope {
    const record = decodeRecord(plaintext);
    if (!equalBytes(record.change, change)) throw new VaultError('integrity/open-failed'); // R-REC-1
    const { authored, kind, schema, body } = record;
    if (body === null) return record;
    if (op.role === 'writer') {
      const author = this.context.identityOf(op.header.person);
      if (authored === null || author === null) throw new VaultError('integrity/not-authorised'); // R-REC-2
      checkAuthorship(authored, op.header.vault, { kind, schema, body }, author); // R-REC-3
    }
    checkKnownContent({ kind, schema, body });
    return record;
  }

  #openBody(type: SealType, header: OpHeader, index: number, body: Uint8Array): Uint8Array {
    const state = this.log.state ?? this.requireState();
    const epoch = type === 'previous-key' ? header.epoch + 1 : header.epoch;
    const commitments =
      this.#local && this.#local.commitments.length > state.commitments.length ? this.#local : state;
    // A wrong key that a stranger offered must not keep the right one from being waited for (R-KEY-1).
    const key = type === 'roster' ? this.#rosterKey : this.keyring.keyOf(epoch, commitments);
    if (key === null) throw new VaultError('access/no-key', { epoch });
    const change = header.changes[index]?.[0] as Uint8Array;
    return openData(key, bodyBinding(type, header, epoch, change), body);
  }
}
