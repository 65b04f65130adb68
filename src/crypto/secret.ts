import { VaultError } from '../errors.js';

const REDACTED = '<redacted>';

let bytesOf: (secret: Secret<string>) => Uint8Array;

/**
 * Key material of one kind, which prints, logs and clones as nothing.
 *
 * The kind is part of the type, so a collection key does not fit where a device seed is expected. The bytes can be
 * reached through `expose` only.
 */
export class Secret<Kind extends string> {
  readonly #kind: Kind;
  #bytes: Uint8Array | null;

  static {
    bytesOf = (secret) => {
      if (secret.#bytes === null) throw new VaultError('access/locked');
      return secret.#bytes;
    };
  }

  private constructor(kind: Kind, bytes: Uint8Array) {
    this.#kind = kind;
    this.#bytes = bytes;
  }

  /** Takes ownership of `bytes` (at least one); the caller must not use them again. Throws `usage/invalid`. */
  static of<Kind extends string>(kind: Kind, bytes: Uint8Array): Secret<Kind> {
    if (!(bytes instanceof Uint8Array) || bytes.length === 0) {
      throw new VaultError('usage/invalid', { argument: 'bytes' });
    }
    return new Secret(kind, bytes);
  }

  /** What the key is for. */
  get kind(): Kind {
    return this.#kind;
  }

  /** Overwrites the bytes; every later use throws `access/locked`. Copies made by the engine are out of reach. */
  wipe(): void {
    this.#bytes?.fill(0);
    this.#bytes = null;
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

/** Either a secret or bytes that live only as long as the call. */
export type KeyBytes = Secret<string> | Uint8Array;

/**
 * The bytes of a secret themselves, not a copy, for the code of `crypto/` and `envelope/`.
 *
 * Throws `access/locked` when the secret was wiped, `usage/invalid` when it is no secret.
 */
export function expose(secret: Secret<string>): Uint8Array {
  if (!(secret instanceof Secret)) throw new VaultError('usage/invalid', { argument: 'secret' });
  return bytesOf(secret);
}

/**
 * The bytes of a key argument, checked to have one of the given lengths.
 *
 * Throws `usage/invalid` for anything else (a string above all), `access/locked` when the secret was wiped.
 */
export function keyBytes(key: KeyBytes, ...lengths: readonly number[]): Uint8Array {
  const bytes: unknown = key instanceof Secret ? bytesOf(key) : key;
  if (!(bytes instanceof Uint8Array) || !lengths.includes(bytes.length)) {
    throw new VaultError('usage/invalid', { argument: 'key' });
  }
  return bytes;
}
