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
import { type FetchPlace, type FetchRun, followFetches, sinceFirst } from '../protocol/fetch-chain.js';
import { FETCH_RUNS_MAX, FETCHES_MAX } from '../records/journal-file.js';
import type { Store } from '../store/port.js';
import type { Transaction } from './transaction.js';

const LOGS = 'fetch-log/';
const LINES = 'fetch-lines/';
const STORED_BYTES_MAX = 4 * 1024 * 1024;
/** Of too many entries so many are given up that the next time is not soon. */
const KEPT_OF_MAX = 0.9;

const head = z.nullable(signedFetchHeadShape);
const pageShape = z.array(boundedBytes(FETCH_BYTES_MAX));
const logShape = z.strictObject({
  v: z.literal(1),
  runs: z.array(
    z.strictObject({
      ...{ begin: signedFetchHeadShape, before: head, head, position: whole, hash: digest },
      from: z.strictObject({ position: whole, hash: digest, since: whole }),
    }),
  ),
  finding: z.nullable(z.strictObject({ code: boundedText(64), time: whole, known: head, served: head })),
});

/**
 * How a server contradicted what it had said it delivered; two signed heads prove a fork to anyone. `store/damaged` when what
 * was kept here could not be read, and is asked for anew.
 */
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

/** How much a device keeps of the fetch log of a vault. */
export interface FetchLimits {
  readonly runsMax: number;
  readonly entriesMax: number;
}

/** A stretch with its entries, as far as a head covers them. */
export interface FetchStretch extends Pick<FetchRun, 'begin' | 'before' | 'from'> {
  readonly head: SignedFetchHead;
  readonly entries: readonly Uint8Array[];
  readonly lines: readonly FetchEntry[];
  /** The place after each entry. */
  readonly places: readonly FetchPlace[];
}

const NONE: FetchLog = { runs: [], finding: null };
const DAMAGED: FetchLog = {
  runs: [],
  finding: { code: 'store/damaged', time: 0, known: null, served: null },
};
const LIMITS: FetchLimits = { runsMax: FETCH_RUNS_MAX, entriesMax: FETCHES_MAX };

/** The fetch logs of a person's vaults on this device: how far they go in memory, the entries in the store. */
export class FetchLogs {
  readonly #store: Store;
  readonly #limits: FetchLimits;
  readonly #logs = new Map<string, FetchLog>();
  /** Notes of other devices that were compared, by their hash in hexadecimal. */
  readonly agreed = new Set<string>();
  readonly #stored = new Map<string, Uint8Array>();
  #version = 0;

  constructor(store: Store, limits = LIMITS) {
    this.#store = store;
    this.#limits = limits;
  }

  /** Reads again what is stored. A log that is damaged is begun anew, and its finding says so. */
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
      transaction.put(lineKey(vault, run, first), encode([...entries]));
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
    const first = lineKey(vault, run, position + 1);
    for (const { key } of await this.#store.scan({ prefix: linePrefix(vault, run) }))
      if (key >= first) transaction.delete(key);
    return { ...log, runs: [...log.runs.slice(0, -1), { ...run, position, hash }] };
  }

  /**
   * A log that is to be kept, within the limits: the oldest stretches are given up, then the oldest entries, and `since` of
   * what is left says so. What belongs to no stretch leaves the store.
   *
   * Throws `store/damaged`.
   */
  async bounded(transaction: Transaction, vault: Uint8Array, log: FetchLog): Promise<FetchLog> {
    const { runsMax, entriesMax } = this.#limits;
    const runs = log.runs.slice(-runsMax);
    let excess = runs.reduce((sum, run) => sum + lengthOf(run), 0) - entriesMax;
    if (excess > 0) {
      excess += entriesMax - Math.floor(entriesMax * KEPT_OF_MAX);
      while (runs.length > 1 && lengthOf(runs[0] as FetchRun) <= excess)
        excess -= lengthOf(runs.shift() as FetchRun);
      runs[0] = await this.#shortened(transaction, vault, runs[0] as FetchRun, excess);
    }
    const known = this.of(vault).runs.map((run) => linePrefix(vault, run));
    const kept = runs.map((run) => linePrefix(vault, run)).filter((prefix) => known.includes(prefix));
    if (kept.length < runs.length || kept.length < known.length)
      for (const { key } of await this.#store.scan({ prefix: linesPrefix(vault) }))
        if (!kept.some((prefix) => key.startsWith(prefix))) transaction.delete(key);
    return { ...log, runs };
  }

  /** A stretch without the oldest pages of its entries, `excess` entries at most. */
  async #shortened(
    transaction: Transaction,
    vault: Uint8Array,
    run: FetchRun,
    excess: number,
  ): Promise<FetchRun> {
    const rows = await this.#store.scan({ prefix: linePrefix(vault, run) });
    let { from } = run;
    for (const [at, { key, value }] of rows.entries()) {
      const { lines, places } = asDamage(() =>
        followFetches(from, decodeAs(pageShape, value, STORED_BYTES_MAX), vault),
      );
      const [first, end] = [lines[0], places.at(-1)];
      if (first === undefined || end === undefined) continue;
      if (from !== run.from) from = { ...from, since: sinceFirst(from.since, first) };
      if (at === rows.length - 1 || end.position - run.from.position > excess) break;
      transaction.delete(key);
      from = { ...end, since: from.since };
    }
    // What leads to a head only by what went is vouched for by the next one.
    const isPast = run.head !== null && decodeFetchHead(run.head[0]).position <= from.position;
    return isPast ? { ...run, from, head: null, before: run.head } : { ...run, from };
  }

  /** All stretches, each checked against the head that covers it. Throws `store/damaged` for what is not as it was taken in. */
  async read(vault: Uint8Array): Promise<FetchStretch[]> {
    const stretches: FetchStretch[] = [];
    for (const run of this.of(vault).runs) {
      if (run.head === null) continue;
      const rows = await this.#store.scan({ prefix: linePrefix(vault, run) });
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
  const { begin, before, from } = run;
  const covered = coveredEnd(run);
  return asDamage(() => {
    const kept = rows.flatMap((row) => decodeAs(pageShape, row, STORED_BYTES_MAX));
    const entries = kept.slice(0, covered.position - from.position);
    const { lines, places } = followFetches(from, entries, vault);
    if (!equalBytes((places.at(-1) ?? from).hash, covered.hash)) throw new VaultError('integrity/bad-chain');
    return { begin, before, from, head, entries, lines, places };
  });
}

/** What a reading of this device's copy gives. Throws `store/damaged` for whatever it throws. */
function asDamage<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw new VaultError('store/damaged', { what: 'fetches' });
  }
}

function lengthOf({ position, from }: FetchRun): number {
  return position - from.position;
}

/** Up to where the server has signed. */
function coveredEnd(run: FetchRun): FetchPlace {
  return run.head === null ? run.from : decodeFetchHead(run.head[0]);
}

function linesPrefix(vault: Uint8Array): string {
  return `${LINES}${bytesToHex(vault)}/`;
}

/** A stretch goes by the cut that it begins at: the next one begins beyond it. */
function linePrefix(vault: Uint8Array, { begin }: FetchRun): string {
  return `${linesPrefix(vault)}${numbered(decodeFetchHead(begin[0]).cut)}/`;
}

function lineKey(vault: Uint8Array, run: FetchRun, first: number): string {
  return `${linePrefix(vault, run)}${numbered(first)}`;
}

/** So that the order of keys is that of numbers. */
function numbered(value: number): string {
  return String(value).padStart(16, '0');
}

function stored({ begin, before, from, head, position, hash }: FetchRun) {
  const heads = { begin: pair(begin), before: before && pair(before), head: head && pair(head) };
  return { ...heads, from: { ...from }, position, hash };
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
    for (const { begin, before, head } of runs)
      for (const signed of [begin, before, head]) if (signed !== null) decodeFetchHead(signed[0]);
    return { runs, finding: finding && { ...finding, code: finding.code as VaultErrorCode } };
  } catch {
    return DAMAGED;
  }
}
