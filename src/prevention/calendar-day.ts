import { DateTime, Duration } from 'luxon';

/** A day of the calendar, `YYYY-MM-DD`: such texts compare as the days do. */
export type Day = string;

/** After every day that a rule can speak of. */
export const FOREVER: Day = '9999-12-31';

const DAY = /^[12]\d{3}-\d{2}-\d{2}$/;

/** Whether a value is a day that the calendar has, of the years 1000 to 2999. */
export function isDay(value: unknown): value is Day {
  return typeof value === 'string' && DAY.test(value) && read(value).isValid;
}

/** Whether a text is an ISO 8601 duration of whole calendar units that does not run backwards. */
export function isSpan(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^P(?=\d)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?$/.test(value) &&
    Duration.fromISO(value).isValid
  );
}

/** Whether a text is a day of any year, `MM-DD`. 29 February is none. */
export function isDayOfYear(value: unknown): value is string {
  return typeof value === 'string' && isDay(`2001-${value}`);
}

/**
 * The day that lies `span` after a day, as the calendar counts: where a month is too short, its last day. So who is born
 * on 29 February is a year older on 28 February.
 */
export function plus(day: Day, span: string): Day {
  return print(read(day).plus(Duration.fromISO(span)));
}

/** The day that lies `span` before a day. */
export function minus(day: Day, span: string): Day {
  return print(read(day).minus(Duration.fromISO(span)));
}

/** `span` after a day, and then by as much as lies between two other spans: a window keeps its width when it moves. */
export function plusWidth(day: Day, { from, before }: { from: string; before: string }): Day {
  return print(read(day).plus(Duration.fromISO(before).minus(Duration.fromISO(from))));
}

/** Two spans as one. To add it to a day is not the same as to add one after the other: months are not equally long. */
export function addSpans(one: string, other: string): string {
  return Duration.fromISO(one).plus(Duration.fromISO(other)).toISO() ?? one;
}

/** Whether a span is the shorter one, by what both make of the same day. */
export function isShorter(one: string, other: string): boolean {
  return plus('2001-01-01', one) < plus('2001-01-01', other);
}

/** The year a day is in. */
export function yearOf(day: Day): number {
  return read(day).year;
}

export function latest(...days: readonly Day[]): Day {
  return days.reduce((one, other) => (other > one ? other : one));
}

export function earliest(...days: readonly Day[]): Day {
  return days.reduce((one, other) => (other < one ? other : one));
}

/** A day as people write it: `10 mars 2025`, `10 March 2025`. */
export function printDay(day: Day, language: 'fr' | 'en'): string {
  return read(day).setLocale(language).toFormat('d MMMM yyyy');
}

function read(day: Day): DateTime {
  return DateTime.fromISO(day, { zone: 'utc' });
}

/** Days past the range are as good as never. */
function print(date: DateTime): Day {
  const text = date.toISODate();
  return text === null || !/^\d{4}-/.test(text) ? FOREVER : text;
}
