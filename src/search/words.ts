import { fold } from './fold.js';
import { singular } from './plural.js';

/** The version of the rules below: an index made by others is made again. */
export const WORDS_VERSION = 1;

const WORD_MAX = 40;
const RAW_MAX = 80;
const KNOWN_MAX = 20_000;
const KNOWN_LENGTH_MAX = 24;

// A decimal is one word, `37,5` as `37.5`.
const SPAN = /[\p{L}\p{M}\p{N}\u00AD\u200B-\u200D\u2060]+(?:(?<=\p{N})[.,]\p{N}+)?/gu;
const FOLDED = /\p{N}+[.,]\p{N}+|[\p{L}\p{N}]+/gu;
const DOSE = /^(\p{N}+)(mg|g|kg|μg|ug|mcg|ng|ml|cl|dl|l|mmol|mol|ui|iu|mm|cm|m|bpm|mmhg|kcal|h|min)$/u;
const APOSTROPHE = /['’ʼ′]/;
const ELIDED: ReadonlySet<string> = new Set(['l', 'd', 'j', 'm', 't', 's', 'c', 'n', 'qu']);
const ENDING: ReadonlySet<string> = new Set(['s', 't', 'd', 'm']);
const LETTER = /\p{L}/u;

/** A word as it is looked up. */
export interface Term {
  /** Folded. */
  readonly form: string;
  /** Folded, in the singular. */
  readonly stem: string;
}

/** Words where a text has them: most often one, two of `500mg`. */
export interface Span {
  /** In UTF-16 units, as `slice` counts. */
  readonly start: number;
  readonly end: number;
  readonly terms: readonly Term[];
}

/** The words of a text in their order, from `from` on: without what French elides (`l’`, `qu’`) and the English `’s`. */
export function* spansOf(text: string, from = 0): Generator<Span, undefined> {
  const pattern = new RegExp(SPAN);
  pattern.lastIndex = from;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [raw] = found;
    const start = found.index;
    const end = start + raw.length;
    if (raw.length <= 2 && isElided(text, start, end, raw)) continue;
    const terms = termsOf(raw);
    if (terms.length > 0) yield { start, end, terms };
  }
}

/** What an index holds of a text: each word in the singular, and as it is where that differs. */
export function indexedOf(text: string): string[] {
  const held: string[] = [];
  for (const { terms } of spansOf(text)) {
    for (const { form, stem } of terms) {
      held.push(stem);
      if (form !== stem) held.push(form);
    }
  }
  return held;
}

const known = /* @__PURE__ */ new Map<string, readonly Term[]>();

/** Lets go of the words of texts that were kept to save time. */
export function forgetWords(): void {
  known.clear();
}

function termsOf(raw: string): readonly Term[] {
  if (raw.length > KNOWN_LENGTH_MAX) return makeTerms(raw);
  const before = known.get(raw);
  if (before !== undefined) return before;
  const terms = makeTerms(raw);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(raw, terms);
  return terms;
}

function makeTerms(raw: string): readonly Term[] {
  const parts = fold(raw.slice(0, RAW_MAX)).match(FOLDED) ?? [];
  return parts.flatMap((part) => {
    const [, amount, unit] = DOSE.exec(part) ?? [];
    const words = amount === undefined || unit === undefined ? [part.replace(',', '.')] : [amount, unit];
    return words.map((word) => {
      const form = word.slice(0, WORD_MAX);
      return { form, stem: singular(form) };
    });
  });
}

function isElided(text: string, start: number, end: number, raw: string): boolean {
  const word = raw.toLowerCase();
  if (ELIDED.has(word) && APOSTROPHE.test(text.charAt(end)) && LETTER.test(text.charAt(end + 1))) return true;
  return ENDING.has(word) && APOSTROPHE.test(text.charAt(start - 1)) && LETTER.test(text.charAt(start - 2));
}
