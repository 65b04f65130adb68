import { equalBytes } from '../crypto/hash.js';
import { type Id, printId } from '../formats/id.js';
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
  const lines: LedgerLine[] = [];
  for (const entry of owned.index.list('index.collection')) {
    if (entry.purpose !== 'category') continue;
    for (const line of session.collection(entry.collection)?.readers.history() ?? []) {
      const { grant, person, role, purpose, expires, time, ended } = line;
      lines.push({
        grant: printId('grant', grant),
        person: printId('person', person),
        category: entry.category,
        document: null,
        role,
        purpose,
        begins: time,
        expires,
        ended: ended?.time ?? null,
      });
    }
  }
  for (const { person, sourceItem, purpose, begins, expires, ended } of owned.index.list('index.link')) {
    const to = printId('person', person);
    const document = printId('item', sourceItem);
    lines.push({
      grant: null,
      person: to,
      category: null,
      document,
      role: 'reader',
      purpose,
      begins,
      expires,
      ended,
    });
  }
  return lines.sort((a, b) => a.begins - b.begins);
}
