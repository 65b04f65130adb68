import { beforeAll, describe, expect, it } from 'vitest';
import { expose } from '../../../src/crypto/secret.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { passkeyPrfInput } from '../../../src/formats/prf-input.js';
import { decodeSlot, decodeSlotPublic, encodeSlot, encodeSlotPublic } from '../../../src/formats/slot.js';
import { takePasskey } from '../../../src/keys/passkey.js';
import {
  createStrongSlot,
  openStrongSlot,
  type StrongSecret,
  strongSlotAccess,
} from '../../../src/keys/slots.js';
import { codeOf } from '../../support/code-of.js';
import { toHex } from '../../support/hex.js';
import { person, secretOf, START } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';

const random = seededRandom('passkeys');
const output = random(32);
const index = random(32);

beforeAll(loadSodium);

const passkeyOf = (bytes: unknown, credentialId: unknown = 'AQID') => {
  let left = bytes;
  return {
    credentialId,
    take: () => {
      const taken = left;
      left = null;
      return taken;
    },
  } as never;
};
const secretFrom = (bytes: Uint8Array) => takePasskey(passkeyOf(bytes.slice())).secret;

function slotFor(secret: StrongSecret, name = 'alice') {
  const { id, rootSeed, personalRoot } = person(name);
  const content = { rootSeed, personalRoot, index };
  return createStrongSlot({ secret, person: id, content, random, time: START });
}

describe('what a passkey gives', () => {
  it('is evaluated at one input for everyone: the SHA-256 of a label', async () => {
    const label = new TextEncoder().encode('coffret/v1/passkey-prf\0');
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', label));
    expect(toHex(passkeyPrfInput())).toBe(toHex(digest));
  });

  it('is taken once and wiped, and what opens the slot is derived from it', () => {
    const bytes = output.slice();
    const { secret, credential } = takePasskey(passkeyOf(bytes));
    expect(bytes).toEqual(new Uint8Array(32));
    expect(credential).toEqual(Uint8Array.of(1, 2, 3));
    expect(expose(secret)).toHaveLength(32);
    expect(expose(secret)).not.toEqual(output);
    expect(expose(secretFrom(output))).toEqual(expose(secret));
  });

  it.each([
    ['nothing', null, 'AQ'],
    ['text', 'a'.repeat(32), 'AQ'],
    ['a plain array', [...output], 'AQ'],
    ['31 bytes', output.subarray(1), 'AQ'],
    ['64 bytes', new Uint8Array(64).fill(1), 'AQ'],
    ['zeros', new Uint8Array(32), 'AQ'],
    ['no credential', output.slice(), ''],
    ['a credential that is no base64url', output.slice(), 'A/'],
    ['a credential that is too long', output.slice(), 'A'.repeat(1368)],
    ['a credential that is no text', output.slice(), 7],
  ])('R-PRF-2 is refused when it is %s', async (_, bytes, credentialId) => {
    expect(await codeOf(() => takePasskey(passkeyOf(bytes, credentialId)))).toBe('usage/invalid');
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['plain bytes', output],
  ])('is not %s', async (_, value) => {
    expect(await codeOf(() => takePasskey(value as never))).toBe('usage/invalid');
  });
});

describe('the slot of a passkey', () => {
  it('opens to the same as the slot of words', () => {
    const { id, rootSeed, personalRoot } = person('alice');
    const opened = openStrongSlot(slotFor(secretFrom(output)).bytes, secretFrom(output));
    expect(opened.person).toEqual(id);
    expect(opened.index).toEqual(index);
    expect(opened.cost).toBeNull();
    expect(expose(opened.personalRoot)).toEqual(expose(personalRoot));
    expect(expose(opened.rootSeed)).toEqual(expose(rootSeed));
  });

  it('has an id and a key that follow from the passkey, and tell nothing of it', () => {
    const { slotId, bytes } = slotFor(secretFrom(output));
    const open = decodeSlotPublic(decodeSlot(bytes).publicBytes);
    const access = strongSlotAccess(secretFrom(output));
    expect([open.slot, open.auth]).toEqual([access.slotId, access.auth.publicKey]);
    expect(open).toMatchObject({ kind: 'passkey', kdf: { prf: passkeyPrfInput() } });
    expect(slotId).toEqual(access.slotId);
    expect(toHex(bytes)).not.toContain(toHex(output));
    expect(toHex(bytes)).not.toContain(toHex(expose(secretFrom(output))));
    expect(strongSlotAccess(secretFrom(random(32))).slotId).not.toEqual(slotId);
  });

  it('R-SLOT-2 does not open with words, even of the same bytes, nor the slot of words with a passkey', async () => {
    const secret = secretFrom(output);
    const words = secretOf('phrase', expose(secret));
    const ofPasskey = slotFor(secret).bytes;
    const ofWords = slotFor(words).bytes;
    expect(await codeOf(() => openStrongSlot(ofPasskey, words))).toBe('integrity/wrong-audience');
    expect(await codeOf(() => openStrongSlot(ofWords, secret))).toBe('integrity/wrong-audience');
    // Called what it is not, it still does not open: the kind is bound into its seals.
    const parts = decodeSlot(ofPasskey);
    const open = { ...decodeSlotPublic(parts.publicBytes), kind: 'phrase', kdf: null } as never;
    const renamed = encodeSlot({ ...parts, publicBytes: encodeSlotPublic(open) });
    expect(await codeOf(() => openStrongSlot(renamed, words))).toBe('integrity/open-failed');
  });

  it('R-PRF-1 does not open when it was made for another input', async () => {
    const parts = decodeSlot(slotFor(secretFrom(output)).bytes);
    const open = { ...decodeSlotPublic(parts.publicBytes), kdf: { prf: random(32) } } as never;
    const other = encodeSlot({ ...parts, publicBytes: encodeSlotPublic(open) });
    expect(await codeOf(() => openStrongSlot(other, secretFrom(output)))).toBe('format/unsupported');
  });

  it('does not open with another passkey', async () => {
    const { bytes } = slotFor(secretFrom(output));
    expect(await codeOf(() => openStrongSlot(bytes, secretFrom(random(32))))).toBe('integrity/open-failed');
  });
});
