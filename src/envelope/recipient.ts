import { hash } from '../crypto/hash.js';
import { deriveKey } from '../crypto/kdf.js';
import { decapsulate, encapsulate, kemKeyPairFromSeed } from '../crypto/kem.js';
import type { RandomBytes } from '../crypto/random.js';
import type { Secret } from '../crypto/secret.js';
import { sign, verify } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import type { Binding } from '../formats/sealed.js';
import type { Wrapped } from '../formats/wrapped.js';
import { openData, sealData } from './data.js';

/** What is wrapped; it separates the signatures of grants, deposits and messages (A34). */
export type WrapLabel = 'grant' | 'deposit' | 'message';

/** The name under which a header states its recipient's key. SPEC §10. */
export function kemKeyHash(kemKey: Uint8Array): Uint8Array {
  return hash('kem', kemKey);
}

/**
 * Seals bytes to one person's X-Wing key and signs the whole as this device. SPEC §4.
 *
 * The header is public context: it is bound into the key and into the signature. The caller must take `recipientKey`
 * from a locally verified identity log, never from an answer of the server (I3, R-WRAP-1).
 */
export function sealToRecipient(options: {
  readonly label: WrapLabel;
  readonly recipientKey: Uint8Array;
  readonly headerBytes: Uint8Array;
  readonly binding: Binding;
  readonly plaintext: Uint8Array;
  readonly deviceKey: Secret<'signing-key'>;
  readonly random: RandomBytes;
}): Wrapped {
  const { label, recipientKey, headerBytes, binding, plaintext, deviceKey, random } = options;
  const { sharedSecret, encapsulation } = encapsulate(recipientKey, random);
  const key = deriveKey(sharedSecret, 'recipient', encapsulation, recipientKey, headerBytes);
  const sealed = sealData(key, binding, plaintext, random);
  sharedSecret.wipe();
  key.wipe();
  const signature = sign(deviceKey, label, hash(label, headerBytes, encapsulation, sealed));
  return { headerBytes, encapsulation, sealed, signature };
}

/** Whether this device signed the wrapped thing. */
export function verifyWrapped(label: WrapLabel, wrapped: Wrapped, senderDevice: Uint8Array): boolean {
  return verify(senderDevice, label, wrappedDigest(label, wrapped), wrapped.signature);
}

/**
 * Opens what was sealed to the holder of `kemSeed`, after checking the sender's signature.
 *
 * Throws `integrity/bad-signature` before anything is opened (R-WRAP-1); `integrity/open-failed` for every failure to
 * open, since X-Wing rejects silently and only the seal's commitment tells (A54).
 */
export function openFromSender(options: {
  readonly label: WrapLabel;
  readonly wrapped: Wrapped;
  readonly senderDevice: Uint8Array;
  readonly kemSeed: Secret<string>;
  readonly binding: Binding;
}): Uint8Array {
  const { label, wrapped, senderDevice, kemSeed, binding } = options;
  if (!verifyWrapped(label, wrapped, senderDevice)) throw new VaultError('integrity/bad-signature');
  const { publicKey } = kemKeyPairFromSeed(kemSeed);
  const sharedSecret = decapsulate(wrapped.encapsulation, kemSeed);
  const key = deriveKey(sharedSecret, 'recipient', wrapped.encapsulation, publicKey, wrapped.headerBytes);
  try {
    return openData(key, binding, wrapped.sealed);
  } finally {
    sharedSecret.wipe();
    key.wipe();
  }
}

/** The identity of a wrapped thing, for receipts and for telling two copies apart. */
export function wrappedDigest(label: WrapLabel, wrapped: Wrapped): Uint8Array {
  return hash(label, wrapped.headerBytes, wrapped.encapsulation, wrapped.sealed);
}
