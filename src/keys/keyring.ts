import { equalBytes } from '../crypto/hash.js';
import { expose, type Secret } from '../crypto/secret.js';
import { VaultError } from '../errors.js';
import type { LogState } from '../protocol/log-state.js';
import { type CollectionKey, deriveKeyCommitment } from './hierarchy.js';

/** The keys a person holds for one collection, by epoch. */
export class Keyring {
  /** Keys not yet matched with a commitment, and those that matched. */
  readonly #candidates = new Map<number, Secret<'collection-key'>[]>();
  readonly #confirmed = new Map<number, { readonly commitment: Uint8Array; readonly key: CollectionKey }>();

  /** Takes a key offered for an epoch (by an index, a grant, a `previous-key` payload); false when it is known. */
  offer(epoch: number, key: CollectionKey): boolean {
    const known = this.#candidates.get(epoch) ?? [];
    if (known.some((other) => equalBytes(expose(other), expose(key)))) return false;
    this.#candidates.set(epoch, [...known, key]);
    return true;
  }

  /**
   * The key of an epoch, or `null` when none is held that matches the log's commitment (R-KEY-1).
   *
   * A key that someone handed over but the log never committed to is never used.
   */
  keyOf(epoch: number, log: Pick<LogState, 'vault' | 'nonce' | 'commitments'>): CollectionKey | null {
    const commitment = log.commitments[epoch - 1];
    if (commitment === undefined) return null;
    const confirmed = this.#confirmed.get(epoch);
    if (confirmed && equalBytes(confirmed.commitment, commitment)) return confirmed.key;
    for (const key of this.#candidates.get(epoch) ?? []) {
      if (equalBytes(deriveKeyCommitment(key, { vault: log.vault, nonce: log.nonce, epoch }), commitment)) {
        this.#confirmed.set(epoch, { commitment, key });
        return key;
      }
    }
    return null;
  }

  /** As `keyOf`, but throws `access/no-key` when none was offered, `integrity/open-failed` when none matches (R-KEY-1). */
  requireKey(epoch: number, log: Pick<LogState, 'vault' | 'nonce' | 'commitments'>): CollectionKey {
    const key = this.keyOf(epoch, log);
    if (key === null)
      throw new VaultError(
        this.#isRefused(epoch, log.commitments) ? 'integrity/open-failed' : 'access/no-key',
        { epoch },
      );
    return key;
  }

  /** Whether keys were offered for an epoch that the log committed to, and none is the one. */
  #isRefused(epoch: number, commitments: LogState['commitments']): boolean {
    return commitments[epoch - 1] !== undefined && this.#candidates.has(epoch);
  }

  /** Overwrites every key; later uses throw `access/locked`. */
  wipe(): void {
    for (const keys of this.#candidates.values()) for (const key of keys) key.wipe();
  }
}
