import * as z from 'zod/mini';

/**
 * A date as precise as it is known, as in FHIR: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
 *
 * Nothing is computed on dates here: text of this form sorts by itself.
 */
export type PartialDate = string;

const PARTIAL = /^\d{4}(-(0[1-9]|1[0-2])(-\d{2})?)?$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;
const KEPT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}\.\d{3}Z)?$/;

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. @internal */
export function isDay(text: unknown): text is string {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Accepts a day. @internal */
export const day: z.ZodMiniType<string> = z.custom<string>(isDay);

/** Accepts a date of any precision. @internal */
export const partialDate: z.ZodMiniType<PartialDate> = z.custom<string>(
  (value) => typeof value === 'string' && PARTIAL.test(value) && (value.length < 10 || isDay(value)),
);

/** Accepts a moment as `momentOf` gives it. @internal */
export const moment: z.ZodMiniType<string> = z.custom<string>(
  (value) => typeof value === 'string' && KEPT.test(value) && momentOf(value) === value,
);

/**
 * A moment as it is kept: `YYYY-MM-DD` where only the day is known, else UTC with milliseconds. Null for anything else.
 *
 * @internal
 */
export function momentOf(value: unknown): string | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value !== 'string' || !MOMENT.test(value) || !isDay(value.slice(0, 10))) return null;
  if (value.length === 10) return value;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** Whether the second is not before the first, as far as both are precise; also when one is missing. @internal */
export function isInOrder(first: PartialDate | undefined, second: PartialDate | undefined): boolean {
  if (first === undefined || second === undefined) return true;
  const length = Math.min(first.length, second.length);
  return first.slice(0, length) <= second.slice(0, length);
}

/** Whether two dates may be one: equal as far as both are precise, or one of them is not known. @internal */
export function mayBeSameDate(a: PartialDate | undefined, b: PartialDate | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  return a.startsWith(b) || b.startsWith(a);
}
