const TIME =
  /^(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,4}))?)?)?)?)?)?(?:([+-])(\d\d)(\d\d))?$/;

/**
 * A moment of HL7 version 3 as ISO 8601, as precise as it is given: `1975`, `2009-08`, `2009-08-25`,
 * `2021-04-09T17:00:00+01:00`, or without an offset where none is given. Null for what is no date of the calendar.
 *
 * @internal
 */
export function timeOf(text: string | null): string | null {
  const found = TIME.exec(text ?? '');
  if (found === null) return null;
  const [, year = '', month, day, hour, minute, second, , sign, offsetHours = '', offsetMinutes = ''] = found;
  if (year < '1800') return null;
  if (month === undefined) return year;
  if (month < '01' || month > '12') return null;
  if (day === undefined) return `${year}-${month}`;
  const date = `${year}-${month}-${day}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(date)) return null;
  // An hour without its minutes is no moment that ISO 8601 knows.
  if (hour === undefined || minute === undefined) return date;
  if (hour > '23' || minute > '59' || (second ?? '00') > '59') return null;
  if (offsetHours > '14' || offsetMinutes > '59') return null;
  const offset = sign === undefined ? '' : `${sign}${offsetHours}:${offsetMinutes}`;
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
