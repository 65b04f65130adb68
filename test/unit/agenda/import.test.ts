import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Agenda, agendaOf, readIcs } from '../../../src/agenda/index.js';
import type { Person } from '../../../src/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import {
  APPLE,
  BOOKING,
  BOOKING_CANCELLED,
  BOOKING_MOVED,
  GOOGLE,
  ONE_OCCURRENCE,
  OUTLOOK,
  THUNDERBIRD,
} from '../../support/ics-dialects.js';

const EVERYTHING = [THUNDERBIRD, APPLE, GOOGLE, OUTLOOK, BOOKING, ONE_OCCURRENCE];
const counts = (result: {
  added: readonly unknown[];
  updated: readonly unknown[];
  cancelled: readonly unknown[];
  same: number;
}) => [result.added.length, result.updated.length, result.cancelled.length, result.same];

describe('importing calendar files', () => {
  let stage: Stage;
  let person: Person;
  let agenda: Agenda;
  beforeAll(async () => {
    stage = await openStage();
    person = await stage.enter('alice');
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    agenda = agendaOf(await person.createVault({ holder: { birthName: 'Martel' } }));
  });

  it('twice changes nothing, and a preview says what would happen', async () => {
    const file = readIcs(GOOGLE);
    expect((await agenda.previewImport(file)).map(({ action, id }) => [action, id])).toEqual([
      ['add', null],
      ['add', null],
      // There is nothing to cancel.
      ['same', null],
    ]);
    expect(await agenda.list()).toEqual([]);
    const all = EVERYTHING.flatMap((text) => readIcs(text).events);
    const first = await agenda.importEvents({ events: all });
    expect(counts(first)).toEqual([all.length - 1, 0, 0, 1]);
    const before = await agenda.list();
    expect(counts(await agenda.importEvents({ events: all }))).toEqual([0, 0, 0, all.length]);
    expect(await agenda.list()).toEqual(before);
    expect(before.every(({ versions }) => versions === 1)).toBe(true);
  });

  it('takes what is newer, keeps what was changed here, and what a file does not speak of', async () => {
    const [id] = (await agenda.importEvents(readIcs(BOOKING))).added;
    if (id === undefined) throw new Error('nothing was added');
    await agenda.update(id, { note: 'moi aussi', threads: ['t1'], alarms: [{ trigger: '-PT2H' }] });
    expect(counts(await agenda.importEvents(readIcs(BOOKING)))).toEqual([0, 0, 0, 1]);
    expect((await agenda.get(id))?.value.note).toBe('moi aussi');
    expect(
      (await agenda.previewImport(readIcs(BOOKING_MOVED))).map((step) => [step.action, step.id]),
    ).toEqual([['update', id]]);
    expect(counts(await agenda.importEvents(readIcs(BOOKING_MOVED)))).toEqual([0, 1, 0, 0]);
    const { value } = (await agenda.get(id)) as NonNullable<Awaited<ReturnType<Agenda['get']>>>;
    expect(value).toMatchObject({
      when: { start: '2026-10-26T17:00:00' },
      threads: ['t1'],
      source: { sequence: 1 },
    });
    expect(value.note).toMatch(/^Consignes/);
    // The earlier file again is older than what is here.
    expect(counts(await agenda.importEvents(readIcs(BOOKING)))).toEqual([0, 0, 0, 1]);
    await agenda.update(id, { status: 'fulfilled' });
    await agenda.importEvents(readIcs(BOOKING.replace('CONFIRMED', 'CONFIRMED\nSEQUENCE:2')));
    expect((await agenda.get(id))?.value).toMatchObject({
      when: { start: '2026-10-24T16:00:00' },
      status: 'fulfilled',
    });
  });

  it('cancels what is taken back, once', async () => {
    const [id] = (await agenda.importEvents(readIcs(BOOKING))).added;
    expect(counts(await agenda.importEvents(readIcs(BOOKING_CANCELLED)))).toEqual([0, 0, 1, 0]);
    expect((await agenda.get(id as never))?.value.status).toBe('cancelled');
    expect(counts(await agenda.importEvents(readIcs(BOOKING_CANCELLED)))).toEqual([0, 0, 0, 1]);
    expect(counts(await agenda.importEvents(readIcs(BOOKING)))).toEqual([0, 0, 0, 1]);
  });

  it('applies a change of one occurrence to the series that is here, and its cancellation', async () => {
    const series = [
      ...['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:series@google.com', 'SUMMARY:Groupe de parole'],
      ...['DTSTART;TZID=Europe/Paris:20260302T140000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'],
      ...['END:VEVENT', 'END:VCALENDAR'],
    ].join('\n');
    const [id] = (await agenda.importEvents(readIcs(series))).added;
    expect(counts(await agenda.importEvents(readIcs(ONE_OCCURRENCE)))).toEqual([0, 1, 0, 0]);
    expect((await agenda.get(id as never))?.value['on:2026-03-16T14:00:00']).toMatchObject({
      when: { start: '2026-03-16T15:00:00', zone: 'UTC' },
    });
    expect(counts(await agenda.importEvents(readIcs(ONE_OCCURRENCE)))).toEqual([0, 0, 0, 1]);
    const cancel = readIcs(ONE_OCCURRENCE.replace('METHOD:REQUEST', 'METHOD:CANCEL'));
    expect(counts(await agenda.importEvents(cancel))).toEqual([0, 0, 1, 0]);
    expect(counts(await agenda.importEvents(cancel))).toEqual([0, 0, 0, 1]);
    expect(await agenda.list()).toHaveLength(1);
  });

  it('reports how it goes on and stops when it is told to, and goes on from there', async () => {
    const events = Array.from(
      { length: 250 },
      (_, i) => `BEGIN:VEVENT\nUID:${i}\nDTSTART:20260101T090000Z\nSUMMARY:${i}\nEND:VEVENT`,
    );
    const file = readIcs(`BEGIN:VCALENDAR\n${events.join('\n')}\nEND:VCALENDAR`);
    const abort = new AbortController();
    const progress: number[] = [];
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) => {
      expect(total).toBe(250);
      progress.push(done);
      if (done >= 100) abort.abort();
    };
    expect(await codeOf(() => agenda.importEvents(file, { signal: abort.signal, onProgress }))).toBe(
      'usage/aborted',
    );
    expect([progress, (await agenda.list()).length]).toEqual([[0, 100], 100]);
    expect(counts(await agenda.importEvents(file))).toEqual([150, 0, 0, 100]);
  });

  it('refuses what no file has brought forth', async () => {
    const [event] = readIcs(BOOKING).events;
    const forged = { ...event, event: { ...event?.event, title: 'x'.repeat(500) } } as never;
    expect(await codeOf(() => agenda.importEvents({ events: [forged] }))).toBe('usage/invalid');
  });
});
