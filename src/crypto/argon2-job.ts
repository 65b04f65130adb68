import { VaultError } from '../errors.js';
import { load } from '../load.js';

/** The name of the worker, and what tells it in Node that it is the one. */
export const ARGON2_WORKER = 'coffret-argon2id';

/** One stretching of a password. Bytes only: what a string would mean depends on its normalisation. */
export interface Argon2Job {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly memoryBytes: number;
  readonly passes: number;
}

/**
 * Computes one job in this thread, without the checks of `argon2id`.
 *
 * The larger build of libsodium is loaded here and nowhere else: only it has Argon2. Throws `usage/no-webassembly`
 * when it has not enough memory, `usage/not-loaded`.
 */
export async function computeArgon2id(job: Argon2Job): Promise<Uint8Array> {
  const { default: sumo } = await load('libsodium-wrappers-sumo', () => import('libsodium-wrappers-sumo'));
  try {
    await sumo.ready;
    const algorithm = sumo.crypto_pwhash_ALG_ARGON2ID13;
    return sumo.crypto_pwhash(32, job.password, job.salt, job.passes, job.memoryBytes, algorithm);
  } catch {
    throw new VaultError('usage/no-webassembly');
  }
}
