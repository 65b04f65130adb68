import { decodeWrapped } from '../../src/formats/wrapped.js';
import { decodeOp } from '../../src/formats/op.js';
import { bytesToHex } from '../../src/formats/id.js';

/** One seal as it lies on the server: where its nonce is, and how long it is. SPEC §3. */
export interface Seal {
  readonly nonce: string;
  readonly bytes: Uint8Array;
}

const NONCE_BYTES = 24;

function sealOf(bytes: Uint8Array): Seal {
  return { nonce: bytesToHex(bytes.subarray(1, 1 + NONCE_BYTES)), bytes };
}

/** The seals in an op: one for each body. */
export function decodeSealed(op: Uint8Array): Seal[] {
  return decodeOp(op).bodies.flatMap((body) => (body === null ? [] : [sealOf(body)]));
}

/** The seal in a grant, a message or a deposit. */
export function decodeSealedWrap(bytes: Uint8Array): Seal {
  return sealOf(decodeWrapped(bytes).sealed);
}

/** A secret under a name, for telling what leaked. */
export interface Canary {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Every form in which a secret could leave a device without anyone having meant to hide it. */
export function formsOf({ name, bytes }: Canary): { readonly name: string; readonly needle: Buffer }[] {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(buffer);
  const forms: Record<string, Buffer> = {
    raw: buffer,
    hex: Buffer.from(buffer.toString('hex')),
    HEX: Buffer.from(buffer.toString('hex').toUpperCase()),
    percent: Buffer.from(
      [...buffer].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
    ),
    reversed: Buffer.from(buffer).reverse(),
    ...(isText && {
      utf16: Buffer.from(text, 'utf16le'),
      upper: Buffer.from(text.toUpperCase()),
      uri: Buffer.from(encodeURIComponent(text)),
    }),
  };
  // Base64 of bytes that begin anywhere: the three alignments share no prefix.
  for (let shift = 0; shift < 3; shift += 1) {
    const padded = Buffer.concat([Buffer.alloc(shift), buffer]).toString('base64');
    const inner = padded
      .slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + buffer.length) * 8) / 6))
      .replace(/=+$/, '');
    forms[`base64+${shift}`] = Buffer.from(inner);
    forms[`base64url+${shift}`] = Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return Object.entries(forms)
    .filter(([, needle]) => needle.length >= 6)
    .map(([form, needle]) => ({ name: `${name} (${form})`, needle }));
}

/** Looks for many secrets in one pass. */
export class CanaryScan {
  readonly #needles = new Map<number, { readonly name: string; readonly needle: Buffer }[]>();
  readonly #known = new Set<string>();

  /** How many secrets are looked for. */
  get size(): number {
    return this.#known.size;
  }

  add(canary: Canary): void {
    const name = Buffer.from(canary.bytes).toString('latin1');
    if (this.#known.has(name)) return;
    this.#known.add(name);
    for (const form of formsOf(canary)) {
      const start = form.needle.readUIntBE(0, 6);
      const known = this.#needles.get(start);
      if (known === undefined) this.#needles.set(start, [form]);
      else known.push(form);
    }
  }

  /** What of these secrets is in the bytes, by name; empty is how it must be. */
  leaksIn(bytes: Uint8Array): string[] {
    const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const leaks = new Set<string>();
    for (let at = 0; at + 6 <= haystack.length; at += 1) {
      for (const { name, needle } of this.#needles.get(haystack.readUIntBE(at, 6)) ?? []) {
        if (
          haystack.compare(needle, 0, needle.length, at, Math.min(haystack.length, at + needle.length)) === 0
        )
          leaks.add(name);
      }
    }
    return [...leaks];
  }
}

/** Whether two arrays share a run of this many bytes. */
export function shareRun(a: Uint8Array, b: Uint8Array, atLeast: number): boolean {
  const windows = new Set<string>();
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  for (let at = 0; at + atLeast <= left.length; at += 1)
    windows.add(left.toString('latin1', at, at + atLeast));
  for (let at = 0; at + atLeast <= right.length; at += 1)
    if (windows.has(right.toString('latin1', at, at + atLeast))) return true;
  return false;
}
