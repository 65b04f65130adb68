import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { printId } from '../formats/id.js';
import { checkKind, type RecordKind } from '../records/record-kind.js';
import { signAuthorship } from '../sharing/authorship.js';
import type { Collection } from './collection.js';
import type { ReceivedShare } from './received.js';
import { kept, type RecordPlace, Records } from './records.js';
import type { OwnedVault, Session } from './session.js';
import { ensureCollection, findCollections, renewEpoch } from './shares.js';

type RecordsByKind = WeakMap<object, Records<object>>;

const inVaults = /* @__PURE__ */ new WeakMap<object, RecordsByKind>();
const inShares = /* @__PURE__ */ new WeakMap<object, RecordsByKind>();

/** The records of a kind in a vault, for its owner; the same object for the same kind. Throws `usage/invalid`. */
export function recordsInVault<T extends object>(
  session: Session,
  owned: OwnedVault,
  kind: RecordKind<T>,
): Records<T> {
  checkKind(kind);
  const wanted = { records: kind.collection };
  const place: RecordPlace = {
    name: `${printId('vault', owned.vault)} ${kind.collection}`,
    collections: () => findCollections(session, owned, wanted).map(({ collection }) => collection),
    version: () => String(owned.index.collection.version),
    open: (transaction) => {
      const collection = ensureCollection(session, transaction, owned, wanted);
      renewEpoch(session, transaction, owned, collection);
      return collection;
    },
    prepare: (transaction, collection) => renewEpoch(session, transaction, owned, collection),
    // Who signs an op of a vault they own is its author.
    prove: () => null,
  };
  return recordsOf(inVaults, owned, session, place, kind);
}

/** The records of a kind in what was shared; the same object for the same kind. Throws `usage/invalid`. */
export function recordsInShare<T extends object>(
  session: Session,
  share: ReceivedShare,
  collection: Collection,
  kind: RecordKind<T>,
): Records<T> {
  checkKind(kind);
  if (kind.collection !== share.collection) throw new VaultError('usage/invalid', { argument: 'kind' });
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
  };
  return recordsOf(inShares, share, session, place, kind);
}

function recordsOf<T extends object>(
  all: WeakMap<object, RecordsByKind>,
  owner: object,
  session: Session,
  place: RecordPlace,
  kind: RecordKind<T>,
): Records<T> {
  const byKind = kept(all, owner, () => new WeakMap() as RecordsByKind);
  // A kind is looked up by itself, so what is found is of its type.
  return kept(
    byKind,
    kind,
    () => new Records(session, place, kind) as unknown as Records<object>,
  ) as unknown as Records<T>;
}
