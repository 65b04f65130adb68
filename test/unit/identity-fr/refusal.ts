import { isVaultError } from '../../../src/errors.js';

/** `code argument problem` of what the work throws; `ok` if it throws nothing. */
export function refusalOf(work: () => unknown): string {
  try {
    work();
    return 'ok';
  } catch (error) {
    if (!isVaultError(error)) throw error;
    const { argument, problem } = error.details;
    return [error.code, argument, problem].filter((part) => part !== undefined).join(' ');
  }
}

/** The key of 13 characters by the other rule for Corsica: letters as zeros, less one or two millions. */
export function keyByHand(body: string): string {
  const plain = BigInt(body.replace(/[AB]/, '0'));
  const moved = body.includes('A') ? plain - 1_000_000n : body.includes('B') ? plain - 2_000_000n : plain;
  return String(97n - (moved % 97n)).padStart(2, '0');
}
