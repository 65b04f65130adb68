import { isVaultError } from '../../src/errors.js';

/** The code of the `VaultError` that the work throws or rejects with, `ok` if it does neither; anything else passes through. */
export async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    if (isVaultError(error)) return error.code;
    throw error;
  }
}
