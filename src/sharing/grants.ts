import { equalBytes } from '../crypto/hash.js';
import type { RandomBytes } from '../crypto/random.js';
import { expose, Secret } from '../crypto/secret.js';
import { sign, verify } from '../crypto/sign.js';
import { kemKeyHash, openFromSender, sealToRecipient } from '../envelope/recipient.js';
import { VaultError } from '../errors.js';
import {
  decodeGrantBody,
  decodeGrantHeader,
  decodeGrantTerms,
  encodeGrantBody,
  encodeGrantHeader,
  encodeGrantTerms,
  type GrantHeader,
  type GrantTerms,
} from '../formats/grant.js';
import type { SignedHead } from '../formats/head.js';
import type { Binding } from '../formats/sealed.js';
import { decodeWrapped, encodeWrapped } from '../formats/wrapped.js';
import type { CollectionKey, KemSeed } from '../keys/hierarchy.js';
import type { Author } from '../log/sign-op.js';
import { admitsDevice, type Identity } from '../protocol/identity-chain.js';

/** A verified and opened grant: the key, and the terms that its sender signed. */
export interface OpenedGrant {
  readonly header: GrantHeader;
  readonly key: CollectionKey;
  readonly previous: readonly { readonly epoch: number; readonly key: CollectionKey }[];
  readonly terms: GrantTerms;
  readonly termsBytes: Uint8Array;
  readonly termsSignature: Uint8Array;
}

/**
 * Wraps a collection key for one person, with the terms of the grant. SPEC §10.
 *
 * One encapsulation and two signatures, whatever the collection holds. `recipient` must be a locally verified
 * identity (I3). The server sees who grants what to whom, and the epoch; role, purpose, label and dates are inside.
 */
export function makeGrant(options: {
  readonly author: Author;
  readonly recipient: Identity;
  readonly terms: GrantTerms;
  readonly epoch: number;
  readonly key: CollectionKey;
  readonly previous: readonly { readonly epoch: number; readonly key: CollectionKey }[];
  readonly head: SignedHead | null;
  readonly random: RandomBytes;
}): { readonly bytes: Uint8Array; readonly termsBytes: Uint8Array; readonly termsSignature: Uint8Array } {
  const { author, recipient, terms, epoch, key, previous, head, random } = options;
  const header: GrantHeader = {
    v: 1,
    suite: 1,
    type: 'grant',
    vault: terms.vault,
    collection: terms.collection,
    epoch,
    grant: terms.grant,
    person: author.person,
    device: author.device,
    recipient: recipient.person,
    kem: kemKeyHash(recipient.kem),
    time: terms.time,
    head: head === null ? null : [head[0], head[1]],
  };
  const termsBytes = encodeGrantTerms(terms);
  const termsSignature = sign(author.deviceKey, 'terms', termsBytes);
  const plaintext = encodeGrantBody({
    key: expose(key),
    terms: termsBytes,
    termsSignature,
    previous: previous.map((earlier) => [earlier.epoch, expose(earlier.key)]),
  });
  const wrapped = sealToRecipient({
    label: 'grant',
    recipientKey: recipient.kem,
    headerBytes: encodeGrantHeader(header),
    binding: grantBinding(header),
    plaintext,
    deviceKey: author.deviceKey,
    random,
  });
  plaintext.fill(0);
  return { bytes: encodeWrapped(wrapped), termsBytes, termsSignature };
}

/** What a grant says in the open, before anything is verified: who it claims to be from. Throws `format/*`. */
export function readGrantHeader(bytes: Uint8Array): GrantHeader {
  return decodeGrantHeader(decodeWrapped(bytes).headerBytes);
}

/**
 * Verifies and opens a grant sent to the holder of `kemSeed`.
 *
 * Throws `integrity/wrong-audience` (R-GRANT-1, R-GRANT-3), `integrity/not-authorised` when the device is not the
 * sender's (R-GRANT-2), `integrity/bad-signature`, `integrity/open-failed`.
 */
export function openGrant(options: {
  readonly bytes: Uint8Array;
  readonly sender: Identity;
  readonly recipient: Identity;
  readonly kemSeed: KemSeed;
}): OpenedGrant {
  const { bytes, sender, recipient, kemSeed } = options;
  const wrapped = decodeWrapped(bytes);
  const header = decodeGrantHeader(wrapped.headerBytes);
  if (!equalBytes(header.recipient, recipient.person)) throw new VaultError('integrity/wrong-audience'); // R-GRANT-1
  if (!equalBytes(header.kem, kemKeyHash(recipient.kem))) throw new VaultError('integrity/wrong-audience'); // R-GRANT-3
  if (!equalBytes(header.person, sender.person) || !admitsDevice(sender, header.device)) {
    throw new VaultError('integrity/not-authorised'); // R-GRANT-2
  }
  const binding = grantBinding(header);
  const plaintext = openFromSender({
    label: 'grant',
    wrapped,
    senderDevice: header.device,
    kemSeed,
    binding,
  });
  const body = decodeGrantBody(plaintext);
  const terms = decodeGrantTerms(body.terms);
  const same =
    equalBytes(terms.from, header.person) &&
    equalBytes(terms.to, header.recipient) &&
    equalBytes(terms.vault, header.vault) &&
    equalBytes(terms.collection, header.collection) &&
    equalBytes(terms.grant, header.grant);
  if (!same) throw new VaultError('integrity/wrong-audience'); // R-GRANT-1
  if (!verify(header.device, 'terms', body.terms, body.termsSignature))
    throw new VaultError('integrity/bad-signature');
  return {
    header,
    key: Secret.of('collection-key', body.key.slice()),
    previous: body.previous.map(([epoch, key]) => ({ epoch, key: Secret.of('collection-key', key.slice()) })),
    terms,
    termsBytes: body.terms.slice(),
    termsSignature: body.termsSignature.slice(),
  };
}

function grantBinding(header: GrantHeader): Binding {
  const { vault, collection, epoch, person, device, grant } = header;
  return { type: 'grant', vault, collection, epoch, person, device, object: grant };
}
