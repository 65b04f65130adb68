import { VaultError } from '../errors.js';
import { Changes } from '../live/changes.js';
import { deriveLive } from '../live/derive.js';
import { createLive, type Live } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import type { Given } from '../vault/record-home.js';
import type { RecordExtractor } from '../vault/record-text.js';
import type { SearchEntry } from './entry.js';
import type { FileExtractor } from './extractor.js';
import { livePresent } from './present.js';
import { Place, type SearchHome, type SharedHome } from './search-home.js';
import { applyChange, readSnapshot, writeChange, writeSnapshot } from './snapshot.js';
import { Sources } from './sources.js';
import { forgetWords } from './words.js';
import { type BuildOptions, SearchIndex, type SearchOptions, type SearchResults } from './words-found.js';

const CHANGES_MAX = 64;
const CHANGED_SHARE_MAX = 0.25;
const BATCH = 200;
/** Between two updates of who follows: what comes in together is taken in together. */
const PAUSE_MS = 300;
/** Who searches while they type watches something else with every letter: so long the index is followed on. */
const LINGER_MS = 5000;

/** What an update did. */
export interface SearchUpdate {
  readonly added: number;
  readonly removed: number;
  /** Documents whose file could not be had now: found by title and the like, and tried again at the next update. */
  readonly withoutText: number;
}

/** How an index is followed. */
export interface FollowOptions {
  /** Told what an update threw; the next one is tried all the same. */
  readonly onError?: (error: unknown) => void;
}

/** A search, on this thread or in a worker: `await` what its calls give. */
export interface SearchAnywhere {
  update(options?: BuildOptions): Promise<SearchUpdate>;
  find(text: string, options?: SearchOptions): Promise<SearchResults>;
  follow(options?: FollowOptions): Given<() => Given<void>>;
  liveFind(text: string, options?: SearchOptions): Live<SearchResults>;
}

/**
 * Full text over the documents of a vault, and over records of the kinds that have an extractor.
 *
 * All of it is on this device; the server learns nothing, except which files were fetched that were not here. Of a
 * document that its source says was not announced to its holder, only the title and the like are found, until a record
 * says that they want to see it.
 */
export class Search {
  readonly #place: Place;
  readonly #sources: Sources;
  readonly #present: Live<ReadonlySet<string>>;
  readonly #indexed: Live<number>;
  readonly #lives = new LiveCache();
  readonly #changed = new Changes();
  #index = new SearchIndex();
  #version = 0;
  /** Ends what `liveFind` follows. */
  #unfollow: (() => void) | null = null;
  #lingering: ReturnType<typeof setTimeout> | undefined;
  #opening: Promise<void> | null = null;
  #isOpen = false;
  #failure: { readonly error: unknown } | null = null;
  #updating: Promise<unknown> = Promise.resolve();
  /** How many changes were written since the last snapshot, and how much in them. */
  #changes = 0;
  #changedEntries = 0;
  /** Whether what is on the disk holds what has to go. */
  #isForgetting = false;

  /** @internal */
  constructor(home: SearchHome | SharedHome) {
    this.#place = new Place(home);
    this.#sources = new Sources(this.#place);
    this.#present = livePresent(this.#sources);
    this.#indexed = this.#liveIndexed();
  }

  /** Makes records findable, from the next update on; the later extractor of a kind counts. Throws `usage/invalid`. */
  registerRecords(...extractors: readonly RecordExtractor[]): this {
    for (const extractor of extractors) this.#sources.addRecords(extractor);
    return this;
  }

  /** Makes the text of files findable, from the next update on; the later one of a media type counts. Throws `usage/invalid`. */
  registerFiles(...extractors: readonly FileExtractor[]): this {
    for (const extractor of extractors) this.#sources.files.add(extractor);
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
    // Known already unless something changed; in part, where lists are loaded first.
    const present = this.#present.getSnapshot() ?? (await this.#sources.ids());
    return this.#index.search(text, options, present);
  }

  /** Updates now, and whenever documents or records change; returns what ends that. */
  follow(options: FollowOptions = {}): () => void {
    const { onError } = options;
    const stopping = new AbortController();
    const { signal } = stopping;
    let isWaiting = false;
    let pauseMs = 0;
    const update = async () => {
      if (isWaiting) return;
      isWaiting = true;
      await this.#updating.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      isWaiting = false;
      pauseMs = PAUSE_MS;
      if (!signal.aborted) await this.update({ signal });
    };
    const tell = (error: unknown) => {
      if (!signal.aborted) onError?.(error);
    };
    const end = this.#present.subscribe({ next: () => void update().catch(tell), error: tell });
    return () => {
      stopping.abort();
      end();
    };
  }

  /**
   * As `find`, and what is found later; the same value for equal arguments. While anyone watches, the index follows what
   * changes, and is built if there is none: what is in it so far is found. An update that fails changes nothing here; `follow` tells.
   */
  liveFind(text: string, options: SearchOptions = {}): Live<SearchResults> {
    const { limit, fuzzy, kinds, categories, from, to, author } = options;
    const wanted = { limit, fuzzy, kinds, categories, from, to, author };
    return this.#lives.get(JSON.stringify([text, wanted]), () =>
      deriveLive(
        [this.#present, this.#indexed],
        (present) => this.#index.search(text, options, present),
        (before, after) => JSON.stringify(before) === JSON.stringify(after),
      ),
    );
  }

  /** Changes with the index, once that is open; brought up to date as long as it is watched. */
  #liveIndexed(): Live<number> {
    return createLive({
      version: () => this.#version,
      read: () => {
        if (this.#failure !== null) throw this.#failure.error;
        return this.#isOpen ? this.#version : undefined;
      },
      watch: (onNotice) => {
        const unwatch = this.#changed.watch(onNotice);
        clearTimeout(this.#lingering);
        this.#unfollow ??= this.follow();
        return () => {
          unwatch();
          this.#lingering = setTimeout(() => {
            this.#unfollow?.();
            this.#unfollow = null;
          }, LINGER_MS);
          // A program in Node may end meanwhile.
          (this.#lingering as { unref?: () => void }).unref?.();
        };
      },
    });
  }

  #tell(): void {
    this.#version++;
    this.#changed.notify();
  }

  async #open(): Promise<void> {
    this.#opening ??= this.#read().then(
      () => {
        this.#isOpen = true;
        this.#failure = null;
        this.#tell();
      },
      (error: unknown) => {
        this.#opening = null;
        this.#failure = { error };
        this.#tell();
        throw error;
      },
    );
    return this.#opening;
  }

  async #read(): Promise<void> {
    const { cache } = this.#place;
    const [snapshot, ...changes] = (await cache?.read()) ?? [];
    const index = snapshot === undefined ? null : readSnapshot(snapshot);
    const isWhole = index !== null && changes.every((change) => applyChange(index, change));
    this.#index = isWhole ? index : new SearchIndex();
    this.#changes = isWhole ? changes.length : CHANGES_MAX;
    // No text stays in memory once the keys are gone.
    this.#place.documents.live().subscribe({ complete: () => this.#close() });
  }

  #close(): void {
    this.#index = new SearchIndex();
    this.#opening = null;
    this.#isOpen = false;
    forgetWords();
  }

  async #update({ onProgress, signal }: BuildOptions): Promise<SearchUpdate> {
    await this.#open();
    const wanted = await this.#sources.wanted();
    const index = this.#index;
    const held = index.versions();
    let removed = 0;
    for (const id of held.keys()) {
      if (wanted.has(id)) continue;
      index.remove(id);
      this.#isForgetting = true;
      removed++;
    }
    if (removed > 0) this.#tell();
    const stale = [...wanted].filter(([id, { version }]) => held.get(id) !== version);
    const added: SearchEntry[] = [];
    let withoutText = 0;
    try {
      for (let start = 0; start < stale.length; start += BATCH) {
        const made: SearchEntry[] = [];
        for (const [id, { version, make }] of stale.slice(start, start + BATCH)) {
          if (signal?.aborted) throw new VaultError('usage/aborted');
          const entry = await make(index.get(id), signal);
          if (entry.version !== version) withoutText++;
          if (entry.version !== held.get(entry.id)) made.push(entry);
        }
        await index.putAll(made, { signal });
        added.push(...made);
        if (made.length > 0) this.#tell();
        onProgress?.({ done: Math.min(start + BATCH, stale.length), total: stale.length });
      }
    } finally {
      await this.#save(index, added);
    }
    return { added: added.length, removed, withoutText };
  }

  async #save(index: SearchIndex, put: readonly SearchEntry[]): Promise<void> {
    const { cache } = this.#place;
    if (cache === null || index !== this.#index || (put.length === 0 && !this.#isForgetting)) return;
    const changed = this.#changedEntries + put.length;
    const isFew = this.#changes < CHANGES_MAX && changed <= Math.max(20, index.size * CHANGED_SHARE_MAX);
    if (isFew && !this.#isForgetting && (await cache.append(writeChange({ put })))) {
      this.#changes++;
      this.#changedEntries = changed;
      return;
    }
    await cache.replace(writeSnapshot(index));
    this.#changes = 0;
    this.#changedEntries = 0;
    this.#isForgetting = false;
  }
}

const searches = /* @__PURE__ */ new WeakMap<object, Search>();

/**
 * The search of a vault, or of what someone shared; the same object for the same one.
 *
 * To search what was shared its files are fetched: the journal of its owner shows that, and no receipt says that anyone read them.
 * Of one in a worker it is the search there, `vault.search`: that worker's program says what is found.
 */
export function searchOf<S extends SearchAnywhere>(home: { readonly search: S }): S;
/** The search of a vault, or of what someone shared, on this thread. */
export function searchOf(home: SearchHome | SharedHome): Search;
export function searchOf(
  home: { readonly search: SearchAnywhere } | SearchHome | SharedHome,
): SearchAnywhere {
  if ('search' in home) return home.search;
  const known = searches.get(home) ?? new Search(home);
  searches.set(home, known);
  return known;
}
