import fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { planImport } from '../../src/agenda/ics-import.js';
import { type AgendaEvent, type Alarm, EVENT_STATUSES, printIcs, readIcs } from '../../src/agenda/index.js';
import { byStart, checkRange, occurrencesIn } from '../../src/agenda/occurrence.js';
import { readRule } from '../../src/agenda/rule.js';
import { instantOf, wallTimeAt } from '../../src/agenda/wall-time.js';
import type { When } from '../../src/agenda/when.js';
import { readWhen } from '../../src/agenda/when-span.js';
import { isVaultError } from '../../src/errors.js';
import { itemOf } from '../unit/agenda/home.js';

const ZONES = [
  'Europe/Paris',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'UTC',
  'Africa/Casablanca',
];
const DAY = 24 * 3600 * 1000;
const pad = (part: number) => String(part).padStart(2, '0');

const zone = fc.constantFrom(...ZONES);
const day = fc
  .tuple(
    fc.integer({ min: 2024, max: 2027 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
  )
  .map(([year, month, date]) => `${year}-${pad(month)}-${pad(date)}`);
const wall = fc
  .tuple(day, fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([date, hour, minute]) => `${date}T${pad(hour)}:${pad(minute)}:00`);
const weekdays = fc.uniqueArray(fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'), { minLength: 1 });
const rule = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('FREQ=DAILY', 'FREQ=WEEKLY', 'FREQ=MONTHLY', 'FREQ=YEARLY'),
      weekdays.map((days) => `FREQ=WEEKLY;BYDAY=${days.join(',')}`),
      fc.integer({ min: 1, max: 28 }).map((date) => `FREQ=MONTHLY;BYMONTHDAY=${date}`),
      fc
        .tuple(fc.constantFrom(1, 2, 3, 4, -1), fc.constantFrom('MO', 'FR'))
        .map(([n, name]) => `FREQ=MONTHLY;BYDAY=${n}${name}`),
      fc.constant('FREQ=DAILY;BYHOUR=8,20'),
    ),
    fc.integer({ min: 1, max: 4 }),
    fc.option(fc.integer({ min: 1, max: 40 })),
  )
  .map(([base, interval, count]) =>
    readRule(`${base};INTERVAL=${interval}${count === null ? '' : `;COUNT=${count}`}`),
  );
const series: fc.Arbitrary<When> = fc
  .tuple(fc.oneof(wall, day), zone, rule, fc.option(fc.constantFrom('P2D', 'P1W'), { nil: undefined }))
  .map(([start, in_, made, duration]) =>
    readWhen({
      start,
      rule: made,
      ...(start.length > 10 && { zone: in_ }),
      ...(duration !== undefined && { duration }),
    }),
  );
const within = (from: number, to: number) => checkRange({ from, to, zone: 'Europe/Paris' });
const limit = 10_000;

describe('occurrences of any series', () => {
  it('are those that ical.js finds by itself', () => {
    fc.assert(
      fc.property(fc.oneof(wall, day), rule, (start, made) => {
        const when = readWhen({ start, rule: made, ...(start.length > 10 && { zone: 'UTC' }) });
        const from = instantOf(start, 'UTC');
        const range = checkRange({ from, to: from + 800 * DAY, zone: 'UTC' });
        const found = occurrencesIn([itemOf({ when })], range, { limit }).map(({ startsAt }) => startsAt);
        const expected: string[] = [start];
        const iterator = ICAL.Recur.fromString(made).iterator(
          start.length === 10 ? ICAL.Time.fromDateString(start) : ICAL.Time.fromDateTimeString(start),
        );
        for (let next = iterator.next(); next; next = iterator.next()) {
          const text = next.toString();
          if (instantOf(text, 'UTC') >= range.to) break;
          if (text !== start) expected.push(text);
        }
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('are in order, at the same time on the wall, and the same however the range is cut', () => {
    fc.assert(
      fc.property(
        fc.array(series, { minLength: 1, maxLength: 3 }),
        fc.tuple(fc.nat(900), fc.nat(200), fc.nat(200)),
        (all, [begin, first, second]) => {
          const items = all.map((when, i) => itemOf({ when }, i + 1));
          const a = Date.UTC(2024, 0, 1, 7, 30) + begin * DAY;
          const [b, c] = [a + first * DAY, a + (first + second) * DAY];
          const find = (from: number, to: number) => occurrencesIn(items, within(from, to), { limit });
          const whole = find(a, c);
          expect([...find(a, b), ...find(b, c)]).toEqual(whole);
          expect(whole.toSorted(byStart)).toEqual(whole);
          for (const { start, end, startsAt, zone: own, allDay } of whole) {
            expect(start >= a && start < c && end >= start).toBe(true);
            const shown = wallTimeAt(start, own ?? 'Europe/Paris');
            // What no clock shows is later by the hour that is left out; nothing else moves.
            const isShown =
              wallTimeAt(instantOf(startsAt, own ?? 'Europe/Paris'), own ?? 'Europe/Paris') === startsAt;
            if (allDay) expect(shown).toBe(`${startsAt}T00:00:00`);
            else if (isShown) expect(shown).toBe(startsAt);
            else expect(shown > startsAt && shown.slice(0, 10) === startsAt.slice(0, 10)).toBe(true);
          }
          expect(occurrencesIn(items, within(a, c), { limit: 5 })).toEqual(whole.slice(0, 5));
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);
});

const text = (maxLength: number) =>
  fc
    .string({ minLength: 1, maxLength, unit: 'grapheme' })
    // A file keeps no control characters, and no space around a text.
    .map((value) =>
      value
        .replace(/\p{Cc}|\ufeff/gu, '')
        .toWellFormed()
        .trim()
        .slice(0, maxLength)
        .trim()
        .toWellFormed(),
    )
    .filter((value) => value !== '' && value.isWellFormed() && value.length <= maxLength);
const alarm: fc.Arbitrary<Alarm> = fc.oneof(
  fc
    .tuple(fc.constantFrom('-PT30M', '-P1D', 'PT0S', 'P1W', '-P1DT2H'), fc.boolean())
    .map(([trigger, isEnd]): Alarm => ({ trigger, ...(isEnd && { related: 'end' as const }) })),
  wall.map((at): Alarm => ({ at: `${at}Z` })),
);
const event: fc.Arbitrary<AgendaEvent> = fc
  .record(
    {
      type: fc.constantFrom('appointment' as const, 'reminder' as const),
      title: text(100),
      status: fc.constantFrom(...EVENT_STATUSES),
      busy: fc.boolean(),
      note: text(200),
      place: text(100),
      practitioner: text(100),
      when: fc.oneof(
        series,
        fc.oneof(wall, day).map((start) => readWhen({ start })),
      ),
      alarms: fc.uniqueArray(alarm, { minLength: 1, maxLength: 4, selector: (each) => JSON.stringify(each) }),
      participants: fc.uniqueArray(
        fc.record({
          name: text(40),
          role: fc.constantFrom('chair' as const, 'req-participant' as const, 'non-participant' as const),
          status: fc.constantFrom('accepted' as const, 'needs-action' as const),
        }),
        { minLength: 1, maxLength: 4, selector: ({ name }) => name },
      ),
    },
    { requiredKeys: ['type', 'title', 'status', 'busy', 'when'] },
  )
  .chain((facts) => {
    const starts = occurrencesIn([itemOf(facts)], within(Date.UTC(2024, 0, 1), Date.UTC(2028, 11, 1)), {
      limit: 5,
    });
    const keys = starts.flatMap(({ occurrence }) => (occurrence === null ? [] : [occurrence]));
    return fc
      .record(
        Object.fromEntries(
          keys.map((key) => [
            `on:${key}`,
            fc.oneof(
              fc.constant(null),
              // A title that differs, so that the change is one.
              text(50)
                .filter((title) => title !== facts.title)
                .map((title) => ({ title })),
            ),
          ]),
        ),
        { requiredKeys: [] },
      )
      .map((changes) => ({ ...facts, ...changes }) as AgendaEvent);
  });

describe('any event', () => {
  it('written to a calendar file and read again is the same, and there is nothing to import', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 3 }), (events) => {
        const items = events.map((value, i) => itemOf(value, i + 1));
        const file = readIcs(printIcs(items, { now: Date.UTC(2026, 0, 1) }));
        expect(file.passedOver).toEqual([]);
        expect(file.events.map(({ event: { source: _, ...read } }) => read)).toEqual(events);
        expect(file.events.flatMap(({ adjusted }) => adjusted)).toEqual([]);
        expect(planImport(items, file.events).every(({ action }) => action === 'same')).toBe(true);
        // Somebody else's: added once, then the same.
        expect(planImport([], file.events).filter(({ action }) => action === 'add')).toHaveLength(
          file.events.filter(({ cancelled }) => !cancelled).length,
        );
        const kept = file.events.map(({ event: value }, i) => itemOf(value, i + 10));
        expect(planImport(kept, file.events).every(({ action }) => action === 'same')).toBe(true);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

it('anything read as a calendar file is a file, or an error with a code', () => {
  const line = fc.oneof(
    fc.constantFrom(
      'BEGIN:VEVENT',
      'END:VEVENT',
      'BEGIN:VALARM',
      'END:VALARM',
      'DTSTART:20260101T090000Z',
      'RRULE:FREQ=DAILY',
    ),
    fc
      .tuple(
        fc.constantFrom(
          'DTSTART',
          'RRULE',
          'EXDATE;TZID=x',
          'SUMMARY',
          'TRIGGER',
          'ATTENDEE;CN="',
          'SEQUENCE',
        ),
        fc.string(),
      )
      .map((parts) => parts.join(':')),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, end) => {
      try {
        const { events } = readIcs(['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR'].join(end));
        for (const read of events) expect(read.event.title.length).toBeGreaterThan(0);
      } catch (error) {
        if (!isVaultError(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
}, 120_000);
