import { equalBytes } from '../crypto/hash.js';
import { isVaultError } from '../errors.js';
import { type Id, printId } from '../formats/id.js';
import { nameOf } from '../log/collection-log.js';
import { decodeIndexEntry, type IndexEntry } from '../records/index-entry.js';
import type { SignedBy } from '../sharing/roster.js';
import type { Collection } from './collection.js';
import type { OwnedVault, Session } from './session.js';
import { currentReaders } from './shares.js';

/** Someone who can read a document, and by what. */
export interface DocumentReader {
  readonly person: Id<'person'>;
  readonly via: 'owner' | 'category' | 'document';
  readonly role: 'owner' | 'reader' | 'contributor';
  readonly purpose: string | null;
  readonly since: number | null;
  readonly expires: number | null;
}

/** One line of the ledger: who was given access to what, on what terms, and how it ended. */
export interface LedgerLine {
  readonly grant: Id<'grant'> | null;
  readonly person: Id<'person'>;
  readonly category: string | null;
  /** The collection of records, for an access to one. */
  readonly collection: string | null;
  readonly document: Id<'item'> | null;
  readonly role: 'reader' | 'contributor';
  readonly purpose: string;
  readonly begins: number;
  readonly expires: number | null;
  readonly ended: number | null;
}

/** Who can read one document: complete, because every access change is an op in the log that is read here. */
export function readersOfDocument(
  session: Session,
  owned: OwnedVault,
  collection: Collection,
  item: Uint8Array,
): DocumentReader[] {
  const now = session.now();
  const readers: DocumentReader[] = [];
  for (const { person, role } of collection.requireState().members) {
    if (role !== 'owner') continue;
    readers.push({
      person: printId('person', person),
      via: 'owner',
      role: 'owner',
      purpose: null,
      since: null,
      expires: null,
    });
  }
  for (const { person, role, purpose, time, expires } of currentReaders(collection, now)) {
    readers.push({ person: printId('person', person), via: 'category', role, purpose, since: time, expires });
  }
  for (const link of owned.index.list('index.link')) {
    const about = equalBytes(link.sourceItem, item) && equalBytes(link.sourceCollection, collection.id);
    if (!about || link.ended !== null || (link.expires !== null && link.expires <= now)) continue;
    const { person, purpose, begins, expires } = link;
    readers.push({
      person: printId('person', person),
      via: 'document',
      role: 'reader',
      purpose,
      since: begins,
      expires,
    });
  }
  return readers;
}

/** Every access ever given in a vault, in force or ended: a view over its logs. */
export function ledgerOf(session: Session, owned: OwnedVault): LedgerLine[] {
  return linesOf(session, owned).map(({ line }) => line);
}

/** A line of the ledger, with the collection that the access is to, and who signed it. */
export interface SignedLine {
  readonly line: LedgerLine;
  readonly collection: string;
  readonly log: Uint8Array;
  readonly by: SignedBy;
  readonly endedBy: SignedBy | null;
}

/** As `ledgerOf`, with where each access is said and by whom. */
export function linesOf(session: Session, owned: OwnedVault): SignedLine[] {
  const lines: SignedLine[] = [];
  const entries = owned.index
    .list('index.collection')
    .map((entry) => ({ entry, id: nameOf(entry.collection) }));
  for (const { entry, id } of entries.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (entry.purpose === 'share') continue;
    const isOfRecords = entry.purpose === 'records';
    for (const access of session.collection(entry.collection)?.readers.history() ?? []) {
      const { grant, person, role, purpose, expires, time, ended, by } = access;
      const line = {
        grant: printId('grant', grant),
        person: printId('person', person),
        category: isOfRecords ? null : entry.category,
        collection: isOfRecords ? entry.category : null,
        document: null,
        role,
        purpose,
        begins: time,
        expires,
        ended: ended?.time ?? null,
      };
      lines.push({ line, collection: id, log: entry.collection, by, endedBy: ended?.by ?? null });
    }
  }
  for (const { link, by, endedBy } of linksEverMade(owned)) {
    const { person, sourceItem, purpose, begins, expires, ended } = link;
    const line = {
      grant: null,
      person: printId('person', person),
      category: null,
      collection: null,
      document: printId('item', sourceItem),
      role: 'reader' as const,
      purpose,
      begins,
      expires,
      ended,
    };
    lines.push({ line, collection: nameOf(link.collection), log: link.collection, by, endedBy });
  }
  return lines.sort((a, b) => a.line.begins - b.line.begins);
}

/** A document given to someone, by whom, and who took it back. */
interface SignedLink {
  readonly link: IndexEntry<'index.link'>;
  readonly by: SignedBy;
  readonly endedBy: SignedBy | null;
}

/** Each time a document was given to someone. Giving it again writes over the entry, so the earlier ones are its history. */
function linksEverMade({ index }: OwnedVault): SignedLink[] {
  const { view } = index.collection;
  return view.list({ kind: 'index.link' }).flatMap(({ item }) => {
    const byBeginning = new Map<number, SignedLink>();
    for (const { body, person } of view.history(item)) {
      const link = body === null ? null : linkIn(body);
      if (link === null) continue;
      const signer = { person, onBehalfOf: null };
      const { by = signer, endedBy = null } = byBeginning.get(link.begins) ?? {};
      byBeginning.set(link.begins, { link, by, endedBy: link.ended === null ? null : (endedBy ?? signer) });
    }
    const links = [...byBeginning.values()].sort((a, b) => a.link.begins - b.link.begins);
    return links.map(({ link, by, endedBy }, at) => {
      const next = links[at + 1];
      const ended = link.ended ?? next?.link.begins ?? null;
      return { link: { ...link, ended }, by, endedBy: endedBy ?? next?.by ?? null };
    });
  });
}

function linkIn(body: Uint8Array): IndexEntry<'index.link'> | null {
  try {
    return decodeIndexEntry('index.link', body);
  } catch (error) {
    if (!isVaultError(error)) throw error;
    return null;
  }
}
