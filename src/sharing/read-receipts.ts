import { equalBytes, hash } from '../crypto/hash.js';
import { sign, verify } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import { bytesToHex } from '../formats/id.js';
import {
  decodeReadReceipt,
  decodeSignedReadReceipt,
  encodeReadReceipt,
  encodeSignedReadReceipt,
  type ReadReceiptContent,
} from '../formats/read-receipt.js';
import type { Author } from '../log/sign-op.js';
import { admitsDevice, type Identity } from '../protocol/identity-chain.js';

/** A read receipt whose signature was checked, and what it is known by. */
export interface VerifiedReadReceipt {
  readonly content: ReadReceiptContent;
  readonly device: Uint8Array;
  /** The hash of what was signed: two signatures over one content are one receipt. */
  readonly digest: Uint8Array;
}

/** Signs what this person says they read. SPEC §12.1. */
export function signReadReceipt(
  author: Author,
  read: Pick<ReadReceiptContent, 'vault' | 'collection' | 'items' | 'time'>,
): { readonly receipt: Uint8Array; readonly digest: Uint8Array } {
  const { person, device } = author;
  const receiptBytes = encodeReadReceipt({ v: 1, type: 'read-receipt', ...read, person, onBehalfOf: null });
  const signature = sign(author.deviceKey, 'read-receipt', receiptBytes);
  return {
    receipt: encodeSignedReadReceipt({ receiptBytes, device, signature }),
    digest: digestOf(receiptBytes),
  };
}

/**
 * Checks a read receipt with the identity log of its reader.
 *
 * Throws `integrity/not-authorised` for someone else's or another device, `integrity/bad-signature`,
 * `integrity/bad-chain` when an item is named twice (R-READ-1).
 */
export function verifyReadReceipt(bytes: Uint8Array, reader: Identity): VerifiedReadReceipt {
  const { receiptBytes, device, signature } = decodeSignedReadReceipt(bytes);
  const content = decodeReadReceipt(receiptBytes);
  if (!equalBytes(content.person, reader.person) || !admitsDevice(reader, device))
    throw new VaultError('integrity/not-authorised');
  if (!verify(device, 'read-receipt', receiptBytes, signature))
    throw new VaultError('integrity/bad-signature');
  if (new Set(content.items.map(([item]) => bytesToHex(item))).size < content.items.length)
    throw new VaultError('integrity/bad-chain');
  return { content, device, digest: digestOf(receiptBytes) };
}

/** What a receipt says, unverified; for one that was verified when it was taken in. Throws `format/*`. */
export function readReadReceipt(bytes: Uint8Array): VerifiedReadReceipt {
  const { receiptBytes, device } = decodeSignedReadReceipt(bytes);
  return { content: decodeReadReceipt(receiptBytes), device, digest: digestOf(receiptBytes) };
}

function digestOf(receiptBytes: Uint8Array): Uint8Array {
  return hash('read-receipt', receiptBytes);
}
