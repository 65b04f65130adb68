import type { Write } from '../store/port.js';

/**
 * What waits in an outbox, as one session knows it without asking the store: the keys it listed last, and what it has
 * written since. What another session wrote is known after the next listing.
 */
export class QueueMirror {
  readonly #prefix: string;
  readonly #changed: () => void;
  #ids = new Set<string>();
  #version = 0;
  #oldest: string | null = null;
  /** Writes made while a listing is under way: it may have passed their keys already. */
  readonly #journals = new Set<Write[]>();

  constructor(prefix: string, changed: () => void) {
    this.#prefix = prefix;
    this.#changed = changed;
  }

  /** How many entries wait. */
  get size(): number {
    return this.#ids.size;
  }

  /** Differs when what waits does. */
  get version(): number {
    return this.#version;
  }

  /** The key of the entry that waits longest, or null. */
  get oldest(): string | null {
    if (this.#oldest === null)
      for (const id of this.#ids)
        if (this.#oldest === null || numberIn(id) < numberIn(this.#oldest)) this.#oldest = id;
    return this.#oldest;
  }

  /** Whether something waits whose key starts like this. */
  has(prefix: string): boolean {
    for (const id of this.#ids) if (id.startsWith(prefix)) return true;
    return false;
  }

  /** Takes in writes that are durable now. */
  note(writes: readonly Write[]): void {
    const own = writes.filter(({ key }) => key.startsWith(this.#prefix));
    if (own.length === 0) return;
    for (const journal of this.#journals) journal.push(...own);
    for (const write of own) this.#apply(write);
    this.#tell();
  }

  /** Begins a listing; give what it found, of all there is, to the function returned. */
  listing(): (found: readonly string[]) => void {
    const journal: Write[] = [];
    this.#journals.add(journal);
    return (found) => {
      this.#journals.delete(journal);
      const before = this.#ids;
      this.#ids = new Set(found);
      this.#oldest = null;
      for (const write of journal) this.#apply(write);
      const isSame = this.#ids.size === before.size && [...this.#ids].every((id) => before.has(id));
      if (!isSame) this.#tell();
    };
  }

  #apply({ type, key }: Write): void {
    if (type === 'put') this.#ids.add(key);
    else this.#ids.delete(key);
    if (type === 'delete' && key === this.#oldest) this.#oldest = null;
  }

  #tell(): void {
    this.#version++;
    this.#changed();
  }
}

/** The number in a key: what follows the last slash sorts as it does. */
function numberIn(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
