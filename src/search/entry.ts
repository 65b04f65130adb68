/** What is held of one thing that can be found. */
export interface SearchEntry {
  /** The id of the item. */
  readonly id: string;
  /** Changes when anything else here may have: what is held under another one is made again. */
  readonly version: string;
  /** `document`, or the kind of a record. */
  readonly kind: string;
  readonly title: string;
  /** What it says: at most 200 000 characters are held. */
  readonly text: string;
  /** What else is known of it and may be looked for: labels, codes, a file's name. */
  readonly details: readonly string[];
  /** The names of who wrote it or is in it. */
  readonly people: readonly string[];
  /** The person who wrote it. */
  readonly author: string | null;
  readonly category: string | null;
  /** `YYYY-MM-DD`. */
  readonly date: string | null;
}

const TITLE_MAX = 500;
const TEXT_MAX = 200_000;
const LIST_MAX = 50;
const LINE_MAX = 500;

/** An entry within its limits; a copy. */
export function boundedEntry(entry: SearchEntry): SearchEntry {
  return {
    id: entry.id,
    version: entry.version,
    kind: entry.kind,
    title: cut(entry.title, TITLE_MAX),
    text: cut(entry.text, TEXT_MAX),
    details: entry.details.slice(0, LIST_MAX).map((line) => cut(line, LINE_MAX)),
    people: entry.people.slice(0, LIST_MAX).map((line) => cut(line, LINE_MAX)),
    author: entry.author,
    category: entry.category,
    date: entry.date,
  };
}

/** The first characters of a text, none of them half. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text.toWellFormed();
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max).toWellFormed();
}
