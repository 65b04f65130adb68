import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes } from '../../../src/crypto/hash.js';
import { expose, Secret } from '../../../src/crypto/secret.js';
import { sign, signingKeyPairFromSeed, signRaw, verify, verifyRaw } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { fromHex, toHex } from '../../support/hex.js';
import accepted from '../../vectors/ed25519-cctv/accepted.json' with { type: 'json' };
import vectors from '../../vectors/ed25519-cctv/vectors.json' with { type: 'json' };

beforeAll(loadSodium);

const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
const bytes = Uint8Array.of(1, 2, 3);

describe('Ed25519', () => {
  it('equals RFC 8032 §7.1, test 1', () => {
    const pair = signingKeyPairFromSeed(seed);
    expect(toHex(pair.publicKey)).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    const signature =
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b';
    expect(toHex(signRaw(seed, new Uint8Array(0)))).toBe(signature);
    expect(toHex(signRaw(pair.secretKey, new Uint8Array(0)))).toBe(signature);
    expect(verifyRaw(pair.publicKey, new Uint8Array(0), fromHex(signature))).toBe(true);
  });

  it('accepts exactly the frozen list of the CCTV vectors (A55, R14)', () => {
    expect(vectors).toHaveLength(914);
    expect(accepted.numbers).toHaveLength(43);
    const found = vectors
      .filter(({ key, msg, sig }) => verifyRaw(fromHex(key), new TextEncoder().encode(msg), fromHex(sig)))
      .map(({ number }) => number);
    expect(found).toEqual(accepted.numbers);
  });

  it('signs under a label, and a signature of one label is none of another', () => {
    const { publicKey, secretKey } = signingKeyPairFromSeed(Secret.of('device-seed', seed.slice()));
    const signature = sign(secretKey, 'op', bytes);
    expect(signature).toEqual(sign(seed, 'op', bytes));
    expect(verify(publicKey, 'op', bytes, signature)).toBe(true);
    expect(verify(publicKey, 'head', bytes, signature)).toBe(false);
    expect(verifyRaw(publicKey, bytes, signature)).toBe(false);
    const prefixed = concatBytes(new TextEncoder().encode('coffret/v1/op\0'), bytes);
    expect(verifyRaw(publicKey, prefixed, signature)).toBe(true);
  });

  it('verifies nothing altered', () => {
    const { publicKey, secretKey } = signingKeyPairFromSeed(seed);
    const signature = sign(secretKey, 'op', bytes);
    for (let bit = 0; bit < 512; bit++) {
      const flipped = signature.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(verify(publicKey, 'op', bytes, flipped)).toBe(false);
    }
    expect(verify(publicKey, 'op', Uint8Array.of(1, 2, 4), signature)).toBe(false);
    expect(verify(signingKeyPairFromSeed(new Uint8Array(32)).publicKey, 'op', bytes, signature)).toBe(false);
  });

  it('answers false, and does not throw, for wrong lengths and types', () => {
    const { publicKey, secretKey } = signingKeyPairFromSeed(seed);
    const signature = sign(secretKey, 'op', bytes);
    expect(verify(publicKey.subarray(1), 'op', bytes, signature)).toBe(false);
    expect(verify(publicKey, 'op', bytes, signature.subarray(1))).toBe(false);
    expect(verify(publicKey, 'op', bytes, concatBytes(signature, Uint8Array.of(0)))).toBe(false);
    expect(verify('x'.repeat(32) as never, 'op', bytes, signature)).toBe(false);
    expect(verify(publicKey, 'op', 'text' as never, signature)).toBe(false);
    expect(verify(publicKey, 'op', bytes, null as never)).toBe(false);
    expect(verifyRaw(publicKey, undefined as never, signature)).toBe(false);
  });

  it('signs with seeds and expanded keys only', () => {
    expect(() => sign('x'.repeat(32) as never, 'op', bytes)).toThrow('usage/invalid');
    expect(() => sign(new Uint8Array(33), 'op', bytes)).toThrow('usage/invalid');
    expect(() => sign(seed, 'op', 'text' as never)).toThrow('usage/invalid');
    expect(() => signRaw(seed, 'text' as never)).toThrow('usage/invalid');
    expect(() => sign(seed, 'two words', bytes)).toThrow('usage/invalid');
    expect(() => signingKeyPairFromSeed(new Uint8Array(64))).toThrow('usage/invalid');
    const { secretKey } = signingKeyPairFromSeed(seed);
    expect(expose(secretKey)).toHaveLength(64);
    secretKey.wipe();
    expect(() => sign(secretKey, 'op', bytes)).toThrow('access/locked');
  });
});
