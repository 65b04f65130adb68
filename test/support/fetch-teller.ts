import { sign } from '../../src/crypto/sign.js';
import {
  type Delivered,
  decodeFetchEntry,
  encodeFetchEntry,
  encodeFetchHead,
  type FetchHead,
  NO_FETCHES,
  nextFetchHash,
  type SignedFetchHead,
} from '../../src/formats/fetch-log.js';
import type { ServedFetches } from '../../src/protocol/fetch-chain.js';

/** Signs as a server does. */
export type SignFetches = (head: FetchHead) => [Uint8Array, Uint8Array];

/** The signature of the server with this seed. */
export const signFetchesWith =
  (seed: Uint8Array): SignFetches =>
  (head) => {
    const bytes = encodeFetchHead(head);
    return [bytes, sign(seed, 'fetch-head', bytes)];
  };

/** A server's fetch log of one vault as a test would have it, honest or not. */
export class FetchTeller {
  readonly #sign: SignFetches;
  readonly vault: Uint8Array;
  readonly since: number;
  entries: Uint8Array[] = [];

  constructor(signFetches: SignFetches, vault: Uint8Array, since: number) {
    this.#sign = signFetches;
    this.vault = vault;
    this.since = since;
  }

  /** Writes down one delivery. */
  deliver(
    what: Delivered,
    { person, device, time }: { person: Uint8Array; device: Uint8Array; time: number },
  ): Uint8Array {
    const { vault } = this;
    const position = this.entries.length + 1;
    const entry = encodeFetchEntry({ vault, position, person, device, what, time });
    this.entries.push(entry);
    return entry;
  }

  /** The hash after so many entries. */
  hashAt(position: number): Uint8Array {
    return this.entries.slice(0, position).reduce(nextFetchHash, NO_FETCHES);
  }

  /** A head over the first `position` entries, of which the first `cut` are gone. */
  head(change: Partial<FetchHead> = {}): SignedFetchHead {
    const { position = this.entries.length, cut = 0 } = change;
    const { vault, since } = this;
    const [hash, cutHash] = [this.hashAt(position), this.hashAt(cut)];
    return this.#sign({
      vault,
      position,
      hash,
      cut,
      cutHash,
      since,
      time: since + 1000 + position,
      ...change,
    });
  }

  /** The answer to who asks for what comes after a position. */
  answer(after: number, change: Partial<FetchHead> = {}, limit = 1000): ServedFetches {
    const { position = this.entries.length, cut = 0 } = change;
    const from = Math.max(after, cut);
    const entries = this.entries.slice(from, Math.min(position, from + limit));
    return { entries, head: this.head(change), more: from + entries.length < position };
  }
}

/** An entry that says something else, at the same place. */
export function altered(entry: Uint8Array, change: Partial<ReturnType<typeof decodeFetchEntry>>): Uint8Array {
  return encodeFetchEntry({ ...decodeFetchEntry(entry), ...change });
}
