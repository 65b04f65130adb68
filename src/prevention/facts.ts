import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { type Day, isDay, minus, plus } from './calendar-day.js';

/** Something that was done: a dose, a test, an examination. */
export interface DoneBefore {
  /** What: a protection (`measles`), a product, a test or the id of a rule; several for what combines them. */
  readonly what: string | readonly string[];
  /** The day, `YYYY-MM-DD`. */
  readonly date: string;
}

/** A pregnancy; one of `start` and `dueDate` has to be there. */
export interface Pregnancy {
  /** The first day of the weeks that are counted (of the last period), `YYYY-MM-DD`. */
  readonly start?: string;
  readonly dueDate?: string;
  /** The day it ended; until then, the day the child is expected. */
  readonly end?: string;
}

/** What the engine is told about a person. It stays where it is called: nothing is stored and nothing is sent. */
export interface PreventionFacts {
  /** `YYYY-MM-DD`. */
  readonly birthDate: string;
  /** The administrative sex (FHIR). Without `female` or `male`, what depends on it is `unknown`. */
  readonly sex?: 'female' | 'male' | 'other' | 'unknown';
  /**
   * What was done, in any order. A list holds all that was done since `recordedSince`: an empty one says, as `none`,
   * that nothing was. `unknown` says that nobody can tell, and is what an app passes that never asked.
   */
  readonly history: readonly DoneBefore[] | 'none' | 'unknown';
  /** The day from which a list is complete, `YYYY-MM-DD`; the birth when it is not told. Before it, anything may have been done. */
  readonly recordedSince?: string;
  /** What the person has (`true`) and has not (`false`), by the names of the edition. What is not there is not known. */
  readonly conditions?: Readonly<Record<string, boolean>>;
  /** All of them that are known, also past ones; none when it is not told. */
  readonly pregnancies?: readonly Pregnancy[];
  /** Where the person lives: `FR-GF` for French Guiana; the country of the edition when it is not told. */
  readonly place?: string;
}

/** A pregnancy, from its first day to before the day it ends. */
export interface PregnancyDays {
  readonly from: Day;
  readonly before: Day;
}

/** The records of one day: what is done twice on a day counts once. */
export interface DoneOn {
  readonly day: Day;
  readonly what: ReadonlySet<string>;
}

/** Facts that were checked, as of one day. */
export interface Person {
  readonly birth: Day;
  readonly sex: 'female' | 'male' | null;
  readonly done: readonly DoneOn[];
  /** Before this day something may have been done that is not in `done`. */
  readonly unrecordedBefore: Day;
  readonly conditions: Readonly<Record<string, boolean>>;
  readonly pregnancies: readonly PregnancyDays[];
  readonly place: string;
  /** The days of ages, once they were worked out. */
  readonly ages: Map<string, Day>;
}

const day = z.custom<string>(isDay);
const word = z.string().check(z.minLength(1), z.maxLength(100));
const FACTS = z.object({
  birthDate: day,
  sex: z.optional(z.enum(['female', 'male', 'other', 'unknown'])),
  history: z.union([
    z.enum(['none', 'unknown']),
    z
      .array(z.object({ what: z.union([word, z.array(word).check(z.maxLength(40))]), date: day }))
      .check(z.maxLength(10_000)),
  ]),
  recordedSince: z.optional(day),
  conditions: z.optional(z.record(word, z.boolean())),
  pregnancies: z.optional(
    z
      .array(z.object({ start: z.optional(day), dueDate: z.optional(day), end: z.optional(day) }))
      .check(z.maxLength(40)),
  ),
  place: z.optional(word),
});

/** What an edition adds to the facts: what products protect against, and how long a pregnancy is. */
interface Known {
  readonly products: Readonly<Record<string, readonly string[]>>;
  readonly pregnancyWeeks: number;
  readonly jurisdiction: string;
}

/** Checks facts; throws `usage/invalid` with the `argument` that is wrong. */
export function checkFacts(facts: PreventionFacts): PreventionFacts {
  const result = z.safeParse(FACTS, facts);
  if (!result.success) {
    const argument = result.error.issues[0]?.path.join('.') || 'facts';
    throw new VaultError('usage/invalid', { argument });
  }
  for (const [at, { start, dueDate }] of (facts.pregnancies ?? []).entries())
    if (start === undefined && dueDate === undefined)
      throw new VaultError('usage/invalid', { argument: `pregnancies.${at}` });
  return facts;
}

/** What is known of a person on a day, from facts that were checked; what is recorded for later days does not count yet. */
export function personOn(
  on: Day,
  facts: PreventionFacts,
  { known, ages }: { readonly known: Known; readonly ages: Person['ages'] },
): Person {
  const { history, birthDate: birth, sex, recordedSince = birth } = facts;
  return {
    birth,
    sex: sex === 'female' || sex === 'male' ? sex : null,
    done: typeof history === 'string' ? [] : doneBetween(birth, on, history, known),
    unrecordedBefore: history === 'unknown' ? plus(on, 'P1D') : history === 'none' ? birth : recordedSince,
    conditions: facts.conditions ?? {},
    pregnancies: (facts.pregnancies ?? []).map((one) => daysOf(one, known)),
    place: facts.place ?? known.jurisdiction,
    ages,
  };
}

function doneBetween(
  birth: Day,
  on: Day,
  history: readonly DoneBefore[],
  { products }: Known,
): readonly DoneOn[] {
  const days = new Map<Day, Set<string>>();
  for (const { what, date } of history) {
    if (date < birth || date > on) continue;
    const names = days.get(date) ?? new Set();
    days.set(date, names);
    for (const name of typeof what === 'string' ? [what] : what) {
      names.add(name);
      if (Object.hasOwn(products, name)) for (const each of products[name] ?? []) names.add(each);
    }
  }
  return [...days].sort(([one], [other]) => (one < other ? -1 : 1)).map(([day, what]) => ({ day, what }));
}

function daysOf({ start, dueDate, end }: Pregnancy, { pregnancyWeeks }: Known): PregnancyDays {
  const length = `P${pregnancyWeeks}W`;
  const from = start ?? minus(dueDate ?? '', length);
  return { from, before: end ?? dueDate ?? plus(from, length) };
}
