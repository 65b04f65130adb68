/** The parts that what is written in threads is made of, with their bounds. */
import * as z from 'zod/mini';
import { systemRandom } from '../crypto/random.js';
import { bytesToHex, type Id, type IdKind, isId } from '../formats/id.js';

/** The name of a thread, and of the collection that holds it. */
export const THREAD_NAME = /^thread-[0-9a-f]{32}$/;

/** A name that no thread has. */
export function newThreadName(): string {
  return `thread-${bytesToHex(systemRandom(16))}`;
}

export const TEXT_LENGTH_MAX = 100_000;
export const SUBJECT_LENGTH_MAX = 200;
/** So many parents of a message, people it is for, or newest messages read. */
export const REFERENCES_MAX = 256;

/** A printed id of a kind. */
export const idOf = <Kind extends IdKind>(kind: Kind) => z.custom<Id<Kind>>((value) => isId(kind, value));

/** One thing written in a thread: who wrote it, and the name they gave it. */
export type Reference = `${Id<'person'>}/${Id<'message'>}`;

/** The reference to what `from` wrote under this name. */
export function referenceTo(from: Id<'person'>, ref: Id<'message'>): Reference {
  return `${from}/${ref}`;
}

export const reference = z.custom<Reference>((value) => {
  if (typeof value !== 'string') return false;
  const [from, ref, ...more] = value.split('/');
  return more.length === 0 && isId('person', from) && isId('message', ref);
});

export const references = z.array(reference).check(z.maxLength(REFERENCES_MAX));
/** As far as a `Date` goes, so that nobody can write what another's app cannot show. */
const MOMENT_MAX = 8_640_000_000_000_000;

export const moment = z.number().check(z.int(), z.nonnegative(), z.lte(MOMENT_MAX));
export const threadName = z.string().check(z.regex(THREAD_NAME));

/** What everything that a participant writes in a thread carries: signed with it, so that it cannot be moved. */
export const written = {
  /** The thread it is for: anywhere else it is not shown (A34, A52). */
  thread: threadName,
  /** Who says to write it; it counts only when the signature says the same. */
  from: idOf('person'),
  ref: idOf('message'),
  /** The newest that its author had seen: what comes before it, whatever order a server gives (A39). */
  after: references,
  /** By the clock of its author. */
  sent: moment,
} as const;
