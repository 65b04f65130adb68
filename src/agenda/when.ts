import * as z from 'zod/mini';
import { isRuleText } from './rule-text.js';
import { isDay, isDuration, isWallTime, isZoneName } from './time-text.js';

const MORE_MAX = 366;
const SPAN_MAX = 366 * 24 * 3600 * 1000;

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

const timeSchema = /* @__PURE__ */ z
  .string()
  .check(/* @__PURE__ */ z.refine((text) => isDay(text) || isWallTime(text)));
const singleFields = /* @__PURE__ */ (() => ({
  start: timeSchema,
  end: z.optional(timeSchema),
  duration: z.optional(z.string().check(z.refine(isDuration))),
  zone: z.optional(z.string().check(z.refine(isZoneName))),
}))();

export const singleWhenSchema = /* @__PURE__ */ (() =>
  z.strictObject(singleFields).check(z.refine(holdsTogether)))();

export const whenSchema = /* @__PURE__ */ (() =>
  z
    .strictObject({
      ...singleFields,
      rule: z.optional(z.string().check(z.refine(isRuleText))),
      more: z.optional(z.array(timeSchema).check(z.maxLength(MORE_MAX))),
    })
    .check(z.refine(holdsTogether)))();

/** Whether it is about whole days. */
export function isAllDay({ start }: SingleWhen): boolean {
  return start.length === 10;
}

/** Whether it may happen more than once. */
export function isSeries({ rule, more }: When): boolean {
  return rule !== undefined || (more !== undefined && more.length > 0);
}

/** As a schema gives it. */
type Loose<T> = { [Field in keyof T]: T[Field] | undefined } & { readonly start: string };

/** Whether its parts fit each other. That it is not too long, `readWhen` knows better. */
function holdsTogether(when: Loose<When>): boolean {
  const { start, end, duration, zone, more = [] } = when;
  const isDays = start.length === 10;
  if ([...more, ...(end === undefined ? [] : [end])].some((time) => (time.length === 10) !== isDays))
    return false;
  if (isDays && zone !== undefined) return false;
  if (duration !== undefined) return end === undefined && !duration.startsWith('-');
  if (end === undefined) return true;
  return (isDays ? end > start : end >= start) && Date.parse(end) - Date.parse(start) <= SPAN_MAX;
}
