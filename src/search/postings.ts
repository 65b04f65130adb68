import type { SearchEntry } from './entry.js';
import { indexedOf } from './words.js';

/** How much a word counts in each field, and how many words such a field has as a rule. */
const FIELDS = [
  { read: ({ title }: SearchEntry) => title, boost: 400, usual: 8 },
  { read: ({ people }: SearchEntry) => people.join('\n'), boost: 200, usual: 6 },
  { read: ({ details }: SearchEntry) => details.join('\n'), boost: 150, usual: 20 },
  { read: ({ text }: SearchEntry) => text, boost: 100, usual: 250 },
] as const;

/** Where a word is: entries by their number, the least first, and how much it counts in each. */
export interface Posting {
  readonly at: number[];
  readonly weight: number[];
}

/**
 * How much each word of an entry counts, a whole number from 1.
 *
 * It depends on the entry alone, not on the others: what an index finds is the same in whatever order it was made.
 */
export function weightsOf(entry: SearchEntry): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { read, boost, usual } of FIELDS) {
    const words = indexedOf(read(entry));
    const weight = boost / (0.5 + (0.5 * words.length) / usual);
    for (const word of words) weights.set(word, (weights.get(word) ?? 0) + weight);
  }
  for (const [word, weight] of weights) weights.set(word, Math.max(1, Math.round(weight)));
  return weights;
}

/** Adds an entry whose number is greater than all before. */
export function addTo(posting: Posting, number: number, weight: number): void {
  posting.at.push(number);
  posting.weight.push(weight);
}

/** Takes an entry out. */
export function removeFrom({ at, weight }: Posting, number: number): void {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  if (at[low] !== number) return;
  at.splice(low, 1);
  weight.splice(low, 1);
}

/** Postings as bytes, in the order of `terms`: counts, distances and weights, seven bits a byte. */
export function packPostings(
  postings: Iterable<Posting>,
  renumbered: readonly number[],
): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(1024 * 1024);
  let length = 0;
  const write = (value: number) => {
    if (length + 5 > bytes.length) {
      const longer = new Uint8Array(bytes.length * 2);
      longer.set(bytes);
      bytes = longer;
    }
    let rest = value;
    for (; rest > 127; rest >>>= 7) bytes[length++] = (rest & 127) | 128;
    bytes[length++] = rest;
  };
  for (const { at, weight } of postings) {
    write(at.length);
    let last = 0;
    for (const [i, number] of at.entries()) {
      const now = renumbered[number] as number;
      write(now - last);
      write(weight[i] as number);
      last = now;
    }
  }
  return bytes.slice(0, length);
}

/** What `packPostings` packed, `count` of them. */
export function unpackPostings(bytes: Uint8Array, count: number): Posting[] {
  let offset = 0;
  const read = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[offset++];
      if (byte === undefined) throw new RangeError('end');
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  return Array.from({ length: count }, () => {
    const length = read();
    if (length > bytes.length) throw new RangeError('length');
    const at = new Array<number>(length);
    const weight = new Array<number>(length);
    let last = 0;
    for (let i = 0; i < length; i++) {
      last += read();
      at[i] = last;
      weight[i] = read();
    }
    return { at, weight };
  });
}
