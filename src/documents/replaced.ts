import type { Id } from '../formats/id.js';
import type { Document } from '../vault/document-view.js';
import type { RecordItem } from '../vault/record-item.js';
import type { Relation } from './relation.js';

type Item = Id<'item'>;

/** What takes the place of what. */
export interface Replaced {
  /** The later one of an earlier one. */
  readonly by: ReadonlyMap<Item, Item>;
  /** The earlier ones of a later one. */
  readonly of: ReadonlyMap<Item, readonly Item[]>;
}

/**
 * What takes the place of what: by sets and versions, by what a document says to replace, and by the holder's word.
 *
 * The first two are as documents tell, whoever wrote them. What would make documents replace each other in a ring is left out, so
 * that one of them is always in force. Pure.
 */
export function replacedIn(
  documents: readonly Document[],
  relations: readonly RecordItem<Relation>[],
): Replaced {
  const chains = new Chains(documents);
  const sets = new Map<string, Document[]>();
  const named = new Map<string, Item[]>();
  for (const document of documents) {
    const { setId, documentId } = document.about ?? {};
    if (documentId !== undefined) append(named, nameOfIdentifier(documentId), document.id);
    if (setId !== undefined) append(sets, nameOfIdentifier(setId), document);
  }
  for (const versions of sets.values()) {
    const ordered = versions.toSorted((a, b) => versionOf(b) - versionOf(a) || a.added - b.added);
    // One version may be here more than once: all of them give way to the first of the next one.
    let next: Document | undefined;
    let first = ordered[0];
    for (const version of ordered) {
      if (first !== undefined && versionOf(version) < versionOf(first)) [next, first] = [first, version];
      if (next !== undefined) chains.add(next.id, version.id);
    }
  }
  for (const { id, about } of documents)
    for (const replaced of about?.replaces ?? [])
      for (const earlier of named.get(nameOfIdentifier(replaced)) ?? []) chains.add(id, earlier);
  for (const { value } of relations) if (value.type === 'replaces') chains.add(value.document, value.to);
  return chains;
}

class Chains implements Replaced {
  readonly by = new Map<Item, Item>();
  readonly of = new Map<Item, Item[]>();
  readonly #here: ReadonlySet<Item>;
  /** Some later one of each, nearer and nearer to the last: chains of thousands are walked once. */
  readonly #ahead = new Map<Item, Item>();

  constructor(documents: readonly Document[]) {
    this.#here = new Set(documents.map(({ id }) => id));
  }

  add(later: Item, earlier: Item): void {
    if (!this.#here.has(later) || !this.#here.has(earlier)) return;
    if (this.by.has(earlier) || this.#lastOf(later) === earlier) return;
    this.by.set(earlier, later);
    this.#ahead.set(earlier, later);
    append(this.of, later, earlier);
  }

  #lastOf(item: Item): Item {
    let last = item;
    for (let next = this.#ahead.get(last); next !== undefined; next = this.#ahead.get(last)) last = next;
    let at = item;
    for (let next = this.#ahead.get(at); next !== undefined; next = this.#ahead.get(at)) {
      this.#ahead.set(at, last);
      if (next === last) break;
      at = next;
    }
    return last;
  }
}

/** Adds to the list of a key. */
export function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** An identifier as a key. */
export function nameOfIdentifier({
  system,
  value,
}: {
  readonly system: string;
  readonly value: string;
}): string {
  return JSON.stringify([system, value]);
}

function versionOf({ about }: Document): number {
  return about?.versionNumber ?? 0;
}
