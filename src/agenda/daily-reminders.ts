import { VaultError } from '../errors.js';
import type { AgendaEvent } from './event.js';
import { type AgendaItem, occurrencesIn } from './occurrence.js';
import { dayAt, instantOf } from './wall-time.js';
import { zoneOf } from './when-span.js';

/** How many reminders that stand alone a day may have. */
export const REMINDERS_A_DAY_MAX = 10;

const YEAR = 366 * 24 * 3600 * 1000;
const LIMIT = 10_000;

/**
 * Throws `usage/invalid` when a reminder would be the eleventh of a day in the year that follows its first.
 *
 * Two devices that were apart may pass the limit together: then all are kept.
 */
export function checkRemindersADay(items: readonly AgendaItem[], event: AgendaEvent, zone: string): void {
  const { when } = event;
  const start = instantOf(when.start, zoneOf(when, zone));
  const range = { from: start, to: start + YEAR, zone };
  const daysOf = (of: readonly AgendaItem[]) =>
    occurrencesIn(of, range, { limit: LIMIT }).map((occurrence) => dayAt(occurrence.start, zone));
  const taken = new Map<string, number>();
  // The days on which the others are as the reader sees them; the first day counts whole.
  const others = items.filter(({ value }) => value.type === 'reminder');
  const whole = { ...range, from: instantOf(dayAt(start, zone), zone) };
  for (const occurrence of occurrencesIn(others, whole, { limit: LIMIT })) {
    const day = dayAt(occurrence.start, zone);
    taken.set(day, (taken.get(day) ?? 0) + 1);
  }
  for (const day of daysOf([{ value: event, id: 'itm_' } as unknown as AgendaItem])) {
    const count = (taken.get(day) ?? 0) + 1;
    if (count > REMINDERS_A_DAY_MAX)
      throw new VaultError('usage/invalid', { argument: 'when', remindersADayMax: REMINDERS_A_DAY_MAX });
    taken.set(day, count);
  }
}
