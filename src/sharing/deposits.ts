import { equalBytes } from '../crypto/hash.js';
import type { RandomBytes } from '../crypto/random.js';
import { sign, verify } from '../crypto/sign.js';
import { kemKeyHash, openFromSender, sealToRecipient, wrappedDigest } from '../envelope/recipient.js';
import { VaultError } from '../errors.js';
import type { VaultCard } from '../formats/card.js';
import {
  type DepositHeader,
  type DepositReceipt,
  decodeDepositBody,
  decodeDepositHeader,
  decodeDepositReceipt,
  decodeSignedDepositReceipt,
  encodeDepositBody,
  encodeDepositHeader,
  encodeDepositReceipt,
  encodeSignedDepositReceipt,
} from '../formats/deposit.js';
import type { Authored } from '../formats/record.js';
import type { Binding } from '../formats/sealed.js';
import { decodeWrapped, encodeWrapped } from '../formats/wrapped.js';
import type { KemSeed } from '../keys/hierarchy.js';
import type { Author } from '../log/sign-op.js';
import { admitsDevice, type Identity } from '../protocol/identity-chain.js';
import { type AuthoredContent, checkAuthorship, signAuthorship } from './authorship.js';

/** A deposit as its sender keeps it until the receipt arrives. */
export interface MadeDeposit {
  readonly deposit: Uint8Array;
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

/**
 * Seals a content to a vault's deposit key; its maker cannot read it back from the server. SPEC §11.
 *
 * `card` must have been verified. The server sees the vault, the depositor, the ticket and the size.
 */
export function makeDeposit(options: {
  readonly author: Author;
  readonly card: VaultCard;
  readonly content: AuthoredContent;
  readonly blobs: readonly (readonly [blob: Uint8Array, bytes: number])[];
  readonly random: RandomBytes;
  readonly time: number;
}): MadeDeposit {
  const { author, card, content, blobs, random, time } = options;
  const deposit = random(16);
  const header: DepositHeader = {
    v: 1,
    suite: 1,
    type: 'deposit',
    vault: card.vault,
    deposit,
    ticket: card.ticket,
    person: author.person,
    device: author.device,
    kem: kemKeyHash(card.key),
    time,
    blobs: blobs.map(([blob, bytes]) => [blob, bytes]),
  };
  const authored = signAuthorship(author, card.vault, time, content);
  const wrapped = sealToRecipient({
    label: 'deposit',
    recipientKey: card.key,
    headerBytes: encodeDepositHeader(header),
    binding: depositBinding(header),
    plaintext: encodeDepositBody([content.kind, content.schema, authored, content.body]),
    deviceKey: author.deviceKey,
    random,
  });
  return { deposit, bytes: encodeWrapped(wrapped), digest: wrappedDigest('deposit', wrapped) };
}

/** A deposit's header, unverified. Throws `format/*`. */
export function readDepositHeader(bytes: Uint8Array): DepositHeader {
  return decodeDepositHeader(decodeWrapped(bytes).headerBytes);
}

/** A verified and opened deposit. */
export interface OpenedDeposit {
  readonly header: DepositHeader;
  readonly content: AuthoredContent;
  readonly authored: Authored;
  readonly digest: Uint8Array;
}

/**
 * Verifies and opens a deposit into one's own vault.
 *
 * Throws `integrity/wrong-audience`, `integrity/not-authorised`, `integrity/bad-signature`, `integrity/open-failed`.
 */
export function openDeposit(options: {
  readonly bytes: Uint8Array;
  readonly vault: Uint8Array;
  readonly depositor: Identity;
  readonly depositSeed: KemSeed;
  readonly depositKey: Uint8Array;
}): OpenedDeposit {
  const { bytes, vault, depositor, depositSeed, depositKey } = options;
  const wrapped = decodeWrapped(bytes);
  const header = decodeDepositHeader(wrapped.headerBytes);
  const forUs = equalBytes(header.vault, vault) && equalBytes(header.kem, kemKeyHash(depositKey));
  if (!forUs) throw new VaultError('integrity/wrong-audience');
  if (!equalBytes(header.person, depositor.person) || !admitsDevice(depositor, header.device)) {
    throw new VaultError('integrity/not-authorised');
  }
  const binding = depositBinding(header);
  const plaintext = openFromSender({
    label: 'deposit',
    wrapped,
    senderDevice: header.device,
    kemSeed: depositSeed,
    binding,
  });
  const [kind, schema, authored, body] = decodeDepositBody(plaintext);
  const content = { kind, schema, body };
  // The depositor signs for what is inside as well: nobody deposits another's work as their own.
  if (!equalBytes(authored[1], header.person)) throw new VaultError('integrity/wrong-audience');
  checkAuthorship(authored, vault, content, depositor);
  return { header, content, authored, digest: wrappedDigest('deposit', wrapped) };
}

/** Signs that a deposit was taken into the vault. */
export function signDepositReceipt(author: Author, receipt: Omit<DepositReceipt, 'v'>): Uint8Array {
  const receiptBytes = encodeDepositReceipt({ v: 1, ...receipt });
  const signature = sign(author.deviceKey, 'deposit-receipt', receiptBytes);
  return encodeSignedDepositReceipt({ receiptBytes, device: author.device, signature });
}

/**
 * Verifies a receipt for a deposit that this person made.
 *
 * Throws `integrity/bad-signature`, `integrity/wrong-audience` when it is about something else.
 */
export function verifyDepositReceipt(
  bytes: Uint8Array,
  owner: Identity,
  expected: { readonly vault: Uint8Array; readonly deposit: Uint8Array; readonly digest: Uint8Array },
): DepositReceipt {
  const { receiptBytes, device, signature } = decodeSignedDepositReceipt(bytes);
  const receipt = decodeDepositReceipt(receiptBytes);
  if (!admitsDevice(owner, device) || !verify(device, 'deposit-receipt', receiptBytes, signature)) {
    throw new VaultError('integrity/bad-signature');
  }
  const about =
    equalBytes(receipt.vault, expected.vault) &&
    equalBytes(receipt.deposit, expected.deposit) &&
    equalBytes(receipt.digest, expected.digest) &&
    equalBytes(receipt.person, owner.person);
  if (!about) throw new VaultError('integrity/wrong-audience');
  return receipt;
}

function depositBinding(header: DepositHeader): Binding {
  const { vault, person, device, deposit } = header;
  return { type: 'deposit', vault, collection: null, epoch: null, person, device, object: deposit };
}
