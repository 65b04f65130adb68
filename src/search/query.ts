import { spansOf, type Term } from './words.js';

const QUERY_MAX = 1000;
const WORDS_MAX = 16;

// Nearly every text has them: they tell nothing beside other words, and cost the most.
const COMMON: ReadonlySet<string> = /* @__PURE__ */ new Set(
  (
    'a au aux ce ces cet cette dans de des du elle en est et eu il ils je la le les leur lui ma mais mes ne nous on ou ' +
    'par pas pour qu que qui sa se ses son sur ta te tu un une vos votre vous y ' +
    'an and are as at be by for from in is it of or that the this to was with'
  ).split(' '),
);

/** What is looked for. */
export interface Query {
  /** All of them have to be there; at most 16. */
  readonly words: readonly Term[];
  /** What the last word may begin, or null: words that begin so are found too. */
  readonly prefix: string | null;
}

/** Reads what someone typed: its first 1 000 characters, as words and nothing else. Null when there are none. */
export function parseQuery(text: string): Query | null {
  const typed = text.slice(0, QUERY_MAX);
  const seen = new Map<string, Term>();
  let last: Term | null = null;
  for (const { terms } of spansOf(typed)) {
    for (const term of terms) {
      if (seen.size >= WORDS_MAX && !seen.has(term.stem)) continue;
      seen.set(term.stem, term);
      last = term;
    }
  }
  if (last === null) return null;
  const all = [...seen.values()];
  const telling = all.filter(({ form }) => !COMMON.has(form));
  const words = telling.length > 0 ? telling : all.slice(-1);
  // One letter begins too much: it is a word then, as in `vitamine D`.
  const prefix = last.form.length > 1 && words.includes(last) ? last.form : null;
  return { words, prefix };
}
