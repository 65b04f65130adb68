import { equalBytes } from '../crypto/hash.js';
import type { RecordEnvelope } from '../formats/record.js';
import { nameOf } from '../log/collection-log.js';

/** One revision of an item as this device holds it. */
export interface Revision extends RecordEnvelope {
  /** Who signed the op that carries it; for linked and adopted content `authored` names the author. */
  readonly person: Uint8Array;
  readonly device: Uint8Array;
  /** Whether its author is known: the proof in `authored` was verified, or there is none and the signer is the author. */
  readonly proven: boolean;
  /** The epoch under whose key it is sealed. */
  readonly epoch: number;
  /** Where the op stands in its log; `null` until the server has it. */
  readonly position: number | null;
}

/** An item with all its revisions, newest last. */
export interface Item {
  readonly item: Uint8Array;
  readonly current: Revision;
  /** Other revisions that no later one builds on: two devices edited at once. Nothing is lost silently. */
  readonly conflicts: readonly Revision[];
  /** How many revisions there are, these included. */
  readonly revisions: number;
}

/** The changes that no later one builds on, the one shown first: what the next one builds on. */
export function headChanges(item: Item | null): Uint8Array[] {
  return item === null ? [] : [item.current, ...item.conflicts].map(({ change }) => change);
}

/**
 * The items of a collection, folded from its records.
 *
 * A record names the revisions it builds on; what nothing builds on is current. Of several, the one later in the log
 * is shown and the others are kept as conflicts.
 */
export class RecordView {
  readonly #items = new Map<string, Folded>();
  readonly #changes = new Map<string, Revision>();
  #version = 0;

  /** Rises with every change of any item. */
  get version(): number {
    return this.#version;
  }

  /** Adds a revision, or replaces the same one (when its op gets a position). */
  put(revision: Revision): void {
    const name = nameOf(revision.item);
    const change = nameOf(revision.change);
    const before = this.#changes.get(change);
    this.#version++;
    this.#changes.set(change, revision);
    const folded = this.#items.get(name);
    if (folded === undefined) {
      this.#items.set(name, { revisions: [revision], item: null });
      return;
    }
    const { revisions } = folded;
    const at = before === undefined ? -1 : revisions.indexOf(before);
    if (at < 0) revisions.push(revision);
    else revisions[at] = revision;
    folded.item = null;
  }

  /** The revision that a change made, or `null`. */
  revision(change: Uint8Array): Revision | null {
    return this.#changes.get(nameOf(change)) ?? null;
  }

  /** Lets go of a revision whose body was erased. */
  forget(change: Uint8Array): void {
    const revision = this.revision(change);
    if (revision !== null) this.drop(revision.item, change);
  }

  /** Takes back a revision that was only pending. */
  drop(item: Uint8Array, change: Uint8Array): void {
    const name = nameOf(item);
    const rest = (this.#items.get(name)?.revisions ?? []).filter(
      (revision) => !equalBytes(revision.change, change),
    );
    this.#version++;
    this.#changes.delete(nameOf(change));
    if (rest.length === 0) this.#items.delete(name);
    else this.#items.set(name, { revisions: rest, item: null });
  }

  /** An item, removed or not, or `null`; the same object until one of its revisions changes. */
  get(item: Uint8Array): Item | null {
    const folded = this.#items.get(nameOf(item));
    return folded === undefined ? null : fold(folded);
  }

  /** Every revision of an item, oldest first. */
  history(item: Uint8Array): Revision[] {
    return (this.#items.get(nameOf(item))?.revisions ?? []).toSorted(byOrder);
  }

  /** All items, of one kind if given; removed ones are left out unless asked for. */
  list(options: { readonly kind?: string; readonly removed?: boolean } = {}): Item[] {
    const items: Item[] = [];
    for (const folded of this.#items.values()) {
      const item = fold(folded);
      if (options.kind !== undefined && item.current.kind !== options.kind) continue;
      if ((item.current.body === null) !== (options.removed ?? false)) continue;
      items.push(item);
    }
    return items;
  }

  /** How many items there are, removed ones included. */
  get size(): number {
    return this.#items.size;
  }

  /** Lets go of everything, overwriting what was decrypted: it may hold keys. */
  clear(): void {
    for (const { body } of this.#changes.values()) body?.fill(0);
    this.#version++;
    this.#items.clear();
    this.#changes.clear();
  }
}

/** The revisions of an item, and the item as last made of them. */
interface Folded {
  readonly revisions: Revision[];
  item: Item | null;
}

function fold(folded: Folded): Item {
  folded.item ??= toItem(folded.revisions);
  return folded.item;
}

function toItem(revisions: readonly Revision[]): Item {
  if (revisions.length === 1) {
    const [current] = revisions as [Revision];
    return { item: current.item, current, conflicts: [], revisions: 1 };
  }
  const superseded = new Set(revisions.flatMap(({ base }) => base.map(nameOf)));
  const heads = revisions.filter(({ change }) => !superseded.has(nameOf(change))).sort(byOrder);
  const current = (heads.at(-1) ?? revisions.toSorted(byOrder).at(-1)) as Revision;
  return { item: current.item, current, conflicts: heads.slice(0, -1), revisions: revisions.length };
}

/** The order of the log; what is pending comes after all of it, by time among itself. */
export function byOrder(a: Revision, b: Revision): number {
  const order = (a.position ?? Number.MAX_SAFE_INTEGER) - (b.position ?? Number.MAX_SAFE_INTEGER);
  return order || a.time - b.time;
}
