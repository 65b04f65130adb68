import { type Encodable, encode } from '../formats/codec.js';
import type { Fields } from './record-kind.js';

/** A field that was given different values at once: the one not shown, and which of the revisions has it. */
export interface FieldConflict {
  readonly field: string;
  /** Place among the revisions given. */
  readonly revision: number;
  /** `undefined` where that revision removed the field. */
  readonly value: unknown;
}

/**
 * Merges revisions that do not build on each other, field by field. SPEC §7.1.
 *
 * `base` is what all of them build on, or null; `revisions` come in the order of the log. What only one of them
 * changed is as that one has it; of different values the later is shown and the others are conflicts.
 */
export function mergeFields(
  base: Fields | null,
  revisions: readonly Fields[],
): { readonly fields: Fields; readonly conflicts: readonly FieldConflict[] } {
  const fields: Record<string, unknown> = {};
  const conflicts: FieldConflict[] = [];
  const names = new Set([base ?? {}, ...revisions].flatMap((values) => Object.keys(values)));
  for (const field of names) {
    const before = fieldOf(base ?? {}, field);
    const changed = revisions
      .map((values, revision) => ({ field, revision, value: fieldOf(values, field) }))
      .filter(({ value }) => !isSame(value, before));
    const last = changed.at(-1);
    const value = last === undefined ? before : last.value;
    if (value !== undefined) fields[field] = value;
    conflicts.push(...changed.filter((other) => !isSame(other.value, value)));
  }
  return { fields, conflicts };
}

/** The fields, of either, that do not hold the same. */
export function differing(a: Fields, b: Fields): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => !isSame(fieldOf(a, name), fieldOf(b, name)));
}

function fieldOf(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Whether two values are kept as the same bytes. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  const first = encode(a as Encodable);
  const second = encode(b as Encodable);
  return first.length === second.length && first.every((byte, i) => byte === second[i]);
}
