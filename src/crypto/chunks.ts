import { VaultError } from '../errors.js';
import { requireBytes } from './bytes.js';
import { concatBytes, equalBytes } from './hash.js';
import { hkdfExpandSha512 } from './kdf.js';
import { type KeyBytes, keyBytes } from './secret.js';
import { subtle } from './webcrypto.js';

const SALT_BYTES = 24;
const COMMITMENT_BYTES = 32;
/** Salt and commitment, in front of the first chunk. */
export const CHUNKS_PREFIX_BYTES = SALT_BYTES + COMMITMENT_BYTES;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** c2sp.org/chunked-encryption: a message must not exceed 2³⁸ chunks. */
const CHUNK_COUNT_MAX = 2 ** 38;
const KEY_BYTES = { AEAD_AES_128_GCM: 16, AEAD_AES_256_GCM: 32 } as const;

/** What an application fixes once: the HKDF label, the cipher, and the size of a full chunk of plaintext. */
export interface ChunkParams {
  readonly label: string;
  readonly aead: keyof typeof KEY_BYTES;
  readonly chunkBytes: number;
}

/** Our own: the construction of C2SP at the chunk size at which browsers are fastest. */
export const COFFRET_CHUNKS: ChunkParams = {
  label: 'coffret/v1/blob+',
  aead: 'AEAD_AES_256_GCM',
  chunkBytes: 262144,
};

/** Cobblestone-256 of c2sp.org/chunked-encryption, to the byte. */
export const C2SP_CHUNKS_256: ChunkParams = {
  label: 'c2sp.org/chunked-encryption@v1+',
  aead: 'AEAD_AES_256_GCM',
  chunkBytes: 16384,
};

/** Cobblestone-128 of c2sp.org/chunked-encryption, to the byte. */
export const C2SP_CHUNKS_128: ChunkParams = { ...C2SP_CHUNKS_256, aead: 'AEAD_AES_128_GCM' };

/** Encrypts the chunks of one message, in order. */
export interface ChunkSealer {
  /** 56 bytes: salt and commitment. They precede the first chunk. */
  readonly prefix: Uint8Array;
  /**
   * Encrypts chunk `index`. All chunks but the last are full; the last is shorter and may be empty.
   *
   * Each index is sealed once, in order, because a nonce used twice breaks AES-GCM. Throws `usage/invalid`.
   */
  seal(index: number, plaintext: Uint8Array, last: boolean): Promise<Uint8Array>;
}

/** Decrypts the chunks of one message, in any order. */
export interface ChunkOpener {
  /** The plaintext of chunk `index`; `last` says whether it must be the last. Throws `integrity/open-failed`. */
  open(index: number, ciphertext: Uint8Array, last: boolean): Promise<Uint8Array>;
}

/**
 * Starts to encrypt one message (c2sp.org/chunked-encryption).
 *
 * `key` is uniformly random, 32 or 16 bytes as the cipher demands; the 24 bytes of `salt` never repeat under one key.
 * Throws `usage/invalid`, `access/locked`, `usage/insecure-context`.
 */
export async function createChunkSealer(options: {
  readonly key: KeyBytes;
  readonly salt: Uint8Array;
  readonly context: Uint8Array;
  readonly params: ChunkParams;
}): Promise<ChunkSealer> {
  const { salt, params } = options;
  const { key, baseNonce, commitment } = await deriveMessageKey(options, 'encrypt');
  let next = 0;
  let ended = false;
  return {
    prefix: concatBytes(salt, commitment),
    async seal(index, plaintext, last) {
      requireBytes(plaintext, 'plaintext');
      const fits = last ? plaintext.length < params.chunkBytes : plaintext.length === params.chunkBytes;
      if (!fits) throw new VaultError('usage/invalid', { argument: 'plaintext' });
      if (ended || index !== next || index >= CHUNK_COUNT_MAX) {
        throw new VaultError('usage/invalid', { argument: 'index' });
      }
      next++;
      ended = last;
      const algorithm = { name: 'AES-GCM', iv: chunkNonce(baseNonce, index) };
      return new Uint8Array(await subtle().encrypt(algorithm, key, plaintext as Uint8Array<ArrayBuffer>));
    },
  };
}

/**
 * Starts to decrypt one message; `prefix` is its first 56 bytes.
 *
 * Throws `integrity/open-failed` when the commitment does not match key, salt and context, before anything is
 * decrypted; `usage/invalid`, `access/locked`, `usage/insecure-context`.
 */
export async function createChunkOpener(options: {
  readonly key: KeyBytes;
  readonly prefix: Uint8Array;
  readonly context: Uint8Array;
  readonly params: ChunkParams;
}): Promise<ChunkOpener> {
  const { prefix, params } = options;
  requireBytes(prefix, 'prefix');
  if (prefix.length !== CHUNKS_PREFIX_BYTES) throw new VaultError('integrity/open-failed');
  const salt = prefix.slice(0, SALT_BYTES);
  const { key, baseNonce, commitment } = await deriveMessageKey({ ...options, salt }, 'decrypt');
  if (!equalBytes(commitment, prefix.subarray(SALT_BYTES))) throw new VaultError('integrity/open-failed');
  return {
    async open(index, ciphertext, last) {
      requireBytes(ciphertext, 'ciphertext');
      const full = params.chunkBytes + TAG_BYTES;
      const fits = last
        ? ciphertext.length >= TAG_BYTES && ciphertext.length < full
        : ciphertext.length === full;
      if (!fits || !isChunkIndex(index)) throw new VaultError('integrity/open-failed');
      const algorithm = { name: 'AES-GCM', iv: chunkNonce(baseNonce, index) };
      try {
        return new Uint8Array(await subtle().decrypt(algorithm, key, ciphertext as Uint8Array<ArrayBuffer>));
      } catch {
        throw new VaultError('integrity/open-failed');
      }
    },
  };
}

/** How many chunks a message has: one more than the full ones. Throws `usage/invalid`, `format/too-large`. */
export function chunkCount(plaintextLength: number, params: ChunkParams): number {
  if (!Number.isSafeInteger(plaintextLength) || plaintextLength < 0) {
    throw new VaultError('usage/invalid', { argument: 'plaintextLength' });
  }
  const count = Math.floor(plaintextLength / requireParams(params).chunkBytes) + 1;
  if (count > CHUNK_COUNT_MAX) throw new VaultError('format/too-large');
  return count;
}

/** The length of the whole ciphertext, prefix and tags included. Throws as `chunkCount`. */
export function ciphertextLength(plaintextLength: number, params: ChunkParams): number {
  return CHUNKS_PREFIX_BYTES + plaintextLength + chunkCount(plaintextLength, params) * TAG_BYTES;
}

/** The inverse of `ciphertextLength`; null for a length that no whole message has. */
export function plaintextLength(totalLength: number, params: ChunkParams): number | null {
  const sealedChunkBytes = requireParams(params).chunkBytes + TAG_BYTES;
  if (!Number.isSafeInteger(totalLength)) return null;
  const body = totalLength - CHUNKS_PREFIX_BYTES;
  const lastBytes = body % sealedChunkBytes;
  const fullCount = Math.floor(body / sealedChunkBytes);
  if (body < TAG_BYTES || lastBytes < TAG_BYTES || fullCount >= CHUNK_COUNT_MAX) return null;
  return fullCount * params.chunkBytes + lastBytes - TAG_BYTES;
}

/**
 * Where chunk `index` lies in the ciphertext of a message, in bytes from its start, prefix counted.
 *
 * Throws `usage/invalid` when the message has no such chunk.
 */
export function chunkRange(
  index: number,
  plaintextLength: number,
  params: ChunkParams,
): { readonly offset: number; readonly length: number; readonly last: boolean } {
  const count = chunkCount(plaintextLength, params);
  if (!isChunkIndex(index) || index >= count) throw new VaultError('usage/invalid', { argument: 'index' });
  const last = index === count - 1;
  const plain = last ? plaintextLength % params.chunkBytes : params.chunkBytes;
  const offset = CHUNKS_PREFIX_BYTES + index * (params.chunkBytes + TAG_BYTES);
  return { offset, length: plain + TAG_BYTES, last };
}

interface MessageKey {
  readonly key: CryptoKey;
  readonly baseNonce: Uint8Array;
  readonly commitment: Uint8Array;
}

async function deriveMessageKey(
  options: {
    readonly key: KeyBytes;
    readonly salt: Uint8Array;
    readonly context: Uint8Array;
    readonly params: ChunkParams;
  },
  usage: 'encrypt' | 'decrypt',
): Promise<MessageKey> {
  const { salt, context } = options;
  const params = requireParams(options.params);
  requireBytes(salt, 'salt', SALT_BYTES);
  requireBytes(context, 'context');
  const length = KEY_BYTES[params.aead];
  const inputKey = keyBytes(options.key, length);
  const names = new TextEncoder().encode(`${params.label}${params.aead}\0`);
  const info = concatBytes(names, salt, context);
  const output = await hkdfExpandSha512(inputKey, info, length + NONCE_BYTES + COMMITMENT_BYTES);
  const raw = output.subarray(0, length) as Uint8Array<ArrayBuffer>;
  const key = await subtle().importKey('raw', raw, 'AES-GCM', false, [usage]);
  raw.fill(0);
  return {
    key,
    baseNonce: output.slice(length, length + NONCE_BYTES),
    commitment: output.slice(length + NONCE_BYTES),
  };
}

/** The base nonce XOR the chunk number as a big-endian integer, which reaches the last five bytes only. */
function chunkNonce(baseNonce: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(baseNonce);
  const view = new DataView(nonce.buffer);
  view.setUint32(8, (view.getUint32(8) ^ (index % 2 ** 32)) >>> 0);
  view.setUint8(7, view.getUint8(7) ^ Math.floor(index / 2 ** 32));
  return nonce;
}

function isChunkIndex(index: number): boolean {
  return Number.isSafeInteger(index) && index >= 0 && index < CHUNK_COUNT_MAX;
}

function requireParams(params: ChunkParams): ChunkParams {
  const { chunkBytes, label, aead } = params;
  const valid =
    Object.hasOwn(KEY_BYTES, aead) &&
    /^[\x21-\x7e]+\+$/.test(label) &&
    Number.isInteger(chunkBytes) &&
    chunkBytes > 0 &&
    chunkBytes <= 2 ** 30;
  if (!valid) throw new VaultError('usage/invalid', { argument: 'params' });
  return params;
}
