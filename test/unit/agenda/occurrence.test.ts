import { describe, expect, it } from 'vitest';
import type { AgendaItem } from '../../../src/agenda/index.js';
import { checkRange, occurrenceAt, occurrencesIn, type Range } from '../../../src/agenda/occurrence.js';
import { readWhen } from '../../../src/agenda/when-span.js';
import { codeOf } from '../../support/code-of.js';
import { itemOf } from './home.js';

const PARIS = 'Europe/Paris';
const at = (text: string) => Date.parse(text);
const range = (from: string, to: string, zone = PARIS): Range => ({ from: at(from), to: at(to), zone });
const show = (items: AgendaItem[], within: Range, options = {}) =>
  occurrencesIn(items, checkRange(within), { limit: 1000, ...options }).map(
    ({ startsAt, start, end, title }) => [
      title,
      startsAt,
      new Date(start).toISOString().slice(0, 16),
      (end - start) / 60_000,
    ],
  );

describe('occurrences', () => {
  it('stay at the time on the wall when clocks change, and as long as they were', () => {
    const spring = itemOf({
      when: { start: '2026-03-27T09:00:00', end: '2026-03-27T09:30:00', zone: PARIS, rule: 'FREQ=DAILY' },
    });
    expect(show([spring], range('2026-03-28T00:00Z', '2026-03-31T00:00Z'))).toEqual([
      ['Event', '2026-03-28T09:00:00', '2026-03-28T08:00', 30],
      ['Event', '2026-03-29T09:00:00', '2026-03-29T07:00', 30],
      ['Event', '2026-03-30T09:00:00', '2026-03-30T07:00', 30],
    ]);
    const night = itemOf({
      when: { start: '2026-10-23T22:00:00', end: '2026-10-24T06:00:00', zone: PARIS, rule: 'FREQ=DAILY' },
    });
    expect(
      show([night], range('2026-10-23T00:00Z', '2026-10-26T00:00Z')).map(([, , start, length]) => [
        start,
        length,
      ]),
    ).toEqual([
      ['2026-10-23T20:00', 480],
      ['2026-10-24T20:00', 480],
      ['2026-10-25T21:00', 480],
    ]);
  });

  it('in a gap are after it, in an overlap the first: none is lost and none is twice', () => {
    const when = { start: '2026-03-28T02:30:00', duration: 'PT15M', zone: PARIS, rule: 'FREQ=DAILY' };
    expect(show([itemOf({ when })], range('2026-03-28T00:00Z', '2026-03-31T00:00Z'))).toEqual([
      ['Event', '2026-03-28T02:30:00', '2026-03-28T01:30', 15],
      ['Event', '2026-03-29T02:30:00', '2026-03-29T01:30', 15],
      ['Event', '2026-03-30T02:30:00', '2026-03-30T00:30', 15],
    ]);
    expect(
      show([itemOf({ when })], range('2026-10-24T12:00Z', '2026-10-26T12:00Z')).map(([, , start]) => start),
    ).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
  });

  it('without a zone are where the reader is; whole days too', () => {
    const items = [
      itemOf({ title: 'pill', when: { start: '2026-07-01T08:00:00' } }),
      itemOf({ title: 'fast', when: { start: '2026-07-01' } }, 2),
      itemOf({ title: 'call', when: { start: '2026-07-01T08:00:00', zone: 'UTC' } }, 3),
    ];
    const starts = (zone: string) =>
      show(items, range('2026-06-29T00:00Z', '2026-07-03T00:00Z', zone)).map(
        ([title, , start]) => `${title} ${start}`,
      );
    expect(starts(PARIS)).toEqual([
      'fast 2026-06-30T22:00',
      'pill 2026-07-01T06:00',
      'call 2026-07-01T08:00',
    ]);
    expect(starts('America/Martinique')).toEqual([
      'fast 2026-07-01T04:00',
      'call 2026-07-01T08:00',
      'pill 2026-07-01T12:00',
    ]);
  });

  it('that are whole days last whole days, also the one with 23 hours', () => {
    const items = [
      itemOf({ when: { start: '2026-03-28', end: '2026-03-30' } }),
      itemOf({ when: { start: '2026-03-29' } }, 2),
      itemOf({ when: { start: '2026-03-29', duration: 'P1W' } }, 3),
    ];
    expect(
      show(items, range('2026-03-27T00:00Z', '2026-04-01T00:00Z')).map(
        ([, , , length]) => Number(length) / 60,
      ),
    ).toEqual([47, 23, 167]);
  });

  it('show what was changed, moved, taken out and added', () => {
    const item = itemOf({
      when: {
        start: '2026-06-01T09:00:00',
        end: '2026-06-01T10:00:00',
        zone: PARIS,
        rule: 'FREQ=WEEKLY;COUNT=5',
        more: ['2026-06-03T09:00:00'],
      },
      'on:2026-06-08T09:00:00': null,
      'on:2026-06-15T09:00:00': { when: { start: '2026-06-17T14:00:00', zone: PARIS }, title: 'Moved' },
      'on:2026-06-22T09:00:00': { title: 'Renamed' },
      // Of a rule that another device has changed: nothing comes of the second.
      'on:2026-06-02T09:00:00': { when: { start: '2026-06-02T11:00:00', zone: PARIS }, title: 'Kept' },
      'on:2026-06-04T09:00:00': { title: 'Lost' },
    });
    expect(
      show([item], range('2026-05-01T00:00Z', '2026-08-01T00:00Z')).map(([title, wall]) => [title, wall]),
    ).toEqual([
      ['Event', '2026-06-01T09:00:00'],
      ['Kept', '2026-06-02T11:00:00'],
      ['Event', '2026-06-03T09:00:00'],
      ['Moved', '2026-06-17T14:00:00'],
      ['Renamed', '2026-06-22T09:00:00'],
      ['Event', '2026-06-29T09:00:00'],
    ]);
    expect(occurrenceAt(item, '2026-06-15T09:00:00', PARIS)).toMatchObject({
      occurrence: '2026-06-15T09:00:00',
      startsAt: '2026-06-17T14:00:00',
      changed: true,
    });
    expect([
      occurrenceAt(item, '2026-06-08T09:00:00', PARIS),
      occurrenceAt(item, '2026-06-09T09:00:00', PARIS),
      occurrenceAt(item, null, PARIS),
    ]).toEqual([null, null, null]);
  });

  it('are those that start in the range, or all that it touches', () => {
    const stay = itemOf({ title: 'stay', when: { start: '2026-06-01', end: '2026-06-11' } });
    const visit = itemOf({ title: 'visit', when: { start: '2026-06-05T09:00:00', zone: PARIS } }, 2);
    const week = range('2026-06-04T00:00Z', '2026-06-08T00:00Z');
    expect(show([stay, visit], week).map(([title]) => title)).toEqual(['visit']);
    expect(show([stay, visit], week, { touching: true }).map(([title]) => title)).toEqual(['stay', 'visit']);
    const touching = (from: string, to: string) => show([stay], range(from, to), { touching: true }).length;
    expect(touching('2026-06-10T22:00Z', '2026-06-12T00:00Z')).toBe(0);
    expect(touching('2026-06-10T21:59Z', '2026-06-12T00:00Z')).toBe(1);
    expect(show([visit], range('2026-06-05T07:00Z', '2026-06-05T07:00Z'))).toEqual([]);
  });

  it('of an endless rule end with the range and with the limit', () => {
    const old = itemOf({ when: { start: '1990-01-01T07:00:00', zone: PARIS, rule: 'FREQ=DAILY' } });
    expect(show([old], range('2026-01-01T00:00Z', '2026-02-01T00:00Z'))).toHaveLength(31);
    expect(show([old], range('2026-01-01T00:00Z', '2030-12-31T00:00Z'), { limit: 5 })).toHaveLength(5);
    // Followed for 20 000 steps and no further.
    expect(
      show(
        [itemOf({ when: { start: '1900-01-01', rule: 'FREQ=DAILY' } })],
        range('2026-01-01T00:00Z', '2026-02-01T00:00Z'),
      ),
    ).toEqual([]);
  });

  it('have limits that are checked', async () => {
    const bad: Range[] = [
      range('2026-01-02T00:00Z', '2026-01-01T00:00Z'),
      range('2026-01-01T00:00Z', '2031-02-01T00:00Z'),
      { from: Number.NaN, to: 0 },
      { from: 0, to: Number.POSITIVE_INFINITY },
      range('2026-01-01T00:00Z', '2026-01-02T00:00Z', 'Romance Standard Time'),
    ];
    for (const each of bad) expect(await codeOf(() => checkRange(each))).toBe('usage/invalid');
    const heavy = Array.from({ length: 15 }, (_, i) =>
      itemOf({ when: { start: `19${60 + i}-01-01`, rule: 'FREQ=DAILY;BYDAY=MO' } }, i),
    );
    expect(await codeOf(() => show(heavy, range('2190-01-01T00:00Z', '2190-02-01T00:00Z')))).toBe(
      'format/too-large',
    );
  });
});

describe('when an event is', () => {
  it('is written in one form', () => {
    expect(
      readWhen({
        start: '2026-06-01T09:00',
        end: '2026-06-01T09:30',
        zone: PARIS,
        rule: 'BYDAY=MO;FREQ=WEEKLY',
      }),
    ).toEqual({
      start: '2026-06-01T09:00:00',
      end: '2026-06-01T09:30:00',
      zone: PARIS,
      rule: 'FREQ=WEEKLY;BYDAY=MO',
    });
    expect(readWhen({ start: '2026-06-01', more: ['2026-06-03', '2026-06-02', '2026-06-03'] }).more).toEqual([
      '2026-06-02',
      '2026-06-03',
    ]);
  });

  it.each([
    { start: '2026-02-30T09:00' },
    { start: '2026-06-01T09:00Z' },
    { start: '' },
    { start: '2026-06-01T09:00', end: '2026-06-01T08:00' },
    { start: '2026-06-01T09:00', end: '2026-06-02' },
    { start: '2026-06-01', end: '2026-06-01' },
    { start: '2026-06-01', zone: PARIS },
    { start: '2026-06-01', duration: 'PT1H' },
    { start: '2026-06-01T09:00', duration: '-PT1H' },
    { start: '2026-06-01T09:00', duration: 'PT1H', end: '2026-06-01T10:00' },
    { start: '2026-06-01T09:00', end: '2028-06-01T10:00' },
    { start: '2026-06-01T09:00', zone: 'Mars/Olympus' },
    { start: '2026-06-01T09:00', more: ['2026-06-02'] },
    { start: '2026-06-01T09:00', rule: 'FREQ=HOURLY' },
    { start: '2026-06-01T09:00', colour: 'red' },
  ])('is refused: %j', async (when) => {
    expect(await codeOf(() => readWhen(when))).toBe('usage/invalid');
  });
});
