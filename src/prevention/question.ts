import { type Day, earliest, FOREVER, latest, plus } from './calendar-day.js';
import type { Rule } from './edition-schema.js';
import type { DoneOn, Person } from './facts.js';

/** From a day to before another. */
export interface Period {
  readonly from: Day;
  readonly before: Day;
}

/** What a rule is asked: how things stand with a person on a day. */
export interface Question {
  readonly rule: Rule;
  readonly person: Person;
  readonly on: Day;
  /** When the rule is for this person, in order and apart from one another. */
  readonly periods: readonly Period[];
  /** Takes every day on which the answer may become another. */
  readonly mark: (...days: readonly Day[]) => void;
}

/** Why something that was done does not count. */
export interface Rejected {
  readonly day: Day;
  readonly why: 'too-early' | 'too-close' | 'other-product';
}

/** What a rule answers, before it is put in words. */
export interface Answer {
  readonly status: 'due' | 'overdue' | 'done' | 'not-yet' | 'unknown';
  /** When the dose or the next one is planned. */
  readonly window: Period | null;
  readonly dose: { readonly number: number; readonly of: number } | null;
  readonly step: Rule['title'] | null;
  readonly catchUp: boolean;
  readonly lastDone: Day | null;
  readonly rejected: Rejected | null;
}

/** What was done that counts for the rule, in order. */
export function doneFor({ rule, person }: Question): readonly DoneOn[] {
  const { id, protects, codes = [] } = rule;
  return person.done.filter(
    ({ what }) =>
      what.has(id) ||
      codes.some((code) => what.has(code)) ||
      (protects?.every((each) => what.has(each)) ?? false),
  );
}

/** The last day on which one of these was done, or `null`. */
export function lastOf(codes: readonly string[], { person }: Question): Day | null {
  return person.done.findLast(({ what }) => codes.some((code) => what.has(code)))?.day ?? null;
}

/** Not before this day, because of what was given last. */
export function apartFrom(question: Question): Day {
  const { rule, person } = question;
  const days = (rule.apart ?? []).map(({ codes, by, shorter }) => {
    const last = lastOf(codes, question);
    const isShorter = shorter !== undefined && person.conditions[shorter.condition] === true;
    return last === null ? person.birth : plus(last, isShorter ? shorter.by : by);
  });
  return latest(person.birth, ...days);
}

/** An age as a day. */
export function atAge(span: string | undefined, { birth, ages }: Person, otherwise: Day = FOREVER): Day {
  if (span === undefined) return otherwise;
  const known = ages.get(span);
  if (known !== undefined) return known;
  const day = plus(birth, span);
  ages.set(span, day);
  return day;
}

/** A planned window: where it would be empty it begins all the same, and is over the day after. */
export function windowOf(from: Day, before: Day): Period {
  return { from, before: latest(before, plus(from, 'P1D')) };
}

/** How a day lies to a window that was not used. */
export function statusIn({ from, before }: Period, on: Day): 'not-yet' | 'due' | 'overdue' {
  return on < from ? 'not-yet' : on < before ? 'due' : 'overdue';
}

/** What two periods have in common, or `null`. */
export function overlap(one: Period, other: Period): Period | null {
  const from = latest(one.from, other.from);
  const before = earliest(one.before, other.before);
  return from < before ? { from, before } : null;
}
