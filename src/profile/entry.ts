import type { Id } from '../formats/id.js';
import type { RecordItem } from '../vault/record-item.js';
import type { Stored } from './section-kind.js';
import type { SectionName } from './section-name.js';
import { type Provenance, provenanceOf } from './source.js';

/** An entry of a section, as shown; the same object while nothing about it changed. */
export interface Entry<T> {
  readonly id: Id<'item'>;
  readonly section: SectionName;
  readonly value: T;
  readonly provenance: Provenance;
  /** What other devices wrote at the same time and is not shown; `settle` ends it. */
  readonly conflicts: readonly EntryConflict[];
  /** False until the server has confirmed it. */
  readonly synced: boolean;
  readonly versions: number;
}

/** What another device wrote at the same time as what is shown. */
export interface EntryConflict {
  /** The field both changed, or null: the other removed the entry. */
  readonly field: string | null;
  /** What the other wrote there; `undefined` when it took the field away, or the entry. */
  readonly value: unknown;
  readonly author: Id<'person'>;
  readonly time: number;
  /** Names this side of the conflict for `settle`. */
  readonly version: Id<'change'>;
}

/** One version of an entry. */
export interface EntryVersion<T> {
  /** Null when it was a removal, or cannot be read. */
  readonly value: T | null;
  readonly provenance: Pick<Provenance, 'by' | 'document' | 'locator'> | null;
  readonly author: Id<'person'>;
  readonly time: number;
  readonly removed: boolean;
}

/** The content of a record without where it comes from. @internal */
export function contentOf<T extends object>(stored: Stored<T>): T {
  const { source: _, also: __, ...content } = stored;
  return content as unknown as T;
}

/** The entry that a record is. @internal */
export function entryOf<T extends object>(section: SectionName, item: RecordItem<Stored<T>>): Entry<T> {
  const { id, value, synced, versions } = item;
  // Where it comes from is written with every change, and is no question to put to anyone.
  const conflicts = item.conflicts.filter(({ field }) => field !== 'source' && field !== 'also');
  return Object.freeze({
    ...{ id, section, value: Object.freeze(contentOf(value)), synced, versions },
    provenance: Object.freeze(provenanceOf(item, value.source, value.also)),
    conflicts: Object.freeze(conflicts),
  });
}
