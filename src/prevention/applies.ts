import { type Day, FOREVER } from './calendar-day.js';
import type { EditionFile, Group, Rule } from './edition-schema.js';
import type { Person } from './facts.js';
import { atAge, overlap, type Period } from './question.js';

/** Whom a rule is for, as far as that is known. */
export interface Applies {
  /** When it is for this person. */
  readonly certain: readonly Period[];
  /** When it may be: the same, and more if something that is not known is so. */
  readonly possible: readonly Period[];
  /** What is not known and would decide today: `sex`, or the name of a condition. */
  readonly missing: readonly string[];
  readonly requirement: Rule['requirement'];
}

/**
 * When a rule is for a person.
 *
 * A group holds when all it says does; what depends on a sex or condition that is not known holds perhaps. A condition in
 * `unless` takes the rule away only when it is known.
 */
export function appliesTo(person: Person, rule: Rule, on: Day): Applies {
  const certain: Period[] = [];
  const possible: Period[] = [];
  const missing = new Set<string>();
  const requirements = [rule.requirement];
  if (!(rule.unless ?? []).some((name) => person.conditions[name] === true)) {
    for (const group of rule.for) {
      const unknown = unknownIn(group, person);
      if (unknown === null) continue;
      const periods = periodsOf(group, person, atAge(rule.until, person));
      possible.push(...periods);
      if (periods.some(({ from, before }) => from <= on && on < before))
        for (const name of unknown) missing.add(name);
      if (unknown.length > 0) continue;
      certain.push(...periods);
      if (periods.length > 0 && group.requirement !== undefined) requirements.push(group.requirement);
    }
  }
  return {
    certain: merged(certain),
    possible: merged(possible),
    missing: [...missing],
    requirement: STRENGTH.find((each) => requirements.includes(each)) ?? rule.requirement,
  };
}

/** From the strongest on. */
export const STRENGTH: readonly EditionFile['rules'][number]['requirement'][] = [
  'mandatory',
  'recommended',
  'offered',
];

/** What has to be known for the group to hold; `null` when it does not, whatever that is. */
function unknownIn(group: Group, { birth, sex, conditions, place }: Person): readonly string[] | null {
  const unknown: string[] = [];
  if (group.bornFrom !== undefined && birth < group.bornFrom) return null;
  if (group.bornBefore !== undefined && birth >= group.bornBefore) return null;
  if (group.place !== undefined && place !== group.place) return null;
  if (group.sex !== undefined) {
    if (sex === null) unknown.push('sex');
    else if (sex !== group.sex) return null;
  }
  if (group.condition !== undefined) {
    const has = Object.hasOwn(conditions, group.condition) ? conditions[group.condition] : undefined;
    if (has === false) return null;
    if (has === undefined) unknown.push(group.condition);
  }
  return unknown;
}

function periodsOf(group: Group, person: Person, until: Day): readonly Period[] {
  const ages = { from: atAge(group.from, person, person.birth), before: atAge(group.before, person) };
  const whole = overlap(ages, { from: person.birth, before: until });
  if (whole === null) return [];
  if (group.pregnant === undefined) return [whole];
  return person.pregnancies.flatMap((each) => overlap(each, whole) ?? []);
}

function merged(periods: readonly Period[]): readonly Period[] {
  const result: Period[] = [];
  for (const next of [...periods].sort((one, other) => (one.from < other.from ? -1 : 1))) {
    const last = result.at(-1);
    if (last === undefined || last.before < next.from) result.push(next);
    else if (last.before < next.before) result[result.length - 1] = { from: last.from, before: next.before };
  }
  return result;
}

/** The first and last day a rule is in force: `FOREVER` for one without an end. */
export function inForce({ validFrom, validTo }: Rule): { readonly from: Day; readonly to: Day } {
  return { from: validFrom ?? '1000-01-01', to: validTo ?? FOREVER };
}
