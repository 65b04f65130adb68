import { beforeAll, describe, expect, it } from 'vitest';
import { openXChaCha, sealPaddedXChaCha, sealXChaCha } from '../../../src/crypto/aead.js';
import { concatBytes } from '../../../src/crypto/hash.js';
import { pad, unpad } from '../../../src/crypto/padding.js';
import { Secret } from '../../../src/crypto/secret.js';
import { loadSodium, sodium } from '../../../src/crypto/sodium.js';
import { fromHex, toHex } from '../../support/hex.js';
import draft from '../../vectors/xchacha/draft.json' with { type: 'json' };
import salamander from '../../vectors/xchacha/salamander.json' with { type: 'json' };

beforeAll(loadSodium);

const key = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const nonce = new Uint8Array(24).fill(9);
const ad = Uint8Array.of(1, 2, 3);
const plaintext = new TextEncoder().encode('Compte rendu');

describe('XChaCha20-Poly1305', () => {
  it('equals the vector of the draft', () => {
    const args = [fromHex(draft.key), fromHex(draft.nonce), fromHex(draft.ad)] as const;
    expect(toHex(sealXChaCha(...args, fromHex(draft.plaintext)))).toBe(draft.ciphertext);
    expect(openXChaCha(...args, fromHex(draft.ciphertext))).toEqual(fromHex(draft.plaintext));
  });

  it.each([0, 1, 15, 16, 17, 600, 65_535, 65_536, 1_048_576, 2_000_000])('round trips %i bytes', (length) => {
    const data = new Uint8Array(length).fill(5);
    const sealed = sealXChaCha(key, nonce, ad, data);
    expect(sealed).toHaveLength(length + 16);
    const opened = openXChaCha(Secret.of('derived', key.slice()), nonce, ad, sealed);
    expect(opened !== null && opened.length === length && opened.every((byte) => byte === 5)).toBe(true);
  });

  it('opens nothing that differs in any bit of key, nonce, AD or ciphertext', () => {
    const sealed = sealXChaCha(key, nonce, ad, plaintext);
    const flips = (bytes: Uint8Array) =>
      Array.from({ length: bytes.length * 8 }, (_, bit) => {
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        return flipped;
      });
    for (const other of flips(sealed)) expect(openXChaCha(key, nonce, ad, other)).toBeNull();
    for (const other of flips(key)) expect(openXChaCha(other, nonce, ad, sealed)).toBeNull();
    for (const other of flips(nonce)) expect(openXChaCha(key, other, ad, sealed)).toBeNull();
    for (const other of flips(ad)) expect(openXChaCha(key, nonce, other, sealed)).toBeNull();
    for (let length = 0; length < sealed.length; length++) {
      expect(openXChaCha(key, nonce, ad, sealed.subarray(0, length))).toBeNull();
    }
    expect(openXChaCha(key, nonce, ad, sealed)).toEqual(plaintext);
  });

  it('takes bytes only, of the right length, and an AD that is not empty', () => {
    const text = '12345678901234567890123456789012';
    expect(() => sealXChaCha(text as never, nonce, ad, plaintext)).toThrow('usage/invalid');
    expect(() => sealXChaCha(key, text.slice(8) as never, ad, plaintext)).toThrow('usage/invalid');
    expect(() => sealXChaCha(key, nonce, 'ad' as never, plaintext)).toThrow('usage/invalid');
    expect(() => sealXChaCha(key, nonce, null as never, plaintext)).toThrow('usage/invalid');
    expect(() => sealXChaCha(key, nonce, new Uint8Array(0), plaintext)).toThrow('usage/invalid');
    expect(() => sealXChaCha(key, nonce, ad, 'plaintext' as never)).toThrow('usage/invalid');
    expect(() => sealXChaCha(key.subarray(1), nonce, ad, plaintext)).toThrow('usage/invalid');
    expect(() => sealXChaCha(key, nonce.subarray(1), ad, plaintext)).toThrow('usage/invalid');
    expect(() => openXChaCha(key, nonce, new Uint8Array(0), plaintext)).toThrow('usage/invalid');
    expect(() => openXChaCha(key, nonce, ad, 'ciphertext' as never)).toThrow('usage/invalid');
  });

  it('leaves neither key nor plaintext in the memory it worked in', () => {
    const canaryKey = Uint8Array.from({ length: 32 }, (_, i) => 200 - i);
    const canary = Uint8Array.from({ length: 64 }, (_, i) => 17 + i * 3);
    const sealed = sealXChaCha(canaryKey, nonce, ad, canary);
    openXChaCha(canaryKey, nonce, ad, sealed);
    const heap = sodium().libsodium.HEAPU8;
    for (const needle of [canaryKey, canary]) expect(indexOf(heap, needle)).toBe(-1);
  });

  it('does not commit to its key: the salamander of A46 opens under two', () => {
    const sealed = fromHex(salamander.ciphertext);
    const opened = salamander.keys.map((hex) =>
      openXChaCha(fromHex(hex), fromHex(salamander.nonce), fromHex(salamander.ad), sealed),
    );
    for (const padded of opened) {
      expect(padded).toHaveLength(256);
      expect(unpad(padded as Uint8Array)).toHaveLength(255);
    }
    expect(opened[0]).not.toEqual(opened[1]);
  });
});

describe('sealPaddedXChaCha', () => {
  it.each([0, 1, 254, 255, 256, 600, 8191, 8192, 100_000])(
    'equals pad, seal and join for %i bytes',
    (length) => {
      const content = new Uint8Array(length).fill(0x80);
      const head = Uint8Array.of(1, 2, 3, 4);
      const joined = concatBytes(head, sealXChaCha(key, nonce, ad, pad(content)));
      // A dirty scratch area must not show in the padding.
      sealXChaCha(key, nonce, ad, new Uint8Array(200_000).fill(0xee));
      expect(sealPaddedXChaCha({ key, nonce, ad, plaintext: content, head })).toEqual(joined);
    },
  );

  it('takes bytes only', () => {
    const options = { key, nonce, ad, plaintext, head: ad };
    expect(() => sealPaddedXChaCha({ ...options, head: 'x' as never })).toThrow('usage/invalid');
    expect(() => sealPaddedXChaCha({ ...options, plaintext: 'x' as never })).toThrow('usage/invalid');
    expect(() => sealPaddedXChaCha({ ...options, key: 'x'.repeat(32) as never })).toThrow('usage/invalid');
    expect(() => sealPaddedXChaCha({ ...options, ad: new Uint8Array(0) })).toThrow('usage/invalid');
  });
});

/** Where the first 12 bytes of `needle` stand in `heap`, or -1. */
function indexOf(heap: Uint8Array, needle: Uint8Array): number {
  for (
    let at = heap.indexOf(needle[0] as number);
    at !== -1;
    at = heap.indexOf(needle[0] as number, at + 1)
  ) {
    if (needle.subarray(0, 12).every((byte, i) => heap[at + i] === byte)) return at;
  }
  return -1;
}
