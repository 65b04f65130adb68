import { describe, expect, it } from 'vitest';
import { isPractical, readRule, startsOf } from '../../../src/agenda/rule.js';
import { codeOf } from '../../support/code-of.js';

const from = { start: '2026-06-01T09:00:00' };
function first(rule: string, count: number, start = from): string[] {
  const starts: string[] = [];
  for (const next of startsOf(rule, start, { left: 20_000 })) {
    starts.push(next);
    if (starts.length === count) break;
  }
  return starts;
}

describe('rules of recurrence', () => {
  it('are written in one form', () => {
    expect(readRule('BYDAY=MO,TH;FREQ=WEEKLY;INTERVAL=1')).toBe('FREQ=WEEKLY;BYDAY=MO,TH');
    expect(readRule('FREQ=DAILY;UNTIL=20260701T080000Z')).toBe('FREQ=DAILY;UNTIL=20260701T080000Z');
  });

  it.each([
    'FREQ=SECONDLY',
    'FREQ=MINUTELY;COUNT=2',
    'FREQ=HOURLY',
    'FREQ=DAILY;BYMINUTE=0,1,2',
    'FREQ=DAILY;BYSECOND=0,1',
    'FREQ=DAILY;INTERVAL=1000',
    'FREQ=MONTHLY;INTERVAL=1200;BYDAY=5MO',
    'FREQ=DAILY;COUNT=0',
    'FREQ=DAILY;COUNT=2;UNTIL=20270101',
    'FREQ=DAILY;UNTIL=99990101',
    'FREQ=DAILY;UNTIL=x',
    'FREQ=DAILY;BYDAY=XX',
    'FREQ=DAILY;BYMONTH=13',
    'FREQ=DAILY;FREQ=WEEKLY',
    'FREQ=DAILY;X-EVIL=1',
    'FREQ=DAILY\r\nATTENDEE=x',
    'BYDAY=MO',
    '',
    `FREQ=DAILY;BYMONTHDAY=${'1,'.repeat(400)}1`,
  ])('refuses %j', async (rule) => {
    expect(await codeOf(() => readRule(rule))).toBe('usage/invalid');
  });

  it('make starts on the wall of the event, up to an end on that wall', () => {
    expect(first('FREQ=WEEKLY;BYDAY=MO,TH', 4)).toEqual([
      '2026-06-01T09:00:00',
      '2026-06-04T09:00:00',
      '2026-06-08T09:00:00',
      '2026-06-11T09:00:00',
    ]);
    const paris = { ...from, zone: 'Europe/Paris' };
    // 07:00 UTC is 09:00 in Paris in summer: the last one counts.
    expect(first('FREQ=DAILY;UNTIL=20260603T070000Z', 9, paris)).toHaveLength(3);
    expect(first('FREQ=DAILY;UNTIL=20260603T065959Z', 9, paris)).toHaveLength(2);
    expect(first('FREQ=DAILY;UNTIL=20260603', 9)).toHaveLength(3);
    expect(first('FREQ=DAILY;UNTIL=20260603T235959Z', 9, { start: '2026-06-01' })).toHaveLength(3);
    expect(first('FREQ=MONTHLY;BYMONTHDAY=31', 3, { start: '2026-05-31' })).toEqual([
      '2026-05-31',
      '2026-07-31',
      '2026-08-31',
    ]);
  });

  // Each of these keeps ical.js by itself busy for ever, or for minutes.
  it.each([
    'FREQ=DAILY;INTERVAL=7;BYDAY=TU',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=WEEKLY;INTERVAL=52;BYMONTH=11',
    'FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2',
    'FREQ=YEARLY;BYDAY=1MO;BYMONTH=4;BYMONTHDAY=15',
  ])('that never come true end soon: %s', (rule) => {
    const budget = { left: 3000 };
    const starts = [...startsOf(rule, from, budget)];
    expect(starts.length).toBeLessThan(200);
    expect(budget.left).toBeLessThanOrEqual(3000);
  });

  it('are tried before they are imported', () => {
    const budget = { left: 10_000 };
    expect(isPractical('FREQ=DAILY;INTERVAL=7;BYDAY=TU', from, budget)).toBe(false);
    expect(isPractical('FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', from, budget)).toBe(false);
    expect(budget.left).toBeGreaterThan(9000);
    for (const rule of ['FREQ=DAILY', 'FREQ=DAILY;COUNT=1', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29'])
      expect(isPractical(rule, from, budget), rule).toBe(true);
    expect(isPractical('FREQ=DAILY', from, { left: 0 })).toBe(false);
  });

  it('end when the steps are used up, and in 2199', () => {
    expect([...startsOf('FREQ=DAILY', from, { left: 100 })]).toHaveLength(101);
    const years = first('FREQ=YEARLY', 500);
    expect([years.length, years.at(-1)]).toEqual([174, '2199-06-01T09:00:00']);
  });
});
