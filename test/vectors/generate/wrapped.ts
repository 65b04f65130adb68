import { hash } from '../../../src/crypto/hash.js';
import { kemKeyPairFromSeed } from '../../../src/crypto/kem.js';
import { sign } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { expose } from '../../../src/crypto/secret.js';
import { sealToRecipient, wrappedDigest, type WrapLabel } from '../../../src/envelope/recipient.js';
import type { VaultCard } from '../../../src/formats/card.js';
import { encodeDepositBody, encodeDepositHeader } from '../../../src/formats/deposit.js';
import {
  encodeGrantBody,
  encodeGrantHeader,
  encodeGrantTerms,
  type GrantHeader,
  type GrantTerms,
} from '../../../src/formats/grant.js';
import type { Binding } from '../../../src/formats/sealed.js';
import { decodeWrapped, encodeWrapped, type Wrapped } from '../../../src/formats/wrapped.js';
import { signAuthorship } from '../../../src/sharing/authorship.js';
import { openDeposit, makeDeposit } from '../../../src/sharing/deposits.js';
import { makeGrant, openGrant } from '../../../src/sharing/grants.js';
import { type Person, person, secretOf, START, withNewDevice } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';
import { writeVector } from './write.js';

// Vectors of what is sealed to one recipient: the wrap itself, grants and deposits.
await loadSodium();
const random = seededRandom('vectors of wraps');
const [alice, bob, eve] = ['alice', 'bob', 'eve'].map(person) as [Person, Person, Person];
const author = (who: Person) => ({ person: who.id, device: who.device, deviceKey: who.deviceKey });
const flip = (bytes: Uint8Array, at: number) => bytes.with(at, (bytes[at] as number) ^ 1);
const resigned = (
  label: WrapLabel,
  wrapped: Wrapped,
  change: Partial<Wrapped> = {},
  by: Person = alice,
): Wrapped => {
  const parts = { ...wrapped, ...change };
  return { ...parts, signature: sign(by.deviceKey, label, wrappedDigest(label, parts)) };
};

// §4
const vault = random(16);
const collection = random(32);
const headerBytes = random(60);
const binding: Binding = {
  type: 'grant',
  vault,
  collection,
  epoch: 1,
  person: alice.id,
  device: alice.device,
  object: random(16),
};
const plaintext = random(48);
const options = {
  label: 'grant',
  recipientKey: bob.identity.kem,
  headerBytes,
  binding,
  plaintext,
  deviceKey: alice.deviceKey,
  random,
} as const;
const wrapped = sealToRecipient(options);
const input = {
  label: 'grant',
  wrapped: encodeWrapped(wrapped),
  sender: alice.device,
  seed: expose(bob.kemSeed),
  binding,
};
const recipient = (name: string, rule: string, expect: string, title: string, change: object) =>
  writeVector('recipient', name, { title, spec: '§4', rule, expect, input: { ...input, ...change } });
writeVector('recipient', 'grant', {
  title: 'bytes for bob, signed by alice',
  spec: '§4',
  expect: 'ok',
  input,
  output: { plaintext },
});
for (const label of ['deposit', 'message'] as const) {
  const other = encodeWrapped(sealToRecipient({ ...options, label }));
  writeVector('recipient', label, {
    title: `the same as a ${label}`,
    spec: '§4',
    expect: 'ok',
    input: { ...input, label, wrapped: other },
    output: { plaintext },
  });
  recipient(`${label}-as-grant`, 'R-WRAP-1', 'bad-signature', `a ${label} shown as a grant`, {
    wrapped: other,
  });
}
for (const part of ['headerBytes', 'encapsulation', 'sealed', 'signature'] as const) {
  recipient(`${part.toLowerCase()}-flipped`, 'R-WRAP-1', 'bad-signature', `a bit of the ${part}`, {
    wrapped: encodeWrapped({ ...wrapped, [part]: flip(wrapped[part], 30) }),
  });
}
recipient('other-sender', 'R-WRAP-1', 'bad-signature', 'a device that did not sign', { sender: eve.device });
recipient('signed-by-another', 'R-WRAP-1', 'bad-signature', 'signed by someone else', {
  wrapped: encodeWrapped(resigned('grant', wrapped, {}, eve)),
});
const lowOrder = Uint8Array.of(...wrapped.encapsulation.subarray(0, 1088), ...new Uint8Array(32));
const cheated: [string, string, Partial<Wrapped>][] = [
  ['ml-kem', 'a corrupt ML-KEM part, signed again', { encapsulation: flip(wrapped.encapsulation, 0) }],
  ['x25519', 'a corrupt X25519 part, signed again', { encapsulation: flip(wrapped.encapsulation, 1088) }],
  ['low-order', 'a point of low order, signed again', { encapsulation: lowOrder }],
  ['header', 'another header, signed again: it is in the key too', { headerBytes: flip(headerBytes, 0) }],
  ['sealed', 'a corrupt seal, signed again', { sealed: flip(wrapped.sealed, 100) }],
];
for (const [name, title, change] of cheated) {
  recipient(`resigned-${name}`, 'R-SEAL-3', 'open-failed', title, {
    wrapped: encodeWrapped(resigned('grant', wrapped, change)),
  });
}
recipient('other-recipient', 'R-SEAL-3', 'open-failed', 'the key of someone else', {
  seed: expose(eve.kemSeed),
});
recipient('other-binding', 'R-SEAL-3', 'open-failed', 'another epoch in the associated data', {
  binding: { ...binding, epoch: 2 },
});
recipient('short-encapsulation', 'R-CBOR-1', 'malformed', 'an encapsulation of 1119 bytes', {
  wrapped: encodeWrapped({ ...wrapped, encapsulation: wrapped.encapsulation.subarray(1) }),
});

// §10
const terms: GrantTerms = {
  ...{
    v: 1,
    vault,
    collection,
    grant: random(16),
    from: alice.id,
    to: bob.id,
    role: 'reader',
    purpose: 'care',
    label: 'Analyses',
  },
  ...{ category: null, item: null, begins: START, expires: START + 86_400_000, time: START },
};
const key = random(32);
const previous = [{ epoch: 1, key: secretOf('collection-key', random(32)) }];
const made = makeGrant({
  author: author(alice),
  recipient: bob.identity,
  terms,
  epoch: 2,
  key: secretOf('collection-key', key),
  previous,
  head: null,
  random,
});
const grantInput = {
  grant: made.bytes,
  sender: alice.identity.entries,
  recipient: bob.identity.entries,
  seed: expose(bob.kemSeed),
};
const opened = openGrant({
  bytes: made.bytes,
  sender: alice.identity,
  recipient: bob.identity,
  kemSeed: bob.kemSeed,
});
const grantHeader: GrantHeader = opened.header;
writeVector('grant', 'reader', {
  ...{
    title: 'a collection for bob to read, with the epoch before',
    spec: '§10',
    expect: 'ok',
    input: grantInput,
  },
  output: {
    header: grantHeader,
    key,
    previous: previous.map((earlier) => [earlier.epoch, expose(earlier.key)]),
    terms,
  },
});
const grant = (name: string, rule: string, expect: string, title: string, change: object) =>
  writeVector('grant', name, { title, spec: '§10', rule, expect, input: { ...grantInput, ...change } });

/** A grant as a sender makes it who does not keep the rules. */
function crooked(change: {
  header?: Partial<GrantHeader>;
  terms?: Partial<GrantTerms>;
  by?: Person;
  label?: string;
  kem?: Uint8Array;
}): Uint8Array {
  const header = { ...grantHeader, ...change.header };
  const by = change.by ?? alice;
  const termsBytes = encodeGrantTerms({ ...terms, ...change.terms });
  const termsSignature = sign(by.deviceKey, change.label ?? 'terms', termsBytes);
  const { epoch, person: from, device, grant: object } = header;
  return encodeWrapped(
    sealToRecipient({
      ...{
        label: 'grant',
        recipientKey: change.kem ?? bob.identity.kem,
        headerBytes: encodeGrantHeader(header),
        random,
        deviceKey: by.deviceKey,
      },
      binding: {
        type: 'grant',
        vault: header.vault,
        collection: header.collection,
        epoch,
        person: from,
        device,
        object,
      },
      plaintext: encodeGrantBody({ key, terms: termsBytes, termsSignature, previous: [] }),
    }),
  );
}
const phone = withNewDevice(alice);
for (const [field, value] of Object.entries({
  from: eve.id,
  to: eve.id,
  vault: random(16),
  collection: random(32),
  grant: random(16),
})) {
  grant(`terms-${field}`, 'R-GRANT-1', 'wrong-audience', `terms with another ${field} than the header`, {
    grant: crooked({ terms: { [field]: value } }),
  });
}
grant('for-eve', 'R-GRANT-1', 'wrong-audience', 'a grant to someone else', {
  grant: crooked({ header: { recipient: eve.id }, terms: { to: eve.id } }),
});
grant('device-not-listed', 'R-GRANT-2', 'not-authorised', 'a device that the sender’s log does not admit', {
  grant: crooked({ header: { device: phone.device }, by: phone }),
});
grant('from-eve', 'R-GRANT-2', 'not-authorised', 'a header that names another sender', {
  grant: crooked({ header: { person: eve.id } }),
});
grant('other-key', 'R-GRANT-3', 'wrong-audience', 'the name of another key', {
  grant: crooked({ header: { kem: hash('kem', eve.identity.kem) } }),
});
grant('terms-unsigned', 'R-GRANT-2', 'bad-signature', 'terms signed under another label', {
  grant: crooked({ label: 'consent' }),
});
grant('signed-by-another', 'R-GRANT-2', 'bad-signature', 'signed by another device than it names', {
  grant: crooked({ by: eve }),
});
const asWrapped = decodeWrapped(made.bytes);
grant('header-changed', 'R-WRAP-1', 'bad-signature', 'another time in the header', {
  grant: encodeWrapped({ ...asWrapped, headerBytes: encodeGrantHeader({ ...grantHeader, time: START + 1 }) }),
});
grant('for-another-key', 'R-SEAL-3', 'open-failed', 'sealed to another key than the one named', {
  grant: crooked({ kem: eve.identity.kem }),
});
grant('cut', 'R-CBOR-1', 'malformed', 'the last byte missing', {
  grant: made.bytes.subarray(0, made.bytes.length - 1),
});

// §11
const depositSeed = random(32);
const depositKey = kemKeyPairFromSeed(depositSeed).publicKey;
const content = { kind: 'document', schema: 1, body: random(80) };
const card: VaultCard = {
  ...{
    v: 1 as const,
    type: 'vault' as const,
    vault,
    person: alice.id,
    key: depositKey,
    ticket: random(16),
    server: 'https://example.org',
  },
  ...{ serverKey: random(32), time: START, expires: null },
};
const depositMade = makeDeposit({
  author: author(bob),
  card,
  content,
  blobs: [[random(16), 632]],
  random,
  time: START,
});
const depositInput = {
  deposit: depositMade.bytes,
  vault,
  depositor: bob.identity.entries,
  seed: depositSeed,
  key: depositKey,
};
const openedDeposit = openDeposit({
  bytes: depositMade.bytes,
  vault,
  depositor: bob.identity,
  depositSeed: secretOf('kem-seed', depositSeed),
  depositKey,
});
writeVector('deposit', 'document', {
  title: 'a document with a blob',
  spec: '§11',
  expect: 'ok',
  input: depositInput,
  output: openedDeposit,
});
const deposit = (name: string, rule: string, expect: string, title: string, change: object) =>
  writeVector('deposit', name, { title, spec: '§11', rule, expect, input: { ...depositInput, ...change } });

const depositHeader = openedDeposit.header;
function crookedDeposit(change: {
  header?: Partial<typeof depositHeader>;
  authoredBy?: Person;
  authoredFor?: Uint8Array;
  authored?: typeof content;
}): Uint8Array {
  const header = { ...depositHeader, ...change.header };
  const proof = signAuthorship(
    author(change.authoredBy ?? bob),
    change.authoredFor ?? vault,
    START,
    change.authored ?? content,
  );
  return encodeWrapped(
    sealToRecipient({
      ...{
        label: 'deposit',
        recipientKey: depositKey,
        headerBytes: encodeDepositHeader(header),
        random,
        deviceKey: bob.deviceKey,
      },
      binding: {
        type: 'deposit',
        vault: header.vault,
        collection: null,
        epoch: null,
        person: header.person,
        device: header.device,
        object: header.deposit,
      },
      plaintext: encodeDepositBody([content.kind, content.schema, proof, content.body]),
    }),
  );
}
deposit('other-vault', 'R-REC-3', 'wrong-audience', 'the deposit of another vault', { vault: random(16) });
deposit(
  'authored-elsewhere',
  'R-REC-3',
  'wrong-audience',
  'content that its author signed for another vault',
  { deposit: crookedDeposit({ authoredFor: random(16) }) },
);
deposit('authored-by-another', 'R-REC-2', 'wrong-audience', 'content that someone else signed', {
  deposit: crookedDeposit({ authoredBy: eve }),
});
deposit('authored-other-content', 'R-REC-2', 'bad-signature', 'the author’s proof of other content', {
  deposit: crookedDeposit({ authored: { ...content, schema: 2 } }),
});
deposit('from-another', 'R-WRAP-1', 'not-authorised', 'a header that names another depositor', {
  deposit: crookedDeposit({ header: { person: eve.id } }),
});
const depositWrapped = decodeWrapped(depositMade.bytes);
deposit('header-changed', 'R-WRAP-1', 'bad-signature', 'another ticket in the header', {
  deposit: encodeWrapped({
    ...depositWrapped,
    headerBytes: encodeDepositHeader({ ...depositHeader, ticket: random(16) }),
  }),
});
deposit('other-key', 'R-SEAL-3', 'open-failed', 'another private key', { seed: random(32) });
deposit('cut', 'R-CBOR-1', 'malformed', 'the last byte missing', {
  deposit: depositMade.bytes.subarray(0, depositMade.bytes.length - 1),
});
deposit('for-another-key', 'R-WRAP-1', 'wrong-audience', 'the name of another key', { key: random(1216) });
