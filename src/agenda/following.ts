import ICAL from 'ical.js';
import { VaultError } from '../errors.js';
import { type AgendaEvent, fieldOf, type OccurrenceField, occurrenceChanges } from './event.js';
import type { AgendaItem } from './occurrence.js';
import { STEPS_MAX, startsOf } from './rule.js';
import { seriesOf } from './series.js';
import { instantOf, wallTimeAt } from './wall-time.js';
import { isAllDay, type When } from './when.js';
import { movedTo, readWhen, zoneOf } from './when-span.js';

/** A series cut in two: what stays of it, and what follows. */
export interface Cut {
  readonly before: When;
  readonly after: When;
  /** The fields of occurrences that follow. */
  readonly moved: readonly OccurrenceField[];
}

/**
 * Cuts a series before one of its occurrences. Null when there is none before it: it is all of the series.
 *
 * Throws `usage/not-found` for what is no occurrence of it.
 */
export function cutBefore({ id, value }: AgendaItem, occurrence: string): Cut | null {
  const { when } = value;
  const series = seriesOf(when);
  if (!series.has(occurrence)) throw new VaultError('usage/not-found', { id });
  const last = series.between('', occurrence).at(-2);
  if (last === undefined) return null;
  const { rule, more = [], ...single } = when;
  const rules = rule === undefined ? null : cutRule(when, rule, last, occurrence);
  return {
    before: readWhen({
      ...single,
      ...(rules !== null && { rule: rules.before }),
      more: more.filter((start) => start < occurrence),
    }),
    after: readWhen({
      ...movedTo(when, occurrence),
      ...(rules?.after !== undefined && { rule: rules.after }),
      more: more.filter((start) => start > occurrence),
    }),
    moved: [...occurrenceChanges(value).keys()].filter((start) => start >= occurrence).map(fieldOf),
  };
}

/** The fields of occurrences that the event has not any more when it is then. */
export function staleFields(event: AgendaEvent, when: When): OccurrenceField[] {
  const series = seriesOf(when);
  return [...occurrenceChanges(event).keys()].filter((start) => !series.has(start)).map(fieldOf);
}

function cutRule(
  when: When,
  rule: string,
  last: string,
  occurrence: string,
): { readonly before: string; readonly after: string | undefined } {
  const before = ICAL.Recur.fromString(rule);
  before.count = null;
  before.until = untilOf(when, last);
  const after = ICAL.Recur.fromString(rule);
  if (after.count !== null) {
    let passed = 0;
    for (const start of startsOf(rule, when, { left: STEPS_MAX })) {
      if (start >= occurrence) break;
      passed++;
    }
    after.count -= passed;
  }
  return {
    before: before.toString(),
    after: after.count !== null && after.count < 1 ? undefined : after.toString(),
  };
}

/** A start as the end of a rule: a moment where the event has a zone (RFC 5545 §3.3.10). */
function untilOf(when: When, start: string): ICAL.Time {
  if (isAllDay(when)) return ICAL.Time.fromDateString(start);
  if (when.zone === undefined) return ICAL.Time.fromDateTimeString(start);
  return ICAL.Time.fromDateTimeString(`${wallTimeAt(instantOf(start, zoneOf(when, 'utc')), 'utc')}Z`);
}
