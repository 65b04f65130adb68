import { isVaultError, VaultError, type VaultErrorCode, type VaultErrorDetails } from '../errors.js';

/** An error between a page and its worker. */
export type PackedError =
  | { readonly code: VaultErrorCode; readonly details: VaultErrorDetails }
  | { readonly name: string; readonly message: string };

/** Keeps of an error what its reader may need: code and details, or name and message. */
export function packError(thrown: unknown): PackedError {
  if (isVaultError(thrown)) return { code: thrown.code, details: { ...thrown.details } };
  if (thrown instanceof Error) return { name: thrown.name, message: thrown.message };
  return { name: 'Error', message: String(thrown) };
}

/** The error again: a `VaultError` is one here too. */
export function unpackError(packed: PackedError): Error {
  if ('code' in packed) return new VaultError(packed.code, packed.details);
  const error = new Error(packed.message);
  error.name = packed.name;
  return error;
}
