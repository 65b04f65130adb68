import { ARGON2_POLICY, argon2id } from '../crypto/argon2.js';
import { Secret } from '../crypto/secret.js';
import { VaultError } from '../errors.js';

/** The cost of a passphrase check: memory in bytes, a multiple of 1024, and passes over it. SPEC §9. */
export interface PassphraseCost {
  readonly memoryBytes: number;
  readonly passes: number;
}

/** The lowest cost that is accepted, anywhere: 64 MiB, three passes. */
export const PASSPHRASE_COST_MIN: PassphraseCost = {
  memoryBytes: ARGON2_POLICY.memoryBytesMin,
  passes: ARGON2_POLICY.passesMin,
};

/** The cost used unless another is asked for: 128 MiB, three passes; under a second on a laptop. */
export const PASSPHRASE_COST_DEFAULT: PassphraseCost = { memoryBytes: 128 * 2 ** 20, passes: 3 };

/**
 * Stretches a passphrase, normalised to NFKC, into a secret.
 *
 * Throws `format/kdf-policy` before any work when the cost is outside the limits (R-SLOT-1, A22), `usage/invalid` for
 * an empty, over-long or not well-formed passphrase.
 */
export async function stretchPassphrase(
  passphrase: string,
  salt: Uint8Array,
  cost: PassphraseCost,
): Promise<Secret<'slot'>> {
  if (typeof passphrase !== 'string' || passphrase.length === 0 || hasLoneSurrogate(passphrase)) {
    throw new VaultError('usage/invalid', { argument: 'passphrase' });
  }
  const password = new TextEncoder().encode(passphrase.normalize('NFKC'));
  try {
    return Secret.of('slot', await argon2id({ password, salt, ...cost }));
  } finally {
    password.fill(0);
  }
}

// String.prototype.isWellFormed is missing in browsers that are still supported.
function hasLoneSurrogate(text: string): boolean {
  return /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}
