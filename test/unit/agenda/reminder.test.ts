import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AgendaItem } from '../../../src/agenda/index.js';
import { nextReminderOf } from '../../../src/agenda/reminder.js';
import { itemOf } from './home.js';

const PARIS = 'Europe/Paris';
const at = (text: string) => Date.parse(text);
const next = async (items: AgendaItem[], now: string) => {
  const reminder = await nextReminderOf(items, at(now), PARIS);
  return reminder && new Date(reminder.at).toISOString().slice(0, 16);
};
afterEach(() => {
  vi.useRealTimers();
});

describe('the next reminder', () => {
  const visit = itemOf({
    title: 'Oncologie',
    place: 'Villejuif',
    when: { start: '2026-06-12T09:30:00', end: '2026-06-12T10:00:00', zone: PARIS },
    alarms: [
      { trigger: '-P1D' },
      { trigger: '-PT30M' },
      { trigger: 'PT10M', related: 'end' },
      { at: '2026-06-01T06:00:00Z' },
    ],
  });

  it('comes before, after or apart from an event, one after the other', async () => {
    expect(await next([visit], '2026-05-01T00:00Z')).toBe('2026-06-01T06:00');
    expect(await next([visit], '2026-06-01T06:00Z')).toBe('2026-06-11T07:30');
    expect(await next([visit], '2026-06-11T07:30Z')).toBe('2026-06-12T07:00');
    expect(await next([visit], '2026-06-12T07:00Z')).toBe('2026-06-12T08:10');
    expect(await next([visit], '2026-06-12T08:10Z')).toBeNull();
    expect(await next([], '2026-06-12T08:10Z')).toBeNull();
  });

  it('a day before is at the same time on the wall, and before a whole day counts from its midnight', async () => {
    const morning = itemOf({
      when: { start: '2026-03-29T09:00:00', zone: PARIS },
      alarms: [{ trigger: '-P1D' }],
    });
    expect(await next([morning], '2026-03-01T00:00Z')).toBe('2026-03-28T08:00');
    const day = itemOf({ when: { start: '2026-06-12' }, alarms: [{ trigger: '-PT6H' }] });
    expect(await next([day], '2026-06-01T00:00Z')).toBe('2026-06-11T16:00');
  });

  it('of a series is that of its next occurrence as it is', async () => {
    const series = itemOf({
      when: { start: '2020-01-06T09:00:00', zone: PARIS, rule: 'FREQ=WEEKLY' },
      alarms: [{ trigger: '-PT1H' }],
      'on:2026-06-01T09:00:00': null,
      'on:2026-06-08T09:00:00': { status: 'cancelled' },
      'on:2026-06-15T09:00:00': { when: { start: '2026-06-16T18:00:00', zone: PARIS } },
      'on:2026-06-22T09:00:00': { alarms: [{ trigger: '-P2D' }] },
    });
    expect(await next([series], '2026-05-31T00:00Z')).toBe('2026-06-16T15:00');
    expect(await next([series], '2026-06-16T15:00Z')).toBe('2026-06-20T07:00');
    const yearly = itemOf({
      when: { start: '2020-03-01', rule: 'FREQ=YEARLY' },
      alarms: [{ trigger: 'PT9H' }],
    });
    expect(await next([yearly], '2026-03-02T00:00Z')).toBe('2027-03-01T08:00');
  });

  it('is none for what does not take place', async () => {
    for (const status of ['cancelled', 'noshow', 'entered-in-error', 'fulfilled'] as const)
      expect(await next([itemOf({ ...visit.value, status })], '2026-05-01T00:00Z')).toBeNull();
  });

  it('says nothing of the event, and has one name as long as it is the same reminder', async () => {
    const now = at('2026-06-02T00:00Z');
    const reminder = await nextReminderOf([visit], now, PARIS);
    expect(reminder?.tag).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(JSON.stringify(reminder)).not.toMatch(/Oncologie|Villejuif|itm_|09:30|AQEBAQ/);
    expect(Object.keys(reminder ?? {}).sort()).toEqual(['at', 'tag', 'text']);
    expect(reminder?.text).toEqual({
      en: 'You have a reminder. Open the vault to read it.',
      fr: 'Vous avez un rappel. Ouvrez le coffre pour le lire.',
    });
    const renamed = { ...visit, value: { ...visit.value, title: 'Other', note: 'x' } };
    expect(await nextReminderOf([renamed], now + 1000, PARIS)).toEqual(reminder);
    const tags = await Promise.all(
      [
        visit,
        itemOf(visit.value, 2),
        itemOf({ ...visit.value, when: { start: '2026-06-12T09:31:00', zone: PARIS } }),
      ].map(async (item) => (await nextReminderOf([item], now, PARIS))?.tag),
    );
    expect(new Set(tags).size).toBe(3);
  });
});
