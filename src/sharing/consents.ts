import { equalBytes } from '../crypto/hash.js';
import { sign, verify } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import {
  type ConsentReceipt,
  decodeConsentReceipt,
  decodeGrantTerms,
  encodeConsentReceipt,
  type GrantTerms,
} from '../formats/grant.js';
import type { Author } from '../log/sign-op.js';
import { admitsDevice, type Identity } from '../protocol/identity-chain.js';

/** Countersigns the terms of a grant: both sides keep the receipt and can show it. SPEC §10. */
export function signConsent(
  grant: {
    readonly termsBytes: Uint8Array;
    readonly termsSignature: Uint8Array;
    readonly senderDevice: Uint8Array;
  },
  author: Author,
): Uint8Array {
  return encodeConsentReceipt({
    termsBytes: grant.termsBytes,
    senderDevice: grant.senderDevice,
    termsSignature: grant.termsSignature,
    recipientDevice: author.device,
    consentSignature: sign(author.deviceKey, 'consent', grant.termsBytes),
  });
}

/**
 * Verifies a consent receipt with the identity logs of both sides; returns the terms they signed.
 *
 * Throws `integrity/bad-signature` or `integrity/wrong-audience`.
 */
export function verifyConsent(
  bytes: Uint8Array,
  from: Identity,
  to: Identity,
): { terms: GrantTerms; receipt: ConsentReceipt } {
  const receipt = decodeConsentReceipt(bytes);
  const terms = decodeGrantTerms(receipt.termsBytes);
  if (!equalBytes(terms.from, from.person) || !equalBytes(terms.to, to.person))
    throw new VaultError('integrity/wrong-audience');
  const signed =
    admitsDevice(from, receipt.senderDevice) &&
    admitsDevice(to, receipt.recipientDevice) &&
    verify(receipt.senderDevice, 'terms', receipt.termsBytes, receipt.termsSignature) &&
    verify(receipt.recipientDevice, 'consent', receipt.termsBytes, receipt.consentSignature);
  if (!signed) throw new VaultError('integrity/bad-signature');
  return { terms, receipt };
}
