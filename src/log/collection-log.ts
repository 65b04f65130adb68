import * as z from 'zod/mini';
import { equalBytes } from '../crypto/hash.js';
import { verify } from '../crypto/sign.js';
import { isVaultError, VaultError } from '../errors.js';
import { decode, encode } from '../formats/codec.js';
import { decodeHead, type Head, type SignedHead } from '../formats/head.js';
import { bytesToHex, bytesToMapKey } from '../formats/id.js';
import { decodeOp, decodeOpHeader, encodeOp, type Op, type OpHeader } from '../formats/op.js';
import { checkShape, digest, whole } from '../formats/shape.js';
import type { Identity } from '../protocol/identity-chain.js';
import { applyHeader, checkBodies } from '../protocol/log-rules.js';
import type { LogState } from '../protocol/log-state.js';
import type { Store, Write } from '../store/port.js';
import { checkHead } from './heads.js';

const verifiedMark = z.tuple([whole, digest]);
const NO_HASH = new Uint8Array(32);
const PAGE_ROWS = 200;

/** One op of a verified log, with what became of it. */
export interface LogOp {
  readonly position: number;
  readonly header: OpHeader;
  readonly role: 'owner' | 'writer';
  readonly outcome: 'applied' | 'void';
  readonly bodies: readonly (Uint8Array | null)[];
}

/** What the server answered about a log; nothing in it is verified. */
export interface ServedOps {
  readonly ops: readonly Uint8Array[];
  readonly head: SignedHead | null;
  readonly more: boolean;
}

/** Ops that passed every rule, and how to keep them: write, then commit. */
export interface VerifiedOps {
  readonly accepted: readonly LogOp[];
  readonly writes: readonly Write[];
  /** Moves the log forward; to be called once, when `writes` are durable and before the next `verify`. */
  commit(): void;
}

/** Gives the verified identity log of a person, or `null`. */
export type IdentityOf = (person: Uint8Array) => Identity | null;

/**
 * A collection's log as verified on this device. It holds no key: what it checks, the server can check too.
 *
 * A verified prefix is remembered with its running hash, so signatures are checked once in the life of a store.
 */
export class CollectionLog {
  readonly collection: Uint8Array;
  /** The log this one goes on from while it is on trial; nothing of it is copied, since most answers are short. */
  readonly #base: CollectionLog | null;
  readonly #basePosition: number;
  #state: LogState | null = null;
  readonly #hashes: Uint8Array[] = [];
  readonly #changes = new Map<string, number>();
  /** Changes whose body is not here and that no prune has named so far. */
  #missing = new Set<string>();
  #head: SignedHead | null = null;

  constructor(collection: Uint8Array, base: CollectionLog | null = null) {
    this.collection = collection;
    this.#base = base;
    this.#basePosition = base?.position ?? 0;
    if (base === null) return;
    this.#state = base.#state;
    this.#missing = new Set(base.#missing);
    this.#head = base.#head;
  }

  /** The state after the last verified op, or `null` before the first. */
  get state(): LogState | null {
    return this.#state;
  }

  get position(): number {
    return this.#basePosition + this.#hashes.length;
  }

  /** Whether bodies are not here that no prune has named so far (R-OP-8): more ops must come before anything is built on it. */
  get incomplete(): boolean {
    return this.#missing.size > 0;
  }

  /** The newest verified head signed by the server, or `null` when none was seen. */
  get head(): SignedHead | null {
    return this.#head;
  }

  /** The running hash at a position from 1 to the last, or `null`. */
  hashAt(position: number): Uint8Array | null {
    const own = position - this.#basePosition;
    return (own > 0 ? this.#hashes[own - 1] : this.#base?.hashAt(position)) ?? null;
  }

  /** The position of the op that carries a change, or `null`. */
  positionOf(change: Uint8Array): number | null {
    return this.#positionOf(nameOf(change));
  }

  /**
   * Loads a log from the store, handing each op to `visit` in order.
   *
   * Ops up to the remembered mark are replayed by their hash, later ones verified in full. Throws `store/damaged`
   * when the remembered hash does not come out, or what is stored is no longer a log.
   */
  static async load(options: {
    readonly store: Store;
    readonly collection: Uint8Array;
    readonly identityOf: IdentityOf;
    readonly visit: (op: LogOp) => void;
  }): Promise<CollectionLog> {
    const { store, collection, identityOf, visit } = options;
    const log = new CollectionLog(collection);
    for await (const page of readPages(store, log)) log.#replay(page, identityOf, visit);
    return log;
  }

  /** Reads what another session of this store has verified and stored since. Throws `store/damaged`. */
  async readStored(store: Store): Promise<StoredOps> {
    const pages: StoredPage[] = [];
    for await (const page of readPages(store, this)) pages.push(page);
    return pages;
  }

  /** Takes in what `readStored` found, and gives it back in order. Throws `store/damaged`. */
  takeStored(stored: StoredOps, identityOf: IdentityOf): readonly LogOp[] {
    const taken: LogOp[] = [];
    for (const page of stored) this.#replay(page, identityOf, (op) => taken.push(op));
    return taken;
  }

  #replay({ rows, mark, head }: StoredPage, identityOf: IdentityOf, visit: (op: LogOp) => void): void {
    for (const row of rows) {
      const step = this.#remembered(row, identityOf);
      step.commit();
      visit(step.op);
    }
    if (mark === null) return;
    const [position, hash] = mark;
    const isAtMark = this.position === position && equalBytes(this.hashAt(position) ?? NO_HASH, hash);
    if (!isAtMark) throw new VaultError('store/damaged', { what: 'log' });
    if (head !== null) this.#head = decodeStoredHead(head);
  }

  /**
   * Verifies what the server served after this log's position: every signature, rule and the head.
   *
   * Nothing changes until `commit`. Throws the `integrity/*` code of the rule that is broken, `format/*` for bytes
   * that are no op.
   */
  verify(served: ServedOps, identityOf: IdentityOf): VerifiedOps {
    const trial = new CollectionLog(this.collection, this);
    const accepted: LogOp[] = [];
    const writes: Write[] = [];
    const keys = logKeys(this.collection);
    for (const bytes of served.ops) {
      const step = trial.#step(decodeOp(bytes), identityOf, 'verify');
      step.commit();
      accepted.push(step.op);
      writes.push({ type: 'put', key: keys.op(step.op.position), value: bytes });
    }
    if (served.head !== null) {
      trial.#head = checkHead(
        trial,
        this.#head,
        served.head,
        this.position,
        served.more && served.ops.length > 0,
      );
      if (trial.#head !== null) writes.push({ type: 'put', key: keys.head, value: encode([...trial.#head]) });
    }
    if (!served.more && trial.#missing.size > 0)
      throw new VaultError('integrity/dropped', { position: trial.position }); // R-OP-8
    const state = trial.#state;
    if (state !== null)
      writes.push({ type: 'put', key: keys.verified, value: encode([state.position, state.hash]) });
    return { accepted, writes, commit: () => this.#adopt(trial) };
  }

  /** Whether a head shown by someone else (a grant, a message, a card) contradicts this log (A48). */
  agreesWith(head: Head): boolean {
    const own = this.hashAt(head.position);
    return own === null || equalBytes(own, head.hash);
  }

  /** The newest head's content, or `null`. */
  headContent(): Head | null {
    return this.#head === null ? null : decodeHead(this.#head[0]);
  }

  /** An op that was verified before; what is wrong with it now, the disk did. */
  #remembered(bytes: Uint8Array, identityOf: IdentityOf) {
    try {
      return this.#step(decodeOp(bytes), identityOf, 'remembered');
    } catch (error) {
      if (!isVaultError(error)) throw error;
      throw new VaultError('store/damaged', { what: 'log', because: error.code });
    }
  }

  #step(op: Op, identityOf: IdentityOf, signatures: 'verify' | 'remembered'): { op: LogOp; commit(): void } {
    const { state, header, role, outcome } = applyHeader(this.#state, op.headerBytes, op.signature, {
      identityOf,
      hashAt: (position) => this.hashAt(position),
      hasChange: (change) => this.#positionOf(nameOf(change)) !== null,
      signatures,
    });
    if (state.position === 1 && !equalBytes(state.collection, this.collection)) {
      throw new VaultError('integrity/wrong-audience', { position: 1 });
    }
    const missing: string[] = [];
    const noteMissing = (change: Uint8Array) => missing.push(nameOf(change)) > 0;
    if (signatures === 'verify') checkBodies(header, op.bodies, noteMissing);
    else for (const [i, [change]] of header.changes.entries()) if (op.bodies[i] === null) noteMissing(change);
    const { position } = state;
    return {
      op: { position, header, role, outcome, bodies: op.bodies },
      commit: () => {
        this.#state = state;
        this.#hashes.push(state.hash);
        for (const change of missing) this.#missing.add(change);
        if (outcome === 'void') return;
        for (const [change] of header.changes) this.#changes.set(nameOf(change), position);
        if (header.control?.type === 'prune')
          for (const change of header.control.changes) this.#missing.delete(nameOf(change));
      },
    };
  }

  #positionOf(name: string): number | null {
    return this.#changes.get(name) ?? (this.#base === null ? null : this.#base.#positionOf(name));
  }

  /** Takes over what a trial on this log established. Throws `usage/invalid` when this log has moved since. */
  #adopt(trial: CollectionLog): void {
    if (trial.#basePosition !== this.position) throw new VaultError('usage/invalid', { argument: 'commit' });
    this.#state = trial.#state;
    for (const hash of trial.#hashes) this.#hashes.push(hash);
    for (const [name, position] of trial.#changes) this.#changes.set(name, position);
    this.#missing = trial.#missing;
    this.#head = trial.#head;
  }
}

/** Ops of a log as stored, in order; the last page says where they must have led. */
interface StoredPage {
  readonly rows: readonly Uint8Array[];
  readonly mark: readonly [position: number, hash: Uint8Array] | null;
  readonly head: Uint8Array | null;
}

/** What a store holds of a log beyond what is known of it. */
export type StoredOps = readonly StoredPage[];

/** Reads a log from where it is known to where it was verified. Throws `store/damaged` when there is a hole. */
async function* readPages(store: Store, log: CollectionLog): AsyncGenerator<StoredPage> {
  const keys = logKeys(log.collection);
  const [marked, head = null] = await store.getMany([keys.verified, keys.head]);
  if (!marked) return;
  const mark = checkShape(verifiedMark, decode(marked, { maxBytes: 64 }));
  let position = log.position;
  do {
    const limit = Math.min(PAGE_ROWS, mark[0] - position);
    const after = position === 0 ? {} : { after: keys.op(position) };
    const rows = limit > 0 ? await store.scan({ prefix: keys.ops, limit, ...after }) : [];
    if (rows.length < limit) throw new VaultError('store/damaged', { what: 'log' });
    position += rows.length;
    const isLast = position >= mark[0];
    yield { rows: rows.map(({ value }) => value), mark: isLast ? mark : null, head: isLast ? head : null };
  } while (position < mark[0]);
}

/** The storage keys of a log. */
export function logKeys(collection: Uint8Array) {
  const prefix = `log/${bytesToHex(collection)}/`;
  return {
    ops: `${prefix}op/`,
    op: (position: number) => `${prefix}op/${position.toString().padStart(12, '0')}`,
    verified: `${prefix}verified`,
    head: `${prefix}head`,
    evidence: `${prefix}evidence`,
  };
}

/**
 * The writes that forget the bodies a verified `prune` op names, in ops already stored.
 *
 * The chain still verifies: the running hash does not cover bodies. SPEC §6.4.
 */
export async function pruneStoredBodies(
  store: Store,
  log: CollectionLog,
  changes: readonly Uint8Array[],
): Promise<Write[]> {
  const keys = logKeys(log.collection);
  const named = new Set(changes.map(nameOf));
  const positions = new Set(
    changes.map((change) => log.positionOf(change)).filter((position) => position !== null),
  );
  const writes: Write[] = [];
  for (const position of positions) {
    const bytes = await store.get(keys.op(position));
    if (bytes === null) throw new VaultError('store/damaged', { what: 'log' });
    const op = decodeOp(bytes);
    const header = decodeOpHeader(op.headerBytes);
    const bodies = op.bodies.map((body, i) =>
      named.has(nameOf(header.changes[i]?.[0] ?? new Uint8Array())) ? null : body,
    );
    writes.push({ type: 'put', key: keys.op(position), value: encodeOp({ ...op, bodies }) });
  }
  return writes;
}

function decodeStoredHead(bytes: Uint8Array): SignedHead {
  const [headBytes, signature] = decode(bytes, { maxBytes: 512 }) as [Uint8Array, Uint8Array];
  return [headBytes, signature];
}

/** A change id as a map key. */
export function nameOf(change: Uint8Array): string {
  return bytesToMapKey(change);
}

/** Whether the server named in a log's first op signed this head. */
export function isSignedHead(server: Uint8Array, [headBytes, signature]: SignedHead): boolean {
  return verify(server, 'head', headBytes, signature);
}
