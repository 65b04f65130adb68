import type { IcsComponent, IcsProperty } from './ics-lines.js';
import { propertiesOf, propertyOf, textOf } from './ics-lines.js';
import type { IcsZones } from './ics-zone.js';
import { isDay, isWallTime } from './time-text.js';
import { dayAfter, durationOf, instantOf, wallTimeAt } from './wall-time.js';
import type { SingleWhen } from './when.js';

/** A time of a file: what stands on the wall, and which wall that is. */
export interface IcsTime {
  /** `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`. */
  readonly wall: string;
  /** Null for a day, and a time that holds wherever the reader is. */
  readonly zone: string | null;
  /** Whether the file named a zone that nobody knows; the time is then taken to hold anywhere. */
  readonly isLost: boolean;
}

/** The times of a property; what is no time is left out. */
export function timesOf(property: IcsProperty | undefined, zones: IcsZones): IcsTime[] {
  if (property === undefined) return [];
  return property.values.flatMap((value) => {
    // The start of a period (RFC 5545 §3.3.9).
    const text: unknown = Array.isArray(value) ? value[0] : value;
    return typeof text === 'string' ? timeOf(text, property.parameters.tzid, zones) : [];
  });
}

/** When a `VEVENT` is, without its rule; null when it does not say, or what it says is no time. */
export function singleWhenOf(
  event: IcsComponent,
  zones: IcsZones,
): { readonly when: SingleWhen; readonly isLost: boolean } | null {
  const [start] = timesOf(propertyOf(event, 'DTSTART'), zones);
  const [end] = timesOf(propertyOf(event, 'DTEND'), zones);
  if (start === undefined) return null;
  const zone = start.zone === null ? {} : { zone: start.zone };
  const isLost = start.isLost || end?.isLost === true;
  const isMicrosoftDay = textOf(event, 'X-MICROSOFT-CDO-ALLDAYEVENT')?.toUpperCase() === 'TRUE';
  const isMidnight = (time: IcsTime | undefined) => time === undefined || /T00:00:00$/.test(time.wall);
  if (start.wall.length === 10 || (isMicrosoftDay && isMidnight(start) && isMidnight(end))) {
    const day = start.wall.slice(0, 10);
    const last = end?.wall.slice(0, 10);
    if (last !== undefined && last > day) return { when: { start: day, end: last }, isLost };
    const length = lengthOf(event);
    const isWhole = length !== null && (durationOf(length)?.as('days') ?? 0) >= 1;
    return { when: { start: day, ...(isWhole && { duration: length }) }, isLost };
  }
  const until = end === undefined ? null : onWallOf(end, start);
  if (until !== null && until > start.wall)
    return { when: { start: start.wall, end: until, ...zone }, isLost };
  const length = end === undefined ? lengthOf(event) : null;
  return { when: { start: start.wall, ...(length !== null && { duration: length }), ...zone }, isLost };
}

/** A time as the wall of another shows it, which may be one of days; null where they cannot be compared. */
export function onWallOf(time: IcsTime, other: SingleWhen | IcsTime): string | null {
  const wall = 'wall' in other ? other.wall : other.start;
  const zone = other.zone ?? null;
  if (wall.length === 10) return time.wall.slice(0, 10);
  // Excel and some others take out a whole day where there is one time a day.
  if (time.wall.length === 10) return `${time.wall}${wall.slice(10)}`;
  if (time.zone === zone || time.zone === null || zone === null) return time.wall;
  return wallTimeAt(instantOf(time.wall, time.zone), zone);
}

/** The starts that a property adds or takes away, on the wall of the event. */
export function startsOfProperties(
  event: IcsComponent,
  name: 'RDATE' | 'EXDATE',
  when: SingleWhen,
  zones: IcsZones,
): string[] {
  const starts = propertiesOf(event, name)
    .flatMap((property) => timesOf(property, zones))
    .flatMap((time) => onWallOf(time, when) ?? []);
  return [...new Set(starts)].sort();
}

/** When it says it was changed, in milliseconds since 1970, or null. */
export function momentOf(event: IcsComponent, name: string): number | null {
  const value = propertyOf(event, name)?.values[0];
  const text = typeof value === 'string' ? value.replace(/Z$/, '') : '';
  return isWallTime(text) ? instantOf(text, 'utc') : null;
}

function timeOf(value: string, tzid: string | undefined, zones: IcsZones): IcsTime[] {
  const isUtc = value.endsWith('Z');
  const wall = closeDay(isUtc ? value.slice(0, -1) : value);
  if (isDay(wall)) return [{ wall, zone: null, isLost: false }];
  if (!isWallTime(wall)) return [];
  if (isUtc) return [{ wall, zone: 'UTC', isLost: false }];
  const zone = tzid === undefined ? null : zones.zoneOf(tzid);
  return [{ wall, zone, isLost: tzid !== undefined && zone === null }];
}

/** 24:00, which some write, is 00:00 of the next day. */
function closeDay(wall: string): string {
  const [, day = ''] = /^(.{10})T24:00:00$/.exec(wall) ?? [];
  return isDay(day) ? `${dayAfter(day, durationOf('P1D') as never)}T00:00:00` : wall;
}

function lengthOf(event: IcsComponent): string | null {
  const text = textOf(event, 'DURATION')?.replace(/^\+/, '') ?? '';
  const duration = durationOf(text);
  return duration !== null && duration.as('seconds') > 0 ? text : null;
}
