import { equalBytes } from '../crypto/hash.js';
import { verify } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import {
  decodeFetchEntry,
  decodeFetchHead,
  type FetchEntry,
  type FetchHead,
  nextFetchHash,
  type SignedFetchHead,
} from '../formats/fetch-log.js';

/** A place in a fetch log: the hash over all entries up to it. */
export interface FetchPlace {
  readonly position: number;
  readonly hash: Uint8Array;
}

/** Where a stretch begins, and since when nothing is missing in it. */
export interface FetchBegin extends FetchPlace {
  readonly since: number;
}

/** A stretch of a fetch log without a gap, as far as it is known. */
export interface FetchRun extends FetchPlace {
  /** The head whose cut the stretch begins at. */
  readonly begin: SignedFetchHead;
  /** The newest head known before the gap that comes before the stretch; null before the first. */
  readonly before: SignedFetchHead | null;
  /** Its first place: the cut, or a later one where the oldest entries were given up. */
  readonly from: FetchBegin;
  /** The newest head that the entries lead to; what comes after its position nobody has signed. Null before the first. */
  readonly head: SignedFetchHead | null;
}

/** What the server answers when it is asked for its fetch log. Nothing in it is verified. */
export interface ServedFetches {
  readonly entries: readonly Uint8Array[];
  readonly head: SignedFetchHead;
  readonly more: boolean;
}

/** Whose fetch log it is to be, and whose signature it bears. */
export interface FetchSource {
  readonly vault: Uint8Array;
  readonly server: Uint8Array;
}

/** Checks a head. Throws `integrity/bad-signature`, `integrity/wrong-audience` (R-FET-1), `integrity/bad-chain`. */
export function checkFetchHead([bytes, signature]: SignedFetchHead, source: FetchSource): FetchHead {
  if (!verify(source.server, 'fetch-head', bytes, signature)) throw new VaultError('integrity/bad-signature');
  const head = decodeFetchHead(bytes);
  if (!equalBytes(head.vault, source.vault)) throw new VaultError('integrity/wrong-audience');
  if (head.cut > head.position) throw new VaultError('integrity/bad-chain');
  return head;
}

/**
 * Follows entries from a place, and gives the places after each of them.
 *
 * Throws `integrity/wrong-audience` for an entry of another vault, `integrity/bad-chain` for one that does not follow (R-FET-4).
 */
export function followFetches(
  from: FetchPlace,
  entries: readonly Uint8Array[],
  vault: Uint8Array,
): { readonly lines: FetchEntry[]; readonly places: FetchPlace[] } {
  let { position, hash } = from;
  const lines: FetchEntry[] = [];
  const places: FetchPlace[] = [];
  for (const bytes of entries) {
    const line = decodeFetchEntry(bytes);
    if (!equalBytes(line.vault, vault)) throw new VaultError('integrity/wrong-audience');
    position += 1;
    if (line.position !== position) throw new VaultError('integrity/bad-chain', { position });
    hash = nextFetchHash(hash, bytes);
    lines.push(line);
    places.push({ position, hash });
  }
  return { lines, places };
}

/**
 * Where a stretch begins: at the cut of a head.
 *
 * What was cut came after the head known before. A `since` that is not later is contradicted by that, and the stretch is
 * complete from the time of its first head on (R-FET-5).
 */
export function beginAt(begin: FetchHead, before: FetchHead | null): FetchBegin {
  const { cut, cutHash, since, time } = begin;
  const place = { position: cut, hash: cutHash };
  if (before === null || since > before.time) return { ...place, since };
  return { ...place, since: Math.max(before.time, time) };
}

/** Since when a stretch is complete whose oldest entries were given up: what went is not later than the first that is kept. */
export function sinceFirst(since: number, first: FetchEntry): number {
  return Math.max(since, Math.min(first.time + 1, Number.MAX_SAFE_INTEGER));
}

/**
 * Takes the server's answer in: the stretch known goes on, or a new one begins where the server has cut what was not known
 * here (`isNew`, R-FET-5), instead of the one known when no head covers any of that.
 *
 * Throws what `checkFetchHead` and `followFetches` throw, `integrity/rollback` (R-FET-2), `integrity/fork` (R-FET-3),
 * `integrity/bad-chain` for entries that do not lead to the head or are to go on beyond it, `integrity/dropped` when some are missing (R-FET-4).
 */
export function extendFetches(
  known: FetchRun | null,
  { entries, head: signed, more }: ServedFetches,
  source: FetchSource,
): { readonly run: FetchRun; readonly isNew: boolean } {
  const head = checkFetchHead(signed, source);
  if (known !== null) requireOnward(known, head);
  const isNew = known === null || head.cut > known.position;
  const base = isNew ? begun(signed, head, known) : known;
  const { position, hash } = followFetches(base, entries, source.vault).places.at(-1) ?? base;
  if (position > head.position) throw new VaultError('integrity/bad-chain', { position });
  if (position < head.position && !more) throw new VaultError('integrity/dropped', { position });
  const isReached = position === head.position;
  if (isReached && (more || !equalBytes(hash, head.hash)))
    throw new VaultError('integrity/bad-chain', { position });
  return { run: { ...base, head: isReached ? signed : base.head, position, hash }, isNew };
}

function begun(begin: SignedFetchHead, head: FetchHead, known: FetchRun | null): FetchRun {
  const before = known?.head ?? known?.before ?? null;
  const from = beginAt(head, before && decodeFetchHead(before[0]));
  return { begin, before, from, head: null, position: from.position, hash: from.hash };
}

function requireOnward(known: FetchRun, head: FetchHead): void {
  const newest = known.head ?? known.before;
  const before = newest && decodeFetchHead(newest[0]);
  const reached = Math.max(known.position, before?.position ?? 0);
  if (head.position < reached)
    throw new VaultError('integrity/rollback', { served: head.position, known: reached });
  if (before !== null && head.position === before.position && !equalBytes(head.hash, before.hash))
    throw new VaultError('integrity/fork', { position: head.position });
}
