/** The texts in which times are kept, checked by their form alone: this much a program needs that only keeps them. */

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const WALL = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}:\d{2}$/;
const ZONE = /^[A-Za-z0-9_+\-/]{1,64}$/;
const DURATION =
  /^[+-]?P(?=.)(?:(\d{1,2})W|(?:(\d{1,3})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?)$/;
/** A year in weeks, days, hours, minutes and seconds. */
const PARTS_MAX = [52, 366, 8784, 527_040, 31_622_400];
const YEAR_MIN = 1900;
const YEAR_MAX = 2199;

/** Whether a text is a day, `YYYY-MM-DD`, that the calendar has, from 1900 to 2199. */
export function isDay(text: string): boolean {
  return DAY.test(text) && isInCalendar(text, `${text}T00:00:00Z`);
}

/** Whether a text is a time on a wall, `YYYY-MM-DDTHH:MM:SS`, of such a day. */
export function isWallTime(text: string): boolean {
  return WALL.test(text) && isInCalendar(text, `${text}Z`);
}

/** Whether a text may name a time zone; `isKnownZone` tells whether this platform knows it. */
export function isZoneName(text: string): boolean {
  return ZONE.test(text);
}

/** Whether a text is a duration of RFC 5545 (§3.3.6), each part of it at most a year. */
export function isDuration(text: string): boolean {
  const parts = DURATION.exec(text)?.slice(1);
  return parts?.every((part, i) => Number(part ?? 0) <= (PARTS_MAX[i] ?? 0)) ?? false;
}

function isInCalendar(text: string, moment: string): boolean {
  const year = Number(text.slice(0, 4));
  const time = new Date(moment);
  // The platform moves the 30th of February to March.
  return (
    year >= YEAR_MIN &&
    year <= YEAR_MAX &&
    !Number.isNaN(time.getTime()) &&
    time.toISOString().startsWith(text)
  );
}
