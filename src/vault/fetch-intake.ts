import { equalBytes } from '../crypto/hash.js';
import { isVaultError, type VaultErrorCode } from '../errors.js';
import { decodeFetchHead, type SignedFetchHead } from '../formats/fetch-log.js';
import { bytesToHex } from '../formats/id.js';
import { checkFetchHead, extendFetches, type ServedFetches } from '../protocol/fetch-chain.js';
import type { FetchLog } from './fetch-logs.js';
import type { OwnedVault, Session } from './session.js';
import type { Transaction } from './transaction.js';

/** How old the note about a fetch log may get before another is worth an op. */
const NOTE_MS = 24 * 60 * 60 * 1000;

/** What a server answered, and after which position it was asked. */
export interface PulledFetches extends ServedFetches {
  readonly after: number;
}

/**
 * Takes in what the server says it delivered. What was verified before stays, whatever it says now; a contradiction is
 * kept until the server goes on from there, that of two heads for good.
 *
 * Throws as `extendFetches`.
 */
export async function takeInFetches(
  session: Session,
  vault: Uint8Array,
  served: PulledFetches,
): Promise<void> {
  const owned = ownedVault(session, vault);
  if (owned === null) return;
  try {
    await session.transact((transaction) => accept(session, transaction, owned, served));
  } catch (error) {
    if (isVaultError(error) && /^(integrity|format)\//.test(error.code))
      await session.transact((transaction) =>
        keepFinding(session, transaction, vault, error.code, served.head),
      );
    throw error;
  }
}

function accept(session: Session, transaction: Transaction, owned: OwnedVault, served: PulledFetches): void {
  const { fetchLogs } = session;
  const { vault } = owned;
  const server = owned.index.collection.log.state?.server;
  const log = fetchLogs.of(vault);
  const known = log.runs.at(-1) ?? null;
  // Another session took this answer in, or a newer one, while it was on its way here.
  if (server === undefined || served.after !== (known?.position ?? 0)) return;
  const { run, isNew } = extendFetches(known, served, { vault, server });
  const finding = log.finding?.code === 'integrity/fork' ? log.finding : null;
  if (!isNew && served.entries.length === 0 && log.finding === finding) {
    fetchLogs.freshen(vault, run);
    return;
  }
  const runs = isNew ? [...log.runs, run] : [...log.runs.slice(0, -1), run];
  fetchLogs.put(transaction, vault, { runs, finding }, served.entries);
}

async function keepFinding(
  session: Session,
  transaction: Transaction,
  vault: Uint8Array,
  code: VaultErrorCode,
  served: SignedFetchHead,
): Promise<void> {
  const { fetchLogs, now } = session;
  const log = await fetchLogs.withoutUncovered(transaction, vault);
  const finding = isLesser(code, log) ? log.finding : { code, time: now(), known: newestHead(log), served };
  fetchLogs.put(transaction, vault, { ...log, finding });
}

/** A proof against the server is not given up for a lesser one; the same again is not news. */
function isLesser(code: VaultErrorCode, { finding }: FetchLog): boolean {
  return finding !== null && (finding.code === 'integrity/fork' || finding.code === code);
}

/** Notes in the personal index how far the fetch logs go, for this person's other devices: at most once a day and vault. */
export function noteFetchHeads(session: Session, transaction: Transaction): void {
  const { index, author, fetchLogs } = session;
  if (index.collection.frozen !== null) return;
  const noted = index.get('index.fetch-heads', author.device)?.heads ?? [];
  const newest = [...session.vaults.values()].map(({ vault }) => newestHead(fetchLogs.of(vault)));
  const heads = newest.filter((head) => head !== null);
  if (!heads.some((head) => isWorthNoting(head, noted))) return;
  index.put(transaction, 'index.fetch-heads', author.device, {
    heads: heads.map(([bytes, signature]) => [bytes, signature]),
  });
}

function isWorthNoting(signed: SignedFetchHead, noted: readonly SignedFetchHead[]): boolean {
  const head = decodeFetchHead(signed[0]);
  const before = noted
    .map(([bytes]) => decodeFetchHead(bytes))
    .find(({ vault }) => equalBytes(vault, head.vault));
  return before === undefined || (head.position > before.position && head.time - before.time >= NOTE_MS);
}

/**
 * Compares what the server told this device with what it told this person's others. Two hashes at one position are a
 * fork; that it said less later, to this one, is a rollback.
 */
export async function checkNotedFetches(session: Session): Promise<void> {
  for (const { heads } of session.index.list('index.fetch-heads')) {
    for (const noted of heads) {
      const owned = ownedVault(session, decodeFetchHead(noted[0]).vault);
      if (owned === null) continue;
      const code = await contradiction(session, owned, noted).catch(unlessStrange);
      if (code === null || isLesser(code, session.fetchLogs.of(owned.vault))) continue;
      await session.transact((transaction) => keepFinding(session, transaction, owned.vault, code, noted));
    }
  }
}

async function contradiction(
  { fetchLogs }: Session,
  { vault, index }: OwnedVault,
  signed: SignedFetchHead,
): Promise<VaultErrorCode | null> {
  const server = index.collection.log.state?.server;
  const known = newestHead(fetchLogs.of(vault));
  if (server === undefined || known === null) return null;
  const noted = checkFetchHead(signed, { vault, server });
  const own = decodeFetchHead(known[0]);
  if (own.position < noted.position) return own.time > noted.time ? 'integrity/rollback' : null;
  // What is verified does not change, so what was found to agree will.
  if (fetchLogs.agreed.has(bytesToHex(noted.hash))) return null;
  const places = (await fetchLogs.read(vault)).flatMap((stretch) => stretch.places);
  const place = places.find(({ position }) => position === noted.position);
  // Nothing to compare with before the first entry, and in a gap.
  if (place !== undefined && !equalBytes(place.hash, noted.hash)) return 'integrity/fork';
  fetchLogs.agreed.add(bytesToHex(noted.hash));
  return null;
}

/** A note that cannot be read, or is of another server, says nothing. */
function unlessStrange(error: unknown): null {
  if (isVaultError(error) && /^(integrity|format|store)\//.test(error.code)) return null;
  throw error;
}

/** The newest head that the entries known lead to. */
export function newestHead({ runs }: FetchLog): SignedFetchHead | null {
  return runs.findLast(({ head }) => head !== null)?.head ?? null;
}

function ownedVault(session: Session, vault: Uint8Array): OwnedVault | null {
  return [...session.vaults.values()].find((owned) => equalBytes(owned.vault, vault)) ?? null;
}
