import { decodeFetchHead, FETCH_BYTES_MAX, type FetchEntry } from '../formats/fetch-log.js';
import { bytesToHex, type Id, printId } from '../formats/id.js';
import { nameOf } from '../log/collection-log.js';
import { FETCHES_MAX, type JournalFileFetches } from '../records/journal-file.js';
import type { FetchStretch } from './fetch-logs.js';
import { blobsNamedBy } from './named-blobs.js';
import type { Revision } from './record-view.js';
import type { OwnedVault, Session } from './session.js';

/** What the server says it delivered: sealed bytes, to a device that was allowed to have them. */
export interface JournalFetch {
  /** Its place in the server's log of this vault; a number is never used twice. */
  readonly position: number;
  readonly person: Id<'person'>;
  readonly device: Id<'device'>;
  /** Changes of a log, or the bytes of a file, all of them or some. */
  readonly what: 'changes' | 'file';
  /** How many changes; null for a file. */
  readonly changes: number | null;
  /** The log; for a file one that it is filed in. Null when this vault does not know. */
  readonly log: Id<'collection'> | null;
  /** The category or collection of records of that log; null for a single document, an index, and what is not known. */
  readonly category: string | null;
  /** The document or record that the file belongs to; null for changes, and for what was erased or is not known. */
  readonly item: Id<'item'> | null;
  /** By the clock of the server. */
  readonly time: number;
  /** For whom they read; null as long as there are no carers. */
  readonly onBehalfOf: Id<'person'> | null;
}

/** What the server delivered of a vault, in its order. Throws `store/damaged`. */
export async function journalFetches(session: Session, owned: OwnedVault): Promise<JournalFetch[]> {
  const lines = (await session.fetchLogs.read(owned.vault)).flatMap((stretch) => stretch.lines);
  const files = lines.some(({ what }) => what[0] === 'blob') ? filesOf(session, owned) : new Map();
  return lines.map((line) => ({
    position: line.position,
    person: printId('person', line.person),
    device: printId('device', line.device),
    ...deliveredBy(owned, line, files),
    time: line.time,
    onBehalfOf: null,
  }));
}

/**
 * The same for an exported journal, in its order and as it was signed, the newest of it that `bytesMax` has room for; null when
 * the server never said anything.
 */
export async function fetchesForFile(
  session: Session,
  owned: OwnedVault,
  bytesMax: number,
): Promise<JournalFileFetches | null> {
  const stretches = await session.fetchLogs.read(owned.vault);
  const server = owned.index.collection.log.state?.server;
  if (stretches.length === 0 || server === undefined) return null;
  return { server, runs: newestRuns(stretches, { entriesMax: FETCHES_MAX, bytesMax }) };
}

/** From when until when the list is complete, if the server is to be believed; null when it never said anything. */
export function fetchesReach(session: Session, owned: OwnedVault): { since: number; until: number } | null {
  const run = session.fetchLogs.of(owned.vault).runs.at(-1);
  if (run === undefined || run.head === null) return null;
  return { since: run.from.since, until: decodeFetchHead(run.head[0]).time };
}

/** The newest of some stretches that a file has room for: of the last that fits, as many entries as do. */
export function newestRuns(
  stretches: readonly FetchStretch[],
  { entriesMax, bytesMax }: { readonly entriesMax: number; readonly bytesMax: number },
): JournalFileFetches['runs'] {
  const runs: JournalFileFetches['runs'] = [];
  let [entriesLeft, bytesLeft] = [entriesMax, bytesMax];
  for (const stretch of stretches.toReversed()) {
    const { entries } = stretch;
    bytesLeft -= HEADS_BYTES;
    let first = entries.length;
    while (first > 0 && entriesLeft > 0 && bytesLeft >= bytesOf(entries, first - 1)) {
      first -= 1;
      entriesLeft -= 1;
      bytesLeft -= bytesOf(entries, first);
    }
    const isWhole = first === 0;
    if (bytesLeft < 0 || (!isWhole && first === entries.length)) break;
    runs.unshift(runOf(stretch, first));
    if (!isWhole) break;
  }
  return runs;
}

/** What an entry takes in a file, and more than a run takes without its entries. */
const bytesOf = (entries: readonly Uint8Array[], at: number) => (entries[at]?.length ?? 0) + 5;
const HEADS_BYTES = 3 * (FETCH_BYTES_MAX + 80) + 100;

function runOf(
  { begin, before, from, head, entries, places }: FetchStretch,
  first: number,
): JournalFileFetches['runs'][number] {
  const place = places[first - 1] ?? from;
  const isCut = place.position === decodeFetchHead(begin[0]).cut;
  return {
    begin: [begin[0], begin[1]],
    before: before && [before[0], before[1]],
    from: isCut ? null : [place.position, place.hash],
    head: [head[0], head[1]],
    entries: entries.slice(first),
  };
}

/** A file by its blob: where it is filed, as what. */
interface FiledBlob {
  readonly log: Uint8Array;
  readonly item: Uint8Array;
}

function deliveredBy(
  owned: OwnedVault,
  { what }: FetchEntry,
  files: ReadonlyMap<string, FiledBlob>,
): Pick<JournalFetch, 'what' | 'changes' | 'log' | 'category' | 'item'> {
  if (what[0] === 'ops') {
    const [, log, from, to] = what;
    const changes = Math.max(0, to - from + 1);
    const named = { log: printId('collection', log), category: categoryOf(owned, log) };
    return { what: 'changes', changes, ...named, item: null };
  }
  const file = files.get(bytesToHex(what[1]));
  if (file === undefined) return { what: 'file', changes: null, log: null, category: null, item: null };
  const named = { log: printId('collection', file.log), category: categoryOf(owned, file.log) };
  return { what: 'file', changes: null, ...named, item: printId('item', file.item) };
}

function categoryOf({ index }: OwnedVault, log: Uint8Array): string | null {
  return index.get('index.collection', log)?.category ?? null;
}

/** Every blob that something in the vault names; where a document was also given by itself, the document. */
function filesOf(session: Session, { index }: OwnedVault): Map<string, FiledBlob> {
  const files = new Map<string, FiledBlob>();
  const sources = new Map(
    index
      .list('index.link')
      .map((link) => [`${nameOf(link.collection)} ${nameOf(link.linkItem)}`, link.sourceItem]),
  );
  const isShare = ({ purpose }: { readonly purpose: string }) => purpose === 'share';
  const entries = index.list('index.collection');
  // Those given by themselves first: where they are filed, said later, stands.
  for (const { collection } of [...entries.filter(isShare), ...entries.filter((entry) => !isShare(entry))]) {
    const view = session.collection(collection)?.view;
    for (const { item } of [...(view?.list({ removed: true }) ?? []), ...(view?.list() ?? [])]) {
      const source = sources.get(`${nameOf(collection)} ${nameOf(item)}`) ?? item;
      for (const blob of new Set(view?.history(item).flatMap(namesOfBlobs)))
        files.set(blob, { log: collection, item: source });
    }
  }
  return files;
}

const BLOBS: WeakMap<Revision, readonly string[]> = /* @__PURE__ */ new WeakMap();

/** The blobs of a revision, decoded once. */
function namesOfBlobs(revision: Revision): readonly string[] {
  const known = BLOBS.get(revision) ?? blobsNamedBy(revision).map(({ id }) => bytesToHex(id));
  BLOBS.set(revision, known);
  return known;
}
