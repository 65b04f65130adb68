import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { deriveBytes } from '../../../src/crypto/kdf.js';
import { paddedLength } from '../../../src/crypto/padding.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { openData, sealData } from '../../../src/envelope/data.js';
import { type Binding, encodeBinding, encodeSealed } from '../../../src/formats/sealed.js';
import { codeOf } from '../../support/code-of.js';
import { secretOf } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';
import salamander from '../../vectors/seal/salamander.json' with { type: 'json' };
import { fromHex } from '../../support/hex.js';

const random = seededRandom('seal');
const key = secretOf('collection-key', random(32));
const binding: Required<Binding> = {
  type: 'record',
  vault: random(16),
  collection: random(32),
  epoch: 3,
  person: random(32),
  device: random(32),
  object: random(16),
};
const text = new TextEncoder().encode('Amoxicilline 500 mg, 3 fois par jour');

beforeAll(loadSodium);

const verdict = (sealed: Uint8Array, at: Binding = binding, by = key) =>
  codeOf(() => openData(by, at, sealed));

describe('a seal', () => {
  it('opens to what was sealed', () => {
    for (const length of [0, 1, 255, 256, 8191, 8192, 100_000]) {
      const content = random(length);
      expect(openData(key, binding, sealData(key, binding, content, random))).toEqual(content);
    }
  });

  it('has the size of its padding class and 73 bytes more, so the size tells the class alone', () => {
    for (const length of [0, 1, 200, 255, 256, 511, 512, 1023, 1024, 4000, 8191, 8192, 9000, 70_000]) {
      expect(sealData(key, binding, new Uint8Array(length), random).length).toBe(73 + paddedLength(length));
    }
    expect(sealData(key, binding, new Uint8Array(0), random)).toHaveLength(73 + 256);
    expect(sealData(key, binding, new Uint8Array(256), random)).toHaveLength(73 + 512);
  });

  it('is another one each time, under another key', () => {
    const [a, b] = [sealData(key, binding, text, random), sealData(key, binding, text, random)];
    for (const [from, to] of [
      [1, 25],
      [25, 57],
      [57, 313],
    ] as const)
      expect(a.subarray(from, to)).not.toEqual(b.subarray(from, to));
  });

  it('R-SEAL-3 does not open under another key', async () => {
    const sealed = sealData(key, binding, text, random);
    expect(await verdict(sealed, binding, secretOf('collection-key', random(32)))).toBe(
      'integrity/open-failed',
    );
  });
});

describe('a damaged seal', () => {
  it('R-SEAL-1 of another suite is unsupported, whatever follows', async () => {
    const sealed = sealData(key, binding, text, random);
    for (const suite of [0, 2, 0x81, 255]) {
      sealed[0] = suite;
      expect(await verdict(sealed)).toBe('format/unsupported');
    }
    expect(await verdict(Uint8Array.of(2))).toBe('format/unsupported');
  });

  it('R-SEAL-2 is malformed when it is shorter than its fixed parts', async () => {
    const sealed = sealData(key, binding, text, random);
    expect(await verdict(new Uint8Array(0))).toBe('format/malformed');
    for (const length of [1, 25, 57, 72])
      expect(await verdict(sealed.subarray(0, length))).toBe('format/malformed');
    expect(await verdict(sealed.subarray(0, 73))).toBe('integrity/open-failed');
  });

  it('R-SEAL-3 fails to open with any one bit flipped after the first byte (A05)', async () => {
    const sealed = sealData(key, binding, text, random);
    for (let at = 1; at < sealed.length; at++) {
      const flipped = sealed.slice();
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      expect.soft(await verdict(flipped), `byte ${at}`).toBe('integrity/open-failed');
    }
  });

  it('R-SEAL-3 fails to open when cut or lengthened (A05)', async () => {
    const sealed = sealData(key, binding, text, random);
    expect(await verdict(sealed.subarray(0, sealed.length - 1))).toBe('integrity/open-failed');
    expect(await verdict(Uint8Array.of(...sealed, 0))).toBe('integrity/open-failed');
  });

  it.each([
    ['no marker', () => new Uint8Array(256)],
    [
      'another class than its content has',
      () => Uint8Array.from({ length: 512 }, (_, i) => (i === 3 ? 0x80 : 0)),
    ],
    [
      'something after the marker',
      () => Uint8Array.from({ length: 256 }, (_, i) => (i === 3 ? 0x80 : Number(i === 200))),
    ],
    ['nothing at all', () => new Uint8Array(0)],
  ])('R-SEAL-3 fails to open when the padding has %s', async (_, padded) => {
    const nonce = random(24);
    const ad = encodeBinding(binding);
    const derived = deriveBytes(key, 64, 'seal', nonce, ad);
    const ciphertext = xchacha20poly1305(derived.subarray(0, 32), new Uint8Array(24), ad).encrypt(padded());
    expect(await verdict(encodeSealed({ nonce, commitment: derived.subarray(32), ciphertext }))).toBe(
      'integrity/open-failed',
    );
  });
});

describe('the binding', () => {
  const sealTypes: Binding['type'][] = [
    'record',
    'previous-key',
    'roster',
    'grant',
    'deposit',
    'receipt',
    'slot-root',
    'slot-personal-root',
    'local',
  ];
  // One entry for each field of the type: a field added to Binding does not compile here until it has its own.
  const others: { readonly [Field in keyof Required<Binding>]: readonly Binding[Field][] } = {
    type: sealTypes.filter((type) => type !== binding.type),
    vault: [random(16), null, new Uint8Array(0)],
    collection: [random(32), null],
    epoch: [2, 4, 0, null],
    person: [random(32), null],
    device: [random(32), null],
    object: [random(16), random(32), new Uint8Array(0)],
  };

  it.each(Object.keys(others) as (keyof Binding)[])(
    'holds %s: with another one nothing opens (A08, A20)',
    async (field) => {
      const sealed = sealData(key, binding, text, random);
      for (const value of others[field]) {
        const changed = { ...binding, [field]: value };
        expect.soft(await verdict(sealed, changed), String(value)).toBe('integrity/open-failed');
        expect
          .soft(await verdict(sealData(key, changed, text, random)), String(value))
          .toBe('integrity/open-failed');
      }
    },
  );

  it('cannot be moved from one field to its neighbour', async () => {
    const a = { ...binding, person: binding.device, device: binding.person };
    expect(await verdict(sealData(key, a, text, random))).toBe('integrity/open-failed');
    const b = { ...binding, vault: null, object: binding.vault as Uint8Array };
    const c = { ...binding, vault: binding.vault, object: new Uint8Array(0) };
    expect(await verdict(sealData(key, b, text, random), c)).toBe('integrity/open-failed');
  });

  it('refuses every exchange among seals of one size, and accepts each in its place (A20)', async () => {
    const bindings = sealTypes.map((type) => ({ ...binding, type }));
    const seals = bindings.map((at) => sealData(key, at, text, random));
    for (const [i, at] of bindings.entries()) {
      for (const [j, sealed] of seals.entries())
        expect(await verdict(sealed, at)).toBe(i === j ? 'ok' : 'integrity/open-failed');
    }
  });
});

it('R-SEAL-3 commits to its key: a ciphertext made for two keys opens under one (A46)', async () => {
  const { binding: at, sealed, keys } = salamander.input;
  const place = Object.fromEntries(
    Object.entries(at).map(([field, value]) => [
      field,
      typeof value === 'string' && field !== 'type' ? fromHex(value) : value,
    ]),
  ) as unknown as Binding;
  const verdicts = await Promise.all(
    keys.map((hex) => verdict(fromHex(sealed), place, secretOf('collection-key', fromHex(hex)))),
  );
  expect(verdicts).toEqual(['ok', 'integrity/open-failed']);
});
