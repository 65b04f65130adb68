import { isVaultError, VaultError } from '../errors.js';
import { type Id, printId } from '../formats/id.js';
import type { IdentityOf } from '../log/collection-log.js';
import { nameOf } from '../log/collection-log.js';
import { differing, mergeFields } from '../records/merge.js';
import { FILES_FIELD, filesOf, withoutFiles } from '../records/record-files.js';
import { decodeFields, type Fields, type RecordKind } from '../records/record-kind.js';
import { authorOf } from './document-view.js';
import { fileView, type RecordFile } from './record-files.js';
import { byOrder, type Item, type Revision } from './record-view.js';

/** A record as shown; a plain value that a page can keep, and the same object while nothing about it changed. */
export interface RecordItem<T> {
  readonly id: Id<'item'>;
  readonly version: Id<'change'>;
  /** What the kind's `parse` made of it. Frozen: it is shared by all who ask. */
  readonly value: T;
  /** When it was added, in milliseconds since 1970, by the clock of the device that did. */
  readonly created: number;
  /** When it was last changed; as `created`. */
  readonly changed: number;
  /** Who wrote what is shown, by a proof that was verified; without one, who signed for it being here. */
  readonly author: Id<'person'>;
  /** False until the server has confirmed it. */
  readonly synced: boolean;
  /** What other devices wrote at the same time and is not shown; each goes when its field is written again. */
  readonly conflicts: readonly RecordConflict[];
  readonly versions: number;
  /** The files that came with it. */
  readonly files: readonly RecordFile[];
}

/** What another device wrote at the same time as what is shown. */
export interface RecordConflict {
  /** The field both changed, `@files` for the files, or null: the other removed the record. */
  readonly field: string | null;
  /** What the other wrote there; `undefined` when it took the field away, or the record. */
  readonly value: unknown;
  readonly version: Id<'change'>;
  readonly author: Id<'person'>;
  readonly time: number;
}

/** One version of a record. */
export interface RecordVersion<T> {
  readonly version: Id<'change'>;
  readonly time: number;
  /** As `author` of a record. */
  readonly by: Id<'person'>;
  /** What it said; null when it was a removal, or cannot be read. */
  readonly value: T | null;
  readonly removed: boolean;
}

/** What one of several newest revisions says and is not shown. */
interface Overruled {
  readonly field: string | null;
  readonly value: unknown;
  readonly by: Revision;
}

/** The newest revisions of an item, put together. */
export interface Merged {
  /** Null when the item is removed. */
  readonly fields: Fields | null;
  readonly schema: number;
  readonly conflicts: readonly Overruled[];
  /** What the others build on: the revision shown. Null when the item is removed. */
  readonly shown: Revision | null;
}

/**
 * Puts the newest revisions of an item together, field by field. SPEC §7.1.
 *
 * A removal does not take away what was written at the same time. Revisions of different schemas are not put together:
 * the later of the newest schema is shown, as it is, and so `whole` wants it. Throws `format/*` for what cannot be read.
 */
export function mergedOf(item: Item, history: readonly Revision[], whole = false): Merged {
  const { kind } = item.current;
  const heads = headsOf(item);
  const written = heads.filter((head) => head.body !== null && head.kind === kind);
  const schema = Math.max(0, ...written.map((head) => head.schema));
  const shown = written.findLast((head) => head.schema === schema);
  if (shown === undefined) return { fields: null, schema, conflicts: [], shown: null };
  const removals = heads
    .filter(({ body }) => body === null)
    .map((by) => ({ field: null, value: undefined, by }));
  const apart = whole || written.some((head) => head.schema !== schema);
  const { fields, conflicts } = apart ? overruled(shown, written) : fieldByField(written, history);
  return { fields, schema, conflicts: [...removals, ...conflicts], shown };
}

function fieldByField(
  written: readonly Revision[],
  history: readonly Revision[],
): { readonly fields: Fields; readonly conflicts: readonly Overruled[] } {
  const base = written.length > 1 ? commonBase(written, history) : null;
  const { fields, conflicts } = mergeFields(base && fieldsOf(base), written.map(fieldsOf));
  return {
    fields,
    conflicts: conflicts.map(({ field, value, revision }) => {
      return { field, value, by: written[revision] as Revision };
    }),
  };
}

/** One revision as it is; what the others have in its fields and in theirs is not shown. */
function overruled(
  shown: Revision,
  written: readonly Revision[],
): { readonly fields: Fields; readonly conflicts: readonly Overruled[] } {
  const fields = fieldsOf(shown);
  const conflicts = written.flatMap((by) => {
    const other = by === shown ? fields : fieldsOf(by);
    return differing(other, fields).map((field) => ({ field, value: other[field], by }));
  });
  return { fields, conflicts };
}

/** The record that an item shows, or null when it is removed. Throws what `parse` throws, and `format/*`. */
export function recordOf<T extends object>(
  kind: RecordKind<T>,
  item: Item,
  history: readonly Revision[],
  place: FileScope,
): RecordItem<T> | null {
  const merged = mergedOf(item, history);
  if (merged.shown === null) return null;
  // Fields of two revisions may contradict each other where neither does alone.
  const together = attempt(() => itemOf(kind, item, history, merged, place));
  return together ?? itemOf(kind, item, history, mergedOf(item, history, true), place);
}

/** What the files of a record are judged by. */
interface FileScope {
  readonly vault: Uint8Array;
  readonly identityOf: IdentityOf;
}

function itemOf<T extends object>(
  kind: RecordKind<T>,
  item: Item,
  history: readonly Revision[],
  { fields, schema, conflicts, shown }: Merged,
  { vault, identityOf }: FileScope,
): RecordItem<T> {
  const { change, time } = shown as Revision;
  const others = conflicts.map(({ field, value, by }) => ({
    // Of files the keys stay here.
    ...{ field, value: field === FILES_FIELD ? undefined : freezePlain(value) },
    version: printId('change', by.change),
    ...{ author: printId('person', authorOf(by)), time: by.time },
  }));
  return Object.freeze({
    id: printId('item', item.item),
    version: printId('change', change),
    value: parsed(kind, fields as Fields, schema),
    created: history[0]?.time ?? time,
    changed: time,
    author: printId('person', authorOf(shown as Revision)),
    synced: headsOf(item).every(({ position }) => position !== null),
    conflicts: Object.freeze(others.map((other) => Object.freeze(other))),
    versions: history.length,
    files: Object.freeze(filesOf(fields as Fields).map((file) => fileView(file, vault, identityOf))),
  });
}

/** Revisions that nothing builds on, oldest first. */
export function headsOf({ current, conflicts }: Item): Revision[] {
  return [...conflicts, current];
}

/** One version as listed. */
export function recordVersionOf<T extends object>(kind: RecordKind<T>, revision: Revision): RecordVersion<T> {
  const { change, time, body, schema } = revision;
  return {
    version: printId('change', change),
    time,
    by: printId('person', authorOf(revision)),
    value: body === null ? null : attempt(() => parsed(kind, fieldsOf(revision), schema)),
    removed: body === null,
  };
}

/** What `read` gives, or null for what cannot be read, whatever is wrong with it. */
export function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    // A kind's own check throws what it likes; what is wrong with the program is not its to hide.
    if (isVaultError(error, 'access/locked')) throw error;
    return null;
  }
}

/** Throws `format/unsupported` for a later schema, and what the kind throws. */
function parsed<T extends object>(kind: RecordKind<T>, fields: Fields, schema: number): T {
  if (schema > kind.schema) throw new VaultError('format/unsupported', { kind: kind.kind, schema });
  return freezePlain(kind.parse(withoutFiles(fields), schema));
}

function fieldsOf({ body }: Revision): Fields {
  return decodeFields(body as Uint8Array);
}

/** The newest revision that all of these build on, or null. */
function commonBase(heads: readonly Revision[], history: readonly Revision[]): Revision | null {
  const known = new Map(history.map((revision) => [nameOf(revision.change), revision]));
  const reached = heads.map((head) => {
    const names = new Set<string>();
    for (const next = [head]; next.length > 0; ) {
      for (const name of (next.pop() as Revision).base.map(nameOf)) {
        const revision = known.get(name);
        if (revision === undefined || names.has(name)) continue;
        names.add(name);
        next.push(revision);
      }
    }
    return names;
  });
  const common = history.filter(
    ({ change, body }) => body !== null && reached.every((names) => names.has(nameOf(change))),
  );
  return common.toSorted(byOrder).at(-1) ?? null;
}

function freezePlain<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  for (const part of Object.values(value)) freezePlain(part);
  return Object.freeze(value);
}
