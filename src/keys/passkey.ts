import { deriveBytes } from '../crypto/kdf.js';
import { Secret } from '../crypto/secret.js';
import { VaultError } from '../errors.js';
import { base64urlToBytes } from '../formats/id.js';
import { LIMITS } from '../formats/limits.js';

const OUTPUT_BYTES = 32;

/** What a passkey's slot is opened with. SPEC §9. */
export type PasskeySecret = Secret<'passkey'>;

/** What `coffret/passkey` gets from an authenticator: good for one use, then it is wiped. */
export interface Passkey {
  /** Which passkey it was: base64url, no secret. */
  readonly credentialId: string;
  /**
   * Hands over the 32 bytes that the passkey gave, once. For the SDK, and to carry them to a worker: they open a vault.
   *
   * Throws `usage/closed` the second time.
   */
  take(): Uint8Array;
}

/**
 * Takes what a passkey gave, and derives from it what opens a slot; the bytes taken are wiped.
 *
 * Throws `usage/invalid` when it is no passkey, `usage/closed` when it was used before.
 */
export function takePasskey(passkey: Passkey): {
  readonly secret: PasskeySecret;
  readonly credential: Uint8Array;
} {
  if (typeof passkey?.take !== 'function' || typeof passkey.credentialId !== 'string')
    throw new VaultError('usage/invalid', { argument: 'passkey' });
  const credential = base64urlToBytes(passkey.credentialId);
  const isId =
    credential !== null && credential.length > 0 && credential.length <= LIMITS.credentialIdBytesMax;
  const output = passkey.take();
  // R-PRF-2: looked at again here, whoever made the object.
  const isOutput =
    output instanceof Uint8Array && output.length === OUTPUT_BYTES && output.some((byte) => byte !== 0);
  if (!isId || !isOutput) throw new VaultError('usage/invalid', { argument: 'passkey' });
  const whole = Secret.of('prf-output', output);
  const secret = Secret.of('passkey', deriveBytes(whole, 32, 'passkey'));
  whole.wipe();
  return { secret, credential };
}
