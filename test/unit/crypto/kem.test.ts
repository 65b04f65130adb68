import { beforeAll, describe, expect, it } from 'vitest';
import { decapsulate, encapsulate, kemKeyPairFromSeed } from '../../../src/crypto/kem.js';
import { systemRandom } from '../../../src/crypto/random.js';
import { expose, Secret } from '../../../src/crypto/secret.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { fromHex, toHex } from '../../support/hex.js';
import draft from '../../vectors/xwing/draft.json' with { type: 'json' };
import hpke from '../../vectors/xwing/hpke-pq.json' with { type: 'json' };

beforeAll(loadSodium);

const seed = new Uint8Array(32).fill(3);

describe('X-Wing', () => {
  it.each([
    ...hpke.cases.map((vector, i) => ({ name: `draft-ietf-hpke-pq ${i}`, vector })),
    ...draft.cases.map((vector, i) => ({ name: `draft-connolly-cfrg-xwing-kem ${i}`, vector })),
  ])('equals the vector of $name', ({ vector }) => {
    const { publicKey } = kemKeyPairFromSeed(fromHex(vector.seed));
    expect(toHex(publicKey)).toBe(vector.publicKey);
    const secret = decapsulate(fromHex(vector.encapsulation), Secret.of('kem-seed', fromHex(vector.seed)));
    expect(toHex(expose(secret))).toBe(vector.sharedSecret);
    const made = encapsulate(publicKey, (length) => fromHex(vector.encapsulationSeed).slice(0, length));
    expect(toHex(made.encapsulation)).toBe(vector.encapsulation);
    expect(toHex(expose(made.sharedSecret))).toBe(vector.sharedSecret);
  });

  it('gives both sides one secret, and a new one each time', () => {
    const { publicKey } = kemKeyPairFromSeed(seed);
    const a = encapsulate(publicKey, systemRandom);
    const b = encapsulate(publicKey, systemRandom);
    expect(expose(decapsulate(a.encapsulation, seed))).toEqual(expose(a.sharedSecret));
    expect(expose(a.sharedSecret)).not.toEqual(expose(b.sharedSecret));
    expect(a.encapsulation).not.toEqual(b.encapsulation);
  });

  it('rejects an altered encapsulation with another secret, or with the one error (A54)', () => {
    const { encapsulation, sharedSecret } = encapsulate(kemKeyPairFromSeed(seed).publicKey, systemRandom);
    for (const at of [0, 500, 1087, 1088, 1100]) {
      const altered = encapsulation.slice();
      altered[at] = (altered[at] as number) ^ 1;
      expect(expose(decapsulate(altered, seed))).not.toEqual(expose(sharedSecret));
    }
    const lowOrder = encapsulation.slice();
    lowOrder.fill(0, 1088);
    expect(() => decapsulate(lowOrder, seed)).toThrow('integrity/open-failed');
    expect(() => decapsulate(encapsulation.subarray(1), seed)).toThrow('integrity/open-failed');
    expect(() => decapsulate(new Uint8Array(0), seed)).toThrow('integrity/open-failed');
  });

  it('refuses a public key of no effect: low order, not reduced, wrong length', () => {
    const { publicKey } = kemKeyPairFromSeed(seed);
    const lowOrder = publicKey.slice();
    lowOrder.fill(0, 1184);
    const notReduced = publicKey.slice();
    notReduced.fill(0xff, 0, 3);
    for (const bad of [lowOrder, notReduced, publicKey.subarray(1), new Uint8Array(0)]) {
      expect(() => encapsulate(bad, systemRandom)).toThrow('integrity/open-failed');
    }
  });

  it('takes bytes only, and a random source that gives what is asked', () => {
    const { publicKey } = kemKeyPairFromSeed(seed);
    expect(() => kemKeyPairFromSeed('x'.repeat(32) as never)).toThrow('usage/invalid');
    expect(() => kemKeyPairFromSeed(new Uint8Array(31))).toThrow('usage/invalid');
    expect(() => encapsulate('x'.repeat(1216) as never, systemRandom)).toThrow('usage/invalid');
    expect(() => encapsulate(publicKey, () => new Uint8Array(32))).toThrow('usage/invalid');
    expect(() => decapsulate('x'.repeat(1120) as never, seed)).toThrow('usage/invalid');
    expect(() => decapsulate(new Uint8Array(1120), 'x'.repeat(32) as never)).toThrow('usage/invalid');
  });
});
