import { chmod, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemRandom } from '../crypto/random.js';
import { sign, signingKeyPairFromSeed } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import { encodeFetchHead, type FetchHead, type SignedFetchHead } from '../formats/fetch-log.js';
import { encodeHead, type SignedHead } from '../formats/head.js';

const SEED_BYTES = 32;

/**
 * The key that signs heads.
 *
 * `sign` must only be given what is committed: a head that was given out can not be taken back (SPEC §6.6, R-SRV-5).
 */
export interface HeadKey {
  readonly publicKey: Uint8Array;
  sign(head: {
    readonly collection: Uint8Array;
    readonly position: number;
    readonly hash: Uint8Array;
    readonly time: number;
  }): SignedHead;
  /** Likewise, for what was delivered. SPEC §15. */
  signFetches(head: FetchHead): SignedFetchHead;
}

/** Reads the head-signing key, and makes it where there is none: only for the owner of the process (0600, R-SRV-5). */
export async function openHeadKey(options: { readonly path: string }): Promise<HeadKey> {
  const { path } = options;
  const seed = (await readSeed(path)) ?? (await makeSeed(path));
  if (seed.length !== SEED_BYTES) throw new VaultError('store/damaged', { file: 'head-key' });
  await chmod(path, 0o600);
  const { publicKey, secretKey } = signingKeyPairFromSeed(seed);
  return {
    publicKey,
    sign(head) {
      const bytes = encodeHead(head);
      return [bytes, sign(secretKey, 'head', bytes)];
    },
    signFetches(head) {
      const bytes = encodeFetchHead(head);
      return [bytes, sign(secretKey, 'fetch-head', bytes)];
    },
  };
}

async function readSeed(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function makeSeed(path: string): Promise<Uint8Array> {
  const seed = systemRandom(SEED_BYTES);
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.writeFile(seed);
  await file.sync();
  await file.close();
  // Whole or not at all: half a key would be another identity of the server.
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync();
  await folder.close();
  return seed;
}
