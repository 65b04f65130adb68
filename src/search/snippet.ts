import { cut } from './entry.js';
import { type Span, spansOf, type Term } from './words.js';

const BEFORE = 60;
const LENGTH = 200;
const RANGES_MAX = 20;

/** From a character to the one before `end`, as `slice` counts. */
export type TextRange = readonly [start: number, end: number];

/** Whether a word is one of those that were found. */
export type IsFound = (term: Term) => boolean;

/** Part of a text, and where in it the words looked for are. It is text, never HTML. */
export interface Snippet {
  readonly text: string;
  /** In the order of the text; none overlaps another. */
  readonly ranges: readonly TextRange[];
  /** Whether the text goes on before and after. */
  readonly before: boolean;
  readonly after: boolean;
}

/**
 * The part of a text around the first words that were found, at most 200 characters; its beginning when there are none.
 *
 * `scan` says how many characters may be looked through.
 */
export function snippetOf(text: string, isFound: IsFound, scan: number): Snippet {
  const within = text.length <= scan ? text : cut(text, scan);
  const first = firstOf(within, isFound);
  const start = first === null ? 0 : startBefore(within, first.start);
  const end = endAfter(text, start);
  // One character for one: the ranges stay where they are.
  const shown = text.slice(start, end).replace(/\s/g, ' ');
  return { text: shown, ranges: rangesOf(shown, isFound), before: start > 0, after: end < text.length };
}

/** Where in a text the words are that were found. */
export function rangesOf(text: string, isFound: IsFound): TextRange[] {
  const ranges: TextRange[] = [];
  for (const span of spansOf(text)) {
    if (span.terms.some(isFound)) ranges.push([span.start, span.end]);
    if (ranges.length >= RANGES_MAX) break;
  }
  return ranges;
}

function firstOf(text: string, isFound: IsFound): Span | null {
  for (const span of spansOf(text)) if (span.terms.some(isFound)) return span;
  return null;
}

/** The first beginning of a word that is not too far before. */
function startBefore(text: string, at: number): number {
  if (at <= BEFORE) return 0;
  const near = text.slice(at - BEFORE, at);
  const space = near.search(/\s\S/);
  return space === -1 ? at : at - BEFORE + space + 1;
}

/** The end of the last word that still has room. */
function endAfter(text: string, start: number): number {
  if (text.length - start <= LENGTH) return text.length;
  const part = cut(text.slice(start, start + LENGTH), LENGTH - 1);
  const space = part.search(/\s\S*$/);
  return start + (space > LENGTH / 2 ? space : part.length);
}
