import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, hash, sha256 } from '../../../src/crypto/hash.js';
import { deriveBytes, deriveKey, hkdfExpandSha512 } from '../../../src/crypto/kdf.js';
import { expose, Secret } from '../../../src/crypto/secret.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { domainPrefix } from '../../../src/crypto/transcript.js';
import { fromHex, toHex } from '../../support/hex.js';
import blake2b from '../../vectors/transcript/blake2b.json' with { type: 'json' };

beforeAll(loadSodium);

const key = () => Secret.of('derived', new Uint8Array(32).fill(7));

describe('hash and derive', () => {
  it.each(blake2b.cases)('equal an independent BLAKE2b: $label, $length bytes', (vector) => {
    const { label, length } = vector;
    const parts = vector.parts.map(fromHex);
    if (vector.key === null) {
      expect(toHex(hash(label, ...parts))).toBe(vector.output);
    } else {
      const secret = Secret.of('derived', fromHex(vector.key));
      expect(toHex(deriveBytes(secret, length, label, ...parts))).toBe(vector.output);
      if (length === 32) expect(toHex(expose(deriveKey(secret, label, ...parts)))).toBe(vector.output);
    }
  });

  it('hash more than the scratch area holds, then little again', () => {
    const large = new Uint8Array(3_000_000).fill(1);
    expect(hash('x', large)).toEqual(hash('x', large.slice()));
    large[2_999_999] = 0;
    expect(hash('x', large)).not.toEqual(hash('x', new Uint8Array(3_000_000).fill(1)));
    const first = blake2b.cases[0];
    expect(toHex(hash('person', new Uint8Array(0)))).toBe(first?.output);
  });

  it('refuse strings, empty keys and bad labels', () => {
    expect(() => hash('label', 'text' as never)).toThrow('usage/invalid');
    for (const label of ['', 'two words', 'é', 'nul\0', 'x'.repeat(65), 5 as never]) {
      expect(() => hash(label)).toThrow('usage/invalid');
      expect(() => domainPrefix(label)).toThrow('usage/invalid');
    }
    expect(() => deriveKey(Secret.of('derived', new Uint8Array(15)), 'x')).toThrow('usage/invalid');
    expect(() => deriveKey(Secret.of('derived', new Uint8Array(65)), 'x')).toThrow('usage/invalid');
    expect(() => deriveKey(new Uint8Array(32) as never, 'x')).toThrow('usage/invalid');
    expect(() => deriveKey('x'.repeat(32) as never, 'x')).toThrow('usage/invalid');
    for (const length of [0, 15, 65, 32.5]) {
      expect(() => deriveBytes(key(), length, 'x')).toThrow('usage/invalid');
    }
  });
});

describe('sha256', () => {
  it('is the SHA-256 of FIPS 180-4', async () => {
    const digest = await sha256(new TextEncoder().encode('abc'));
    expect(toHex(digest)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    await expect(sha256('abc' as never)).rejects.toThrow('usage/invalid');
  });
});

describe('hkdfExpandSha512', () => {
  it('chains HMAC-SHA-512 as RFC 5869 §2.3 says', async () => {
    // HKDF-Extract of WebCrypto's HKDF is HMAC(salt, input): with it, both must agree on the whole.
    const salt = fromHex('000102030405060708090a0b0c');
    const input = new Uint8Array(22).fill(0x0b);
    const info = fromHex('f0f1f2f3f4f5f6f7f8f9');
    const usage = ['deriveBits', 'sign'] as const;
    const hmac = { name: 'HMAC', hash: 'SHA-512' };
    const saltKey = await crypto.subtle.importKey('raw', salt, hmac, false, [usage[1]]);
    const prk = new Uint8Array(await crypto.subtle.sign('HMAC', saltKey, input));
    const inputKey = await crypto.subtle.importKey('raw', input, 'HKDF', false, [usage[0]]);
    const parameters = { name: 'HKDF', hash: 'SHA-512', salt, info };
    for (const length of [1, 63, 64, 65, 128, 200]) {
      const expected = new Uint8Array(await crypto.subtle.deriveBits(parameters, inputKey, length * 8));
      expect(await hkdfExpandSha512(prk, info, length)).toEqual(expected);
    }
  });

  it('refuses strings and lengths it cannot make', async () => {
    const info = new Uint8Array(0);
    await expect(hkdfExpandSha512('x'.repeat(32) as never, info, 32)).rejects.toThrow('usage/invalid');
    await expect(hkdfExpandSha512(new Uint8Array(0), info, 32)).rejects.toThrow('usage/invalid');
    await expect(hkdfExpandSha512(key(), 'info' as never, 32)).rejects.toThrow('usage/invalid');
    for (const length of [0, 255 * 64 + 1, 1.5]) {
      await expect(hkdfExpandSha512(key(), info, length)).rejects.toThrow('usage/invalid');
    }
  });
});

describe('equalBytes and concatBytes', () => {
  it('compare and join', () => {
    const a = fromHex('010203');
    expect(equalBytes(a, fromHex('010203'))).toBe(true);
    expect(equalBytes(a, fromHex('010202'))).toBe(false);
    expect(equalBytes(a, fromHex('0102'))).toBe(false);
    expect(equalBytes(fromHex('010200'), fromHex('0102'))).toBe(false);
    expect(equalBytes(fromHex('0102'), fromHex('010200'))).toBe(false);
    expect(equalBytes(new Uint8Array(0), new Uint8Array(0))).toBe(true);
    expect(concatBytes(a, new Uint8Array(0), fromHex('ff'))).toEqual(fromHex('010203ff'));
    expect(() => equalBytes(a, 'abc' as never)).toThrow('usage/invalid');
    expect(() => concatBytes(a, [1] as never)).toThrow('usage/invalid');
  });
});
