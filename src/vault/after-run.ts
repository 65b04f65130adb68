import { isVaultError, type VaultError } from '../errors.js';
import { decodeGrantTerms } from '../formats/grant.js';
import { nameOf } from '../log/collection-log.js';
import { logTarget } from '../sync/pull.js';
import type { SyncReport } from '../sync/run.js';
import type { Collection } from './collection.js';
import { receiveEarlyItems } from './early-items.js';
import { checkNotedFetches } from './fetch-intake.js';
import { acknowledgeGrants } from './inbox.js';
import { checkNotedHeads, noteHeads } from './known-heads.js';
import { maintainLinks } from './links.js';
import type { OwnedVault, Session } from './session.js';
import { settleMasks } from './settle-masks.js';
import { renewEpoch } from './shares.js';
import { forgetRemovedPasskeys } from './strong-slots.js';
import type { Transaction } from './transaction.js';

/** Identity logs asked for after one run, so that a log full of unknown authors asks for no more. */
const AUTHORS_MAX = 16;

/**
 * What follows from every sync run, whoever asked for it: heads compared and noted, masks settled, links brought up to their sources,
 * epochs whose time is over renewed, authors proven that were not known before.
 *
 * Resolves to the report as a person should see it, and whether something is to be sent now. One collection in which
 * this fails is in the report and stops no other.
 */
export async function afterRun(
  session: Session,
  report: SyncReport,
): Promise<{ readonly report: SyncReport; readonly again: boolean }> {
  const failed = withoutEnded(session, report);
  let again = false;
  /** `work` gives whether something is to be sent. */
  const guard = async (lane: string, work: () => Promise<boolean>): Promise<void> => {
    try {
      again = (await work()) || again;
    } catch (error) {
      if (!isVaultError(error) || !isOfOneCollection(error)) throw error;
      failed.push({ lane, code: error.code });
    }
  };
  const attempt = (lane: string, change: (transaction: Transaction) => void): Promise<void> =>
    guard(lane, () =>
      session.transact((transaction) => {
        change(transaction);
        return transaction.entries.length > 0;
      }),
    );
  const personal = logTarget(session.index.collection.id);
  await checkNotedHeads(session);
  await guard(personal, async () => {
    await checkNotedFetches(session);
    return false;
  });
  await proveAuthors(session);
  await forgetRemovedPasskeys(session);
  await guard(personal, () => receiveEarlyItems(session));
  for (const owned of session.vaults.values()) {
    await attempt(logTarget(owned.index.collection.id), (transaction) =>
      settleMasks(session, transaction, owned),
    );
    await attempt(logTarget(owned.index.collection.id), (transaction) =>
      maintainLinks(session, transaction, owned),
    );
    for (const collection of collectionsOf(session, owned)) {
      if (!isOver(collection, session.now())) continue;
      await attempt(logTarget(collection.id), (transaction) =>
        renewEpoch(session, transaction, owned, collection),
      );
    }
  }
  await attempt(personal, (transaction) => acknowledgeGrants(session, transaction));
  if (report.pushed > 0) await attempt(personal, (transaction) => noteHeads(session, transaction));
  return { report: { ...report, failed }, again };
}

/** A log that is not served any more to someone who only read it is a state, not a failure. */
function withoutEnded(session: Session, { failed }: SyncReport): SyncReport['failed'][number][] {
  const ended = new Set<string>();
  for (const { terms } of session.index.list('index.received')) {
    const { collection: id } = decodeGrantTerms(terms);
    const collection = session.collection(id);
    const target = logTarget(id);
    const gone = failed.some(
      ({ lane, code }) => lane === target && (code === 'forbidden' || code === 'not-found'),
    );
    if (!gone || collection === null || session.isOwn(id)) continue;
    collection.refused = true;
    ended.add(target);
  }
  return failed.filter(({ lane }) => !ended.has(lane));
}

function isOfOneCollection({ code }: VaultError): boolean {
  return code !== 'access/locked' && /^(integrity|format|share|access)\//.test(code);
}

function collectionsOf(session: Session, owned: OwnedVault): Collection[] {
  return owned.index
    .list('index.collection')
    .flatMap(({ collection }) => session.collection(collection) ?? []);
}

/** Whether what is written now would go to someone whose time is over, and can be kept from it. */
function isOver(collection: Collection, now: number): boolean {
  const { state, frozen, incomplete, role } = collection;
  if (state === null || role !== 'owner' || frozen !== null || incomplete) return false;
  return collection.readers.expired(now).length > 0 || (state.notAfter !== null && now > state.notAfter);
}

/** Asks once for each identity log that a proof needs and that is not known as far here. */
async function proveAuthors(session: Session): Promise<void> {
  const unproven = session.collections
    .map((collection) => ({ collection, authors: collection.proofs.unprovenAuthors() }))
    .filter(({ authors }) => authors.length > 0);
  const needs = new Map<string, { readonly person: Uint8Array; readonly length: number }>();
  for (const { authors } of unproven) {
    for (const person of authors) {
      const length = (session.book.get(person)?.heads.length ?? 0) + 1;
      const name = `${nameOf(person)}/${length}`;
      if (needs.size === AUTHORS_MAX || session.askedAuthors.has(name)) continue;
      needs.set(name, { person, length });
    }
  }
  for (const [name, need] of needs) {
    try {
      await session.ensureIdentities([need]);
      session.askedAuthors.add(name);
    } catch (error) {
      // Whoever is unreachable or tells lies about an author leaves them unproven, and stops nothing.
      if (!isVaultError(error) || !/^(sync|integrity|format|share)\//.test(error.code)) throw error;
      if (!error.code.startsWith('sync/')) session.askedAuthors.add(name);
    }
  }
  for (const { collection } of unproven) collection.proofs.proveAgain();
}
