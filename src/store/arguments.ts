/** The checks every adapter makes on what it is given, so that all of them refuse the same things. */
import { VaultError } from '../errors.js';
import type { Expectation, ScanOptions, Write } from './port.js';

const KEY = /^[\x20-\x7e]{1,200}$/;
const PREFIX = /^[\x20-\x7e]{0,200}$/;
const BLOB_ID = /^[0-9a-z_-]{1,80}$/;

/** A batch reduced to one outcome per key: the bytes to put, or `null` to delete. */
export type Outcomes = ReadonlyMap<string, Uint8Array | null>;

/** A scan as an interval of keys, both ends exclusive, with every default filled in. */
export interface KeyRange {
  readonly above: string;
  readonly below: string;
  readonly limit: number;
  readonly reverse: boolean;
}

/** Throws 'usage/invalid' unless this is a key: 1 to 200 characters of printable ASCII. */
export function checkKey(key: string): void {
  if (typeof key !== 'string' || !KEY.test(key)) throw new VaultError('usage/invalid', { argument: 'key' });
}

/** Throws 'usage/invalid' unless this is a blob id; the pattern leaves no room for a path. */
export function checkBlobId(id: string): void {
  if (typeof id !== 'string' || !BLOB_ID.test(id))
    throw new VaultError('usage/invalid', { argument: 'blob id' });
}

/** Throws 'usage/invalid' unless these are bytes. */
export function checkBytes(bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw new VaultError('usage/invalid', { argument: 'bytes' });
}

/** Throws 'usage/invalid' unless these are an offset and a length of bytes. */
export function checkSpan(offset: number, length: number): void {
  const whole =
    Number.isSafeInteger(offset) && Number.isSafeInteger(length) && Number.isSafeInteger(offset + length);
  if (!whole || offset < 0 || length < 0) throw new VaultError('usage/invalid', { argument: 'span' });
}

/** Checks a batch and its expectations and keeps the last outcome of each key; throws 'usage/invalid'. */
export function settleBatch(batch: readonly Write[], expect: readonly Expectation[]): Outcomes {
  for (const { key, value } of expect) {
    checkKey(key);
    if (value !== null) checkBytes(value);
  }
  const outcomes = new Map<string, Uint8Array | null>();
  for (const write of batch) {
    checkKey(write.key);
    if (write.type === 'put') checkBytes(write.value);
    outcomes.set(write.key, write.type === 'put' ? write.value : null);
  }
  return outcomes;
}

/** The interval of keys a scan asks for; throws 'usage/invalid'. */
export function rangeOf({ prefix, after, limit = Infinity, reverse }: ScanOptions): KeyRange {
  if (typeof prefix !== 'string' || !PREFIX.test(prefix))
    throw new VaultError('usage/invalid', { argument: 'prefix' });
  if (after !== undefined) checkKey(after);
  if (limit !== Infinity && (!Number.isSafeInteger(limit) || limit < 0)) {
    throw new VaultError('usage/invalid', { argument: 'limit' });
  }
  // A key never holds U+001F or U+007F, so these two sit just outside all keys that start with the prefix.
  let above = justBefore(prefix);
  let below = `${prefix}\x7f`;
  if (after !== undefined && reverse === true && after < below) below = after;
  if (after !== undefined && reverse !== true && after > above) above = after;
  return { above, below, limit, reverse: reverse === true };
}

/** Tells whether two byte strings are the same. Stored values are not secret to their store: no constant time. */
export function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** A bound below the prefix itself and above every key that sorts before it. */
function justBefore(prefix: string): string {
  if (prefix === '') return '';
  const last = prefix.charCodeAt(prefix.length - 1);
  return `${prefix.slice(0, -1)}${String.fromCharCode(last - 1)}\x7f`;
}
