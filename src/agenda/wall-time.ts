import { DateTime, Duration, IANAZone } from 'luxon';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const WALL = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}:\d{2}$/;
const ZONE = /^[A-Za-z0-9_+\-/]{1,64}$/;
const DURATION = /^[+-]?P(?=.)(\d{1,4}W|(\d{1,4}D)?(T(?=\d)(\d{1,5}H)?(\d{1,6}M)?(\d{1,7}S)?)?)$/;
const YEAR_MIN = 1900;
const YEAR_MAX = 2199;
const UTC = 'utc';

/** The zone that the device is set to. */
export function deviceZone(): string {
  return DateTime.local().zoneName;
}

/** Whether a text is a day, `YYYY-MM-DD`, that the calendar has, from 1900 to 2199. */
export function isDay(text: string): boolean {
  return DAY.test(text) && isInCalendar(text);
}

/** Whether a text is a time on a wall, `YYYY-MM-DDTHH:MM:SS`, of such a day. */
export function isWallTime(text: string): boolean {
  return WALL.test(text) && isInCalendar(text);
}

/** Whether a text may name a time zone; `isKnownZone` tells whether this platform knows it. */
export function isZoneName(text: string): boolean {
  return ZONE.test(text);
}

/** Whether this platform knows a zone of this name. */
export function isKnownZone(name: string): boolean {
  return isZoneName(name) && IANAZone.isValidZone(name);
}

/** A duration of RFC 5545 as luxon has it, or `null` for anything else. */
export function durationOf(text: string): Duration | null {
  if (!DURATION.test(text)) return null;
  const duration = Duration.fromISO(text.replace(/^\+/, ''));
  return duration.isValid ? duration : null;
}

/**
 * The moment at which a clock on a wall of the zone shows this, in milliseconds since 1970; midnight for a day.
 *
 * What the clock shows twice is the first of the two. What it never shows counts on from before the gap, as RFC 5545
 * §3.3.5 says: 02:30 is 03:30 on the night when 02:00 becomes 03:00.
 */
export function instantOf(wall: string, zone: string): number {
  const time = DateTime.fromISO(wall, { zone });
  return Math.min(...time.getPossibleOffsets().map((possible) => possible.toMillis()));
}

/** What a clock on a wall of the zone shows at a moment. */
export function wallTimeAt(instant: number, zone: string): string {
  return DateTime.fromMillis(instant, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss");
}

/** The minutes that the walls of a zone are ahead of UTC when they show this. */
export function offsetAt(wall: string, zone: string): number {
  return DateTime.fromISO(wall, { zone }).offset;
}

/** The day in the zone at a moment. */
export function dayAt(instant: number, zone: string): string {
  return DateTime.fromMillis(instant, { zone }).toFormat('yyyy-MM-dd');
}

/** A moment and a duration put together: days and weeks as the zone's calendar has them, hours as they pass. */
export function instantAfter(instant: number, duration: Duration, zone: string): number {
  return DateTime.fromMillis(instant, { zone }).plus(duration).toMillis();
}

/** The day so many days, weeks or months after another. */
export function dayAfter(day: string, duration: Duration): string {
  return DateTime.fromISO(day, { zone: UTC }).plus(duration).toFormat('yyyy-MM-dd');
}

/** How long it is from one to the other, of two days or two times on one wall. */
export function durationBetween(from: string, to: string): Duration {
  const start = DateTime.fromISO(from, { zone: UTC });
  const end = DateTime.fromISO(to, { zone: UTC });
  return end.diff(start, DAY.test(from) ? ['days'] : ['days', 'hours', 'minutes', 'seconds']);
}

function isInCalendar(text: string): boolean {
  const { isValid, year } = DateTime.fromISO(text, { zone: UTC });
  return isValid && year >= YEAR_MIN && year <= YEAR_MAX;
}
