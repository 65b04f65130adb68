import { VaultError } from '../errors.js';
import { bytesToBase64url } from '../formats/id.js';
import type { Passkey } from '../keys/passkey.js';

const REDACTED = '<redacted>';

/** What an authenticator gave. It prints, logs and clones as nothing but the name of the passkey. */
export class GivenPasskey implements Passkey {
  readonly credentialId: string;
  #output: Uint8Array | null;

  /** Takes ownership of `output`. */
  constructor(credential: Uint8Array, output: Uint8Array) {
    this.credentialId = bytesToBase64url(credential);
    this.#output = output;
  }

  take(): Uint8Array {
    const output = this.#output;
    if (output === null) throw new VaultError('usage/closed');
    this.#output = null;
    return output;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}
