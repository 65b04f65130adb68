import { bytesToHex } from '../formats/id.js';
import type { RosterChange, RosterReader } from '../formats/roster.js';

/** A reader as the log shows them: on what terms, since when, and how it ended. */
export interface LedgerEntry extends RosterReader {
  readonly ended: { readonly time: number; readonly how: 'revoked' } | null;
}

/**
 * Who can read a collection, folded from the `roster` payloads of its log in order.
 *
 * Only owners can open those payloads. An op that the rules made void is not handed in, so a grant that had not seen a
 * removal has no effect here either (A51).
 */
export class Roster {
  readonly #entries = new Map<string, LedgerEntry>();

  /** Another roster with the same entries. */
  copy(): Roster {
    const copy = new Roster();
    for (const [grant, entry] of this.#entries) copy.#entries.set(grant, entry);
    return copy;
  }

  /** Applies one payload of an op in force; `time` is the op's. */
  apply(change: RosterChange, time: number): void {
    for (const person of change.remove) {
      for (const [grant, entry] of this.#entries) {
        if (entry.ended === null && bytesToHex(entry.person) === bytesToHex(person)) {
          this.#entries.set(grant, { ...entry, ended: { time, how: 'revoked' } });
        }
      }
    }
    for (const reader of change.add) this.#entries.set(bytesToHex(reader.grant), { ...reader, ended: null });
  }

  /** Everyone who was ever given access, ended or not, oldest first. */
  history(): LedgerEntry[] {
    return [...this.#entries.values()];
  }

  /** Those whose access has neither been revoked nor reached its date. */
  current(now: number): LedgerEntry[] {
    return this.history().filter(
      (entry) => entry.ended === null && (entry.expires === null || entry.expires > now),
    );
  }

  /** Those whose date has passed and who have not been removed yet: the next epoch is due. */
  expired(now: number): LedgerEntry[] {
    return this.history().filter(
      (entry) => entry.ended === null && entry.expires !== null && entry.expires <= now,
    );
  }

  /** The person's grants in force, or an empty list. */
  grantsOf(person: Uint8Array, now: number): LedgerEntry[] {
    return this.current(now).filter((entry) => bytesToHex(entry.person) === bytesToHex(person));
  }
}
