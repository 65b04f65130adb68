import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { readRule } from './rule.js';
import {
  dayAfter,
  durationBetween,
  durationOf,
  instantAfter,
  instantOf,
  isDay,
  isKnownZone,
  isWallTime,
  isZoneName,
  wallTimeAt,
} from './wall-time.js';

const MORE_MAX = 366;
const SPAN_DAYS_MAX = 366;

/** When one event or one occurrence is. */
export interface SingleWhen {
  /** `YYYY-MM-DDTHH:MM:SS` on a wall of `zone`, or `YYYY-MM-DD`: the whole day. */
  readonly start: string;
  /** As `start`, and not part of it: an event of one whole day ends on the next. Without `end` and `duration` a timed event has no length. */
  readonly end?: string;
  /** As RFC 5545 has it, `PT45M` or `P2D`, instead of `end`; at most 366 days. */
  readonly duration?: string;
  /** A zone of the IANA list, `Europe/Paris` or `UTC`. Without one the time is that of wherever the reader is. */
  readonly zone?: string;
}

/**
 * When an event is, all in one: start, end, zone and rule never come from two devices.
 *
 * An event at 09:00 in a zone is at 09:00 there, in summer and in winter. Its occurrences last as long as the first.
 */
export interface When extends SingleWhen {
  /** The recurrence rule of RFC 5545, `FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10`. `UNTIL` with `Z` is a moment, without it as `start`. */
  readonly rule?: string;
  /** Starts besides those that the rule makes (RFC 5545 `RDATE`), as `start`; at most 366. */
  readonly more?: readonly string[];
}

/** From when to when: milliseconds since 1970, the end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const timeSchema = z.string().check(z.refine((text) => isDay(text) || isWallTime(text)));
const singleFields = {
  start: timeSchema,
  end: z.optional(timeSchema),
  duration: z.optional(z.string().check(z.refine((text) => durationOf(text) !== null))),
  zone: z.optional(z.string().check(z.refine(isZoneName))),
};

export const singleWhenSchema = /* @__PURE__ */ z
  .strictObject(singleFields)
  .check(/* @__PURE__ */ z.refine(holdsTogether));

export const whenSchema = /* @__PURE__ */ z
  .strictObject({
    ...singleFields,
    rule: z.optional(z.string().check(z.refine(isRule))),
    more: z.optional(z.array(timeSchema).check(z.maxLength(MORE_MAX))),
  })
  .check(/* @__PURE__ */ z.refine(holdsTogether));

/** Whether it is about whole days. */
export function isAllDay({ start }: SingleWhen): boolean {
  return start.length === 10;
}

/** Whether it may happen more than once. */
export function isSeries({ rule, more }: When): boolean {
  return rule !== undefined || (more !== undefined && more.length > 0);
}

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
  if (!whenSchema.safeParse(when).success) throw new VaultError('usage/invalid', { argument: 'when' });
  return when;
}

function withSeconds(time: string): string {
  return /^.{10}T\d\d:\d\d$/.test(time) ? `${time}:00` : time;
}

const ONE_DAY = () => durationOf('P1D') as NonNullable<ReturnType<typeof durationOf>>;

/** As a schema gives it. */
type Loose<T> = { [Field in keyof T]: T[Field] | undefined } & { readonly start: string };

function isRule(text: string): boolean {
  try {
    readRule(text);
    return true;
  } catch {
    return false;
  }
}

function holdsTogether(when: Loose<When>): boolean {
  const { start, end, duration, zone, more = [] } = when;
  const isDays = start.length === 10;
  if ([...more, ...(end === undefined ? [] : [end])].some((time) => (time.length === 10) !== isDays))
    return false;
  if (isDays && zone !== undefined) return false;
  if (duration !== undefined) {
    if (end !== undefined || duration.startsWith('-')) return false;
    const length = durationOf(duration);
    return length !== null && length.as('days') <= SPAN_DAYS_MAX && (!isDays || length.as('days') >= 1);
  }
  if (end === undefined) return true;
  const days = durationBetween(start, end).as('days');
  return days <= SPAN_DAYS_MAX && (isDays ? days > 0 : days >= 0);
}
