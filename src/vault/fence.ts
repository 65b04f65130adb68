/**
 * The fence around a store that several tabs, or several processes, have open at once.
 *
 * One row counts the changes. Whoever writes expects the row as they last saw it, in the same database transaction: of
 * two that write at once one is told no, takes in what the other wrote, and makes its change again on top. So there is
 * one order of changes whoever holds, loses or steals a lock, and however long a tab was frozen (R23).
 */
import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { encode } from '../formats/codec.js';
import { boundedText, decodeAs, whole } from '../formats/shape.js';
import { equalBytes } from '../crypto/hash.js';
import type { Expectation, Store, Write } from '../store/port.js';

const FENCE = 'fence';
/** Changes whose topics the row remembers; whoever missed more takes everything in anew. */
const REMEMBERED = 16;
const TOPICS_MAX = 64;
const TOPIC_CHARACTERS = 16;
const ROW_BYTES_MAX = 64 * 1024;

const rowShape = z.strictObject({
  generation: whole,
  lastNumber: whole,
  recent: z.array(z.tuple([whole, z.nullable(z.array(boundedText(80)))])),
});

type Row = z.infer<typeof rowShape>;

const EMPTY: Row = { generation: 0, lastNumber: 0, recent: [] };

/** What was written by others: the topics, or null when too much was missed to tell. */
export type Missed = ReadonlySet<string> | null;

/** The generation of a store as one session knows it. */
export class Fence {
  readonly #store: Store;
  #known: Uint8Array | null;
  #row: Row;

  private constructor(store: Store, known: Uint8Array | null) {
    this.#store = store;
    this.#known = known;
    this.#row = decodeRow(known);
  }

  /** Reads the fence; to be called before anything else is read from the store. Throws `store/damaged`. */
  static async open(store: Store): Promise<Fence> {
    return new Fence(store, await store.get(FENCE));
  }

  /** The greatest outbox number that any session has used. */
  get lastNumber(): number {
    return this.#row.lastNumber;
  }

  /** What a change must be written with: the row that follows, and the expectation that the row known is still there. */
  step(
    writes: readonly Write[],
    lastNumber: number,
  ): { readonly write: Write; readonly expect: Expectation; commit(): void } {
    const generation = this.#row.generation + 1;
    const topics = [...new Set(writes.map(({ key }) => topicOf(key)))];
    const step: Row['recent'][number] = [generation, topics.length > TOPICS_MAX ? null : topics];
    const recent = [...this.#row.recent, step].slice(-REMEMBERED);
    const row: Row = { generation, lastNumber: Math.max(lastNumber, this.#row.lastNumber), recent };
    const value = encode(row);
    return {
      write: { type: 'put', key: FENCE, value },
      expect: { key: FENCE, value: this.#known },
      commit: () => {
        this.#known = value;
        this.#row = row;
      },
    };
  }

  /** What others wrote since, or undefined when nobody did; `accept` after it was taken in. Throws `store/damaged`. */
  async look(): Promise<
    { readonly missed: Missed; readonly stamp: Uint8Array | null; accept(): void } | undefined
  > {
    const stored = await this.#store.get(FENCE);
    if (isSame(stored, this.#known)) return undefined;
    const row = decodeRow(stored);
    const from = this.#row.generation;
    const since = row.recent.filter(([generation]) => generation > from);
    const complete = row.generation > from && since.length === row.generation - from;
    const topics = complete ? since.flatMap(([, names]) => names ?? [ALL]) : [ALL];
    return {
      missed: topics.includes(ALL) ? null : new Set(topics),
      stamp: stored,
      accept: () => {
        this.#known = stored;
        this.#row = row;
      },
    };
  }

  /** Whether the row is still the one that `look` found. */
  async stillAt(stamp: Uint8Array | null): Promise<boolean> {
    return isSame(await this.#store.get(FENCE), stamp);
  }
}

const ALL = '*';

/** The topic under which a log and its lane in the outbox are told. */
export function logTopic(hexId: string): string {
  return hexId.slice(0, TOPIC_CHARACTERS);
}

/** What a key is about: the log it belongs to, or the first word of it. */
function topicOf(key: string): string {
  const [first, second] = key.split('/') as [string, string | undefined];
  const isOfLog = (first === 'log' || first === 'outbox' || first === 'outbox-body') && second !== undefined;
  return isOfLog ? logTopic(second) : first;
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}

function decodeRow(stored: Uint8Array | null): Row {
  if (stored === null) return EMPTY;
  try {
    return decodeAs(rowShape, stored, ROW_BYTES_MAX);
  } catch {
    throw new VaultError('store/damaged', { what: 'fence' });
  }
}
