import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import sodium from 'libsodium-wrappers-sumo';
import { deriveBytes } from '../../../src/crypto/kdf.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { sealData } from '../../../src/envelope/data.js';
import { type Binding, encodeBinding, encodeSealed, type SealType } from '../../../src/formats/sealed.js';
import { secretOf } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';
import { salamander } from './salamander.js';
import { hasVector, writeVector } from './write.js';

await loadSodium();
await sodium.ready;
const random = seededRandom('vectors of seals');
const key = random(32);
const secret = secretOf('collection-key', key);
const binding: Binding = {
  ...{
    type: 'record',
    vault: random(16),
    collection: random(32),
    epoch: 1,
    person: random(32),
    device: random(32),
  },
  object: random(16),
};
const text = new TextEncoder().encode('Doliprane 1000 mg');
const sealed = sealData(secret, binding, text, random);
const spec = '§3';

function ok(name: string, title: string, plaintext: Uint8Array, at: Binding = binding): void {
  const input = { key, binding: at, sealed: sealData(secret, at, plaintext, random) };
  writeVector('seal', name, { title, spec, expect: 'ok', input, output: { plaintext } });
}
function bad(
  name: string,
  rule: string,
  expect: string,
  title: string,
  change: Record<string, unknown>,
): void {
  writeVector('seal', name, { title, spec, rule, expect, input: { key, binding, sealed, ...change } });
}
function edited(edit: (bytes: Uint8Array) => void): Uint8Array {
  const copy = sealed.slice();
  edit(copy);
  return copy;
}
const flip = (at: number) => edited((bytes) => void bytes.fill((bytes[at] as number) ^ 1, at, at + 1));

ok('record', 'a record', text);
ok('empty', 'nothing at all, in the smallest class', new Uint8Array(0));
ok('class-256-full', 'the most that fits the smallest class', random(255));
ok('class-512', 'one byte more', random(256));
ok('padme', 'above the classes, a Padmé length', random(9000));
ok('first-op', 'a record of the first op, whose collection has no id yet', text, {
  ...binding,
  collection: null,
});
ok('epoch-large', 'an epoch of five bytes', text, { ...binding, epoch: 2 ** 32 });
const types: SealType[] = [
  'previous-key',
  'roster',
  'grant',
  'deposit',
  'receipt',
  'slot-root',
  'slot-personal-root',
  'local',
];
for (const type of types) ok(`type-${type}`, `a seal of type ${type}`, text, { ...binding, type });
ok('unbound', 'every field null that can be', text, {
  type: 'local',
  vault: null,
  collection: null,
  epoch: null,
  person: null,
  device: null,
  object: random(32),
});

bad('suite-2', 'R-SEAL-1', 'unsupported', 'another suite', {
  sealed: edited((bytes) => void bytes.fill(2, 0, 1)),
});
bad('suite-2-short', 'R-SEAL-1', 'unsupported', 'another suite, and short: the suite is looked at first', {
  sealed: Uint8Array.of(2),
});
bad('no-bytes', 'R-SEAL-2', 'malformed', 'no bytes', { sealed: new Uint8Array(0) });
bad('short-72', 'R-SEAL-2', 'malformed', 'one byte less than the fixed parts', {
  sealed: sealed.subarray(0, 72),
});
bad('short-73', 'R-SEAL-3', 'open-failed', 'the fixed parts and nothing else', {
  sealed: sealed.subarray(0, 73),
});
bad('nonce-flipped', 'R-SEAL-3', 'open-failed', 'a bit of the nonce', { sealed: flip(1) });
bad('commitment-flipped', 'R-SEAL-3', 'open-failed', 'a bit of the commitment', { sealed: flip(25) });
bad('commitment-end-flipped', 'R-SEAL-3', 'open-failed', 'a bit of the last byte of the commitment', {
  sealed: flip(56),
});
bad('ciphertext-flipped', 'R-SEAL-3', 'open-failed', 'a bit of the ciphertext', { sealed: flip(57) });
bad('tag-flipped', 'R-SEAL-3', 'open-failed', 'a bit of the tag', { sealed: flip(sealed.length - 1) });
bad('cut', 'R-SEAL-3', 'open-failed', 'the last byte missing', {
  sealed: sealed.subarray(0, sealed.length - 1),
});
bad('lengthened', 'R-SEAL-3', 'open-failed', 'a byte more', { sealed: Uint8Array.of(...sealed, 0) });
bad('other-key', 'R-SEAL-3', 'open-failed', 'another key', { key: random(32) });
const swaps: Partial<Binding>[] = [
  ...[{ type: 'roster' as const }, { vault: random(16) }, { collection: random(32) }, { epoch: 2 }],
  ...[{ person: random(32) }, { device: random(32) }, { object: random(16) }],
];
for (const swap of swaps) {
  const [field] = Object.keys(swap) as [string];
  bad(`other-${field}`, 'R-SEAL-3', 'open-failed', `another ${field} in the associated data`, {
    binding: { ...binding, ...swap },
  });
}
for (const field of ['vault', 'collection', 'epoch', 'person', 'device'] as const) {
  bad(`null-${field}`, 'R-SEAL-3', 'open-failed', `null for the ${field}`, {
    binding: { ...binding, [field]: null },
  });
}

function withPadding(padded: Uint8Array): Uint8Array {
  const nonce = random(24);
  const ad = encodeBinding(binding);
  const derived = deriveBytes(secret, 64, 'seal', nonce, ad);
  const ciphertext = xchacha20poly1305(derived.subarray(0, 32), new Uint8Array(24), ad).encrypt(padded);
  return encodeSealed({ nonce, commitment: derived.subarray(32), ciphertext });
}
const marked = (length: number, at: number) => Uint8Array.from({ length }, (_, i) => (i === at ? 0x80 : 0));
bad('padding-none', 'R-SEAL-3', 'open-failed', 'padding without its marker', {
  sealed: withPadding(new Uint8Array(256)),
});
bad('padding-class', 'R-SEAL-3', 'open-failed', 'a larger class than the content has', {
  sealed: withPadding(marked(512, 4)),
});
bad('padding-no-class', 'R-SEAL-3', 'open-failed', 'a length that is no class', {
  sealed: withPadding(marked(255, 4)),
});

if (!hasVector('seal', 'salamander')) {
  const nonce = random(24);
  const ad = encodeBinding(binding);
  const derivedOf = (bytes: Uint8Array) =>
    deriveBytes(secretOf('collection-key', bytes), 64, 'seal', nonce, ad);
  const first = derivedOf(key);
  for (let found = false; !found; ) {
    const second = random(32);
    const keys: [Uint8Array, Uint8Array] = [first.subarray(0, 32), derivedOf(second).subarray(0, 32)];
    const ciphertext = salamander({ keys, nonce: new Uint8Array(24), ad, length: 256 });
    if (ciphertext === null) continue;
    found = true;
    const both = encodeSealed({ nonce, commitment: first.subarray(32), ciphertext });
    const title =
      'a ciphertext that the bare cipher opens under both keys; the commitment is of the first, `key` the second';
    writeVector('seal', 'salamander', {
      title,
      spec,
      rule: 'R-SEAL-3',
      expect: 'open-failed',
      input: { key: second, keys: [key, second], binding, sealed: both },
    });
  }
}
