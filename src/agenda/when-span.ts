import { VaultError } from '../errors.js';
import { readRule } from './rule.js';
import {
  dayAfter,
  durationBetween,
  durationOf,
  instantAfter,
  instantOf,
  isKnownZone,
  wallTimeAt,
} from './wall-time.js';
import { isAllDay, type SingleWhen, type Span, type When, whenSchema } from './when.js';

const SPAN_DAYS_MAX = 366;

/** The zone whose walls it speaks of; `reader` is that of who looks. */
export function zoneOf(when: SingleWhen, reader: string): string {
  if (isAllDay(when) || when.zone === undefined) return reader;
  return isKnownZone(when.zone) ? when.zone : 'utc';
}

/** From when to when it is, when it starts at `start`: as long as at first, however the clocks change meanwhile. */
export function spanOf(when: SingleWhen, start: string, reader: string): Span {
  const zone = zoneOf(when, reader);
  const from = instantOf(start, zone);
  const duration = when.duration === undefined ? null : durationOf(when.duration);
  if (isAllDay(when)) {
    const days = duration ?? durationBetween(when.start, when.end ?? dayAfter(when.start, ONE_DAY()));
    return { start: from, end: instantOf(dayAfter(start, days), zone) };
  }
  if (duration !== null) return { start: from, end: instantAfter(from, duration, zone) };
  if (when.end === undefined) return { start: from, end: from };
  if (start === when.start) return { start: from, end: Math.max(from, instantOf(when.end, zone)) };
  return { start: from, end: from + Math.max(0, instantOf(when.end, zone) - instantOf(when.start, zone)) };
}

/** The same, from another start: as long, in the same zone, once. */
export function movedTo(when: When, start: string): SingleWhen {
  const { zone, duration, end } = when;
  const rest = { ...(duration !== undefined && { duration }), ...(zone !== undefined && { zone }) };
  if (end === undefined) return { start, ...rest };
  if (isAllDay(when)) return { start, end: dayAfter(start, durationBetween(when.start, end)) };
  const span = spanOf(when, start, 'utc');
  return { start, end: wallTimeAt(span.end, zoneOf(when, 'utc')), ...rest };
}

/**
 * Writes what an app gave in the form that is kept: seconds added, the rule in one form.
 *
 * Throws `usage/invalid` for anything that `When` does not allow, and for a zone that this platform does not know.
 */
export function readWhen(given: When): When {
  const { start, end, duration, zone, rule, more, ...others } = given;
  if (Object.keys(others).length > 0) throw new VaultError('usage/invalid', { argument: 'when' });
  if (zone !== undefined && !isKnownZone(zone)) throw new VaultError('usage/invalid', { argument: 'zone' });
  const when: When = {
    start: withSeconds(start),
    ...(end !== undefined && { end: withSeconds(end) }),
    ...(duration !== undefined && { duration }),
    ...(zone !== undefined && { zone }),
    ...(rule !== undefined && { rule: readRule(rule) }),
    ...(more !== undefined && more.length > 0 && { more: [...new Set(more.map(withSeconds))].sort() }),
  };
  if (!whenSchema.safeParse(when).success || !hasLength(when))
    throw new VaultError('usage/invalid', { argument: 'when' });
  return when;
}

function withSeconds(time: string): string {
  return /^.{10}T\d\d:\d\d$/.test(time) ? `${time}:00` : time;
}

const ONE_DAY = () => durationOf('P1D') as NonNullable<ReturnType<typeof durationOf>>;

/** Whether a duration is not too long, and for whole days at least one. */
function hasLength(when: When): boolean {
  const days = when.duration === undefined ? null : durationOf(when.duration)?.as('days');
  if (days === null) return true;
  return days !== undefined && days <= SPAN_DAYS_MAX && (!isAllDay(when) || days >= 1);
}
