import { equalBytes } from '../crypto/hash.js';
import { sign, verify } from '../crypto/sign.js';
import { blake2b } from '../crypto/transcript.js';
import { VaultError } from '../errors.js';
import {
  type ContactCard,
  decodeContactCard,
  decodeVaultCard,
  encodeContactCard,
  encodeVaultCard,
  parseCard,
  printCard,
  type VaultCard,
} from '../formats/card.js';
import type { Author } from '../log/sign-op.js';
import { admitsDevice, type Identity, verifyIdentityLog } from '../protocol/identity-chain.js';

/** How sure one is that keys are a person's. `credentialed` comes with institutions' statements. */
export type Trust = 'unknown' | 'pinned' | 'credentialed' | 'verified';

const TRUST_ORDER: readonly Trust[] = ['unknown', 'pinned', 'credentialed', 'verified'];

/** Whether a trust reaches what a vault's policy asks for. */
export function isTrustedEnough(trust: Trust, required: Trust): boolean {
  return TRUST_ORDER.indexOf(trust) >= TRUST_ORDER.indexOf(required);
}

/** Prints one's own contact card, signed by this device. It carries the identity log, so it certifies its keys. */
export function printContactCard(
  author: Author,
  identity: Identity,
  card: Omit<ContactCard, 'v' | 'type' | 'person'>,
): string {
  const cardBytes = encodeContactCard({ v: 1, type: 'contact', person: author.person, ...card });
  return printSigned('contact', author, identity, cardBytes);
}

/**
 * Reads and verifies a contact card.
 *
 * Proves that whoever made it holds the person's keys; the name on it stays a claim. Throws `format/*`,
 * `integrity/bad-signature`, `integrity/bad-chain`, `integrity/wrong-audience`.
 */
export function readContactCard(text: string): { readonly card: ContactCard; readonly identity: Identity } {
  const { cardBytes, identity } = readSigned('contact', text);
  const card = decodeContactCard(cardBytes);
  if (!equalBytes(card.person, identity.person)) throw new VaultError('integrity/wrong-audience');
  return { card, identity };
}

/** Prints a vault's card for depositors, signed by an owner's device. SPEC §13. */
export function printVaultCard(
  author: Author,
  identity: Identity,
  card: Omit<VaultCard, 'v' | 'type' | 'person'>,
): string {
  const cardBytes = encodeVaultCard({ v: 1, type: 'vault', person: author.person, ...card });
  return printSigned('vault', author, identity, cardBytes);
}

/** Reads and verifies a vault card. Throws as `readContactCard`. */
export function readVaultCard(text: string): { readonly card: VaultCard; readonly identity: Identity } {
  const { cardBytes, identity } = readSigned('vault', text);
  const card = decodeVaultCard(cardBytes);
  if (!equalBytes(card.person, identity.person)) throw new VaultError('integrity/wrong-audience');
  return { card, identity };
}

/**
 * The number two people compare to be sure of one another's keys: 12 groups of 5 digits, the same on both sides.
 *
 * It stands for both identity roots through the person ids, which are hashes over them. SPEC §13.
 */
export function safetyNumber(a: Identity, b: Identity): string {
  const [lower, higher] = compare(a.person, b.person) <= 0 ? [a.person, b.person] : [b.person, a.person];
  const digest = new DataView(blake2b(64, null, 'safety', [lower, higher]).buffer);
  const groups = Array.from({ length: 12 }, (_, i) => digest.getUint32(4 * i) % 100_000);
  return groups.map((group) => group.toString().padStart(5, '0')).join(' ');
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return 0;
}

const LABELS = { contact: 'contact-card', vault: 'vault-card' } as const;

function printSigned(
  type: 'contact' | 'vault',
  author: Author,
  identity: Identity,
  cardBytes: Uint8Array,
): string {
  const signature = sign(author.deviceKey, LABELS[type], cardBytes);
  return printCard(type, { cardBytes, identityLog: identity.entries, device: author.device, signature });
}

function readSigned(type: 'contact' | 'vault', text: string): { cardBytes: Uint8Array; identity: Identity } {
  const { cardBytes, identityLog, device, signature } = parseCard(type, text);
  const identity = verifyIdentityLog(identityLog);
  if (!admitsDevice(identity, device) || !verify(device, LABELS[type], cardBytes, signature)) {
    throw new VaultError('integrity/bad-signature');
  }
  return { cardBytes, identity };
}
