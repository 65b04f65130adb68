import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { decode, encode } from './codec.js';
import { base64urlToBytes, bytesToBase64url } from './id.js';
import { LIMITS } from './limits.js';
import {
  boundedBytes,
  boundedText,
  checkShape,
  decodeAs,
  deviceBytes,
  digest,
  kemKeyBytes,
  personBytes,
  shortId,
  signatureBytes,
  vaultBytes,
  whole,
} from './shape.js';

const contactCard = z.strictObject({
  v: z.literal(1),
  type: z.literal('contact'),
  person: personBytes,
  name: boundedText(200),
  kind: z.enum(['patient', 'professional', 'institution', 'app']),
  server: boundedText(2048),
  time: whole,
});

const vaultCard = z.strictObject({
  v: z.literal(1),
  type: z.literal('vault'),
  vault: vaultBytes,
  person: personBytes,
  key: kemKeyBytes,
  ticket: shortId,
  server: boundedText(2048),
  serverKey: digest,
  time: whole,
  expires: z.nullable(whole),
});

const signedCard = z.tuple([
  boundedBytes(LIMITS.envelopeBytesMax),
  z.array(boundedBytes(LIMITS.identityEntryBytesMax + 256)).check(z.maxLength(LIMITS.identityEntriesMax)),
  deviceBytes,
  signatureBytes,
]);

/** A person's card: who they say they are, and their identity log. The name is a claim. SPEC §13. */
export type ContactCard = z.infer<typeof contactCard>;
/** A vault's card for depositors: its deposit key and a ticket. SPEC §13. */
export type VaultCard = z.infer<typeof vaultCard>;

/** A card with the identity log of its signer, as it is handed over. */
export interface SignedCard {
  readonly cardBytes: Uint8Array;
  readonly identityLog: readonly Uint8Array[];
  readonly device: Uint8Array;
  readonly signature: Uint8Array;
}

export function encodeContactCard(value: ContactCard): Uint8Array {
  return encode(value);
}
export function decodeContactCard(bytes: Uint8Array): ContactCard {
  return decodeAs(contactCard, bytes, LIMITS.envelopeBytesMax);
}
export function encodeVaultCard(value: VaultCard): Uint8Array {
  return encode(value);
}
export function decodeVaultCard(bytes: Uint8Array): VaultCard {
  return decodeAs(vaultCard, bytes, LIMITS.envelopeBytesMax);
}

/** Prints a signed card as text that survives mail and QR codes. */
export function printCard(type: 'contact' | 'vault', card: SignedCard): string {
  const bytes = encode([card.cardBytes, card.identityLog as Uint8Array[], card.device, card.signature]);
  return `coffret:${type}:${bytesToBase64url(bytes)}`;
}

/** Parses the text of a card, without verifying it. Throws `format/malformed` or `format/too-large`. */
export function parseCard(type: 'contact' | 'vault', text: string): SignedCard {
  const prefix = `coffret:${type}:`;
  if (typeof text !== 'string' || !text.startsWith(prefix))
    throw new VaultError('format/malformed', { expected: prefix });
  if (text.length > 8 * 1024 * 1024) throw new VaultError('format/too-large');
  const bytes = base64urlToBytes(text.slice(prefix.length).trim());
  if (bytes === null) throw new VaultError('format/malformed', { expected: prefix });
  const [cardBytes, identityLog, device, signature] = checkShape(
    signedCard,
    decode(bytes, { maxBytes: 8 * 1024 * 1024 }),
  );
  return { cardBytes, identityLog, device, signature };
}
