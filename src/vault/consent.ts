import { loadSodium } from '../crypto/sodium.js';
import { type Id, printId } from '../formats/id.js';
import type { DocumentCategory } from '../records/category.js';
import { verifyConsent } from '../sharing/consents.js';
import { readContactCard } from '../sharing/contacts.js';

/** What both sides of an access signed. */
export interface Consent {
  readonly grant: Id<'grant'>;
  readonly vault: Id<'vault'>;
  readonly from: Id<'person'>;
  readonly to: Id<'person'>;
  readonly role: 'reader' | 'contributor';
  readonly purpose: string;
  readonly category: DocumentCategory | null;
  /** Milliseconds since 1970. */
  readonly begins: number;
  readonly expires: number | null;
}

/**
 * Checks a consent receipt with nothing but the contact cards of both sides, and returns the terms they signed.
 *
 * Proves that the one offered these terms and the other accepted them; it does not say whether the access is still in
 * force. Throws `integrity/bad-signature`, `integrity/wrong-audience`, `format/*`. SPEC §10.
 */
export async function verifyConsentReceipt(
  receipt: Uint8Array,
  cards: { readonly from: string; readonly to: string },
): Promise<Consent> {
  await loadSodium();
  const { terms } = verifyConsent(
    receipt,
    readContactCard(cards.from).identity,
    readContactCard(cards.to).identity,
  );
  return {
    grant: printId('grant', terms.grant),
    vault: printId('vault', terms.vault),
    from: printId('person', terms.from),
    to: printId('person', terms.to),
    role: terms.role,
    purpose: terms.purpose,
    category: terms.category as DocumentCategory | null,
    begins: terms.begins,
    expires: terms.expires,
  };
}
