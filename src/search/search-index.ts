import MiniSearch, { type Options, type SearchResult, type Query as Tree } from 'minisearch';
import { VaultError } from '../errors.js';
import { boundedEntry, type SearchEntry } from './entry.js';
import { filterOf, type SearchFilter } from './filter.js';
import { parseQuery, type Query } from './query.js';
import { rangesOf, type Snippet, snippetOf, type TextRange } from './snippet.js';
import { indexedOf } from './words.js';

const TEXT_TOTAL_MAX = 64 * 1024 * 1024;
const LIMIT = 20;
const LIMIT_MAX = 200;
const SCAN_MAX = 400_000;
const FUZZY_LETTERS_MIN = 5;
const SLICE_MS = 8;

/** How to look. */
export interface SearchOptions extends SearchFilter {
  /** At most so many hits: 20 unless said otherwise, never over 200. */
  readonly limit?: number;
  /** True finds words of five letters and more also when a letter or two differ. */
  readonly fuzzy?: boolean;
}

/** What was found. */
export interface SearchHit {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  /** Where in the title the words are. */
  readonly titleRanges: readonly TextRange[];
  readonly category: string | null;
  readonly date: string | null;
  /** Comparable with those of the same search only. */
  readonly score: number;
  /** From its text; empty when it has none. */
  readonly snippet: Snippet;
}

/** What a search gives. */
export interface SearchResults {
  /** The best first; of two as good, the newer. */
  readonly hits: readonly SearchHit[];
  /** How many there are, in all. */
  readonly total: number;
}

/** How long work reports, and how it is ended. */
export interface BuildOptions {
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Indexed {
  readonly id: string;
  readonly title: string;
  readonly people: string;
  readonly details: string;
  readonly text: string;
}

/** What a snapshot holds. @internal */
export interface IndexContent {
  readonly entries: readonly SearchEntry[];
  readonly index: unknown;
}

const OPTIONS: Options<Indexed> = {
  fields: ['title', 'people', 'details', 'text'],
  tokenize: indexedOf,
  processTerm: (term) => term,
  logger: () => {},
  searchOptions: {
    boost: { title: 4, people: 2, details: 1.5 },
    tokenize: (term) => [term],
    processTerm: (term) => term,
  },
};

/** Entries, found by their words: in memory, of no vault. What it finds depends on what it holds, not on how that came in. */
export class SearchIndex {
  readonly #entries = new Map<string, SearchEntry>();
  #mini: MiniSearch<Indexed>;
  #textLength = 0;

  constructor() {
    this.#mini = new MiniSearch(OPTIONS);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The version of each entry held, by its id. */
  versions(): Map<string, string> {
    return new Map([...this.#entries].map(([id, { version }]) => [id, version]));
  }

  get(id: string): SearchEntry | null {
    return this.#entries.get(id) ?? null;
  }

  /**
   * Takes an entry in, in place of the one of its id.
   *
   * Once the texts are 64 million characters together, further ones are found by title, people and details only.
   */
  put(given: SearchEntry): void {
    this.remove(given.id);
    const bounded = boundedEntry(given);
    const entry =
      this.#textLength + bounded.text.length <= TEXT_TOTAL_MAX ? bounded : { ...bounded, text: '' };
    this.#entries.set(entry.id, entry);
    this.#textLength += entry.text.length;
    this.#mini.add(indexed(entry));
  }

  /** As `put` for many, in slices of a few milliseconds. Throws `usage/aborted`; what was taken in until then stays. */
  async putAll(entries: readonly SearchEntry[], { onProgress, signal }: BuildOptions = {}): Promise<void> {
    let sliceEnd = performance.now() + SLICE_MS;
    for (const [done, entry] of entries.entries()) {
      if (signal?.aborted) throw new VaultError('usage/aborted');
      this.put(entry);
      if (performance.now() < sliceEnd) continue;
      onProgress?.({ done: done + 1, total: entries.length });
      await new Promise((resolve) => setTimeout(resolve));
      sliceEnd = performance.now() + SLICE_MS;
    }
    onProgress?.({ done: entries.length, total: entries.length });
  }

  /** Takes an entry out, with all its words. False when there was none. */
  remove(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#mini.remove(indexed(entry));
    this.#entries.delete(id);
    this.#textLength -= entry.text.length;
    return true;
  }

  /** Finds what has all the words typed, the last of which may be unfinished. Throws `usage/invalid` for a wrong filter or limit. */
  search(text: string, options: SearchOptions = {}): SearchResults {
    const { limit = LIMIT, fuzzy = false } = options;
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > LIMIT_MAX)
      throw new VaultError('usage/invalid', { argument: 'limit' });
    const isWanted = filterOf(options);
    const query = parseQuery(text);
    if (query === null) return { hits: [], total: 0 };
    const found = this.#mini.search(treeOf(query, fuzzy), {
      filter: ({ id }) => {
        const entry = this.#entries.get(id as string);
        return entry !== undefined && isWanted(entry);
      },
    });
    const ranked = found.map((result) => this.#rank(result)).sort(bestFirst);
    let scan = SCAN_MAX;
    const hits = ranked.slice(0, limit).map(({ entry, score, terms }) => {
      const hit = hitOf(entry, score, new Set(terms), scan);
      scan = Math.max(0, scan - entry.text.length);
      return hit;
    });
    return { hits, total: found.length };
  }

  /** What a snapshot needs. @internal */
  content(): IndexContent {
    return { entries: [...this.#entries.values()], index: this.#mini.toJSON() };
  }

  /** The index that `content` was of. Throws anything for what is no such content. @internal */
  static from({ entries, index }: IndexContent): SearchIndex {
    const restored = new SearchIndex();
    restored.#mini = MiniSearch.loadJS(index as never, OPTIONS);
    for (const entry of entries) {
      if (!restored.#mini.has(entry.id)) throw new VaultError('format/malformed');
      restored.#entries.set(entry.id, entry);
      restored.#textLength += entry.text.length;
    }
    if (restored.#mini.documentCount !== entries.length) throw new VaultError('format/malformed');
    return restored;
  }

  #rank({ id, score, terms }: SearchResult): Ranked {
    // Sums of the same parts in another order differ in their last digits.
    return {
      entry: this.#entries.get(id as string) as SearchEntry,
      score: Number(score.toPrecision(6)),
      terms,
    };
  }
}

interface Ranked {
  readonly entry: SearchEntry;
  readonly score: number;
  readonly terms: readonly string[];
}

function bestFirst(one: Ranked, other: Ranked): number {
  if (one.score !== other.score) return other.score - one.score;
  const [date, otherDate] = [one.entry.date ?? '', other.entry.date ?? ''];
  if (date !== otherDate) return date < otherDate ? 1 : -1;
  return one.entry.id < other.entry.id ? -1 : 1;
}

function indexed({ id, title, people, details, text }: SearchEntry): Indexed {
  return { id, title, people: people.join('\n'), details: details.join('\n'), text };
}

function treeOf({ words, prefix }: Query, fuzzy: boolean): Tree {
  const queries = words.map(({ form, stem }): Tree => {
    const ways: Tree[] = [stem];
    if (form === prefix) ways.push({ queries: [form], prefix: true });
    if (fuzzy && stem.length >= FUZZY_LETTERS_MIN) ways.push({ queries: [stem], fuzzy: 0.2 });
    return { combineWith: 'OR', queries: ways };
  });
  return { combineWith: 'AND', queries };
}

function hitOf(entry: SearchEntry, score: number, found: ReadonlySet<string>, scan: number): SearchHit {
  const { id, kind, title, category, date, text } = entry;
  const titleRanges = rangesOf(title, found);
  return { id, kind, title, titleRanges, category, date, score, snippet: snippetOf(text, found, scan) };
}
