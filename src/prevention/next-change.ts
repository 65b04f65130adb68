import { VaultError } from '../errors.js';
import { type Day, FOREVER, isDay } from './calendar-day.js';
import { currentEdition, rulesOf } from './edition.js';
import { checkFacts, type PreventionFacts } from './facts.js';
import { answersOn, type Found, type PreventionOptions } from './prevention.js';

/** More than the days on which anything can change in a life. */
const DAYS_MAX = 2000;

/**
 * The first day after `on` on which something becomes due, overdue or unknown, or stops being so, if nothing new is told
 * meanwhile; `null` when there is none. An app can look again, or remind, on that day.
 *
 * Throws as `preventionFor`. It does not say what changes: ask `preventionFor` for that day.
 */
export function nextPreventionChange(
  facts: PreventionFacts,
  { on, edition = currentEdition() }: Omit<PreventionOptions, 'ahead'>,
): string | null {
  if (!isDay(on)) throw new VaultError('usage/invalid', { argument: 'on' });
  checkFacts(facts);
  const marks = new Set<Day>();
  const mark = (...days: readonly Day[]) => {
    for (const each of days) marks.add(each);
  };
  const asked = { edition: rulesOf(edition), ages: new Map<string, Day>(), mark };
  const keyOn = (day: Day) => keyOf(answersOn(day, facts, asked));
  const now = keyOn(on);
  let day: Day = on;
  for (let looked = 0; looked < DAYS_MAX; looked++) {
    const next = earliestAfter(day, marks);
    if (next === null) return null;
    day = next;
    if (keyOn(day) !== now) return day;
  }
  return null;
}

function earliestAfter(day: Day, marks: ReadonlySet<Day>): Day | null {
  let first: Day | null = null;
  for (const mark of marks)
    if (mark > day && mark < FOREVER && (first === null || mark < first)) first = mark;
  return first;
}

/** What asks for something, and what it asks for. */
function keyOf(found: readonly Found[]): string {
  return found
    .filter(({ answer: { status } }) => status !== 'not-yet' && status !== 'done')
    .map(
      ({ rule, answer: { status, dose, window } }) => `${rule.id} ${status} ${dose?.number} ${window?.from}`,
    )
    .join();
}
