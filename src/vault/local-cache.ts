import { hash } from '../crypto/hash.js';
import { openData, sealData } from '../envelope/data.js';
import { VaultError } from '../errors.js';
import { decode, encode } from '../formats/codec.js';
import { bytesToHex } from '../formats/id.js';
import type { Binding } from '../formats/sealed.js';
import { deriveLocalStoreKey } from '../keys/hierarchy.js';
import type { Write } from '../store/port.js';
import type { Session } from './session.js';

const PART_BYTES = 1024 * 1024;
const PARTS_MAX = 512;

/**
 * What a module computed from a vault and does not want to compute again: on this device alone, sealed, never synced.
 *
 * It may be gone at any time, and whoever uses it can do without. A value is bytes, written whole or followed by
 * further ones; at most 512 MiB in all. Reading and writing throw `access/locked`, `store/*`.
 */
export class LocalCache {
  readonly #session: Session;
  readonly #prefix: string;
  /** The list of parts as it was read or written last. */
  #known: Uint8Array | null = null;

  /** @internal */
  constructor(session: Session, vault: Uint8Array, name: string) {
    this.#session = session;
    this.#prefix = `cache/${bytesToHex(vault)}/${name}`;
  }

  /** The values in the order in which they were written, or null when there are none, or not all of them open. */
  async read(): Promise<Uint8Array[] | null> {
    this.#session.requireOpen();
    const { store } = this.#session;
    this.#known = await store.get(this.#prefix);
    if (this.#known === null) return null;
    try {
      const { generation, parts } = this.#list(this.#known);
      const values: Uint8Array[] = [];
      for (const [value, count] of parts.entries()) {
        const keys = Array.from({ length: count }, (_, part) => this.#key(generation, value, part));
        const sealed = await store.getMany(keys);
        values.push(joined(sealed.map((bytes, i) => this.#open(keys[i] as string, bytes))));
      }
      return values;
    } catch {
      this.#session.requireOpen();
      return null;
    }
  }

  /** Keeps one value, in place of all before. */
  async replace(value: Uint8Array): Promise<void> {
    const { store, random } = this.#session;
    const generation = bytesToHex(random(8));
    const old = await store.scan({ prefix: `${this.#prefix}/` });
    const gone = old.map(({ key }): Write => ({ type: 'delete', key }));
    const writes = this.#writesOf(generation, 0, value);
    const list = this.#seal(this.#prefix, encode({ generation, parts: [writes.length] }));
    await store.write([...gone, ...writes, { type: 'put', key: this.#prefix, value: list }]);
    this.#known = list;
  }

  /** Keeps a further value. False, and nothing is kept, when another session has written since, or there is no first one. */
  async append(value: Uint8Array): Promise<boolean> {
    const known = this.#known;
    if (known === null) return false;
    const { generation, parts } = this.#list(known);
    const writes = this.#writesOf(generation, parts.length, value);
    const list = this.#seal(this.#prefix, encode({ generation, parts: [...parts, writes.length] }));
    const isKept = await this.#session.store.write(
      [...writes, { type: 'put', key: this.#prefix, value: list }],
      [{ key: this.#prefix, value: known }],
    );
    this.#known = isKept ? list : null;
    return isKept;
  }

  #writesOf(generation: string, value: number, bytes: Uint8Array): Write[] {
    const count = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
    if (count > PARTS_MAX) throw new VaultError('format/too-large', { bytes: bytes.length });
    return Array.from({ length: count }, (_, part): Write => {
      const key = this.#key(generation, value, part);
      const piece = bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
      return { type: 'put', key, value: this.#seal(key, piece) };
    });
  }

  #key(generation: string, value: number, part: number): string {
    return `${this.#prefix}/${generation}/${String(value)}.${String(part)}`;
  }

  #list(sealed: Uint8Array): { readonly generation: string; readonly parts: readonly number[] } {
    const list = decode(this.#open(this.#prefix, sealed), { maxBytes: 64 * 1024 });
    return list as { readonly generation: string; readonly parts: readonly number[] };
  }

  #seal(key: string, plaintext: Uint8Array): Uint8Array {
    const { personalRoot, random } = this.#session;
    this.#session.requireOpen();
    const secret = deriveLocalStoreKey(personalRoot);
    try {
      return sealData(secret, this.#bindingOf(key), plaintext, random);
    } finally {
      secret.wipe();
    }
  }

  #open(key: string, sealed: Uint8Array | null): Uint8Array {
    if (sealed === null) throw new VaultError('store/damaged', { what: 'cache' });
    this.#session.requireOpen();
    const secret = deriveLocalStoreKey(this.#session.personalRoot);
    try {
      return openData(secret, this.#bindingOf(key), sealed);
    } finally {
      secret.wipe();
    }
  }

  /** One value stands for no other, and what another device of this person kept is none of this one's. SPEC §3. */
  #bindingOf(key: string): Binding {
    const none = { vault: null, collection: null, epoch: null, person: null };
    const { device } = this.#session.author;
    return { type: 'local', ...none, device, object: hash('local', new TextEncoder().encode(key)) };
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
