import { beforeAll, describe, expect, it } from 'vitest';
import { expose } from '../../../src/crypto/secret.js';
import { sign, verify } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { PASSPHRASE_COST_MIN } from '../../../src/envelope/passphrase.js';
import { encode } from '../../../src/formats/codec.js';
import {
  decodeSlot,
  decodeSlotPublic,
  encodeSlot,
  encodeSlotPublic,
  type SlotPublic,
} from '../../../src/formats/slot.js';
import {
  createPassphraseSlot,
  createStrongSlot,
  openPassphraseRootSeed,
  openPassphraseSlot,
  openStrongSlot,
  strongSlotAccess,
} from '../../../src/keys/slots.js';
import { atOnce } from '../../support/at-once.js';
import { codeOf } from '../../support/code-of.js';
import { type Person, person, secretOf, START } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';

const random = seededRandom('slots');
const index = random(32);
const entropyBytes = random(32);
const entropy = secretOf('phrase', entropyBytes);
let alice: Person;
let bob: Person;
let phraseSlot: Uint8Array;
let passphraseSlot: Uint8Array;

const content = (who: Person) => ({ rootSeed: who.rootSeed, personalRoot: who.personalRoot, index });

beforeAll(async () => {
  await loadSodium();
  alice = person('alice');
  bob = person('bob');
  phraseSlot = createStrongSlot({
    secret: entropy,
    person: alice.id,
    content: content(alice),
    random,
    time: START,
  }).bytes;
  passphraseSlot = await createPassphraseSlot({
    ...{
      passphrase: 'cœur de lion',
      cost: PASSPHRASE_COST_MIN,
      person: alice.id,
      content: content(alice),
      random,
      time: START,
    },
  });
});

/** The slot with another public part, its seals as they were. */
function withPublic(slot: Uint8Array, change: object): Uint8Array {
  const parts = decodeSlot(slot);
  const open = { ...decodeSlotPublic(parts.publicBytes), ...change } as SlotPublic;
  return encodeSlot({ ...parts, publicBytes: encodeSlotPublic(open) });
}

const openPhrase = (slot: Uint8Array, by = entropy) => codeOf(() => openStrongSlot(slot, by));
const openPass = (slot: Uint8Array, passphrase = 'cœur de lion') =>
  codeOf(() => openPassphraseSlot(slot, passphrase));

describe('a recovery slot', () => {
  it('opens to what it protects', () => {
    const opened = openStrongSlot(phraseSlot, entropy);
    expect(opened.person).toEqual(alice.id);
    expect(opened.index).toEqual(index);
    expect(expose(opened.personalRoot)).toEqual(expose(alice.personalRoot));
    expect(expose(opened.rootSeed)).toEqual(expose(alice.rootSeed));
  });

  it('does not open with other words', async () => {
    expect(await openPhrase(phraseSlot, secretOf('phrase', random(32)))).toBe('integrity/open-failed');
  });

  it('is asked for by a key that follows from the words, under an id that tells nothing of them', () => {
    const { slotId, auth } = strongSlotAccess(entropy);
    const open = decodeSlotPublic(decodeSlot(phraseSlot).publicBytes);
    expect(open.slot).toEqual(slotId);
    expect(open.auth).toEqual(auth.publicKey);
    const request = random(20);
    expect(verify(open.auth as Uint8Array, 'op', request, sign(auth.secretKey, 'op', request))).toBe(true);
    expect(strongSlotAccess(secretOf('phrase', random(32))).slotId).not.toEqual(slotId);
  });

  it('fails with any field of its public part changed (A08)', async () => {
    const open = decodeSlotPublic(decodeSlot(phraseSlot).publicBytes);
    const changed: { readonly [Field in keyof Required<SlotPublic>]: readonly Partial<SlotPublic>[] } = {
      v: [],
      suite: [],
      person: [{ person: bob.id }],
      slot: [{ slot: random(16) }],
      kind: [{ kind: 'passphrase' }],
      created: [{ created: START + 1 }],
      kdf: [{ kdf: { memory: 64 * 2 ** 20, passes: 3, salt: random(16) } }],
      auth: [{ auth: random(32) }, { auth: null }],
      kem: [{ kem: random(1216) }],
    };
    for (const change of Object.values(changed).flat()) {
      const expected = change.kind ? 'integrity/wrong-audience' : 'integrity/open-failed';
      expect
        .soft(await openPhrase(withPublic(phraseSlot, change)), Object.keys(change).join())
        .toBe(expected);
    }
    for (const version of [{ v: 2 }, { suite: 2 }]) {
      const parts = decodeSlot(phraseSlot);
      const publicBytes = encode({ ...open, ...version } as never);
      expect(await openPhrase(encodeSlot({ ...parts, publicBytes }))).toBe('format/unsupported');
    }
  });

  it('does not take its two seals for one another, nor those of another slot', async () => {
    const parts = decodeSlot(phraseSlot);
    const { sealedRootSeed, sealedPersonalRoot } = parts;
    expect(await openPhrase(encodeSlot({ ...parts, sealedRootSeed: sealedPersonalRoot }))).toBe(
      'integrity/open-failed',
    );
    expect(await openPhrase(encodeSlot({ ...parts, sealedPersonalRoot: sealedRootSeed }))).toBe(
      'integrity/open-failed',
    );
    const ofBob = decodeSlot(
      createStrongSlot({ secret: entropy, person: bob.id, content: content(bob), random, time: START }).bytes,
    );
    expect(await openPhrase(encodeSlot({ ...parts, sealedRootSeed: ofBob.sealedRootSeed }))).toBe(
      'integrity/open-failed',
    );
    expect(await openPhrase(encodeSlot({ ...parts, sealedPersonalRoot: ofBob.sealedPersonalRoot }))).toBe(
      'integrity/open-failed',
    );
  });

  it('is no passphrase slot, and the other way round', async () => {
    expect(await openPhrase(passphraseSlot)).toBe('integrity/wrong-audience');
    expect(await openPass(phraseSlot)).toBe('format/malformed');
  });
});

describe('a passphrase slot', () => {
  it('opens to work without the root seed, and to the root seed when asked again', async () => {
    const opened = await openPassphraseSlot(passphraseSlot, 'cœur de lion');
    expect(expose(opened.personalRoot)).toEqual(expose(alice.personalRoot));
    expect(opened).not.toHaveProperty('rootSeed');
    expect(opened.cost).toEqual(PASSPHRASE_COST_MIN);
    expect(expose(await openPassphraseRootSeed(passphraseSlot, 'cœur de lion'))).toEqual(
      expose(alice.rootSeed),
    );
  });

  it('does not open with another passphrase', async () => {
    expect(await openPass(passphraseSlot, 'Cœur de lion')).toBe('access/wrong-passphrase');
  });

  it('fails with another salt, cost or person than it was made with', async () => {
    const kdf = decodeSlotPublic(decodeSlot(passphraseSlot).publicBytes).kdf as NonNullable<
      SlotPublic['kdf']
    >;
    expect(await openPass(withPublic(passphraseSlot, { kdf: { ...kdf, salt: random(16) } }))).toBe(
      'access/wrong-passphrase',
    );
    expect(await openPass(withPublic(passphraseSlot, { kdf: { ...kdf, passes: 4 } }))).toBe(
      'access/wrong-passphrase',
    );
    expect(await openPass(withPublic(passphraseSlot, { person: bob.id }))).toBe('access/wrong-passphrase');
    expect(await openPass(withPublic(passphraseSlot, { created: START + 1 }))).toBe(
      'access/wrong-passphrase',
    );
  });

  it.each([
    ['8 KiB of memory', { memory: 8192 }],
    ['one KiB less than the floor', { memory: 64 * 2 ** 20 - 1024 }],
    ['4 GiB of memory', { memory: 2 ** 32 }],
    ['the largest number', { memory: Number.MAX_SAFE_INTEGER }],
    ['one pass', { passes: 1 }],
    ['eleven passes', { passes: 11 }],
  ])('R-SLOT-1 with %s is refused before any work (A22)', async (_, change) => {
    const kdf = { memory: 64 * 2 ** 20, passes: 3, salt: random(16), ...change };
    const slot = withPublic(passphraseSlot, { kdf });
    expect(await atOnce(() => openPass(slot))).toBe('format/kdf-policy');
    expect(await atOnce(() => codeOf(() => openPassphraseRootSeed(slot, 'x')))).toBe('format/kdf-policy');
  });

  it('R-SLOT-1 is not made with a cost below the floor', async () => {
    const cost = { memoryBytes: 2 ** 20, passes: 3 };
    const made = () =>
      createPassphraseSlot({
        passphrase: 'x',
        cost,
        person: alice.id,
        content: content(alice),
        random,
        time: START,
      });
    expect(await codeOf(made)).toBe('format/kdf-policy');
  });
});
