import { bytesToHex } from '../formats/id.js';
import type { RosterChange, RosterReader } from '../formats/roster.js';

/** Who signed an op, and for whom. */
export interface SignedBy {
  readonly person: Uint8Array;
  readonly onBehalfOf: Uint8Array | null;
}

/** A reader as the log shows them: on what terms, by whom, since when, and how it ended. */
export interface LedgerEntry extends RosterReader {
  readonly by: SignedBy;
  /** When and by which op it ended; `position` is null while that op is pending. */
  readonly ended: {
    readonly time: number;
    readonly position: number | null;
    readonly by: SignedBy;
  } | null;
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

  /** Applies one payload of an op in force; `time` and author are the op's, `position` its place in the log or null. */
  apply(change: RosterChange, header: SignedBy & { readonly time: number }, position: number | null): void {
    const { time } = header;
    const by = { person: header.person, onBehalfOf: header.onBehalfOf };
    for (const person of change.remove) {
      for (const [grant, entry] of this.#entries) {
        if (entry.ended === null && bytesToHex(entry.person) === bytesToHex(person)) {
          this.#entries.set(grant, { ...entry, ended: { time, position, by } });
        }
      }
    }
    for (const reader of change.add)
      this.#entries.set(bytesToHex(reader.grant), { ...reader, by, ended: null });
  }

  /** Everyone who was ever given access, ended or not, oldest first. */
  history(): LedgerEntry[] {
    return [...this.#entries.values()];
  }

  /** Whether the person can read now, or could if their date had not passed: an access that a removal would end. */
  has(person: Uint8Array): boolean {
    return this.history().some(
      (entry) => entry.ended === null && bytesToHex(entry.person) === bytesToHex(person),
    );
  }

  /** Whether an op after this position removed the person: an op that had seen only so far did not know of it. */
  wasRemovedAfter(person: Uint8Array, position: number): boolean {
    return this.history().some(
      ({ person: other, ended }) =>
        ended !== null && (ended.position ?? 0) > position && bytesToHex(other) === bytesToHex(person),
    );
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
}
