import { describe, expect, it } from 'vitest';
import { encode } from '../../../src/formats/codec.js';
import { type Binding, encodeBinding } from '../../../src/formats/sealed.js';
import { codeOf } from '../../support/code-of.js';
import { toHex } from '../../support/hex.js';
import { seededRandom } from '../../support/seeded-random.js';

const random = seededRandom('bindings');
const first: Binding = {
  ...{ type: 'record', vault: random(16), collection: random(32), epoch: 1 },
  ...{ person: random(32), device: random(32), object: random(16) },
};

/** SPEC §3, with nothing remembered. */
function spelledOut({ type, vault, collection, epoch, person, device, object }: Binding): string {
  return toHex(encode(['coffret/v1', type, 1, vault, collection, epoch, person, device, object]));
}

describe('the associated data of a seal', () => {
  const bindings: Binding[] = [
    first,
    { ...first, object: random(16) },
    { ...first, type: 'roster' },
    first,
    { ...first, vault: random(16) },
    { ...first, vault: null },
    { ...first, collection: null },
    { ...first, collection: random(32) },
    { ...first, epoch: 2 },
    { ...first, epoch: null },
    { ...first, person: random(32) },
    { ...first, device: null },
    { ...first, device: random(32) },
    { ...first, object: random(32) },
    { ...first, object: new Uint8Array(0) },
    { ...first, object: random(300) },
    { ...first, vault: new Uint8Array(0) },
    first,
  ];

  it('is that of its binding, whichever came before', () => {
    for (const before of bindings) {
      for (const binding of bindings) {
        encodeBinding(before);
        expect(toHex(encodeBinding(binding))).toBe(spelledOut(binding));
      }
    }
  });

  it('follows an array that has changed since', () => {
    const vault = random(16);
    const object = random(16);
    const own = encodeBinding({ ...first, vault, object });
    own.fill(0);
    vault[0] = (vault[0] as number) ^ 1;
    object[15] = (object[15] as number) ^ 1;
    expect(toHex(encodeBinding({ ...first, vault, object }))).toBe(spelledOut({ ...first, vault, object }));
  });

  it('takes bytes only, also right after the same place', async () => {
    encodeBinding(first);
    const wrong = [
      { object: [...first.object] },
      { object: undefined },
      { vault: undefined },
      { epoch: 0.5 },
    ];
    for (const other of wrong) {
      const binding = { ...first, ...other } as never;
      const [own, plain] = [
        await codeOf(() => encodeBinding(binding)),
        await codeOf(() => spelledOut(binding)),
      ];
      expect(own).toBe(plain);
    }
  });
});
