import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCommitted, sealCommitted } from '../../../src/crypto/aead.js';
import { concatBytes, equalBytes, hash } from '../../../src/crypto/hash.js';
import { deriveBytes } from '../../../src/crypto/kdf.js';
import { pad, unpad } from '../../../src/crypto/padding.js';
import { Secret } from '../../../src/crypto/secret.js';
import { loadSodium, sodium } from '../../../src/crypto/sodium.js';
import { fromHex, toHex } from '../../support/hex.js';
import draft from '../../vectors/xchacha/draft.json' with { type: 'json' };
import salamander from '../../vectors/xchacha/salamander.json' with { type: 'json' };

beforeAll(loadSodium);

const key = Secret.of(
  'collection-key',
  Uint8Array.from({ length: 32 }, (_, i) => i + 1),
);
const place = { key, label: 'seal', nonce: new Uint8Array(24).fill(9), ad: Uint8Array.of(1, 2, 3) };
const lead = Uint8Array.of(7, 8, 9);
const plaintext = new TextEncoder().encode('Compte rendu');

/** The commitment and the ciphertext of what `sealCommitted` made. */
function partsOf(sealed: Uint8Array): [Uint8Array, Uint8Array] {
  const start = lead.length + 32;
  return [sealed.slice(lead.length, start), sealed.slice(start)];
}

describe('the cipher of another library, by which ours is measured,', () => {
  it('equals the vector of the draft', () => {
    const cipher = xchacha20poly1305(fromHex(draft.key), fromHex(draft.nonce), fromHex(draft.ad));
    expect(toHex(cipher.encrypt(fromHex(draft.plaintext)))).toBe(draft.ciphertext);
  });

  it('does not commit to its key: the salamander of A46 opens under two', () => {
    const opened = salamander.keys.map((hex) =>
      xchacha20poly1305(fromHex(hex), fromHex(salamander.nonce), fromHex(salamander.ad)).decrypt(
        fromHex(salamander.ciphertext),
      ),
    );
    for (const padded of opened) expect(unpad(padded)).toHaveLength(255);
    expect(opened[0]).not.toEqual(opened[1]);
  });
});

describe('a committed seal', () => {
  it.each([0, 1, 254, 255, 256, 600, 8191, 8192, 65_535, 65_536, 1_048_576, 2_000_000])(
    'equals derivation, padding and cipher one after the other, and opens, for %i bytes',
    (length) => {
      const content = new Uint8Array(length).fill(0x80);
      const derived = deriveBytes(key, 64, 'seal', place.nonce, place.ad);
      const cipher = xchacha20poly1305(derived.slice(0, 32), new Uint8Array(24), place.ad);
      const expected = concatBytes(lead, derived.slice(32), cipher.encrypt(pad(content)));
      // What was in the memory before must not show in the padding.
      sealCommitted(place, lead, new Uint8Array(200_000).fill(0xee));
      const sealed = sealCommitted(place, lead, content);
      expect(equalBytes(sealed, expected)).toBe(true);
      const opened = openCommitted(place, ...partsOf(sealed));
      expect(opened !== null && equalBytes(opened, content)).toBe(true);
    },
  );

  it('does not open when any bit of key, nonce, AD, commitment or ciphertext differs, or the label', () => {
    const [commitment, ciphertext] = partsOf(sealCommitted(place, lead, plaintext));
    const flips = (bytes: Uint8Array) =>
      Array.from({ length: bytes.length * 8 }, (_, bit) => {
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        return flipped;
      });
    const keyBytes = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
    const others = [
      ...flips(keyBytes).map((other) => ({ ...place, key: Secret.of('collection-key', other) })),
      ...flips(place.nonce).map((nonce) => ({ ...place, nonce })),
      ...flips(place.ad).map((ad) => ({ ...place, ad })),
      { ...place, label: 'seam' },
    ];
    for (const other of others) expect(openCommitted(other, commitment, ciphertext)).toBeNull();
    for (const other of flips(commitment)) expect(openCommitted(place, other, ciphertext)).toBeNull();
    for (const other of flips(ciphertext)) expect(openCommitted(place, commitment, other)).toBeNull();
    for (let length = 0; length < ciphertext.length; length++)
      expect(openCommitted(place, commitment, ciphertext.subarray(0, length))).toBeNull();
    expect(openCommitted(place, commitment, ciphertext)).toEqual(plaintext);
  });

  it('takes bytes only, of the right length, a secret as the key, and an AD that is not empty', () => {
    const seal = (other: object, start: unknown = lead, content: unknown = plaintext) =>
      sealCommitted({ ...place, ...other }, start as never, content as never);
    const text = '12345678901234567890123456789012';
    const short = Secret.of('collection-key', new Uint8Array(15));
    expect(() => seal({ key: text })).toThrow('usage/invalid');
    expect(() => seal({ key: new Uint8Array(32) })).toThrow('usage/invalid');
    expect(() => seal({ key: short })).toThrow('usage/invalid');
    expect(() => seal({ nonce: text.slice(8) })).toThrow('usage/invalid');
    expect(() => seal({ nonce: place.nonce.subarray(1) })).toThrow('usage/invalid');
    expect(() => seal({ ad: 'ad' })).toThrow('usage/invalid');
    expect(() => seal({ ad: null })).toThrow('usage/invalid');
    expect(() => seal({ ad: new Uint8Array(0) })).toThrow('usage/invalid');
    expect(() => seal({ label: '' })).toThrow('usage/invalid');
    expect(() => seal({}, 'lead')).toThrow('usage/invalid');
    expect(() => seal({}, lead, 'plaintext')).toThrow('usage/invalid');
    const [commitment, ciphertext] = partsOf(seal({}));
    expect(() => openCommitted({ ...place, ad: new Uint8Array(0) }, commitment, ciphertext)).toThrow(
      'usage/invalid',
    );
    expect(() => openCommitted(place, commitment.subarray(1), ciphertext)).toThrow('usage/invalid');
    expect(() => openCommitted(place, commitment, 'ciphertext' as never)).toThrow('usage/invalid');
  });

  it('leaves neither key nor plaintext in the memory it worked in, nor its derived key after the next hash', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => 200 - i);
    const canaryPlace = { ...place, key: Secret.of('collection-key', bytes.slice()) };
    const canary = Uint8Array.from({ length: 64 }, (_, i) => 17 + i * 3);
    const derived = deriveBytes(canaryPlace.key, 64, 'seal', place.nonce, place.ad).slice(0, 32);
    const [commitment, ciphertext] = partsOf(sealCommitted(canaryPlace, lead, canary));
    expect(openCommitted(canaryPlace, commitment, ciphertext)).toEqual(canary);
    const heap = sodium().libsodium.HEAPU8;
    for (const needle of [bytes, canary]) expect(indexOf(heap, needle)).toBe(-1);
    // libsodium's BLAKE2b keeps its last output on its stack.
    hash('body', ciphertext);
    expect(indexOf(heap, derived)).toBe(-1);
  });

  it('throws once its key was wiped', () => {
    const wiped = Secret.of('collection-key', new Uint8Array(32).fill(1));
    wiped.wipe();
    expect(() => sealCommitted({ ...place, key: wiped }, lead, plaintext)).toThrow('access/locked');
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
