import { VaultError } from '../errors.js';

const FIRST_BYTES = 4096;
const KEPT_BYTES_MAX = 1 << 18;
/** The initial byte and eight more. */
const HEAD_BYTES_MAX = 9;
const KEY_BYTES_MAX = 64;

const UTF8 = /* @__PURE__ */ new TextEncoder();

/** The buffer of the last writer, zeroed, for the next one: most values are small and many. */
let spare: Uint8Array | null = null;

/** Writes the deterministic subset of CBOR (SPEC §2.1, RFC 8949 §4.2.1). One writer makes one value. */
export class CborWriter {
  readonly #depthMax: number;
  #buffer: Uint8Array;
  #position = 0;

  constructor(depthMax: number) {
    this.#depthMax = depthMax;
    this.#buffer = spare ?? new Uint8Array(FIRST_BYTES);
    spare = null;
  }

  /** The bytes written; the buffer is wiped, because what was encoded is mostly plaintext. */
  finish(): Uint8Array {
    const bytes = this.#buffer.slice(0, this.#position);
    if (this.#buffer.length <= KEPT_BYTES_MAX) {
      this.#buffer.fill(0, 0, this.#position);
      spare = this.#buffer;
    }
    return bytes;
  }

  /** Appends a value; `depth` is the number of arrays and maps around it. */
  value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#text(value);
        return;
      case 'number':
        this.#integer(value);
        return;
      case 'boolean':
        this.#byte(value ? 0xf5 : 0xf4);
        return;
      case 'object':
        if (value === null) this.#byte(0xf6);
        else if (value instanceof Uint8Array) this.#bytes(value);
        else this.#container(value, depth + 1);
        return;
      default:
        fail();
    }
  }

  #container(value: object, depth: number): void {
    if (depth > this.#depthMax) fail();
    if (Array.isArray(value)) {
      this.#head(4, value.length);
      for (let i = 0; i < value.length; i++) this.value(value[i], depth);
      return;
    }
    const prototype = Object.getPrototypeOf(value);
    // An object of another realm (a frame, a worker) has another Object.prototype, whose own prototype is null too.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) fail();
    this.#map(value as Record<string, unknown>, depth);
  }

  #map(map: Record<string, unknown>, depth: number): void {
    const keys = Object.keys(map);
    const start = this.#position;
    if (this.#entries(map, keys, depth)) return;
    this.#position = start;
    keys.sort(compareKeys);
    if (!this.#entries(map, keys, depth)) fail();
  }

  /** Writes the entries in the order of `keys`; false as soon as that turns out not to be the order of the format. */
  #entries(map: Record<string, unknown>, keys: readonly string[], depth: number): boolean {
    this.#head(5, keys.length);
    let before = -1;
    for (const key of keys) {
      const start = this.#position;
      this.#text(key);
      const keyBytes = this.#position - start;
      if (keyBytes > KEY_BYTES_MAX + 2 || key === '__proto__') fail();
      if (before >= 0 && !this.#isBefore(before, start)) return false;
      before = start;
      this.value(map[key], depth);
    }
    return true;
  }

  /** Whether the encoded key at `first` sorts strictly before the one at `second`, which ends at the position. */
  #isBefore(first: number, second: number): boolean {
    const buffer = this.#buffer;
    const end = this.#position;
    for (let a = first, b = second; b < end; a++, b++) {
      const difference = (buffer[a] as number) - (buffer[b] as number);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  #integer(value: number): void {
    if (!Number.isSafeInteger(value)) fail();
    if (value >= 0) this.#head(0, value);
    else this.#head(1, -1 - value);
  }

  #bytes(bytes: Uint8Array): void {
    this.#head(2, bytes.length);
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  #text(text: string): void {
    const { length } = text;
    // One UTF-16 unit takes at most three bytes in UTF-8.
    this.#reserve(HEAD_BYTES_MAX + length * 3);
    if (length < 24 && this.#shortAscii(text)) return;
    if (!text.isWellFormed()) fail();
    const start = this.#position;
    this.#head(3, length);
    const body = this.#position;
    const { written } = UTF8.encodeInto(text, this.#buffer.subarray(body));
    this.#position = body + written;
    if (written === length) return;
    // The head was written for as many bytes as units: write it again, and move the text if the head grew.
    this.#buffer.copyWithin(start + headLength(written), body, body + written);
    this.#position = start;
    this.#head(3, written);
    this.#position += written;
  }

  #shortAscii(text: string): boolean {
    const buffer = this.#buffer;
    let position = this.#position;
    buffer[position++] = 0x60 | text.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      buffer[position++] = code;
    }
    this.#position = position;
    return true;
  }

  #head(major: number, argument: number): void {
    this.#reserve(HEAD_BYTES_MAX);
    const buffer = this.#buffer;
    const type = major << 5;
    if (argument < 24) {
      buffer[this.#position++] = type | argument;
      return;
    }
    const byteCount = headLength(argument) - 1;
    // 24, 25, 26 and 27 announce 1, 2, 4 and 8 bytes.
    buffer[this.#position++] = type | (24 + Math.log2(byteCount));
    let rest = argument;
    for (let i = byteCount - 1; i >= 0; i--) {
      buffer[this.#position + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.#position += byteCount;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#position++] = byte;
  }

  #reserve(length: number): void {
    const needed = this.#position + length;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#position));
    this.#buffer.fill(0, 0, this.#position);
    this.#buffer = larger;
  }
}

function headLength(argument: number): number {
  if (argument < 24) return 1;
  if (argument < 2 ** 8) return 2;
  if (argument < 2 ** 16) return 3;
  return argument < 2 ** 32 ? 5 : 9;
}

/** The order of encoded keys: the length in bytes first, then the bytes. */
function compareKeys(a: string, b: string): number {
  if (isAscii(a) && isAscii(b)) return a.length - b.length || (a < b ? -1 : Number(a > b));
  const first = UTF8.encode(a);
  const second = UTF8.encode(b);
  if (first.length !== second.length) return first.length - second.length;
  for (let i = 0; i < first.length; i++) {
    const difference = (first[i] as number) - (second[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function fail(): never {
  throw new VaultError('usage/invalid', { argument: 'value' });
}
