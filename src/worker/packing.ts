/**
 * What may cross between a page and its worker, said explicitly, so that nothing crosses by accident.
 *
 * Plain data crosses as the platform clones it. What the platform cannot clone, or would clone too much of, is replaced
 * by a mark. Any other object is refused: a key, a session or an element of the page never gets through by mistake.
 */
import { VaultError } from '../errors.js';

/** The key of a mark; data with this key is refused. */
const MARK = 'coffret:mark';
const DEPTH_MAX = 64;

/** A value ready to be posted; `marked` when there are marks in it to put back. */
export interface Packed {
  readonly value: unknown;
  readonly marked: boolean;
}

/** Replaces an object by a mark, or says `null` when it is none of its business. */
export type Mark = (value: object) => object | null;

/** Makes a value ready to be posted. Throws `usage/invalid` for anything that is neither data nor markable. */
export function pack(value: unknown, mark: Mark): Packed {
  let marked = false;
  const visit = (inner: unknown, depth: number): unknown => {
    if (inner === null || (typeof inner !== 'object' && typeof inner !== 'function')) return scalar(inner);
    const replaced = mark(inner);
    if (replaced !== null) {
      marked = true;
      return { [MARK]: replaced };
    }
    if (depth === DEPTH_MAX) throw new VaultError('usage/invalid', { argument: 'depth' });
    if (Array.isArray(inner)) return mapChanged(inner, (part) => visit(part, depth + 1));
    if (isPlain(inner)) return mapFields(inner, (part) => visit(part, depth + 1));
    return cloneable(inner);
  };
  const packed = visit(value, 0);
  return { value: packed, marked };
}

/** Puts back what marks stand for. */
export function unpack({ value, marked }: Packed, revive: (mark: object) => unknown): unknown {
  const visit = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner;
    if (MARK in inner) return revive(inner[MARK] as object);
    if (Array.isArray(inner)) return mapChanged(inner, visit);
    return isPlain(inner) ? mapFields(inner, visit) : inner;
  };
  return marked ? visit(value) : value;
}

/** Whether two values of plain data are equal; what is not plain data equals only itself. */
export function isSameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((part, i) => isSameData(part, b[i]));
  }
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  if (!isPlain(a) || !isPlain(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSameData(a[name], b[name]))
  );
}

function scalar(value: unknown): unknown {
  if (typeof value === 'symbol') throw refused('symbol');
  return value;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function cloneable(value: object): object {
  if (value instanceof Uint8Array) {
    // The platform clones the whole buffer behind a view: what else is in it stays here.
    return value.byteLength === value.buffer.byteLength ? value : value.slice();
  }
  if (value instanceof Date || value instanceof Blob) return value;
  throw refused(typeof value === 'function' ? 'function' : value.constructor?.name || 'object');
}

function refused(type: string): VaultError {
  return new VaultError('usage/invalid', { argument: 'crossing', type });
}

function mapFields(
  value: Record<string, unknown>,
  change: (part: unknown) => unknown,
): Record<string, unknown> {
  let copy: Record<string, unknown> | null = null;
  for (const name of Object.keys(value)) {
    if (name === MARK) throw refused(MARK);
    const part = value[name];
    const changed = change(part);
    if (Object.is(changed, part)) continue;
    copy ??= { ...value };
    copy[name] = changed;
  }
  return copy ?? value;
}

function mapChanged(list: readonly unknown[], change: (part: unknown) => unknown): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (const [i, part] of list.entries()) {
    const changed = change(part);
    if (Object.is(changed, part)) continue;
    copy ??= [...list];
    copy[i] = changed;
  }
  return copy ?? list;
}
