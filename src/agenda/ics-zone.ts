import { DateTime } from 'luxon';
import { type IcsComponent, propertyOf, textOf } from './ics-lines.js';
import { readRule, type StepBudget, startsOf } from './rule.js';
import { isWallTime } from './time-text.js';
import { dayAfter, durationOf, instantOf, isKnownZone } from './wall-time.js';
import { windowsZone } from './windows-zones.js';

/** Where who writes files in French mostly is; tried before all others. */
const FIRST = [
  'Europe/Paris',
  'Europe/London',
  'UTC',
  'America/New_York',
  'America/Martinique',
  'Indian/Reunion',
];
const OBSERVANCES_MAX = 50;
const SEARCHES_MAX = 10;

/** Finds the zones of a file: by name, by what Windows calls them, or by when their clocks change. */
export class IcsZones {
  readonly #definitions: ReadonlyMap<string, IcsComponent>;
  readonly #budget: StepBudget;
  readonly #found = new Map<string, string | null>();
  #searches = 0;

  constructor(calendar: IcsComponent, budget: StepBudget) {
    this.#budget = budget;
    this.#definitions = new Map(
      calendar.components
        .filter(({ name }) => name === 'VTIMEZONE')
        .map((component) => [textOf(component, 'TZID') ?? '', component]),
    );
  }

  /** The zone of a `TZID`, or null when nobody can tell. */
  zoneOf(tzid: string): string | null {
    const known = this.#found.get(tzid);
    if (known !== undefined) return known;
    const found = byName(tzid) ?? this.#byDefinition(tzid.trim());
    this.#found.set(tzid, found);
    return found;
  }

  #byDefinition(tzid: string): string | null {
    const definition = this.#definitions.get(tzid) ?? this.#definitions.get(tzid.replaceAll('"', ''));
    if (definition === undefined) return null;
    const location = textOf(definition, 'X-LIC-LOCATION');
    const named = location === null ? null : byName(location);
    if (named !== null || ++this.#searches > SEARCHES_MAX) return named;
    const offsets = MONTHS.map((day) => offsetAt(definition, `${day}T12:00:00`, this.#budget));
    if (offsets.includes(null)) return null;
    const hasOffsets = (zone: string) =>
      MONTHS.every((day, i) => DateTime.fromISO(`${day}T12:00:00`, { zone }).offset === offsets[i]);
    return [...FIRST, ...Intl.supportedValuesOf('timeZone')].find(hasOffsets) ?? null;
  }
}

/** Two days of each season of a year in which no country changed its rules. */
const MONTHS = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'].flatMap((month) => [
  `2025-${month}-05`,
  `2025-${month}-27`,
]);

function byName(text: string): string | null {
  const name = text.trim().replaceAll('"', '');
  if (isKnownZone(name)) return /^(Z|UTC|Etc\/UTC|GMT|Etc\/GMT)$/i.test(name) ? 'UTC' : name;
  const windows = windowsZone(name);
  if (windows !== null && isKnownZone(windows)) return windows;
  // "/freeassociation.sourceforge.net/Europe/Paris", "/mozilla.org/20050126_1/Europe/Paris"
  const parts = name.split('/');
  for (const count of [3, 2]) {
    const end = parts.slice(-count).join('/');
    if (parts.length > count && isKnownZone(end)) return end;
  }
  return null;
}

/** The minutes that a definition is ahead of UTC at a time on its walls, or null when it does not say. */
function offsetAt(definition: IcsComponent, wall: string, budget: StepBudget): number | null {
  let latest: { readonly start: string; readonly offset: unknown } | null = null;
  for (const observance of definition.components.slice(0, OBSERVANCES_MAX)) {
    const start = propertyOf(observance, 'DTSTART')?.values[0];
    const offset = propertyOf(observance, 'TZOFFSETTO')?.values[0];
    if (typeof start !== 'string' || offset === undefined) continue;
    const last = lastStart(observance, start, wall, budget);
    if (last !== null && (latest === null || last > latest.start)) latest = { start: last, offset };
  }
  if (latest === null) return null;
  const time = DateTime.fromISO(`2025-01-01T00:00:00${String(latest.offset)}`, { setZone: true });
  return time.isValid ? time.offset : null;
}

function lastStart(observance: IcsComponent, start: string, wall: string, budget: StepBudget): string | null {
  // Windows dates its rules from 1601.
  const from = isWallTime(start) ? start : `1970${start.slice(4)}`;
  if (!isWallTime(from) || from > wall) return null;
  const rule = propertyOf(observance, 'RRULE')?.text;
  const starts = [from, ...datesOf(observance)].filter((date) => date <= wall);
  try {
    if (rule !== undefined)
      for (const next of startsOf(readRule(rule), { start: from, zone: 'UTC' }, budget)) {
        if (next > wall) break;
        starts.push(next);
      }
  } catch {
    return null;
  }
  return starts.sort().at(-1) ?? null;
}

function datesOf(observance: IcsComponent): string[] {
  return observance.properties
    .filter(({ name }) => name === 'RDATE')
    .flatMap(({ values }) => values.filter((value) => typeof value === 'string'))
    .filter(isWallTime);
}

/** When the clocks of a zone change from one year to another: the moment, and the minutes before and after. */
export function changesOf(
  zone: string,
  years: { readonly first: number; readonly last: number },
): { readonly at: number; readonly before: number; readonly after: number; readonly isSummer: boolean }[] {
  const changes = [];
  const WEEK = durationOf('P1W') as NonNullable<ReturnType<typeof durationOf>>;
  const offset = (at: number) => DateTime.fromMillis(at, { zone }).offset;
  let day = `${years.first}-01-01`;
  let from = instantOf(day, 'utc');
  while (day < `${years.last + 1}-01-01`) {
    day = dayAfter(day, WEEK);
    const to = instantOf(day, 'utc');
    if (offset(from) !== offset(to)) {
      let [low, high] = [from, to];
      while (high - low > 1000) {
        const middle = Math.floor((low + high) / 2000) * 1000;
        if (offset(middle) === offset(from)) low = middle;
        else high = middle;
      }
      const isSummer = DateTime.fromMillis(high, { zone }).isInDST;
      changes.push({ at: high, before: offset(from), after: offset(to), isSummer });
    }
    from = to;
  }
  return changes;
}
