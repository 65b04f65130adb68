import { VaultError } from '../errors.js';
import { requireBytes } from './bytes.js';
import { withScratch } from './scratch.js';
import { sodium } from './sodium.js';

const DOMAIN = 'coffret/v1/';
const LABEL_LENGTH_MAX = 64;
const LENGTH_BYTES = 8;

/**
 * `"coffret/v1/" label 0x00`, the prefix that keeps every use of a hash, a key or a signature apart (SPEC §2.2).
 *
 * A label is 1 to 64 characters of printable ASCII without space. Throws `usage/invalid`.
 */
export function domainPrefix(label: string): Uint8Array {
  const prefix = new Uint8Array(prefixLength(label));
  writePrefix(prefix, 0, label);
  return prefix;
}

/**
 * BLAKE2b over the prefix of `label`, then for each part its length as a big-endian u64 and the part (SPEC §2.2).
 *
 * `key` null means unkeyed; an empty key is refused, because libsodium takes it for unkeyed. Returns `length` bytes,
 * 16 to 64. Throws `usage/invalid`.
 */
export function blake2b(
  length: number,
  key: Uint8Array | null,
  label: string,
  parts: readonly Uint8Array[],
): Uint8Array {
  if (!Number.isInteger(length) || length < 16 || length > 64) {
    throw new VaultError('usage/invalid', { argument: 'length' });
  }
  if (key !== null && (key.length < 16 || key.length > 64)) {
    throw new VaultError('usage/invalid', { argument: 'key' });
  }
  const size = transcriptLength(label, parts);
  const keyLength = key?.length ?? 0;
  return withScratch(length + keyLength + size, ({ memory, address }) => {
    const keyAddress = address + length;
    const start = keyAddress + keyLength;
    if (key !== null) memory.set(key, keyAddress);
    writeTranscript(memory, start, label, parts);
    const { libsodium } = sodium();
    const code = libsodium._crypto_generichash(address, length, start, size, 0, keyAddress, keyLength);
    if (code !== 0) throw new VaultError('usage/invalid');
    return memory.slice(address, address + length);
  });
}

/** How many bytes `writeTranscript` writes. Throws `usage/invalid` when a part is not a `Uint8Array`. */
export function transcriptLength(label: string, parts: readonly Uint8Array[]): number {
  let size = prefixLength(label);
  for (const part of parts) {
    requireBytes(part, 'part');
    size += LENGTH_BYTES + part.length;
  }
  return size;
}

/** Writes the prefix of `label`, then each part after its length; returns where it ends. SPEC §2.2. */
export function writeTranscript(
  target: Uint8Array,
  start: number,
  label: string,
  parts: readonly Uint8Array[],
): number {
  let position = writePrefix(target, start, label);
  for (const part of parts) {
    position = writeLength(target, position, part.length);
    target.set(part, position);
    position += part.length;
  }
  return position;
}

function prefixLength(label: string): number {
  if (typeof label !== 'string' || label.length === 0 || label.length > LABEL_LENGTH_MAX) {
    throw new VaultError('usage/invalid', { argument: 'label' });
  }
  return DOMAIN.length + label.length + 1;
}

function writePrefix(target: Uint8Array, start: number, label: string): number {
  let position = start;
  for (let i = 0; i < DOMAIN.length; i++) target[position++] = DOMAIN.charCodeAt(i);
  for (let i = 0; i < label.length; i++) {
    const code = label.charCodeAt(i);
    if (code < 0x21 || code > 0x7e) throw new VaultError('usage/invalid', { argument: 'label' });
    target[position++] = code;
  }
  target[position++] = 0;
  return position;
}

/** A length never reaches 2³², so the upper half of the u64 is zero. */
function writeLength(target: Uint8Array, start: number, length: number): number {
  target[start] = 0;
  target[start + 1] = 0;
  target[start + 2] = 0;
  target[start + 3] = 0;
  target[start + 4] = length >>> 24;
  target[start + 5] = length >>> 16;
  target[start + 6] = length >>> 8;
  target[start + 7] = length;
  return start + LENGTH_BYTES;
}
