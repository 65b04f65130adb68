import { concatBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { encode } from './codec.js';

/** What a sealed thing is; a seal of one type never opens as another (A34). SPEC §3. */
export type SealType =
  | 'record'
  | 'previous-key'
  | 'roster'
  | 'grant'
  | 'deposit'
  | 'receipt'
  | 'slot-root'
  | 'slot-personal-root'
  | 'local';

/** The associated data of a seal. Every field is mandatory; `null` says that it does not apply. SPEC §3. */
export interface Binding {
  readonly type: SealType;
  readonly vault: Uint8Array | null;
  readonly collection: Uint8Array | null;
  readonly epoch: number | null;
  readonly person: Uint8Array | null;
  readonly device: Uint8Array | null;
  readonly object: Uint8Array;
}

const SUITE = 1;
const NONCE_BYTES = 24;
const COMMITMENT_BYTES = 32;
const PREFIX_BYTES = 1 + NONCE_BYTES + COMMITMENT_BYTES;
const TAG_BYTES = 16;

/** Encodes the associated data of a seal. */
export function encodeBinding(binding: Binding): Uint8Array {
  const { type, vault, collection, epoch, person, device, object } = binding;
  return encode(['coffret/v1', type, SUITE, vault, collection, epoch, person, device, object]);
}

/** The parts of a sealed byte string; they are views, not copies. */
export interface SealedParts {
  readonly nonce: Uint8Array;
  readonly commitment: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export function encodeSealed({ nonce, commitment, ciphertext }: SealedParts): Uint8Array {
  return concatBytes(encodeSealedHead(nonce, commitment), ciphertext);
}

/** What stands before the ciphertext in sealed bytes. */
export function encodeSealedHead(nonce: Uint8Array, commitment: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES);
  bytes[0] = SUITE;
  bytes.set(nonce, 1);
  bytes.set(commitment, 1 + NONCE_BYTES);
  return bytes;
}

/** Splits sealed bytes. Throws `format/unsupported` (R-SEAL-1) or `format/malformed` (R-SEAL-2). */
export function decodeSealed(bytes: Uint8Array): SealedParts {
  if (bytes.length === 0) throw new VaultError('format/malformed');
  if (bytes[0] !== SUITE) throw new VaultError('format/unsupported', { suite: bytes[0] as number });
  if (bytes.length < PREFIX_BYTES + TAG_BYTES)
    throw new VaultError('format/malformed', { bytes: bytes.length });
  return {
    nonce: bytes.subarray(1, 1 + NONCE_BYTES),
    commitment: bytes.subarray(1 + NONCE_BYTES, PREFIX_BYTES),
    ciphertext: bytes.subarray(PREFIX_BYTES),
  };
}
