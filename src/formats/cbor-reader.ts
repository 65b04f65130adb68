import { VaultError } from '../errors.js';

/** Up to this length a loop over ASCII beats a call to `TextDecoder`. */
const SHORT_TEXT_BYTES = 32;
const KEY_BYTES_MAX = 64;

/**
 * Reads the deterministic subset of CBOR in one pass and refuses the rest (SPEC §1.2).
 *
 * Why not a library: `cborg`, the strictest one, recurses without limit, replaces invalid UTF-8, drops a leading U+FEFF
 * and accepts unsorted maps. It is the oracle of the property tests instead.
 */
export class CborReader {
  readonly #bytes: Uint8Array;
  readonly #depthMax: number;
  readonly #asViews: boolean;
  #position = 0;

  constructor(bytes: Uint8Array, depthMax: number, asViews: boolean) {
    this.#bytes = bytes;
    this.#depthMax = depthMax;
    this.#asViews = asViews;
  }

  /** The next value; `depth` is the number of arrays and maps around it. */
  value(depth: number): unknown {
    const initial = this.#byte();
    switch (initial >> 5) {
      case 0:
        return this.#argument(initial);
      case 1:
        return this.#negative(initial);
      case 2:
        return this.#take(this.#argument(initial));
      case 3:
        return this.#text(this.#argument(initial));
      case 4:
        return this.#array(this.#argument(initial), depth + 1);
      case 5:
        return this.#map(this.#argument(initial), depth + 1);
      default:
        return this.#simple(initial);
    }
  }

  /** Throws unless all bytes were read. */
  end(): void {
    if (this.#position !== this.#bytes.length) this.#fail();
  }

  #byte(): number {
    if (this.#position >= this.#bytes.length) this.#fail();
    return this.#bytes[this.#position++] as number;
  }

  /** The number in the low bits of the initial byte or in the bytes after it, which must be its shortest form. */
  #argument(initial: number): number {
    const info = initial & 31;
    if (info < 24) return info;
    // 28 to 31 are reserved or mean an indefinite length.
    if (info > 27) this.#fail();
    const bytes = this.#bytes;
    const start = this.#position;
    const byteCount = 1 << (info - 24);
    if (bytes.length - start < byteCount) this.#fail();
    this.#position = start + byteCount;
    if (info === 24) return this.#atLeast(24, bytes[start] as number);
    if (info === 25)
      return this.#atLeast(2 ** 8, ((bytes[start] as number) << 8) | (bytes[start + 1] as number));
    const upper = this.#uint32(start);
    if (info === 26) return this.#atLeast(2 ** 16, upper);
    const value = upper * 2 ** 32 + this.#uint32(start + 4);
    if (value > Number.MAX_SAFE_INTEGER) this.#fail();
    return this.#atLeast(2 ** 32, value);
  }

  /** A shorter form would have done for less. */
  #atLeast(least: number, value: number): number {
    return value < least ? this.#fail() : value;
  }

  #uint32(at: number): number {
    const bytes = this.#bytes;
    const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as [
      number,
      number,
      number,
      number,
    ];
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }

  #negative(initial: number): number {
    const value = -1 - this.#argument(initial);
    if (value < -Number.MAX_SAFE_INTEGER) this.#fail();
    return value;
  }

  #simple(initial: number): boolean | null {
    if (initial === 0xf4) return false;
    if (initial === 0xf5) return true;
    if (initial === 0xf6) return null;
    return this.#fail();
  }

  #take(length: number): Uint8Array {
    const start = this.#advance(length);
    const end = start + length;
    return this.#asViews ? this.#bytes.subarray(start, end) : this.#bytes.slice(start, end);
  }

  #text(length: number): string {
    const start = this.#advance(length);
    const end = start + length;
    if (length <= SHORT_TEXT_BYTES) {
      const text = this.#ascii(start, end);
      if (text !== null) return text;
    }
    try {
      // A decoder of its own per call costs more, one at module level is shared state; this one holds none between calls.
      return UTF8.decode(this.#bytes.subarray(start, end));
    } catch {
      return this.#fail();
    }
  }

  /** Text of ASCII only, or null; four characters at a time, because each step makes a string. */
  #ascii(start: number, end: number): string | null {
    const bytes = this.#bytes;
    let text = '';
    let position = start;
    for (; position + 4 <= end; position += 4) {
      const a = bytes[position] as number;
      const b = bytes[position + 1] as number;
      const c = bytes[position + 2] as number;
      const d = bytes[position + 3] as number;
      if ((a | b | c | d) > 0x7f) return null;
      text += String.fromCharCode(a, b, c, d);
    }
    for (; position < end; position++) {
      const byte = bytes[position] as number;
      if (byte > 0x7f) return null;
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #array(length: number, depth: number): unknown[] {
    this.#open(length, depth);
    const array: unknown[] = [];
    for (let i = 0; i < length; i++) array.push(this.value(depth));
    return array;
  }

  #map(length: number, depth: number): Record<string, unknown> {
    this.#open(length * 2, depth);
    const map: Record<string, unknown> = {};
    let before = -1;
    for (let i = 0; i < length; i++) {
      const start = this.#position;
      const key = this.#key();
      if (before >= 0 && !this.#isBefore(before, start)) this.#fail();
      before = start;
      map[key] = this.value(depth);
    }
    return map;
  }

  #key(): string {
    const initial = this.#byte();
    if (initial >> 5 !== 3) this.#fail();
    const length = this.#argument(initial);
    if (length > KEY_BYTES_MAX) this.#fail();
    const key = this.#text(length);
    // As a plain property it would set the prototype of the object.
    if (key === '__proto__') this.#fail();
    return key;
  }

  /** Whether the encoded key at `first` sorts strictly before the one at `second`, which ends at the position. */
  #isBefore(first: number, second: number): boolean {
    const bytes = this.#bytes;
    const end = this.#position;
    // Keys carry their length first, so two different ones differ before either ends.
    for (let a = first, b = second; b < end; a++, b++) {
      const difference = (bytes[a] as number) - (bytes[b] as number);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  /** Each item takes at least one byte, so a count above what is left is false: nothing is allocated for it. */
  #open(itemCount: number, depth: number): void {
    if (depth > this.#depthMax || itemCount > this.#bytes.length - this.#position) this.#fail();
  }

  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) this.#fail();
    this.#position = start + length;
    return start;
  }

  #fail(): never {
    throw new VaultError('format/malformed', { offset: this.#position });
  }
}

const UTF8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
