import { VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import type { RecordItem } from '../vault/record-item.js';
import { type AgendaEvent, type EventCore, type OccurrenceChange, occurrenceChanges } from './event.js';
import type { StepBudget } from './rule.js';
import { type Series, seriesOf } from './series.js';
import { dayAfter, deviceZone, durationOf, isKnownZone, wallTimeAt } from './wall-time.js';
import { isAllDay, isSeries, type SingleWhen, type Span, type When } from './when.js';
import { spanOf, zoneOf } from './when-span.js';

/** An event of the agenda with its id, author, versions and conflicts. */
export type AgendaItem = RecordItem<AgendaEvent>;

/** One time that an event happens, with what is different about it put in. */
export interface Occurrence extends Omit<EventCore, 'when' | 'source'>, Span {
  readonly id: Id<'item'>;
  /** Which one of its series, for `updateOccurrence`: the start that the series gives it. Null for a single event. */
  readonly occurrence: string | null;
  readonly allDay: boolean;
  /** What a wall in `zone` shows at the start: `YYYY-MM-DDTHH:MM:SS`, or `YYYY-MM-DD` for whole days. */
  readonly startsAt: string;
  /** Null for whole days and times that hold wherever the reader is. */
  readonly zone: string | null;
  /** Whether it differs from its series. */
  readonly changed: boolean;
}

/** What part of the agenda to look at. */
export interface Range {
  /** A `Date` or milliseconds since 1970. */
  readonly from: Date | number;
  /** As `from`, not included; at most five years (1830 days) later. */
  readonly to: Date | number;
  /** Where the reader is, which decides on whole days and times without a zone. The device's zone when left out. */
  readonly zone?: string;
}

/** How often rules may be stepped through for one question. */
const STEPS_MAX = 200_000;
const RANGE_MAX = 1830 * 24 * 3600 * 1000;
export const OCCURRENCES_MAX = 10_000;
const LIMIT = 1000;

/** A range whose parts were checked. */
export interface CheckedRange {
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

/** Throws `usage/invalid` for no range, one of more than five years, or a zone that is not known. */
export function checkRange({ from, to, zone = deviceZone() }: Range): CheckedRange {
  const range = { from: Number(from), to: Number(to), zone };
  const isRange =
    Number.isSafeInteger(range.from) && Number.isSafeInteger(range.to) && range.from <= range.to;
  if (!isRange || range.to - range.from > RANGE_MAX || Math.abs(range.from) > 8e15)
    throw new VaultError('usage/invalid', { argument: 'range' });
  if (!isKnownZone(zone)) throw new VaultError('usage/invalid', { argument: 'zone' });
  return range;
}

/** Throws `usage/invalid` unless it is a whole number from 1 to 10 000; 1000 when there is none. */
export function checkLimit(limit: number = LIMIT): number {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > OCCURRENCES_MAX)
    throw new VaultError('usage/invalid', { argument: 'limit' });
  return limit;
}

/**
 * The occurrences in a range, in the order of their starts: those that start in it, or with `touching` all that are
 * partly in it. Of each event the first `limit`, and of all of them too.
 *
 * Throws `format/too-large` when the rules of all events together take more than 200 000 steps to follow.
 */
export function occurrencesIn(
  items: readonly AgendaItem[],
  range: CheckedRange,
  { limit, touching = false }: { readonly limit: number; readonly touching?: boolean },
): Occurrence[] {
  const budget = { left: STEPS_MAX };
  const all = items.flatMap((item) => occurrencesOf(item, range, { limit, touching, budget }));
  return all.sort(byStart).slice(0, limit);
}

/** In the order of time; of those that start and end together, in an order that is always the same. */
export function byStart(a: Occurrence, b: Occurrence): number {
  return (
    a.start - b.start ||
    a.end - b.end ||
    compare(a.id, b.id) ||
    compare(a.occurrence ?? '', b.occurrence ?? '')
  );
}

/** One occurrence of an event, wherever it was moved; null when there is none such. */
export function occurrenceAt(item: AgendaItem, occurrence: string | null, zone: string): Occurrence | null {
  const { when } = item.value;
  if (occurrence === null) return isSeries(when) ? null : shown(item, null, null, zone);
  if (!isSeries(when) || !seriesOf(when).has(occurrence)) return null;
  const change = occurrenceChanges(item.value).get(occurrence);
  return change === null ? null : shown(item, occurrence, change ?? null, zone);
}

function occurrencesOf(
  item: AgendaItem,
  range: CheckedRange,
  options: { readonly limit: number; readonly touching: boolean; readonly budget: StepBudget },
): Occurrence[] {
  const { limit, touching, budget } = options;
  const { when } = item.value;
  const isInside = ({ start, end }: Span) =>
    start < range.to && (start >= range.from || (touching && end > range.from));
  if (!isSeries(when)) {
    const single = shown(item, null, null, range.zone);
    return isInside(single) ? [single] : [];
  }
  const series = seriesOf(when);
  const changes = occurrenceChanges(item.value);
  const found: Occurrence[] = [];
  const starts = startsAround(series, when, range, budget);
  if (budget.left < 0) throw new VaultError('format/too-large', { stepsMax: STEPS_MAX });
  for (const start of starts) {
    if (found.length === limit) break;
    if (!changes.has(start) && isInside(series.spanOf(start, range.zone)))
      found.push(shown(item, start, null, range.zone));
  }
  for (const [start, change] of changes) {
    if (change === null) continue;
    const occurrence = shown(item, start, change, range.zone);
    // One that was moved stays where it was moved to, also when another device has changed the rule meanwhile.
    if (isInside(occurrence) && (change.when !== undefined || series.has(start, budget)))
      found.push(occurrence);
  }
  return found;
}

/** The starts of a series that may be in a range; a few more, as walls differ by up to a day. */
function startsAround(series: Series, when: When, range: CheckedRange, budget: StepBudget): string[] {
  const zone = zoneOf(when, range.zone);
  const { start, end } = series.spanOf(when.start, range.zone);
  const first = dayAfter(
    wallTimeAt(range.from - (end - start), zone).slice(0, 10),
    durationOf('-P2D') as never,
  );
  const last = dayAfter(wallTimeAt(range.to, zone).slice(0, 10), durationOf('P1D') as never);
  return series.between(first, isAllDay(when) ? last : `${last}T23:59:59`, budget);
}

function shown(
  item: AgendaItem,
  occurrence: string | null,
  change: OccurrenceChange | null,
  reader: string,
): Occurrence {
  const {
    when,
    type,
    title,
    status,
    busy,
    note,
    place,
    practitioner,
    alarms,
    participants,
    documents,
    threads,
  } = item.value;
  const facts = {
    ...{ type, title, status, busy },
    ...(note !== undefined && { note }),
    ...(place !== undefined && { place }),
    ...(practitioner !== undefined && { practitioner }),
    ...(alarms !== undefined && { alarms }),
    ...(participants !== undefined && { participants }),
    ...(documents !== undefined && { documents }),
    ...(threads !== undefined && { threads }),
  };
  const { when: moved, ...different } = change ?? {};
  const at: SingleWhen = moved ?? when;
  const startsAt = moved?.start ?? occurrence ?? when.start;
  const span =
    moved === undefined ? seriesOf(when).spanOf(startsAt, reader) : spanOf(moved, moved.start, reader);
  return {
    ...{ id: item.id, occurrence, ...span, allDay: isAllDay(at), startsAt },
    zone: isAllDay(at) ? null : (at.zone ?? null),
    changed: change !== null,
    ...facts,
    ...different,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
