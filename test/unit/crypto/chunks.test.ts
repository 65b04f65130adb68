import { describe, expect, it } from 'vitest';
import {
  C2SP_CHUNKS_128,
  C2SP_CHUNKS_256,
  CHUNKS_PREFIX_BYTES,
  type ChunkParams,
  COFFRET_CHUNKS,
  chunkCount,
  chunkRange,
  ciphertextLength,
  createChunkOpener,
  createChunkSealer,
  plaintextLength,
} from '../../../src/crypto/chunks.js';
import { concatBytes, sha256 } from '../../../src/crypto/hash.js';
import { Secret } from '../../../src/crypto/secret.js';
import { fromHex, toHex } from '../../support/hex.js';
import vectors from '../../vectors/chunked-encryption/cases.json' with { type: 'json' };

const small: ChunkParams = { ...COFFRET_CHUNKS, chunkBytes: 32 };
const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const salt = new Uint8Array(24).fill(4);
const context = Uint8Array.of(7);
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);

/** The whole ciphertext of a message, chunk after chunk. */
async function sealAll(plaintext: Uint8Array, params: ChunkParams, options = { key, salt, context }) {
  const sealer = await createChunkSealer({ ...options, params });
  const parts = [sealer.prefix];
  const count = chunkCount(plaintext.length, params);
  for (let index = 0; index < count; index++) {
    const start = index * params.chunkBytes;
    const chunk = plaintext.subarray(start, start + params.chunkBytes);
    parts.push(await sealer.seal(index, chunk, index === count - 1));
  }
  return concatBytes(...parts);
}

function openerOf(ciphertext: Uint8Array, params: ChunkParams, options = { key, context }) {
  return createChunkOpener({ ...options, prefix: ciphertext.slice(0, CHUNKS_PREFIX_BYTES), params });
}

describe('chunked encryption', () => {
  it.each(vectors.cases)('equals the vector of $label $aead, $plaintextLength bytes', async (vector) => {
    const params = {
      label: vector.label,
      aead: vector.aead as 'AEAD_AES_256_GCM',
      chunkBytes: vector.chunkBytes,
    };
    expect([COFFRET_CHUNKS, C2SP_CHUNKS_256, C2SP_CHUNKS_128]).toContainEqual(params);
    const options = {
      key: fromHex(vector.key),
      salt: fromHex(vector.salt),
      context: fromHex(vector.context),
    };
    const plaintext = pattern(vector.plaintextLength);
    const ciphertext = await sealAll(plaintext, params, options);
    expect(toHex(ciphertext.subarray(0, 56))).toBe(vector.prefix);
    expect(toHex(await sha256(ciphertext))).toBe(vector.ciphertextSha256);
    if (vector.ciphertext !== undefined) expect(toHex(ciphertext)).toBe(vector.ciphertext);
    expect(ciphertextLength(plaintext.length, params)).toBe(vector.ciphertextLength);
    expect(plaintextLength(ciphertext.length, params)).toBe(plaintext.length);

    const opener = await openerOf(ciphertext, params, options);
    // Last chunk first: each opens alone.
    for (let index = chunkCount(plaintext.length, params) - 1; index >= 0; index--) {
      const { offset, length, last } = chunkRange(index, plaintext.length, params);
      const opened = await opener.open(index, ciphertext.subarray(offset, offset + length), last);
      const start = index * params.chunkBytes;
      expect(toHex(opened)).toBe(toHex(plaintext.subarray(start, start + params.chunkBytes)));
    }
  });

  it('opens no chunk that was altered, moved, cut, or called last when it is not (A06)', async () => {
    const plaintext = pattern(80);
    const ciphertext = await sealAll(plaintext, small);
    const opener = await openerOf(ciphertext, small);
    const chunk = (index: number) => {
      const { offset, length } = chunkRange(index, 80, small);
      return ciphertext.slice(offset, offset + length);
    };
    const refused = (index: number, bytes: Uint8Array, last: boolean) =>
      expect(opener.open(index, bytes, last)).rejects.toThrow('integrity/open-failed');
    for (let at = 0; at < 48; at++) {
      const altered = chunk(0);
      altered[at] = (altered[at] as number) ^ 0x10;
      await refused(0, altered, false);
    }
    await refused(1, chunk(0), false);
    await refused(0, chunk(1), false);
    await refused(2, chunk(1), true);
    await refused(1, chunk(1), true);
    await refused(2, chunk(2), false);
    await refused(2, chunk(2).subarray(1), true);
    await refused(2, chunk(2).subarray(0, 15), true);
    await refused(2, new Uint8Array(0), true);
    await refused(-1, chunk(0), false);
    await refused(2 ** 38, chunk(0), false);
    await refused(0.5, chunk(0), false);
    expect(await opener.open(2, chunk(2), true)).toEqual(plaintext.subarray(64));
  });

  it('tells a wrong key, salt, context, label or cut prefix before it decrypts', async () => {
    const ciphertext = await sealAll(pattern(10), small);
    const refused = (promise: Promise<unknown>) => expect(promise).rejects.toThrow('integrity/open-failed');
    await refused(openerOf(ciphertext, small, { key: key.slice().fill(1, 31), context }));
    await refused(openerOf(ciphertext, small, { key, context: Uint8Array.of(8) }));
    await refused(openerOf(ciphertext, { ...small, label: 'coffret/v1/other+' }));
    for (const at of [0, 23, 24, 55]) {
      const altered = ciphertext.slice();
      altered[at] = (altered[at] as number) ^ 1;
      await refused(openerOf(altered, small));
    }
    await refused(openerOf(ciphertext.subarray(0, 55), small));
    await openerOf(ciphertext, small);
  });

  it('numbers more than 2³² chunks as the specification demands', async () => {
    // The nonce of chunk i is the base nonce XOR i: seen through a chunk sealed by hand at a high index.
    const prefix = (await sealAll(pattern(1), small)).slice(0, 56);
    const opener = await createChunkOpener({ key, prefix, context, params: small });
    const index = 2 ** 37 + 2 ** 33 + 5;
    const info = concatBytes(
      new TextEncoder().encode(`${small.label}${small.aead}\0`),
      salt,
      context,
      Uint8Array.of(1),
    );
    const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-512' }, false, [
      'sign',
    ]);
    const derived = new Uint8Array(await crypto.subtle.sign('HMAC', hmac, info as Uint8Array<ArrayBuffer>));
    const base = BigInt(`0x${toHex(derived.subarray(32, 44))}`);
    const iv = fromHex((base ^ BigInt(index)).toString(16).padStart(24, '0'));
    const aes = await crypto.subtle.importKey('raw', derived.slice(0, 32), 'AES-GCM', false, ['encrypt']);
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, aes, pattern(32)));
    expect(await opener.open(index, sealed, false)).toEqual(pattern(32));
  });

  it('seals each index once, in order, with full chunks before a short last one', async () => {
    const sealer = await createChunkSealer({ key, salt, context, params: small });
    const refused = (promise: Promise<unknown>) => expect(promise).rejects.toThrow('usage/invalid');
    await refused(sealer.seal(1, pattern(32), false));
    await refused(sealer.seal(0, pattern(31), false));
    await refused(sealer.seal(0, pattern(33), false));
    await refused(sealer.seal(0, pattern(32), true));
    await refused(sealer.seal(0, 'x'.repeat(32) as never, false));
    await sealer.seal(0, pattern(32), false);
    await refused(sealer.seal(0, pattern(32), false));
    await sealer.seal(1, new Uint8Array(0), true);
    await refused(sealer.seal(2, pattern(3), true));
  });

  it('takes keys and salts of the right length, as bytes or secrets', async () => {
    const create = (change: object) => createChunkSealer({ key, salt, context, params: small, ...change });
    await create({ key: Secret.of('blob-key', key.slice()) });
    for (const change of [
      { key: key.subarray(16) },
      { key: 'x'.repeat(32) },
      { salt: salt.subarray(1) },
      { salt: 'x'.repeat(24) },
      { context: 'context' },
      { params: { ...small, chunkBytes: 0 } },
      { params: { ...small, aead: 'AEAD_CHACHA20_POLY1305' } },
      { params: { ...small, label: 'without the plus' } },
    ]) {
      await expect(create(change)).rejects.toThrow('usage/invalid');
    }
  });
});

describe('chunk lengths', () => {
  it('know the lengths that no whole message has', () => {
    const full = 16384 + 16;
    for (const total of [0, 55, 56, 71, 56 + full, 56 + full + 15, 56 + 2 * full, -1, 1.5, Number.NaN]) {
      expect(plaintextLength(total, C2SP_CHUNKS_256)).toBeNull();
    }
    expect(plaintextLength(72, C2SP_CHUNKS_256)).toBe(0);
    expect(plaintextLength(56 + full + 16, C2SP_CHUNKS_256)).toBe(16384);
    expect(ciphertextLength(2 ** 52, COFFRET_CHUNKS)).toBe(56 + 2 ** 52 + (2 ** 34 + 1) * 16);
    expect(() => chunkCount(2 ** 52, C2SP_CHUNKS_256)).toThrow('format/too-large');
    expect(() => chunkCount(-1, C2SP_CHUNKS_256)).toThrow('usage/invalid');
    expect(() => chunkRange(1, 16383, C2SP_CHUNKS_256)).toThrow('usage/invalid');
    expect(chunkRange(1, 16384, C2SP_CHUNKS_256)).toEqual({ offset: 56 + full, length: 16, last: true });
  });
});
