import { equalBytes } from '../crypto/hash.js';
import { isVaultError, type VaultErrorCode } from '../errors.js';
import { decodeFetchHead, type SignedFetchHead } from '../formats/fetch-log.js';
import { bytesToHex } from '../formats/id.js';
import { checkFetchHead, extendFetches, type ServedFetches } from '../protocol/fetch-chain.js';
import type { FetchLog } from './fetch-logs.js';
import type { OwnedVault, Session } from './session.js';
import type { Transaction } from './transaction.js';

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

async function accept(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  served: PulledFetches,
): Promise<void> {
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
  // A stretch that no head ever covered is not kept beside the next: one that is kept takes a sync of its own.
  const others = isNew ? log.runs.filter(({ head }) => head !== null) : log.runs.slice(0, -1);
  const bounded = await fetchLogs.bounded(transaction, vault, { runs: [...others, run], finding });
  fetchLogs.put(transaction, vault, bounded, served.entries);
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

/** The newest heads of the fetch logs of this person's vaults, to be noted for their other devices. */
export function fetchHeadsToNote({ vaults, fetchLogs }: Session): [Uint8Array, Uint8Array][] {
  const heads = [...vaults.values()].map(({ vault }) => newestHead(fetchLogs.of(vault)));
  return heads.filter((head) => head !== null).map(([bytes, signature]) => [bytes, signature]);
}

/** Whether two notes say the same, but for when it was signed. */
export function saySame(a: readonly SignedFetchHead[], b: readonly SignedFetchHead[]): boolean {
  const placesOf = (heads: readonly SignedFetchHead[]) =>
    heads
      .map(([bytes]) => decodeFetchHead(bytes))
      .map(({ vault, hash }) => bytesToHex(vault) + bytesToHex(hash));
  return placesOf(a).join() === placesOf(b).join();
}

/**
 * Compares what the server told this device with what it told this person's others. Two hashes at one position are a
 * fork; that it said less later, to this one, is a rollback.
 */
export async function checkNotedFetches(session: Session): Promise<void> {
  for (const { fetches } of session.index.list('index.heads')) {
    for (const noted of fetches ?? []) {
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

/** The newest head that entries known have led to. */
export function newestHead({ runs }: FetchLog): SignedFetchHead | null {
  const run = runs.at(-1);
  return run?.head ?? run?.before ?? null;
}

function ownedVault(session: Session, vault: Uint8Array): OwnedVault | null {
  return [...session.vaults.values()].find((owned) => equalBytes(owned.vault, vault)) ?? null;
}
