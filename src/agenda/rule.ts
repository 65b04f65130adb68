import ICAL from 'ical.js';
import { VaultError } from '../errors.js';
import { isRuleText } from './rule-text.js';
import { instantOf, wallTimeAt } from './wall-time.js';

/** How often one series is looked at before it is taken to be over: 54 years of every day. */
export const STEPS_MAX = 20_000;

const LAST = '2199-12-31T23:59:59';
const PROBE_STEPS_MAX = 400;

/** What a series starts from. */
export interface RuleStart {
  readonly start: string;
  readonly zone?: string;
}

/** How many steps may still be taken; shared by what is searched in one go. */
export interface StepBudget {
  left: number;
}

/**
 * Reads a rule of RFC 5545 and writes it in one form: `FREQ=WEEKLY;BYDAY=MO`.
 *
 * Throws `usage/invalid` for what `isRuleText` refuses.
 */
export function readRule(text: string): string {
  return recurOf(text).toString();
}

/** The starts that a rule makes, as texts in order; ends with the rule, in 2199, or when the budget is used up. */
export function* startsOf(rule: string, from: RuleStart, budget: StepBudget): Generator<string> {
  let iterator: BoundedIterator;
  try {
    iterator = new BoundedIterator(boundedRecur(rule, from), timeOf(from.start), budget);
  } catch {
    return;
  }
  for (;;) {
    const next = iterator.after();
    if (next === null) return;
    yield next;
  }
}

/** Whether a rule comes to its second start (or its end) soon; one that does not is made to keep a program busy. */
export function isPractical(rule: string, from: RuleStart, budget: StepBudget): boolean {
  const probe = { left: Math.min(PROBE_STEPS_MAX, budget.left) };
  const given = probe.left;
  const starts = startsOf(rule, from, probe);
  const first = starts.next();
  if (first.done !== true) starts.next();
  budget.left -= given - Math.max(0, probe.left);
  return first.done !== true && probe.left > 0;
}

/** The search of ical.js, which by itself may look for a day that never comes. */
class BoundedIterator extends ICAL.RecurIterator {
  readonly #budget: StepBudget;

  constructor(rule: ICAL.Recur, dtstart: ICAL.Time, budget: StepBudget) {
    super({ rule, dtstart });
    this.#budget = budget;
  }

  /** The next start, or null at the end. */
  after(): string | null {
    if (this.#budget.left <= 0) return null;
    try {
      return this.next()?.toString() ?? null;
    } catch {
      // Out of steps, or ical.js found the same day twice.
      return null;
    }
  }

  override check_contracting_rules(): boolean {
    if (this.#budget.left-- <= 0) throw new RangeError('steps');
    return super.check_contracting_rules();
  }
}

function recurOf(text: string): ICAL.Recur {
  if (!isRuleText(text)) throw invalid();
  try {
    return ICAL.Recur.fromString(text);
  } catch {
    throw invalid();
  }
}

/** The rule with an end on the wall of the event, at the latest at the end of 2199. */
function boundedRecur(rule: string, { start, zone }: RuleStart): ICAL.Recur {
  const recur = ICAL.Recur.fromString(rule);
  const isAllDay = start.length === 10;
  const until = recur.until?.toString() ?? LAST;
  let last = until.slice(0, isAllDay ? 10 : 19);
  if (!isAllDay && until.endsWith('Z') && zone !== undefined)
    last = wallTimeAt(instantOf(until, 'utc'), zone);
  // A day as the end of timed events includes that day.
  else if (!isAllDay && until.length === 10) last = `${until}T23:59:59`;
  recur.until = timeOf(last > LAST ? LAST.slice(0, last.length) : last);
  return recur;
}

function timeOf(text: string): ICAL.Time {
  return text.length === 10 ? ICAL.Time.fromDateString(text) : ICAL.Time.fromDateTimeString(text);
}

function invalid(): VaultError {
  return new VaultError('usage/invalid', { argument: 'rule' });
}
