import { VaultError } from '../errors.js';

const FIRST_BYTES = 4096;
const KEPT_BYTES_MAX = 1 << 18;
/** Up to this length a loop beats a call into the engine. */
const LOOP_LENGTH_MAX = 64;
/** The initial byte and eight more. */
const HEAD_BYTES_MAX = 9;
const KEY_BYTES_MAX = 64;

const UTF8 = /* @__PURE__ */ new TextEncoder();

/** The buffer of the last writer, zeroed, for the next one: most values are small and many. */
let spare: Uint8Array | null = null;

/** Writes the deterministic subset of CBOR (SPEC §1.2, RFC 8949 §4.2.1). One writer makes one value. */
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
    const buffer = this.#buffer;
    if (bytes.length > LOOP_LENGTH_MAX) buffer.set(bytes, this.#position);
    else for (let i = 0; i < bytes.length; i++) buffer[this.#position + i] = bytes[i] as number;
    this.#position += bytes.length;
  }

  #text(text: string): void {
    const { length } = text;
    // One UTF-16 unit takes at most three bytes in UTF-8.
    this.#reserve(HEAD_BYTES_MAX + length * 3);
    const start = this.#position;
    const body = start + headLength(length);
    const end = (length <= LOOP_LENGTH_MAX && this.#shortText(text, body)) || this.#longText(text, body);
    const byteCount = end - body;
    // The place of the body assumed one byte per unit: move it, before the head is written, if the head is longer.
    const headBytes = headLength(byteCount);
    if (start + headBytes !== body) this.#buffer.copyWithin(start + headBytes, body, end);
    this.#head(3, byteCount);
    this.#position += byteCount;
  }

  /** Writes text below U+0800, most of what Europeans type; returns where it ends, or 0 for any other text. */
  #shortText(text: string, start: number): number {
    const buffer = this.#buffer;
    let position = start;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x80) buffer[position++] = code;
      else if (code < 0x800) {
        buffer[position++] = 0xc0 | (code >> 6);
        buffer[position++] = 0x80 | (code & 0x3f);
      } else return 0;
    }
    return position;
  }

  #longText(text: string, start: number): number {
    // `encodeInto` would replace a lone surrogate, and two different texts would get one encoding.
    if (!text.isWellFormed()) fail();
    return start + UTF8.encodeInto(text, this.#buffer.subarray(start)).written;
  }

  #head(major: number, argument: number): void {
    this.#reserve(HEAD_BYTES_MAX);
    const buffer = this.#buffer;
    const type = major << 5;
    if (argument < 24) {
      buffer[this.#position++] = type | argument;
      return;
    }
    // 24, 25, 26 and 27 announce 1, 2, 4 and 8 bytes.
    if (argument < 2 ** 8) {
      buffer[this.#position++] = type | 24;
      buffer[this.#position++] = argument;
    } else if (argument < 2 ** 16) {
      buffer[this.#position++] = type | 25;
      buffer[this.#position++] = argument >>> 8;
      buffer[this.#position++] = argument;
    } else if (argument < 2 ** 32) {
      buffer[this.#position++] = type | 26;
      this.#uint32(argument);
    } else {
      buffer[this.#position++] = type | 27;
      this.#uint32(Math.floor(argument / 2 ** 32));
      this.#uint32(argument % 2 ** 32);
    }
  }

  #uint32(value: number): void {
    const buffer = this.#buffer;
    buffer[this.#position++] = value >>> 24;
    buffer[this.#position++] = value >>> 16;
    buffer[this.#position++] = value >>> 8;
    buffer[this.#position++] = value;
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
