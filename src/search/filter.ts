import { VaultError } from '../errors.js';
import type { SearchEntry } from './entry.js';
import { fold } from './fold.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Which of what is found is wanted; all of it has to hold. */
export interface SearchFilter {
  /** `document`, or kinds of records. */
  readonly kinds?: readonly string[];
  /** Categories of documents, or collections of records. */
  readonly categories?: readonly string[];
  /** From this day on, `YYYY-MM-DD`; what has no date is not found. */
  readonly from?: string;
  /** Up to and with this day. */
  readonly to?: string;
  /** The id of who wrote it, or part of a name among those of who wrote it or is in it. */
  readonly author?: string;
}

/** Whether an entry is wanted. Throws `usage/invalid` for a day that is none. */
export function filterOf(filter: SearchFilter): (entry: SearchEntry) => boolean {
  const { kinds, categories, from, to, author } = filter;
  for (const [argument, day] of Object.entries({ from, to }))
    if (day !== undefined && !DAY.test(day)) throw new VaultError('usage/invalid', { argument });
  const name = author === undefined ? '' : fold(author.slice(0, 200)).trim();
  return (entry) => {
    if (kinds !== undefined && !kinds.includes(entry.kind)) return false;
    if (categories !== undefined && (entry.category === null || !categories.includes(entry.category)))
      return false;
    if (from !== undefined && (entry.date === null || entry.date < from)) return false;
    if (to !== undefined && (entry.date === null || entry.date > to)) return false;
    return author === undefined || entry.author === author || isNamed(entry, name);
  };
}

function isNamed({ people }: SearchEntry, name: string): boolean {
  return name !== '' && people.some((person) => fold(person).includes(name));
}
