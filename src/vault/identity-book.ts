import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { decode, encode } from '../formats/codec.js';
import { bytesToHex } from '../formats/id.js';
import { decodeOp, decodeOpHeader } from '../formats/op.js';
import { nameOf } from '../log/collection-log.js';
import { type Identity, verifyIdentityLog } from '../protocol/identity-chain.js';
import type { Store } from '../store/port.js';

const PREFIX = 'identity/';

/** Someone whose identity log is needed, and at least how long. */
export interface IdentityNeed {
  readonly person: Uint8Array;
  readonly length: number;
}

/** Asks for the entries of a person's identity log from one on; an empty answer means that there are none. */
export type FetchIdentity = (person: Uint8Array, after: number) => Promise<readonly Uint8Array[]>;

/**
 * The identity logs this device has verified. A log only ever grows here.
 *
 * A server can withhold entries but not invent any: a person's id is the hash of the first, and the root signs all.
 */
export class IdentityBook {
  readonly #identities = new Map<string, Identity>();
  /** Each log as the store has it, as far as known. */
  readonly #stored = new Map<string, Uint8Array>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Loads all logs kept in the store. Throws `store/damaged`. */
  static async load(store: Store): Promise<IdentityBook> {
    const book = new IdentityBook(store);
    await book.refresh();
    return book;
  }

  /** Takes in the logs that other sessions of this store have learned. Throws `store/damaged`. */
  async refresh(): Promise<void> {
    for (const { key, value } of await this.#store.scan({ prefix: PREFIX })) this.#takeStored(key, value);
  }

  /** The verified log of a person, or `null` when it is not known here. */
  get(person: Uint8Array): Identity | null {
    return this.#identities.get(nameOf(person)) ?? null;
  }

  /**
   * Takes in a whole identity log, and keeps it if it is longer than the one known.
   *
   * Throws `share/key-changed` when it contradicts what is known: the person's root signed two histories (A33).
   */
  async learn(identity: Identity): Promise<Identity> {
    const known = this.get(identity.person);
    if (known !== null) {
      const common = Math.min(known.heads.length, identity.heads.length);
      if (!equalBytes(known.heads[common - 1] as Uint8Array, identity.heads[common - 1] as Uint8Array)) {
        throw new VaultError('share/key-changed');
      }
      if (identity.heads.length <= known.heads.length) return known;
    }
    const key = PREFIX + bytesToHex(identity.person);
    const value = encode([...identity.entries]);
    const expect = { key, value: this.#stored.get(key) ?? null };
    if (!(await this.#store.write([{ type: 'put', key, value }], [expect]))) {
      // Another session learned something first: what it knows and what is known here must be one history.
      const stored = await this.#store.get(key);
      if (stored === null) throw new VaultError('store/damaged', { what: 'identity' });
      this.#takeStored(key, stored);
      return this.learn(identity);
    }
    this.#stored.set(key, value);
    this.#identities.set(nameOf(identity.person), identity);
    return identity;
  }

  #takeStored(key: string, value: Uint8Array): void {
    const known = this.#stored.get(key);
    if (known !== undefined && equalBytes(known, value)) return;
    const identity = verifyIdentityLog(decode(value, { maxBytes: 8 * 1024 * 1024 }) as Uint8Array[]);
    this.#stored.set(key, value);
    this.#identities.set(nameOf(identity.person), identity);
  }

  /** Fetches what is missing of the logs needed. Throws `sync/*`, `integrity/*`; what cannot be had stays unknown. */
  async ensure(needs: readonly IdentityNeed[], fetch: FetchIdentity): Promise<void> {
    for (const { person, length } of needs) {
      const known = this.get(person);
      if (known !== null && known.heads.length >= length) continue;
      const entries = await fetch(person, known?.heads.length ?? 0);
      if (entries.length === 0) continue;
      const identity = verifyIdentityLog(entries, known);
      if (!equalBytes(identity.person, person)) throw new VaultError('integrity/wrong-audience');
      await this.learn(identity);
    }
  }
}

/** Whose identity logs are needed to verify these ops. Throws `format/malformed`. */
export function identitiesNeeded(ops: readonly Uint8Array[]): IdentityNeed[] {
  const needs = new Map<string, IdentityNeed>();
  const need = (person: Uint8Array, length: number) => {
    const known = needs.get(nameOf(person));
    if (known === undefined || known.length < length) needs.set(nameOf(person), { person, length });
  };
  for (const bytes of ops) {
    const { person, control } = decodeOpHeader(decodeOp(bytes).headerBytes);
    need(person, 1);
    if (control === null) continue;
    if ('members' in control) for (const [member, , length] of control.members) need(member, length);
    if ('member' in control) need(control.member[0], control.member[2]);
  }
  return [...needs.values()];
}
