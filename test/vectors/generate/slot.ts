import { expose } from '../../../src/crypto/secret.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { PASSPHRASE_COST_MIN } from '../../../src/envelope/passphrase.js';
import { encode } from '../../../src/formats/codec.js';
import { decodeSlot, decodeSlotPublic, encodeSlot, type SlotPublic } from '../../../src/formats/slot.js';
import { passkeyPrfInput } from '../../../src/formats/prf-input.js';
import { takePasskey } from '../../../src/keys/passkey.js';
import { generatePhrase } from '../../../src/keys/phrase.js';
import { createPassphraseSlot, createStrongSlot } from '../../../src/keys/slots.js';
import { person, START } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';
import { writeVector } from './write.js';

await loadSodium();
const random = seededRandom('vectors of slots');
const spec = '§9';
const alice = person('alice');
const bob = person('bob');
const index = random(32);
const { rootSeed, personalRoot } = alice;
const base = { person: alice.id, content: { rootSeed, personalRoot, index }, random, time: START };
const output = { person: alice.id, index, personalRoot: expose(personalRoot), rootSeed: expose(rootSeed) };
const english = await generatePhrase(random, 'en');
const french = await generatePhrase(random, 'fr');
const slot = createStrongSlot({ secret: english.entropy, ...base }).bytes;
const words = english.words;

function withPublic(bytes: Uint8Array, change: object): Uint8Array {
  const parts = decodeSlot(bytes);
  return encodeSlot({
    ...parts,
    publicBytes: encode({ ...decodeSlotPublic(parts.publicBytes), ...change } as SlotPublic),
  });
}
const bad = (name: string, rule: string, expect: string, title: string, input: object) =>
  writeVector('slot', name, { title, spec, rule, expect, input });

writeVector('slot', 'phrase-english', {
  title: 'a recovery slot, English words',
  spec,
  expect: 'ok',
  input: { slot, words },
  output,
});
const frenchSlot = createStrongSlot({
  secret: french.entropy,
  ...base,
  content: { ...base.content, index: null },
}).bytes;
writeVector('slot', 'phrase-french', {
  title: 'a recovery slot without an index, French words',
  spec,
  expect: 'ok',
  input: { slot: frenchSlot, words: french.words },
  output: { ...output, index: null },
});
bad('other-words', 'R-SEAL-3', 'open-failed', 'the words of another slot', { slot, words: french.words });
bad('wrong-checksum', 'R-SLOT-1', 'phrase', 'words whose checksum is wrong', {
  slot,
  words: `${'abandon '.repeat(23)}abandon`,
});
const publicChanges: Record<string, object> = {
  person: { person: bob.id },
  slot: { slot: random(16) },
  created: { created: START + 1 },
  auth: { auth: random(32) },
  'auth-null': { auth: null },
  kem: { kem: bob.identity.kem },
};
for (const [name, change] of Object.entries(publicChanges)) {
  bad(`public-${name}`, 'R-SEAL-3', 'open-failed', `another ${name} in the public part`, {
    slot: withPublic(slot, change),
    words,
  });
}
const parts = decodeSlot(slot);
bad('seals-exchanged', 'R-SEAL-3', 'open-failed', 'the two seals exchanged', {
  slot: encodeSlot({
    ...parts,
    sealedRootSeed: parts.sealedPersonalRoot,
    sealedPersonalRoot: parts.sealedRootSeed,
  }),
  words,
});
bad('suite-2', 'R-SUITE-1', 'unsupported', 'another suite', { slot: withPublic(slot, { suite: 2 }), words });
bad('reserved-kind', 'R-CBOR-1', 'malformed', 'a reserved kind', {
  slot: withPublic(slot, { kind: 'passkey' }),
  words,
});

const passphrase = 'cœur de lion';
const local = await createPassphraseSlot({ passphrase, cost: PASSPHRASE_COST_MIN, ...base });
writeVector('slot', 'passphrase', {
  title: 'a passphrase slot at the lowest cost',
  spec,
  expect: 'ok',
  input: { slot: local, passphrase },
  output: { ...output, rootSeed: null },
});
bad('passphrase-wrong', 'R-SEAL-3', 'wrong-passphrase', 'another passphrase', {
  slot: local,
  passphrase: 'Cœur de lion',
});
const { kdf } = decodeSlotPublic(decodeSlot(local).publicBytes);
const costs: Record<string, object> = {
  'memory-low': { memory: 8192 },
  'memory-high': { memory: 2 ** 32 },
  'passes-low': { passes: 1 },
  'passes-high': { passes: 11 },
};
for (const [name, cost] of Object.entries(costs)) {
  bad(`kdf-${name}`, 'R-SLOT-1', 'kdf-policy', `a cost outside the limits: ${name}`, {
    slot: withPublic(local, { kdf: { ...kdf, ...cost } }),
    passphrase,
  });
}

const output32 = random(32);
const passkeyOf = (bytes: Uint8Array) =>
  takePasskey({ credentialId: 'AQ', take: () => bytes.slice() }).secret;
const passkey = createStrongSlot({ secret: passkeyOf(output32), ...base }).bytes;
writeVector('slot', 'passkey', {
  title: 'a slot that a passkey opens',
  spec: '§9.1',
  expect: 'ok',
  input: { slot: passkey, passkey: output32 },
  output,
});
bad('passkey-other', 'R-SEAL-3', 'open-failed', 'the output of another passkey', {
  slot: passkey,
  passkey: random(32),
});
bad('passkey-zero', 'R-PRF-2', 'invalid', 'an output that is all zero', {
  slot: passkey,
  passkey: new Uint8Array(32),
});
bad('passkey-short', 'R-PRF-2', 'invalid', 'an output of 31 bytes', {
  slot: passkey,
  passkey: output32.subarray(1),
});
bad('passkey-prf', 'R-PRF-1', 'unsupported', 'another input of the PRF', {
  slot: withPublic(passkey, { kdf: { prf: random(32) } }),
  passkey: output32,
});
bad('passkey-as-phrase', 'R-SLOT-2', 'wrong-audience', 'the slot of a passkey called one of words', {
  slot: withPublic(passkey, { kind: 'phrase', kdf: null }),
  passkey: output32,
});
bad('phrase-as-passkey', 'R-SLOT-2', 'wrong-audience', 'the slot of words called one of a passkey', {
  slot: withPublic(slot, { kind: 'passkey', kdf: { prf: passkeyPrfInput() } }),
  words,
});
bad('passkey-with-cost', 'R-CBOR-1', 'malformed', 'the slot of a passkey with the cost of a passphrase', {
  slot: withPublic(passkey, { kdf: { memory: 64 * 2 ** 20, passes: 3, salt: new Uint8Array(16) } }),
  passkey: output32,
});
for (const [name, change] of Object.entries({ ...publicChanges, slot: { slot: new Uint8Array(16) } })) {
  bad(
    `passkey-public-${name}`,
    'R-SEAL-3',
    'open-failed',
    `another ${name} in the public part of a passkey's slot`,
    {
      slot: withPublic(passkey, change),
      passkey: output32,
    },
  );
}
