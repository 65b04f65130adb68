import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  AGENDA_KINDS,
  type Agenda,
  agendaOf,
  EVENT_STATUSES,
  type NewEvent,
  PARTICIPANT_ROLES,
  PARTICIPATIONS,
  participationLabel,
  passedOverLabel,
  type Reminder,
  readIcs,
  roleLabel,
  statusLabel,
} from '../../../src/agenda/index.js';
import type { Person, Vault } from '../../../src/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';

const PARIS = 'Europe/Paris';
const at = (text: string) => Date.parse(text);
const june = { from: at('2026-05-31T22:00Z'), to: at('2026-07-01T00:00Z'), zone: PARIS };
const visit: NewEvent = {
  title: 'Dermatologue',
  when: { start: '2026-06-12T09:30', end: '2026-06-12T10:00', zone: PARIS },
};
const weekly: NewEvent = {
  title: 'Kiné',
  when: { start: '2026-06-01T09:00', end: '2026-06-01T09:30', zone: PARIS, rule: 'FREQ=WEEKLY;COUNT=8' },
};

describe('an agenda', () => {
  let stage: Stage;
  let person: Person;
  let vault: Vault;
  let agenda: Agenda;
  beforeAll(async () => {
    stage = await openStage();
    person = await stage.enter('alice');
  });
  afterAll(() => stage.close());
  const fresh = async () => {
    vault = await person.createVault({ holder: { birthName: 'Martel' } });
    agenda = agendaOf(vault);
  };
  const starts = async (range = june) =>
    (await agenda.upcoming(range)).map(({ startsAt, title }) => `${startsAt.slice(5, 16)} ${title}`);

  it('adds, changes, cancels, removes, restores and erases events', async () => {
    await fresh();
    expect(agendaOf(vault)).toBe(agenda);
    const added = await agenda.add({
      ...visit,
      note: 'à jeun',
      place: 'Cabinet',
      documents: [],
      threads: ['t1'],
    });
    expect(added.value).toEqual({
      type: 'appointment',
      status: 'booked',
      busy: true,
      ...visit,
      when: { start: '2026-06-12T09:30:00', end: '2026-06-12T10:00:00', zone: PARIS },
      note: 'à jeun',
      place: 'Cabinet',
      documents: [],
      threads: ['t1'],
    });
    const changed = await agenda.update(added.id, { title: 'Dermatologie', note: undefined });
    expect([changed.value.title, changed.value.note, changed.versions]).toEqual([
      'Dermatologie',
      undefined,
      2,
    ]);
    expect((await agenda.cancel(added.id)).value.status).toBe('cancelled');
    await agenda.remove(added.id);
    expect([await agenda.get(added.id), await agenda.list()]).toEqual([null, []]);
    expect((await agenda.restore(added.id)).value.status).toBe('cancelled');
    expect((await agenda.history(added.id)).map(({ value }) => value?.title)).toContain('Dermatologue');
    await agenda.erase(added.id);
    expect(await codeOf(() => agenda.restore(added.id))).toBe('usage/not-found');
    expect(await codeOf(() => agenda.update(added.id, { title: 'x' }))).toBe('usage/not-found');
  });

  it.each<[string, object]>([
    ['title', { title: '' }],
    ['title', { title: 'x'.repeat(101) }],
    ['value', { title: '\ud800' }],
    ['note', { note: 'x'.repeat(1001) }],
    ['status', { status: 'done' }],
    ['alarms', { alarms: [{ trigger: 'PT1Y' }] }],
    ['alarms', { alarms: [{ trigger: 'P400D' }] }],
    ['alarms', { alarms: [{ at: '2026-06-01T09:00:00' }] }],
    ['alarms', { alarms: new Array(11).fill({ trigger: 'PT0S' }) }],
    ['participants', { participants: [{ name: 'x', role: 'chair', status: 'accepted', person: 'per_x' }] }],
    ['participants', { participants: [{ name: 'x', role: 'chair', status: 'accepted', address: 'a b' }] }],
    ['documents', { documents: ['itm_x'] }],
    ['threads', { threads: new Array(51).fill('t') }],
    ['event', { source: { uid: 'x', sequence: 0, modified: null } }],
    ['event', { 'on:2026-06-01': null }],
    ['event', { colour: 'red' }],
    ['zone', { when: { start: '2026-06-01T09:00', zone: 'Nowhere/Else' } }],
  ])('refuses a bad %s: %j', async (argument, bad) => {
    const add = agenda.add({ ...visit, ...bad } as NewEvent);
    await expect(add).rejects.toMatchObject({ code: 'usage/invalid', details: { argument } });
    expect(await agenda.list()).toEqual([]);
  });

  it('changes one occurrence, takes one out, and brings it back', async () => {
    await fresh();
    const { id } = await agenda.add(weekly);
    await agenda.updateOccurrence(id, '2026-06-08T09:00:00', { title: 'Kiné, bilan' });
    await agenda.updateOccurrence(id, '2026-06-08T09:00:00', {
      when: { start: '2026-06-09T10:00', zone: PARIS },
    });
    await agenda.removeOccurrence(id, '2026-06-15T09:00:00');
    await agenda.cancel(id, '2026-06-22T09:00:00');
    expect(await starts()).toEqual([
      '06-01T09:00 Kiné',
      '06-09T10:00 Kiné, bilan',
      '06-22T09:00 Kiné',
      '06-29T09:00 Kiné',
    ]);
    expect((await agenda.occurrence(id, '2026-06-22T09:00:00', PARIS))?.status).toBe('cancelled');
    await agenda.updateOccurrence(id, '2026-06-08T09:00:00', { title: undefined });
    expect((await agenda.occurrence(id, '2026-06-08T09:00:00', PARIS))?.title).toBe('Kiné');
    await agenda.restoreOccurrence(id, '2026-06-15T09:00:00');
    await agenda.restoreOccurrence(id, '2026-06-08T09:00:00');
    expect((await starts()).slice(1, 3)).toEqual(['06-08T09:00 Kiné', '06-15T09:00 Kiné']);
    for (const occurrence of ['2026-06-02T09:00:00', '2026-06-01', 'x'])
      expect(await codeOf(() => agenda.removeOccurrence(id, occurrence))).toBe('usage/not-found');
    const single = await agenda.add(visit);
    expect(await codeOf(() => agenda.removeOccurrence(single.id, '2026-06-12T09:30:00'))).toBe(
      'usage/not-found',
    );
    // Another rule: what was said of occurrences that are no more is gone.
    await agenda.update(id, { when: { ...weekly.when, rule: 'FREQ=DAILY;COUNT=2' } });
    expect(
      Object.keys((await agenda.get(id))?.value ?? {}).filter((field) => field.startsWith('on:')),
    ).toEqual([]);
  });

  it('changes an occurrence and all that follow', async () => {
    await fresh();
    const { id } = await agenda.add(weekly);
    await agenda.removeOccurrence(id, '2026-06-08T09:00:00');
    await agenda.removeOccurrence(id, '2026-06-29T09:00:00');
    const following = await agenda.updateFollowing(id, '2026-06-22T09:00:00', { title: 'Kiné, suite' });
    expect(following.id).not.toBe(id);
    expect((await agenda.get(id))?.value.when.rule).toBe('FREQ=WEEKLY;UNTIL=20260615T070000Z');
    expect(following.value.when).toMatchObject({ start: '2026-06-22T09:00:00', rule: 'FREQ=WEEKLY;COUNT=5' });
    const all = { ...june, to: at('2026-09-01T00:00Z') };
    expect(await starts(all)).toEqual([
      '06-01T09:00 Kiné',
      '06-15T09:00 Kiné',
      '06-22T09:00 Kiné, suite',
      '07-06T09:00 Kiné, suite',
      '07-13T09:00 Kiné, suite',
      '07-20T09:00 Kiné, suite',
    ]);
    const moved = await agenda.updateFollowing(following.id, '2026-07-13T09:00:00', {
      when: { start: '2026-07-14T11:00', zone: PARIS, rule: 'FREQ=WEEKLY;COUNT=2' },
    });
    expect((await starts(all)).slice(3)).toEqual([
      '07-06T09:00 Kiné, suite',
      '07-14T11:00 Kiné, suite',
      '07-21T11:00 Kiné, suite',
    ]);
    // From the first on it is the same event.
    expect((await agenda.updateFollowing(moved.id, '2026-07-14T11:00:00', { title: 'Fin' })).id).toBe(
      moved.id,
    );
    await agenda.removeFollowing(id, '2026-06-15T09:00:00');
    await agenda.removeFollowing(following.id, '2026-06-22T09:00:00');
    expect(await starts(all)).toEqual(['06-01T09:00 Kiné', '07-14T11:00 Fin', '07-21T11:00 Fin']);
    expect(await codeOf(() => agenda.removeFollowing(id, '2026-06-15T09:00:00'))).toBe('usage/not-found');
  });

  it('cuts series of whole days, without a zone and with added starts', async () => {
    await fresh();
    const days = await agenda.add({
      title: 'Cure',
      when: {
        start: '2026-06-01',
        end: '2026-06-03',
        rule: 'FREQ=WEEKLY',
        more: ['2026-06-04', '2026-06-18'],
      },
    });
    const later = await agenda.updateFollowing(days.id, '2026-06-15', { title: 'Cure 2' });
    expect((await agenda.get(days.id))?.value.when).toEqual({
      start: '2026-06-01',
      end: '2026-06-03',
      rule: 'FREQ=WEEKLY;UNTIL=20260608',
      more: ['2026-06-04'],
    });
    expect(later.value.when).toEqual({
      start: '2026-06-15',
      end: '2026-06-17',
      rule: 'FREQ=WEEKLY',
      more: ['2026-06-18'],
    });
    expect(await starts()).toEqual([
      '06-01 Cure',
      '06-04 Cure',
      '06-08 Cure',
      '06-15 Cure 2',
      '06-18 Cure 2',
      '06-22 Cure 2',
      '06-29 Cure 2',
    ]);
    const pills = await agenda.add({ title: 'P', when: { start: '2026-06-05T08:00', rule: 'FREQ=DAILY' } });
    await agenda.removeFollowing(pills.id, '2026-06-07T08:00:00');
    expect((await agenda.get(pills.id))?.value.when.rule).toBe('FREQ=DAILY;UNTIL=20260606T080000');
  });

  it('has at most ten reminders a day that stand alone, each of which reminds', async () => {
    await fresh();
    const reminder = (start: string, rule?: string): NewEvent => ({
      type: 'reminder',
      title: 'Pilule',
      when: { start, ...(rule !== undefined && { rule }) },
    });
    const { value, id } = await agenda.add(reminder('2026-06-01T08:00', 'FREQ=DAILY'));
    expect([value.alarms, value.busy]).toEqual([[{ trigger: 'PT0S' }], false]);
    for (let i = 1; i < 10; i++) await agenda.add(reminder(`2026-06-05T08:0${i}`));
    await expect(agenda.add(reminder('2026-06-05T20:00'))).rejects.toMatchObject({
      code: 'usage/invalid',
      details: { argument: 'when', remindersADayMax: 10 },
    });
    expect(await codeOf(() => agenda.add(reminder('2026-06-01T08:00', 'FREQ=DAILY')))).toBe('usage/invalid');
    const other = await agenda.add(reminder('2026-06-06T20:00'));
    expect(await codeOf(() => agenda.update(other.id, { when: { start: '2026-06-05T21:00' } }))).toBe(
      'usage/invalid',
    );
    await agenda.update(id, { when: { start: '2026-06-01T07:00', rule: 'FREQ=DAILY' } });
    await agenda.add({ ...visit, when: { start: '2026-06-05T09:00' } });
  });

  it('follows what is upcoming, one event, and conflicts, and keeps what did not change', async () => {
    await fresh();
    const live = agenda.liveUpcoming(june);
    expect(agenda.liveUpcoming({ ...june })).toBe(live);
    const lists: string[][] = [];
    const stop = live.subscribe((list) => lists.push(list.map(({ title }) => title)));
    const conflicts = agenda.liveConflicts(june);
    const stopConflicts = conflicts.subscribe(() => {});
    const { id } = await agenda.add(visit);
    const one = agenda.liveOne(id);
    await vi.waitFor(() => expect(live.getSnapshot()).toHaveLength(1));
    const [before] = live.getSnapshot() ?? [];
    await agenda.add({ title: 'Clash', when: { start: '2026-06-12T09:45', duration: 'PT1H', zone: PARIS } });
    await vi.waitFor(() => expect(live.getSnapshot()).toHaveLength(2));
    expect(live.getSnapshot()?.[0]).toBe(before);
    expect(Object.isFrozen(before)).toBe(true);
    expect(
      conflicts
        .getSnapshot()
        ?.map(({ first, second, start, end }) => [first.title, second.title, (end - start) / 60_000]),
    ).toEqual([['Dermatologue', 'Clash', 15]]);
    expect(one.getSnapshot()?.value.title).toBe('Dermatologue');
    expect(lists[0]).toEqual([]);
    stop();
    stopConflicts();
  });

  it('finds what takes the same time, and not what takes none', async () => {
    await fresh();
    const hour = (start: string, more: Partial<NewEvent> = {}) =>
      agenda.add({
        title: start,
        when: { start: `2026-06-12T${start}`, duration: 'PT1H', zone: PARIS },
        ...more,
      });
    const nine = await hour('09:00');
    await hour('09:30', { status: 'cancelled' });
    await hour('09:31', { status: 'proposed' });
    await hour('09:32', { busy: false });
    await hour('10:00');
    await hour('10:59');
    await agenda.add({ title: 'day', when: { start: '2026-06-12' } });
    expect((await agenda.conflicts(june)).map(({ first, second }) => [first.title, second.title])).toEqual([
      ['10:00', '10:59'],
    ]);
    const slot = { from: at('2026-06-12T07:30Z'), to: at('2026-06-12T08:30Z'), zone: PARIS };
    expect((await agenda.conflictsWith(slot)).map(({ title }) => title)).toEqual(['09:00', '10:00']);
    expect((await agenda.conflictsWith(slot, { except: nine.id })).map(({ title }) => title)).toEqual([
      '10:00',
    ]);
  });

  it('tells the next reminder, anew when the agenda changes and when its moment has come', async () => {
    await fresh();
    let now = at('2026-06-01T00:00Z');
    const seen: (string | null)[] = [];
    const live = agenda.liveNextReminder({ now: () => now, zone: PARIS });
    const stop = live.subscribe((next: Reminder | null) =>
      seen.push(next && new Date(next.at).toISOString().slice(5, 16)),
    );
    const { id } = await agenda.add({ ...visit, alarms: [{ trigger: '-P1D' }, { trigger: '-PT1H' }] });
    await vi.waitFor(() => expect(seen.at(-1)).toBe('06-11T07:30'));
    expect(await agenda.nextReminder(now, PARIS)).toEqual(live.getSnapshot());
    now = at('2026-06-11T07:30Z');
    // Whoever asks hears of it at once; who listens, when the timer says so.
    live.getSnapshot();
    await vi.waitFor(() => expect(live.getSnapshot()?.at).toBe(at('2026-06-12T06:30Z')));
    await agenda.cancel(id);
    await vi.waitFor(() => expect(seen.at(-1)).toBeNull());
    stop();
    expect(agenda.liveNextReminder()).toBe(agenda.liveNextReminder());
  });

  it('wakes by itself when the moment of a reminder has come', async () => {
    await fresh();
    let now = at('2026-06-12T06:29:59.950Z');
    await agenda.add({ ...visit, alarms: [{ trigger: '-PT1H' }] });
    const live = agenda.liveNextReminder({ now: () => now, zone: PARIS });
    const seen: (Reminder | null)[] = [];
    const stop = live.subscribe((next) => seen.push(next));
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    now += 50;
    await vi.waitFor(() => expect(seen.at(-1)).toBeNull());
    stop();
  });

  it('exports a range or some events, and imports them again as the same', async () => {
    await fresh();
    const one = await agenda.add(visit);
    const two = await agenda.add(weekly);
    await agenda.removeOccurrence(two.id, '2026-06-08T09:00:00');
    const text = await agenda.exportIcs(june);
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(2);
    expect((await agenda.exportIcs({ ids: [one.id] })).match(/SUMMARY:.*/g)).toEqual([
      'SUMMARY:Dermatologue',
    ]);
    expect(await agenda.importEvents(readIcs(text))).toEqual({
      added: [],
      updated: [],
      cancelled: [],
      same: 2,
    });
    const other = agendaOf(await person.createVault({ holder: { birthName: 'Durand' } }));
    expect((await other.importEvents(readIcs(text))).added).toHaveLength(2);
    expect((await other.upcoming(june)).map(({ startsAt }) => startsAt).sort()).toEqual(
      (await agenda.upcoming(june)).map(({ startsAt }) => startsAt).sort(),
    );
    expect(await codeOf(() => agenda.exportIcs({ ids: ['itm_AAAAAAAAAAAAAAAAAAAAAA'] }))).toBe(
      'usage/not-found',
    );
  });

  it('has words for everything in both languages, and kinds for a worker', () => {
    for (const status of EVENT_STATUSES)
      expect(statusLabel(status, 'fr')).not.toBe(statusLabel(status, 'en'));
    expect([statusLabel('noshow', 'fr'), statusLabel('noshow', 'en')]).toEqual(['Non honoré', 'Missed']);
    for (const status of PARTICIPATIONS) expect(participationLabel(status, 'fr')).not.toBe('');
    expect(passedOverLabel('rule', 'fr')).toMatch(/^Il se répète/);
    for (const role of PARTICIPANT_ROLES) expect(roleLabel(role, 'en')).not.toBe('');
    expect(AGENDA_KINDS.map(({ kind, collection }) => [kind, collection])).toEqual([
      ['agenda.event', 'agenda'],
      ['agenda.free-busy', 'free-busy'],
    ]);
  });
});
