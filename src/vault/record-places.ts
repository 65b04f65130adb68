import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { printId } from '../formats/id.js';
import { isDocumentCategory } from '../records/category.js';
import { DOCUMENT_KIND, schemaOfDocument } from '../records/document.js';
import type { SealedFile } from '../records/record-files.js';
import { checkKind, isRecordCollection, type RecordKind } from '../records/record-kind.js';
import { signAuthorship } from '../sharing/authorship.js';
import type { Collection } from './collection.js';
import { appendRecords } from './collection-writer.js';
import { findDocumentOf, locateDocuments } from './document-places.js';
import type { LinkSource } from './links.js';
import { requireUnmasked } from './masks.js';
import type { ReceivedShare } from './received.js';
import { kept, type RecordPlace, Records } from './records.js';
import type { OwnedVault, Session } from './session.js';
import { ensureCollection, findCollections, renewEpoch } from './shares.js';
import type { Transaction } from './transaction.js';

type RecordsByKind = WeakMap<object, Map<string, Records<object>>>;

const inVaults = /* @__PURE__ */ new WeakMap<object, RecordsByKind>();
const inShares = /* @__PURE__ */ new WeakMap<object, RecordsByKind>();

/**
 * The records of a kind in a vault, for its owner, kept in the collection of this name; the same object for the same
 * kind and name. Throws `usage/invalid`.
 */
export function recordsInVault<T extends object>(
  session: Session,
  owned: OwnedVault,
  kind: RecordKind<T>,
  collectionName: string = kind.collection,
): Records<T> {
  checkKind(kind);
  if (!isRecordCollection(collectionName)) throw new VaultError('usage/invalid', { argument: 'collection' });
  const wanted = { records: collectionName };
  // Asked for at every notice by every list that is followed: looked up again only when the vault has another collection.
  let found: { readonly state: string; readonly collections: readonly Collection[] } | null = null;
  const collections = (): readonly Collection[] => {
    const state = `${owned.index.collection.version} ${session.collectionCount}`;
    if (found?.state !== state)
      found = {
        state,
        collections: findCollections(session, owned, wanted).map(({ collection }) => collection),
      };
    return found.collections;
  };
  const place: RecordPlace = {
    name: `${printId('vault', owned.vault)} ${collectionName}`,
    collections,
    version: () => String(owned.index.collection.version),
    open: (transaction) => {
      const collection = ensureCollection(session, transaction, owned, wanted);
      renewEpoch(session, transaction, owned, collection);
      return collection;
    },
    prepare: (transaction, collection) => renewEpoch(session, transaction, owned, collection),
    // Who signs an op of a vault they own is its author.
    prove: () => null,
    vault: () => owned.vault,
    locate: (id) => {
      const source = locateDocuments(session, owned, [id])[0] as LinkSource;
      // Whoever reads the record would read the document with it.
      requireUnmasked(session, owned, source, collections());
      return source;
    },
    file: (transaction, file, category) => fileDocument(session, transaction, owned, file, category),
  };
  return recordsOf(inVaults, owned, { session, place, kind, collectionName });
}

/** The records of a kind in what was shared; the same object for the same kind. Throws `usage/invalid`. */
export function recordsInShare<T extends object>(
  session: Session,
  share: ReceivedShare,
  collection: Collection,
  kind: RecordKind<T>,
  collectionName: string = kind.collection,
): Records<T> {
  checkKind(kind);
  if (collectionName !== share.collection) throw new VaultError('usage/invalid', { argument: 'kind' });
  const requireContributor = () => {
    if (share.role !== 'contributor' || share.status !== 'open') throw new VaultError('access/not-allowed');
  };
  const { author, now } = session;
  const vaultOf = () => collection.requireState().vault;
  const place: RecordPlace = {
    name: printId('collection', collection.id),
    collections: () => [collection],
    version: () => '',
    open: () => {
      requireContributor();
      return collection;
    },
    prepare: (_, __, history) => {
      requireContributor();
      // R-REC-4: everyone would set aside what a writer makes of another's record.
      if (!history.every(({ person }) => equalBytes(person, author.person)))
        throw new VaultError('access/not-allowed');
    },
    prove: (content) => signAuthorship(author, vaultOf(), now(), content),
    vault: vaultOf,
    // The documents of the vault are its owner's to give.
    locate: notAllowed,
    file: notAllowed,
  };
  return recordsOf(inShares, share, { session, place, kind, collectionName });
}

function notAllowed(): never {
  throw new VaultError('access/not-allowed');
}

/** Files what is written about a file as a document, unless a document names that file already. Returns its item. */
function fileDocument(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  { content, body, authored, link }: SealedFile,
  category: string,
): Uint8Array {
  if (owned === session.personal) throw new VaultError('access/not-allowed');
  if (!isDocumentCategory(category)) throw new VaultError('usage/invalid', { argument: 'category' });
  const known = findDocumentOf(session, owned, content.blob.id);
  if (known !== null) return known;
  const collection = ensureCollection(session, transaction, owned, { category });
  renewEpoch(session, transaction, owned, collection);
  const item = session.random(16);
  const document = { kind: DOCUMENT_KIND, schema: schemaOfDocument(content), body, authored, link };
  appendRecords(transaction, collection, [{ item, base: [], ...document }], {
    add: [[content.blob.id, content.blob.stored]],
    drop: [],
  });
  return item;
}

function recordsOf<T extends object>(
  all: WeakMap<object, RecordsByKind>,
  owner: object,
  options: {
    readonly session: Session;
    readonly place: RecordPlace;
    readonly kind: RecordKind<T>;
    readonly collectionName: string;
  },
): Records<T> {
  const { session, place, kind, collectionName } = options;
  const byKind = kept(all, owner, () => new WeakMap() as RecordsByKind);
  const byName = kept(byKind, kind, () => new Map<string, Records<object>>());
  const known =
    byName.get(collectionName) ?? (new Records(session, place, kind) as unknown as Records<object>);
  byName.set(collectionName, known);
  // A kind is looked up by itself, so what is found is of its type.
  return known as unknown as Records<T>;
}
