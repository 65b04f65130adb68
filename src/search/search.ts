import { isVaultError, VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import type { Live } from '../live/live.js';
import { categoryLabel } from '../records/category.js';
import type { Document } from '../vault/document-view.js';
import type { Given, RecordHome } from '../vault/record-home.js';
import type { RecordItem } from '../vault/record-item.js';
import type { SearchEntry } from './entry.js';
import {
  checkExtractor,
  extractorOf,
  type FileExtractor,
  PLAIN_TEXT,
  type RecordExtractor,
} from './extractor.js';
import { applyChange, readSnapshot, writeChange, writeSnapshot } from './snapshot.js';
import { type BuildOptions, SearchIndex, type SearchOptions, type SearchResults } from './words-found.js';

const CHANGES_MAX = 64;
const CHANGED_SHARE_MAX = 0.25;
const BATCH = 200;

/** The documents of a vault, as far as searching needs them. */
export interface SearchedDocuments {
  list(): Given<readonly Document[]>;
  live(): Live<readonly Document[]>;
  blob(id: Id<'item'>, options?: { readonly signal?: AbortSignal | undefined }): Promise<Blob>;
}

/** Where an index is kept sealed; `vault.cache('search')` is one. */
export interface IndexCache {
  read(): Promise<Uint8Array[] | null>;
  replace(value: Uint8Array): Promise<void>;
  append(value: Uint8Array): Promise<boolean>;
}

/** What is searched: a vault, or what has as much. */
export interface SearchHome extends RecordHome {
  readonly documents: SearchedDocuments;
  /** Without one the index is made anew each time. */
  cache?(name: string): IndexCache;
}

/** What an update did. */
export interface SearchUpdate {
  readonly added: number;
  readonly removed: number;
  /** Documents whose file could not be had now: found by title and the like, and tried again at the next update. */
  readonly withoutText: number;
}

interface Wanted {
  readonly version: string;
  make(signal: AbortSignal | undefined): Promise<SearchEntry | null>;
}

/**
 * Full text over the documents of a vault, and over records of the kinds that have an extractor.
 *
 * All of it is on this device; the server learns nothing, except which files were fetched that were not here.
 */
export class Search {
  readonly #home: SearchHome;
  readonly #cache: IndexCache | null;
  readonly #records = new Map<string, RecordExtractor>();
  readonly #files: FileExtractor[] = [PLAIN_TEXT];
  #index = new SearchIndex();
  #opening: Promise<void> | null = null;
  #updating: Promise<unknown> = Promise.resolve();
  #changes = 0;
  #changed = 0;
  /** Whether what is on the disk holds what has to go. */
  #isForgetting = false;

  /** @internal */
  constructor(home: SearchHome) {
    this.#home = home;
    this.#cache = home.cache?.('search') ?? null;
  }

  /** Makes records of a kind findable, from the next update on. Throws `usage/invalid`. */
  registerRecords(extractor: RecordExtractor): this {
    checkExtractor(extractor);
    this.#records.set(extractor.kind.kind, extractor);
    return this;
  }

  /** Makes the text of files findable, from the next update on. Throws `usage/invalid`. */
  registerFiles(extractor: FileExtractor): this {
    checkExtractor(extractor);
    this.#files.push(extractor);
    return this;
  }

  /** How much the index holds now. */
  get size(): number {
    return this.#index.size;
  }

  /**
   * Brings the index up to date: what is new or changed is taken in, what is gone goes, and nothing else is read again.
   *
   * Files that are on the server only are fetched, unless they cannot be. What was removed or erased is not left on the
   * disk. Updates follow one another. Throws `usage/aborted` (what was done is kept), `access/locked`, `store/*`.
   */
  async update(options: BuildOptions = {}): Promise<SearchUpdate> {
    const update = this.#updating.then(
      () => this.#update(options),
      () => this.#update(options),
    );
    this.#updating = update;
    return update;
  }

  /**
   * Finds what has all the words typed, as the index was at the last update; what is gone meanwhile is not shown.
   *
   * Throws `usage/invalid` for a wrong filter or limit, `access/locked`.
   */
  async find(text: string, options: SearchOptions = {}): Promise<SearchResults> {
    await this.#open();
    const wanted = await this.#wanted();
    for (const id of this.#index.versions().keys()) if (!wanted.has(id)) this.#forget(id);
    return this.#index.search(text, options);
  }

  /** Updates now, and whenever documents or records change; returns what ends that. */
  follow(options: { readonly onError?: (error: unknown) => void } = {}): () => void {
    const { onError } = options;
    const stopping = new AbortController();
    let isWaiting = false;
    const update = () => {
      if (isWaiting || stopping.signal.aborted) return;
      isWaiting = true;
      void this.#updating
        .catch(() => {})
        .then(() => {
          isWaiting = false;
          return stopping.signal.aborted ? undefined : this.update({ signal: stopping.signal });
        })
        .catch((error: unknown) => {
          if (!stopping.signal.aborted) onError?.(error);
        });
    };
    const lives: readonly Live<unknown>[] = [
      this.#home.documents.live(),
      ...[...this.#records.values()].map(({ kind }) => this.#home.records(kind).live()),
    ];
    update();
    const ends = lives.map((live) => live.subscribe({ next: update, error: (error) => onError?.(error) }));
    return () => {
      stopping.abort();
      for (const end of ends) end();
    };
  }

  /** What has to be removed from the disk as well; the next update writes the index anew. */
  #forget(id: string): void {
    this.#index.remove(id);
    this.#changes = CHANGES_MAX;
    this.#isForgetting = true;
  }
  async #open(): Promise<void> {
    this.#opening ??= this.#read().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  async #read(): Promise<void> {
    const [snapshot, ...changes] = (await this.#cache?.read()) ?? [];
    const index = snapshot === undefined ? null : readSnapshot(snapshot);
    if (index === null) {
      this.#changes = CHANGES_MAX;
      return;
    }
    const isWhole = changes.every((change) => applyChange(index, change));
    this.#index = isWhole ? index : new SearchIndex();
    this.#changes = isWhole ? changes.length : CHANGES_MAX;
  }

  async #update({ onProgress, signal }: BuildOptions): Promise<SearchUpdate> {
    await this.#open();
    const wanted = await this.#wanted();
    const held = this.#index.versions();
    let removed = 0;
    for (const id of held.keys()) {
      if (wanted.has(id)) continue;
      this.#forget(id);
      removed++;
    }
    const stale = [...wanted].filter(([id, { version }]) => held.get(id) !== version);
    const added: SearchEntry[] = [];
    let withoutText = 0;
    try {
      for (let start = 0; start < stale.length; start += BATCH) {
        const made: SearchEntry[] = [];
        for (const [, { version, make }] of stale.slice(start, start + BATCH)) {
          if (signal?.aborted) throw new VaultError('usage/aborted');
          const entry = await make(signal);
          if (entry === null) continue;
          if (entry.version !== version) withoutText++;
          if (entry.version !== held.get(entry.id)) made.push(entry);
        }
        await this.#index.putAll(made, { signal });
        added.push(...made);
        onProgress?.({ done: Math.min(start + BATCH, stale.length), total: stale.length });
      }
    } finally {
      await this.#save(added);
    }
    return { added: added.length, removed, withoutText };
  }

  async #save(put: readonly SearchEntry[]): Promise<void> {
    const cache = this.#cache;
    if (cache === null || (put.length === 0 && !this.#isForgetting)) return;
    const changed = this.#changed + put.length;
    const isFew =
      this.#changes < CHANGES_MAX && changed <= Math.max(20, this.#index.size * CHANGED_SHARE_MAX);
    if (isFew && (await cache.append(writeChange({ put })))) {
      this.#changes++;
      this.#changed = changed;
      return;
    }
    await cache.replace(writeSnapshot(this.#index));
    this.#changes = 0;
    this.#changed = 0;
    this.#isForgetting = false;
  }

  /** What there is to be found now, by its id. */
  async #wanted(): Promise<Map<string, Wanted>> {
    const wanted = new Map<string, Wanted>();
    for (const document of await this.#home.documents.list()) {
      const extractor = extractorOf(this.#files, document.mediaType);
      const reads = extractor === null || document.bytes > extractor.bytesMax ? null : extractor;
      const type = reads === null ? '' : `${reads.mediaTypes.join()}@${String(reads.version)}`;
      const version = `${document.version} ${document.category} ${type}`;
      wanted.set(document.id, {
        version,
        make: (signal) => this.#documentEntry(document, version, reads, signal),
      });
    }
    for (const extractor of this.#records.values()) {
      for (const record of await this.#home.records(extractor.kind).list()) {
        const version = `${record.version} @${String(extractor.version)}`;
        wanted.set(record.id, { version, make: async () => recordEntry(record, version, extractor) });
      }
    }
    return wanted;
  }

  async #documentEntry(
    document: Document,
    version: string,
    extractor: FileExtractor | null,
    signal: AbortSignal | undefined,
  ): Promise<SearchEntry> {
    const { id, title, category, date, name, author, about } = document;
    const labels = [categoryLabel(category, 'fr'), categoryLabel(category, 'en')];
    const said = [about?.type, about?.class, about?.practiceSetting].map((code) => code?.label);
    const authors = about?.authors?.flatMap((one) => [one.name, one.organisation?.name]) ?? [];
    const entry = {
      ...{ id, version, kind: 'document', title, category, date, author },
      details: [name, ...labels, ...said].filter((line) => typeof line === 'string'),
      people: [...authors, about?.custodian?.name].filter((line) => typeof line === 'string'),
    };
    if (extractor === null) return { ...entry, text: '' };
    let file: Blob;
    try {
      file = await this.#home.documents.blob(id, { signal });
    } catch (error) {
      if (isVaultError(error, 'usage/aborted') || isVaultError(error, 'access/locked')) throw error;
      return { ...entry, version: `${version} later`, text: '' };
    }
    try {
      const text = await extractor.extract(file, signal === undefined ? {} : { signal });
      return { ...entry, text: text ?? '' };
    } catch {
      if (signal?.aborted) throw new VaultError('usage/aborted');
      return { ...entry, text: '' };
    }
  }
}

function recordEntry(
  record: RecordItem<object>,
  version: string,
  { kind, extract }: RecordExtractor,
): SearchEntry {
  const { id, author } = record;
  const found = extracted(record, extract);
  const { title = '', text = '', details = [], people = [], date = null } = found ?? {};
  return {
    id,
    version,
    kind: kind.kind,
    title,
    text,
    details,
    people,
    author,
    category: kind.collection,
    date,
  };
}

function extracted(record: RecordItem<object>, extract: RecordExtractor['extract']) {
  try {
    return extract(record);
  } catch {
    return null;
  }
}

const searches = /* @__PURE__ */ new WeakMap<SearchHome, Search>();

/** The search of a vault; the same object for the same vault. */
export function searchOf(home: SearchHome): Search {
  const known = searches.get(home) ?? new Search(home);
  searches.set(home, known);
  return known;
}
