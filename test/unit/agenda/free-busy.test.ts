import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agendaOf, FREE_BUSY, freeBusyOf } from '../../../src/agenda/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';

const PARIS = 'Europe/Paris';
const at = (text: string) => Date.parse(text);
const day = { from: at('2026-06-12T00:00Z'), to: at('2026-06-13T00:00Z'), zone: PARIS };

describe('free/busy', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('is spans put together and nothing else, published and erased on request', async () => {
    const alice = await stage.enter('alice');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const agenda = agendaOf(vault);
    const hour = (start: string, length = 'PT1H') =>
      agenda.add({
        title: `at ${start}`,
        when: { start: `2026-06-12T${start}`, duration: length, zone: PARIS },
      });
    await hour('09:00');
    await hour('09:30', 'PT15M');
    await hour('10:00');
    await hour('14:00');
    await hour('16:00', 'PT0S');
    await agenda.cancel((await hour('18:00')).id);
    await agenda.add({ title: 'night', when: { start: '2026-06-11T22:00', duration: 'PT6H', zone: PARIS } });
    expect(await freeBusyOf(vault).get()).toBeNull();
    const published = await agenda.publishFreeBusy(day);
    const spans = [
      ['2026-06-12T00:00Z', '2026-06-12T02:00Z'],
      ['2026-06-12T07:00Z', '2026-06-12T09:00Z'],
      ['2026-06-12T12:00Z', '2026-06-12T13:00Z'],
    ].map(([start, end]) => ({ start: at(start as string), end: at(end as string) }));
    expect(published).toEqual({ from: day.from, to: day.to, busy: spans });
    const reader = freeBusyOf(vault);
    expect(freeBusyOf(vault)).toBe(reader);
    expect(await reader.get()).toEqual(published);
    const free = (from: string, to: string) => reader.isFree({ from: at(from), to: at(to) });
    expect(await free('2026-06-12T09:00Z', '2026-06-12T12:00Z')).toBe(true);
    expect(await free('2026-06-12T09:00Z', '2026-06-12T12:01Z')).toBe(false);
    expect(await free('2026-06-12T23:00Z', '2026-06-13T01:00Z')).toBeNull();
    expect(await codeOf(() => free('2026-06-12T10:00Z', '2026-06-12T10:00Z'))).toBe('usage/invalid');

    // What was published before is gone, from the history as well.
    const [first] = vault.records(FREE_BUSY).list();
    await agenda.publishFreeBusy({ ...day, from: at('2026-06-12T10:00Z') });
    expect((await reader.get())?.busy).toHaveLength(1);
    expect(vault.records(FREE_BUSY).list()).toHaveLength(1);
    expect(await codeOf(() => vault.records(FREE_BUSY).restore(first?.id as never))).toBe('usage/not-found');
    await agenda.unpublishFreeBusy();
    expect([await reader.get(), vault.records(FREE_BUSY).list()]).toEqual([null, []]);
    await agenda.unpublishFreeBusy();
  });

  it('holds nothing that anyone could hide in it', async () => {
    const { parse } = FREE_BUSY;
    const good = { from: 0, to: 10, busy: [{ start: 1, end: 2 }] };
    expect(parse(good, 1)).toEqual(good);
    for (const bad of [
      { ...good, title: 'x' },
      { ...good, busy: [{ start: 1, end: 2, title: 'x' }] },
      { ...good, busy: [{ start: 2, end: 2 }] },
      {
        ...good,
        busy: [
          { start: 5, end: 6 },
          { start: 4, end: 5 },
        ],
      },
      { ...good, busy: [{ start: 5, end: 11 }] },
      { ...good, busy: [{ start: 0.5, end: 1 }] },
      null,
    ])
      expect(await codeOf(() => parse(bad, 1))).toBe('usage/invalid');
  });
});
