import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hash } from '../../../src/crypto/hash.js';
import { sign } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import {
  openFromSender,
  sealToRecipient,
  verifyWrapped,
  type WrapLabel,
  wrappedDigest,
} from '../../../src/envelope/recipient.js';
import type { Binding } from '../../../src/formats/sealed.js';
import { decodeWrapped, encodeWrapped, type Wrapped } from '../../../src/formats/wrapped.js';
import { codeOf } from '../../support/code-of.js';
import { type Person, person } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';

const random = seededRandom('recipient');
const plaintext = random(100);
const headerBytes = random(60);
let alice: Person;
let bob: Person;
let eve: Person;
let binding: Binding;
let wrapped: Wrapped;

beforeAll(async () => {
  await loadSodium();
  [alice, bob, eve] = ['alice', 'bob', 'eve'].map(person) as [Person, Person, Person];
  binding = {
    type: 'grant',
    vault: random(16),
    collection: random(32),
    epoch: 1,
    person: alice.id,
    device: alice.device,
    object: random(16),
  };
});

beforeEach(() => {
  wrapped = seal('grant', headerBytes);
});

function seal(label: WrapLabel, header: Uint8Array, to: Person = bob): Wrapped {
  return sealToRecipient({
    ...{ label, recipientKey: to.identity.kem, headerBytes: header, binding, plaintext },
    ...{ deviceKey: alice.deviceKey, random },
  });
}

/** Signs changed parts again: what a sender who cheats can do, unlike the server. */
function resigned(change: Partial<Wrapped>, by: Person = alice): Wrapped {
  const parts = { ...wrapped, ...change };
  return { ...parts, signature: sign(by.deviceKey, 'grant', wrappedDigest('grant', parts)) };
}

function open(
  value: Wrapped,
  change: { label?: WrapLabel; from?: Person; by?: Person; at?: Partial<Binding> } = {},
): Uint8Array {
  const { label = 'grant', from = alice, by = bob, at = {} } = change;
  return openFromSender({
    label,
    wrapped: value,
    senderDevice: from.device,
    kemSeed: by.kemSeed,
    binding: { ...binding, ...at },
  });
}
const verdict = (...given: Parameters<typeof open>) => codeOf(() => open(...given));

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

describe('what is sealed to a recipient', () => {
  it('opens for that recipient', () => {
    expect(open(wrapped)).toEqual(plaintext);
    expect(open(decodeWrapped(encodeWrapped(wrapped)))).toEqual(plaintext);
  });

  it('opens for nobody else, not even its sender', async () => {
    expect(await verdict(wrapped, { by: eve })).toBe('integrity/open-failed');
    expect(await verdict(wrapped, { by: alice })).toBe('integrity/open-failed');
  });

  it('is another one each time', () => {
    const other = seal('grant', headerBytes);
    expect(other.encapsulation).not.toEqual(wrapped.encapsulation);
    expect(other.sealed).not.toEqual(wrapped.sealed);
  });
});

describe('R-WRAP-1 the sender’s signature', () => {
  it('R-WRAP-1 fails for every part that changed', async () => {
    const parts = ['headerBytes', 'encapsulation', 'sealed', 'signature'] as const;
    for (const part of parts) {
      for (const at of [0, 40, wrapped[part].length - 1]) {
        expect
          .soft(await verdict({ ...wrapped, [part]: flipped(wrapped[part], at) }), part)
          .toBe('integrity/bad-signature');
      }
    }
  });

  it('R-WRAP-1 fails for another sender', async () => {
    expect(await verdict(wrapped, { from: eve })).toBe('integrity/bad-signature');
    expect(await verdict(resigned({}, eve))).toBe('integrity/bad-signature');
  });

  it('R-WRAP-1 accepts nothing under the label of another envelope: the diagonal alone (A34)', async () => {
    const labels: WrapLabel[] = ['grant', 'deposit', 'message'];
    for (const made of labels) {
      const value = seal(made, headerBytes);
      for (const label of labels) {
        expect.soft(verifyWrapped(label, value, alice.device), `${made} as ${label}`).toBe(made === label);
        expect
          .soft(await verdict(value, { label }), `${made} as ${label}`)
          .toBe(made === label ? 'ok' : 'integrity/bad-signature');
      }
    }
  });

  it('R-WRAP-1 does not take a signature over the same digest under another label', async () => {
    const signature = sign(alice.deviceKey, 'op', wrappedDigest('grant', wrapped));
    expect(await verdict({ ...wrapped, signature })).toBe('integrity/bad-signature');
    const digest = hash('deposit', wrapped.headerBytes, wrapped.encapsulation, wrapped.sealed);
    expect(await verdict({ ...wrapped, signature: sign(alice.deviceKey, 'grant', digest) })).toBe(
      'integrity/bad-signature',
    );
  });

  it('R-WRAP-1 does not let bytes move between the parts', async () => {
    const headerPart = Uint8Array.of(...wrapped.headerBytes, ...wrapped.encapsulation.subarray(0, 1));
    const moved = { ...wrapped, headerBytes: headerPart, encapsulation: wrapped.encapsulation.subarray(1) };
    expect(await verdict(moved)).toBe('integrity/bad-signature');
  });
});

describe('what a sender who cheats can send', () => {
  it('R-WRAP-1 binds the header into the key, not the signature alone', async () => {
    expect(await verdict(resigned({ headerBytes: flipped(headerBytes, 5) }))).toBe('integrity/open-failed');
  });

  it('gives one code for a corrupt ML-KEM part, a corrupt X25519 part and points of low order (A54)', async () => {
    const { encapsulation } = wrapped;
    const withPoint = (point: Uint8Array) => Uint8Array.of(...encapsulation.subarray(0, 1088), ...point);
    const one = Uint8Array.from({ length: 32 }, (_, i) => Number(i === 0));
    const minusOne = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0xec : i === 31 ? 0x7f : 0xff));
    const corrupt = {
      'ML-KEM': flipped(encapsulation, 0),
      'ML-KEM, last byte': flipped(encapsulation, 1087),
      X25519: flipped(encapsulation, 1088),
      'X25519, last byte': flipped(encapsulation, 1119),
      zero: withPoint(new Uint8Array(32)),
      one: withPoint(one),
      'minus one': withPoint(minusOne),
    };
    for (const [name, bytes] of Object.entries(corrupt)) {
      expect.soft(await verdict(resigned({ encapsulation: bytes })), name).toBe('integrity/open-failed');
    }
  });

  it('refuses to seal to a key of low order or of another length', async () => {
    const { kem } = bob.identity;
    const low = Uint8Array.of(...kem.subarray(0, 1184), ...new Uint8Array(32));
    const to = (recipientKey: Uint8Array) =>
      codeOf(() =>
        sealToRecipient({
          label: 'grant',
          recipientKey,
          headerBytes,
          binding,
          plaintext,
          deviceKey: alice.deviceKey,
          random,
        }),
      );
    expect(await to(low)).toBe('integrity/open-failed');
    expect(await to(kem.subarray(1))).toBe('integrity/open-failed');
  });

  it('cannot pass on what was sealed to someone else (A52)', async () => {
    const forBob = seal('grant', headerBytes, bob);
    const forEve = seal('grant', headerBytes, eve);
    const mixed = { ...forEve, sealed: forBob.sealed };
    const signature = sign(alice.deviceKey, 'grant', wrappedDigest('grant', mixed));
    expect(await verdict({ ...mixed, signature }, { by: eve })).toBe('integrity/open-failed');
  });

  it('cannot change what the seal is bound to', async () => {
    expect(await verdict(wrapped, { at: { type: 'deposit' } })).toBe('integrity/open-failed');
    expect(await verdict(wrapped, { at: { object: random(16) } })).toBe('integrity/open-failed');
    expect(await verdict(wrapped, { at: { epoch: 2 } })).toBe('integrity/open-failed');
  });
});
