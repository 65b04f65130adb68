import { VaultError } from '../errors.js';
import { requireBytes } from './bytes.js';
import { PADDING_MARKER, paddedLength, unpad } from './padding.js';
import { withScratch } from './scratch.js';
import { expose, type Secret } from './secret.js';
import { sodium } from './sodium.js';
import { transcriptLength, writeTranscript } from './transcript.js';

const KEY_BYTES = 32;
const COMMITMENT_BYTES = 32;
const DERIVED_BYTES = KEY_BYTES + COMMITMENT_BYTES;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** What a committed seal is made under; the same to open it. */
export interface CommittedPlace {
  readonly key: Secret<string>;
  readonly label: string;
  /** Never twice under one key: the cipher's own key comes from it, and its own nonce is constant. */
  readonly nonce: Uint8Array;
  readonly ad: Uint8Array;
}

/**
 * `lead ‖ commitment ‖ ciphertext`: derives a key and a commitment from key, nonce and `ad`, pads, and encrypts with
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under the derived key, `ad` and a nonce of zeros. SPEC §3.
 *
 * All of it in one stretch of memory: what single steps would hand to each other costs more than the cipher does on a
 * small record, and the derived key never leaves that stretch, which is wiped. HAZMAT: use `envelope/`. `ad` is mandatory
 * and not empty. Throws `usage/invalid`, `access/locked`.
 */
export function sealCommitted(place: CommittedPlace, lead: Uint8Array, plaintext: Uint8Array): Uint8Array {
  requireBytes(lead, 'lead');
  requireBytes(plaintext, 'plaintext');
  const dataBytes = paddedLength(plaintext.length);
  const dataOffset = lead.length + COMMITMENT_BYTES;
  const sealedBytes = dataOffset + dataBytes + TAG_BYTES;
  return withDerived(place, sealedBytes, (memory, { address, derived, ad, zeros }) => {
    const data = address + dataOffset;
    memory.set(lead, address);
    memory.copyWithin(address + lead.length, derived + KEY_BYTES, derived + DERIVED_BYTES);
    memory.set(plaintext, data);
    memory.fill(0, data + plaintext.length, data + dataBytes);
    memory[data + plaintext.length] = PADDING_MARKER;
    const code = sodium().libsodium._crypto_aead_xchacha20poly1305_ietf_encrypt(
      data,
      null,
      data,
      dataBytes,
      0,
      ad,
      place.ad.length,
      0,
      null,
      zeros,
      derived,
    );
    if (code !== 0) throw new VaultError('usage/invalid');
    return memory.slice(address, address + sealedBytes);
  });
}

/**
 * Opens what `sealCommitted` made after its lead: the content, without its padding.
 *
 * Returns null when it does not open, whatever the reason. The commitment is compared before anything is decrypted.
 * Throws `usage/invalid`, `access/locked`.
 */
export function openCommitted(
  place: CommittedPlace,
  commitment: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | null {
  requireBytes(commitment, 'commitment', COMMITMENT_BYTES);
  requireBytes(ciphertext, 'ciphertext');
  if (ciphertext.length < TAG_BYTES) return null;
  return withDerived(place, ciphertext.length, (memory, { address, derived, ad, zeros }) => {
    let difference = 0;
    for (let i = 0; i < COMMITMENT_BYTES; i++)
      difference |= (memory[derived + KEY_BYTES + i] as number) ^ (commitment[i] as number);
    if (difference !== 0) return null;
    memory.set(ciphertext, address);
    const code = sodium().libsodium._crypto_aead_xchacha20poly1305_ietf_decrypt(
      address,
      null,
      null,
      address,
      ciphertext.length,
      0,
      ad,
      place.ad.length,
      0,
      zeros,
      derived,
    );
    if (code !== 0) return null;
    return unpad(memory.subarray(address, address + ciphertext.length - TAG_BYTES))?.slice() ?? null;
  });
}

/** Where things are in the memory that is lent; all of it is wiped afterwards. */
interface Derived {
  /** `dataBytes` of room. */
  readonly address: number;
  /** The derived key, then the commitment. */
  readonly derived: number;
  readonly ad: number;
  /** A nonce of zeros. */
  readonly zeros: number;
}

function withDerived<Result>(
  { key, label, nonce, ad }: CommittedPlace,
  dataBytes: number,
  use: (memory: Uint8Array, derived: Derived) => Result,
): Result {
  requireBytes(nonce, 'nonce', NONCE_BYTES);
  requireBytes(ad, 'ad');
  // libsodium treats an absent AD and an empty one alike: a forgotten context must not pass for one.
  if (ad.length === 0) throw new VaultError('usage/invalid', { argument: 'ad' });
  const keyData = expose(key);
  if (keyData.length < 16 || keyData.length > 64) throw new VaultError('usage/invalid', { argument: 'key' });
  const parts = [nonce, ad];
  const transcriptBytes = transcriptLength(label, parts);
  const length = dataBytes + DERIVED_BYTES + NONCE_BYTES + keyData.length + transcriptBytes;
  return withScratch(length, ({ memory, address }) => {
    const derived = address + dataBytes;
    const zeros = derived + DERIVED_BYTES;
    const keyAddress = zeros + NONCE_BYTES;
    const transcript = keyAddress + keyData.length;
    memory.set(keyData, keyAddress);
    const end = writeTranscript(memory, transcript, label, parts);
    const code = sodium().libsodium._crypto_generichash(
      derived,
      DERIVED_BYTES,
      transcript,
      transcriptBytes,
      0,
      keyAddress,
      keyData.length,
    );
    if (code !== 0) throw new VaultError('usage/invalid');
    return use(memory, { address, derived, ad: end - ad.length, zeros });
  });
}
