import type { Id } from '../formats/id.js';
import type { RecordItem } from '../vault/record-item.js';
import type { Fact } from './fact.js';
import { type Provenance, provenanceOf, type Source } from './source.js';

/** Something there is one of, as shown. */
export interface Stated<V> {
  readonly value: V;
  readonly provenance: Provenance;
  /** What others, or another device, said instead and is not shown; writing again ends it. */
  readonly conflicts: readonly StatedConflict<V>[];
}

/** What was said instead. `value` is null where that took the answer back. */
export interface StatedConflict<V> {
  readonly value: V | null;
  readonly author: Id<'person'>;
  readonly time: number;
}

/** All that was said about one thing, as one. @internal */
export interface MergedFact<V> {
  /** Null when it was taken back, and nothing else was said at the same time. */
  readonly stated: Stated<V> | null;
  /** The records it was said in, by id: the first is the one to keep. */
  readonly records: readonly Id<'item'>[];
}

interface Said<V> {
  readonly value: V | null;
  readonly source: Source;
  readonly author: Id<'person'>;
  readonly created: number;
  readonly changed: number;
}

/**
 * Reads several records of one fact as one; null when there is none.
 *
 * Two devices that were offline may each have founded one, and so may two persons. The one changed last is shown, of two
 * at the same moment that of the greater id; whatever differs from it is a conflict. Taking an answer back does not take
 * away what was said at the same time. The order they come in is nothing.
 *
 * @internal
 */
export function mergeFacts<V>(items: readonly RecordItem<Fact>[]): MergedFact<V> | null {
  if (items.length === 0) return null;
  const lastFirst = items.toSorted((a, b) => b.changed - a.changed || (a.id < b.id ? 1 : -1));
  const shown = lastFirst.map((item) => saidIn<V>(item, item.value.said, item.author, item.changed));
  const hidden = lastFirst.flatMap((item) =>
    item.conflicts
      .filter(({ field, value }) => field === 'said' && value !== undefined)
      .map(({ value, author, time }) => saidIn<V>(item, value as Fact['said'], author, time)),
  );
  const all = [...shown, ...hidden.toSorted((a, b) => b.changed - a.changed || order(keyOf(a), keyOf(b)))];
  const last = all.find(({ value }) => value !== null) ?? null;
  const seen = new Set([keyOf(last?.value ?? null)]);
  const conflicts = all.flatMap(({ value, author, changed: time }) => {
    const key = keyOf(value);
    if (seen.has(key)) return [];
    seen.add(key);
    return [Object.freeze({ value, author, time })];
  });
  const provenance = last === null ? null : Object.freeze(provenanceOf(last, last.source));
  return Object.freeze({
    stated: provenance === null ? null : Object.freeze({ value: last?.value as V, provenance, conflicts }),
    records: items.map(({ id }) => id).sort(),
  });
}

function saidIn<V>(
  { created }: RecordItem<Fact>,
  { value, source }: Fact['said'],
  author: Id<'person'>,
  changed: number,
): Said<V> {
  return { value: value as V | null, source, author, created, changed };
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The same text for the same value, in whatever order its fields are. */
function keyOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
