import * as z from 'zod/mini';
import { equalBytes } from '../crypto/hash.js';
import { VaultError, type VaultErrorCode } from '../errors.js';
import { encode } from '../formats/codec.js';
import {
  decodeFetchHead,
  FETCH_BYTES_MAX,
  type FetchEntry,
  type SignedFetchHead,
  signedFetchHeadShape,
} from '../formats/fetch-log.js';
import { bytesToHex } from '../formats/id.js';
import { boundedBytes, boundedText, decodeAs, digest, whole } from '../formats/shape.js';
import { beginOf, type FetchPlace, type FetchRun, followFetches } from '../protocol/fetch-chain.js';
import type { Store } from '../store/port.js';
import type { Transaction } from './transaction.js';

const LOGS = 'fetch-log/';
const LINES = 'fetch-lines/';
const STORED_BYTES_MAX = 4 * 1024 * 1024;

const head = z.nullable(signedFetchHeadShape);
const pageShape = z.array(boundedBytes(FETCH_BYTES_MAX));
const logShape = z.strictObject({
  v: z.literal(1),
  runs: z.array(z.strictObject({ begin: signedFetchHeadShape, head, position: whole, hash: digest })),
  finding: z.nullable(z.strictObject({ code: boundedText(64), time: whole, known: head, served: head })),
});

/** How a server contradicted what it had said it delivered; two signed heads prove a fork to anyone. */
export interface FetchFinding {
  readonly code: VaultErrorCode;
  readonly time: number;
  readonly known: SignedFetchHead | null;
  readonly served: SignedFetchHead | null;
}

/** What a device holds of the fetch log of a vault: stretches without a gap, oldest first, and what was wrong with it. */
export interface FetchLog {
  readonly runs: readonly FetchRun[];
  readonly finding: FetchFinding | null;
}

/** A stretch with its entries, as far as a head covers them. */
export interface FetchStretch {
  readonly begin: SignedFetchHead;
  readonly head: SignedFetchHead;
  readonly entries: readonly Uint8Array[];
  readonly lines: readonly FetchEntry[];
  /** The place after each entry. */
  readonly places: readonly FetchPlace[];
}

const NONE: FetchLog = { runs: [], finding: null };

/** The fetch logs of a person's vaults on this device: how far they go in memory, the entries in the store. */
export class FetchLogs {
  readonly #store: Store;
  readonly #logs = new Map<string, FetchLog>();
  /** Notes of other devices that were compared, by their hash in hexadecimal. */
  readonly agreed = new Set<string>();
  readonly #stored = new Map<string, Uint8Array>();
  #version = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Reads again what is stored. Throws `store/damaged`. */
  async refresh(): Promise<void> {
    for (const { key, value } of await this.#store.scan({ prefix: LOGS })) {
      const name = key.slice(LOGS.length);
      const known = this.#stored.get(name);
      if (known === undefined || !equalBytes(known, value)) this.#keep(name, value, decodeLog(value));
    }
  }

  /** Another number when anything but the time of a head may have changed. */
  get version(): number {
    return this.#version;
  }

  of(vault: Uint8Array): FetchLog {
    return this.#logs.get(bytesToHex(vault)) ?? NONE;
  }

  /** Takes a later head over the same entries; it is not worth a write. */
  freshen(vault: Uint8Array, run: FetchRun): void {
    const log = this.of(vault);
    this.#logs.set(bytesToHex(vault), { ...log, runs: [...log.runs.slice(0, -1), run] });
  }

  /** Keeps a log, and the entries with which its last stretch now ends. */
  put(transaction: Transaction, vault: Uint8Array, log: FetchLog, entries: readonly Uint8Array[] = []): void {
    const run = log.runs.at(-1);
    if (run !== undefined && entries.length > 0) {
      const first = run.position - entries.length + 1;
      transaction.put(lineKey(vault, log.runs.length - 1, first), encode([...entries]));
    }
    const { runs, finding } = log;
    const value = encode({ v: 1, runs: runs.map(stored), finding: findingOf(finding) });
    transaction.put(LOGS + bytesToHex(vault), value);
    transaction.onCommit(() => {
      this.#keep(bytesToHex(vault), value, log);
    });
  }

  #keep(name: string, value: Uint8Array, log: FetchLog): void {
    this.#stored.set(name, value);
    this.#logs.set(name, log);
    this.#version++;
  }

  /** The log without the entries at its end that no head covers, which leave the store. */
  async withoutUncovered(transaction: Transaction, vault: Uint8Array): Promise<FetchLog> {
    const log = this.of(vault);
    const run = log.runs.at(-1);
    if (run === undefined) return log;
    const { position, hash } = coveredEnd(run);
    if (position === run.position) return log;
    const number = log.runs.length - 1;
    const first = lineKey(vault, number, position + 1);
    for (const { key } of await this.#store.scan({ prefix: linePrefix(vault, number) }))
      if (key >= first) transaction.delete(key);
    return { ...log, runs: [...log.runs.slice(0, -1), { ...run, position, hash }] };
  }

  /** All stretches, each checked against the head that covers it. Throws `store/damaged` for what is not as it was taken in. */
  async read(vault: Uint8Array): Promise<FetchStretch[]> {
    const stretches: FetchStretch[] = [];
    for (const [number, run] of this.of(vault).runs.entries()) {
      if (run.head === null) continue;
      const rows = await this.#store.scan({ prefix: linePrefix(vault, number) });
      stretches.push(
        stretchOf(
          run,
          run.head,
          rows.map(({ value }) => value),
          vault,
        ),
      );
    }
    return stretches;
  }
}

function stretchOf(
  run: FetchRun,
  head: SignedFetchHead,
  rows: readonly Uint8Array[],
  vault: Uint8Array,
): FetchStretch {
  const begin = beginOf(run);
  const covered = coveredEnd(run);
  try {
    const kept = rows.flatMap((row) => decodeAs(pageShape, row, STORED_BYTES_MAX));
    const entries = kept.slice(0, covered.position - begin.position);
    const { lines, places } = followFetches(begin, entries, vault);
    if (equalBytes((places.at(-1) ?? begin).hash, covered.hash))
      return { begin: run.begin, head, entries, lines, places };
  } catch {
    // As wrong as what does not lead to the head.
  }
  throw new VaultError('store/damaged', { what: 'fetches' });
}

/** Up to where the server has signed. */
function coveredEnd(run: FetchRun): FetchPlace {
  return run.head === null ? beginOf(run) : decodeFetchHead(run.head[0]);
}

function linePrefix(vault: Uint8Array, run: number): string {
  return `${LINES}${bytesToHex(vault)}/${numbered(run)}/`;
}

function lineKey(vault: Uint8Array, run: number, first: number): string {
  return `${linePrefix(vault, run)}${numbered(first)}`;
}

/** So that the order of keys is that of numbers. */
function numbered(value: number): string {
  return String(value).padStart(16, '0');
}

function stored({ begin, head, position, hash }: FetchRun) {
  return { begin: pair(begin), head: head && pair(head), position, hash };
}

function findingOf(finding: FetchFinding | null) {
  if (finding === null) return null;
  const { code, time, known, served } = finding;
  return { code, time, known: known && pair(known), served: served && pair(served) };
}

function pair([bytes, signature]: SignedFetchHead): [Uint8Array, Uint8Array] {
  return [bytes, signature];
}

function decodeLog(bytes: Uint8Array): FetchLog {
  try {
    const { runs, finding } = decodeAs(logShape, bytes, STORED_BYTES_MAX);
    return { runs, finding: finding && { ...finding, code: finding.code as VaultErrorCode } };
  } catch {
    throw new VaultError('store/damaged', { what: 'fetches' });
  }
}
