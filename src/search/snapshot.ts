import type { SearchEntry } from './entry.js';
import { WORDS_VERSION } from './words.js';
import { SearchIndex } from './words-found.js';

/** The form of what is written here, and the rules by which texts were cut into words. */
const FORM = `1/${String(WORDS_VERSION)}`;

/** What was changed since a snapshot. */
export interface IndexChange {
  readonly put: readonly SearchEntry[];
}

/** The whole of an index, as bytes to be sealed. */
export function writeSnapshot(index: SearchIndex): Uint8Array<ArrayBuffer> {
  const { entries, terms, postings } = index.content();
  const head = bytesOf({ form: FORM, entries, terms });
  const bytes = new Uint8Array(4 + head.length + postings.length);
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, 4);
  bytes.set(postings, 4 + head.length);
  return bytes;
}

/**
 * The index that a snapshot is of, or null when it is of another version or damaged: then it is built again.
 *
 * Only for bytes that were sealed: they are not checked as those of a stranger.
 */
export function readSnapshot(bytes: Uint8Array): SearchIndex | null {
  try {
    const end = 4 + new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0);
    const { form, entries, terms } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, end)));
    const postings = bytes.slice(end);
    return form === FORM ? SearchIndex.from({ entries, terms, postings }) : null;
  } catch {
    return null;
  }
}

/** What came in since, as bytes to be sealed. */
export function writeChange(change: IndexChange): Uint8Array<ArrayBuffer> {
  return bytesOf({ form: FORM, ...change });
}

/** Takes in what `writeChange` wrote. False when it cannot be: then the index is built again. */
export function applyChange(index: SearchIndex, bytes: Uint8Array): boolean {
  try {
    const { form, put } = JSON.parse(new TextDecoder().decode(bytes));
    if (form !== FORM) return false;
    for (const entry of put as readonly SearchEntry[]) index.put(entry);
    return true;
  } catch {
    return false;
  }
}

function bytesOf(value: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
