import { DateTime, Duration, IANAZone } from 'luxon';
import { isDay, isDuration, isZoneName } from './time-text.js';

const UTC = 'utc';

/** The zone that the device is set to. */
export function deviceZone(): string {
  return DateTime.local().zoneName;
}

/** Whether this platform knows a zone of this name. */
export function isKnownZone(name: string): boolean {
  return isZoneName(name) && IANAZone.isValidZone(name);
}

/** A duration of RFC 5545 as luxon has it, or `null` for anything else. */
export function durationOf(text: string): Duration | null {
  if (!isDuration(text)) return null;
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
  return end.diff(start, isDay(from) ? ['days'] : ['days', 'hours', 'minutes', 'seconds']);
}
