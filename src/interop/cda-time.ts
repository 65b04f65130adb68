const TIME =
  /^(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.\d{1,12})?)?)?)?)?)?(?:([+-])(\d\d)(\d\d)?|(Z))?$/;
/** As ISO 8601 writes it, and some do here. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * A moment of HL7 version 3 as ISO 8601, as precise as it is given: `1975`, `2009-08`, `2009-08-25`,
 * `2021-04-09T17:00:00+01:00`, or without an offset where none is given. Null for what is no date of the calendar.
 *
 * @internal
 */
export function timeOf(text: string | null): string | null {
  const iso = ISO.exec(text ?? '');
  const found = TIME.exec(iso === null ? (text ?? '') : iso.slice(1).join('').replace(':', ''));
  if (found === null) return null;
  const [, year = '', month, day, hour, minute, second, sign, offsetHours = '', shortOffset, zulu] = found;
  const offsetMinutes = shortOffset ?? '00';
  // 2021-04 may be a month, or a year west of Greenwich.
  const isUnclear = sign !== undefined && shortOffset === undefined && minute === undefined;
  if (year < '1800' || isUnclear) return null;
  // Of a month or day that nobody knows the civil status says zero.
  if (month === undefined || (month === '00' && (day ?? '00') === '00')) return year;
  if (month < '01' || month > '12') return null;
  if (day === undefined || day === '00') return `${year}-${month}`;
  const date = `${year}-${month}-${day}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(date)) return null;
  // An hour without its minutes is no moment that ISO 8601 knows.
  if (hour === undefined || minute === undefined) return date;
  if (hour > '23' || minute > '59' || (second ?? '00') > '59') return null;
  if (offsetHours > '14' || offsetMinutes > '59') return null;
  const isUtc = zulu !== undefined || `${offsetHours}${offsetMinutes}` === '0000';
  const offset = isUtc ? '+00:00' : sign === undefined ? '' : `${sign}${offsetHours}:${offsetMinutes}`;
  return `${date}T${hour}:${minute}${second === undefined ? '' : `:${second}`}${offset}`;
}

/** The day of a moment, or what is known of it. @internal */
export function dateOf(time: string | null): string | null {
  return time === null ? null : time.slice(0, 10);
}

/** A day, or a moment with its offset; one without is only known to the day. Null for less. @internal */
export function momentOf(time: string | null): string | null {
  if (time === null || time.length < 10) return null;
  return /(Z|[+-]\d\d:\d\d)$/.test(time.slice(10)) ? time : time.slice(0, 10);
}
