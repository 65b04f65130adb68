import { VaultError } from '../errors.js';
import { boundedEntry, type SearchEntry } from './entry.js';
import { filterOf, type SearchFilter } from './filter.js';
import { addTo, type Posting, packPostings, removeFrom, unpackPostings, weightsOf } from './postings.js';
import { parseQuery, type Query } from './query.js';
import { rangesOf, type Snippet, snippetOf, type TextRange } from './snippet.js';
import { isNear, TermList } from './term-list.js';
import type { Term } from './words.js';

const TEXT_TOTAL_MAX = 64 * 1024 * 1024;
const LIMIT = 20;
const LIMIT_MAX = 200;
const SCAN_MAX = 400_000;
const FUZZY_LETTERS_MIN = 5;
const SLICE_MS = 8;
const SATURATION = 120;
const PREFIX_FACTOR = 0.8;
const FUZZY_FACTOR = 0.4;

/** How to look. */
export interface SearchOptions extends SearchFilter {
  /** At most so many hits: 20 unless said otherwise, never over 200. */
  readonly limit?: number;
  /** True finds words of five letters and more also when one letter differs, or two changed places; never the first. */
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

/** What a snapshot holds. @internal */
export interface IndexContent {
  readonly entries: readonly SearchEntry[];
  readonly terms: readonly string[];
  readonly postings: Uint8Array<ArrayBuffer>;
}

/** Entries, found by their words: in memory, of no vault. What it finds depends on what it holds, not on how that came in. */
export class SearchIndex {
  /** By number; a number is not used again. */
  #numbered: (SearchEntry | undefined)[] = [];
  readonly #numbers = new Map<string, number>();
  #postings = new Map<string, Posting>();
  #terms = new TermList();
  #textLength = 0;

  get size(): number {
    return this.#numbers.size;
  }

  /** The version of each entry held, by its id. */
  versions(): Map<string, string> {
    return new Map(this.#entries().map(({ id, version }) => [id, version]));
  }

  get(id: string): SearchEntry | null {
    const number = this.#numbers.get(id);
    return number === undefined ? null : (this.#numbered[number] ?? null);
  }

  /**
   * Takes an entry in, in place of the one of its id.
   *
   * Once the texts are 64 million characters together, further ones are found by title, people and details only.
   */
  put(given: SearchEntry): void {
    this.remove(given.id);
    const bounded = boundedEntry(given);
    const hasRoom = this.#textLength + bounded.text.length <= TEXT_TOTAL_MAX;
    const entry = hasRoom ? bounded : { ...bounded, text: '' };
    const number = this.#numbered.length;
    this.#numbered.push(entry);
    this.#numbers.set(entry.id, number);
    this.#textLength += entry.text.length;
    for (const [term, weight] of weightsOf(entry)) {
      let posting = this.#postings.get(term);
      if (posting === undefined) {
        posting = { at: [], weight: [] };
        this.#postings.set(term, posting);
        this.#terms.add(term);
      }
      addTo(posting, number, weight);
    }
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
    const number = this.#numbers.get(id);
    const entry = this.get(id);
    if (number === undefined || entry === null) return false;
    for (const term of weightsOf(entry).keys()) {
      const posting = this.#postings.get(term);
      if (posting === undefined) continue;
      removeFrom(posting, number);
      if (posting.at.length === 0) this.#postings.delete(term);
    }
    this.#numbers.delete(id);
    this.#numbered[number] = undefined;
    this.#textLength -= entry.text.length;
    return true;
  }

  /**
   * Finds what has all the words typed, the last of which may be unfinished; `among` these ids, if they are given.
   *
   * Throws `usage/invalid` for a wrong filter or limit.
   */
  search(text: string, options: SearchOptions = {}, among?: ReadonlySet<string>): SearchResults {
    const { limit = LIMIT, fuzzy = false } = options;
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > LIMIT_MAX)
      throw new VaultError('usage/invalid', { argument: 'limit' });
    const isWanted = filterOf(options);
    const query = parseQuery(text);
    if (query === null) return { hits: [], total: 0 };
    const best: Ranked[] = [];
    let total = 0;
    for (const { number, score } of this.#match(query, fuzzy)) {
      const entry = this.#numbered[number];
      if (entry === undefined || among?.has(entry.id) === false || !isWanted(entry)) continue;
      total++;
      insert(best, { entry, score }, limit);
    }
    const isFound = (term: Term) =>
      query.words.some(({ form, stem }) => {
        if (term.stem === stem || (form === query.prefix && term.form.startsWith(form))) return true;
        return fuzzy && isFuzzy(stem) && isNear(term.stem, stem);
      });
    let scan = SCAN_MAX;
    const hits = best.map(({ entry, score }) => {
      const { id, kind, title, category, date } = entry;
      const titleRanges = rangesOf(title, isFound);
      const snippet = snippetOf(entry.text, isFound, scan);
      scan = Math.max(0, scan - entry.text.length);
      return { id, kind, title, titleRanges, category, date, score, snippet };
    });
    return { hits, total };
  }

  /** What a snapshot needs. @internal */
  content(): IndexContent {
    const renumbered: number[] = [];
    let next = 0;
    for (const entry of this.#numbered) renumbered.push(entry === undefined ? -1 : next++);
    const terms = [...this.#postings.keys()].sort();
    const postings = terms.map((term) => this.#postings.get(term) as Posting);
    return { entries: this.#entries(), terms, postings: packPostings(postings, renumbered) };
  }

  /** The index that `content` was of. Throws anything for what is no such content. @internal */
  static from({ entries, terms, postings }: IndexContent): SearchIndex {
    const restored = new SearchIndex();
    restored.#numbered = [...entries];
    for (const [number, { id, text }] of entries.entries()) {
      restored.#numbers.set(id, number);
      restored.#textLength += text.length;
    }
    const unpacked = unpackPostings(postings, terms.length);
    restored.#postings = new Map(terms.map((term, i) => [term, unpacked[i] as Posting]));
    restored.#terms = new TermList(terms);
    return restored;
  }

  #entries(): SearchEntry[] {
    return this.#numbered.filter((entry) => entry !== undefined);
  }

  /** Who has all the words, and how well. */
  #match({ words, prefix }: Query, fuzzy: boolean): { readonly number: number; readonly score: number }[] {
    const scores = new Float64Array(this.#numbered.length);
    const ofWord = new Float64Array(this.#numbered.length);
    const matched = new Uint8Array(this.#numbered.length);
    let found: number[] = [];
    for (const [i, word] of words.entries()) {
      const having: number[] = [];
      for (const { posting, factor } of this.#ways(word, word.form === prefix, fuzzy)) {
        const { at, weight } = posting;
        const rarity = factor * Math.log(1 + (this.size + 0.5) / (at.length + 0.5));
        for (let j = 0; j < at.length; j++) {
          const number = at[j] as number;
          if (matched[number] !== i) continue;
          const before = ofWord[number] as number;
          if (before === 0) having.push(number);
          const score = (rarity * (weight[j] as number)) / (SATURATION + (weight[j] as number));
          // The best way counts, not their sum: it is the same in whatever order they come.
          if (score > before) ofWord[number] = score;
        }
      }
      for (const number of having) {
        matched[number] = i + 1;
        scores[number] = (scores[number] as number) + (ofWord[number] as number);
        ofWord[number] = 0;
      }
      found = having;
    }
    return found.map((number) => ({ number, score: scores[number] as number }));
  }

  /** In which words of the index a word is found, and how much each way counts. */
  *#ways(
    { form, stem }: Term,
    isPrefix: boolean,
    fuzzy: boolean,
  ): Generator<{ readonly posting: Posting; readonly factor: number }, undefined> {
    const exact = this.#postings.get(stem);
    if (exact !== undefined) yield { posting: exact, factor: 1 };
    if (isPrefix) {
      for (const term of this.#terms.startingWith(form)) {
        const posting = this.#postings.get(term);
        if (posting !== undefined && term !== stem)
          yield { posting, factor: (PREFIX_FACTOR * form.length) / term.length };
      }
    }
    if (!fuzzy || !isFuzzy(stem)) return;
    for (const term of this.#terms.startingWith(stem.charAt(0))) {
      const posting = this.#postings.get(term);
      if (posting !== undefined && term !== stem && isNear(term, stem))
        yield { posting, factor: FUZZY_FACTOR };
    }
  }
}

interface Ranked {
  readonly entry: SearchEntry;
  readonly score: number;
}

function isFuzzy(word: string): boolean {
  return word.length >= FUZZY_LETTERS_MIN;
}

/** Puts one among the best, if it is one of them. */
function insert(best: Ranked[], ranked: Ranked, limit: number): void {
  const last = best.at(-1);
  if (best.length >= limit && last !== undefined && isBetter(last, ranked)) return;
  let low = 0;
  let high = best.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBetter(best[middle] as Ranked, ranked)) low = middle + 1;
    else high = middle;
  }
  best.splice(low, 0, ranked);
  if (best.length > limit) best.pop();
}

function isBetter(one: Ranked, other: Ranked): boolean {
  if (one.score !== other.score) return one.score > other.score;
  const [date, otherDate] = [one.entry.date ?? '', other.entry.date ?? ''];
  return date === otherDate ? one.entry.id < other.entry.id : date > otherDate;
}
