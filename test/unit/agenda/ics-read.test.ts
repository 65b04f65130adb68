import { describe, expect, it } from 'vitest';
import { ICS_LIMITS, readIcs } from '../../../src/agenda/index.js';
import { codeOf } from '../../support/code-of.js';
import {
  APPLE,
  BOOKING,
  BOOKING_CANCELLED,
  GOOGLE,
  ODDS,
  ONE_OCCURRENCE,
  OUTLOOK,
  THUNDERBIRD,
} from '../../support/ics-dialects.js';

const PARIS = 'Europe/Paris';
const calendar = (inside: string) => `BEGIN:VCALENDAR\nVERSION:2.0\n${inside}\nEND:VCALENDAR\n`;
const event = (inside: string) => calendar(`BEGIN:VEVENT\nUID:1\nSUMMARY:x\n${inside}\nEND:VEVENT`);
const whenOf = (inside: string) => readIcs(event(inside)).events[0]?.event.when;

describe('calendar files of other programs', () => {
  it('of Thunderbird: zones of its own, a changed and a deleted occurrence, escapes, tasks passed over', () => {
    const { events, passedOver } = readIcs(THUNDERBIRD);
    expect(events).toHaveLength(1);
    expect(events[0]?.event).toMatchObject({
      title: 'Kinésithérapie 🦵',
      place: '12, rue des Lilas; 2e étage',
      note: "Apporter l'ordonnance.\nVenir en avance, merci.",
      when: {
        start: '2026-03-02T09:00:00',
        end: '2026-03-02T09:45:00',
        zone: PARIS,
        rule: 'FREQ=WEEKLY;COUNT=10;BYDAY=MO',
      },
      alarms: [{ trigger: '-PT30M' }],
      'on:2026-03-16T09:00:00': null,
      'on:2026-03-23T09:00:00': {
        when: { start: '2026-03-24T14:00:00', end: '2026-03-24T14:45:00', zone: PARIS },
      },
    });
    expect(passedOver).toEqual([{ component: 'VTODO', reason: 'component', title: 'Renouveler la carte' }]);
  });

  it('of Apple: folded lines, no alarm that is none, whole days', () => {
    const { calendar: name, method, events } = readIcs(APPLE);
    expect([name, method]).toEqual(['Santé, famille', 'PUBLISH']);
    expect(
      events.map(({ event: { title, note, alarms, when, busy } }) => ({ title, note, alarms, when, busy })),
    ).toEqual([
      {
        title: 'Échographie',
        note: 'À jeun depuis minuit. Prendre la carte Vitale et les résultats de la dernière prise de sang.',
        alarms: [{ trigger: '-P1DT15H' }],
        when: { start: '2026-06-12T09:30:00', end: '2026-06-12T10:15:00', zone: PARIS },
        busy: true,
      },
      {
        title: 'Cure thermale',
        note: undefined,
        alarms: undefined,
        when: { start: '2026-07-14', end: '2026-07-16' },
        busy: false,
      },
    ]);
  });

  it('of Google: UTC, people, lists of exceptions, a cancelled event', () => {
    const { events } = readIcs(GOOGLE);
    expect(events.map(({ event: { title, status }, cancelled }) => [title, status, cancelled])).toEqual([
      ['Téléconsultation', 'booked', false],
      ['Yoga', 'pending', false],
      ['Annulé', 'cancelled', true],
    ]);
    expect(events[0]?.event.when).toEqual({
      start: '2026-02-05T13:30:00',
      end: '2026-02-05T14:00:00',
      zone: 'UTC',
    });
    expect(
      events[0]?.event.participants?.map(({ name, role, status, organizer }) => [
        name,
        role,
        status,
        organizer,
      ]),
    ).toEqual([
      ['Secrétariat', 'chair', 'accepted', true],
      ['Martel, Alice', 'req-participant', 'accepted', undefined],
      ['Karim', 'opt-participant', 'tentative', undefined],
    ]);
    expect(Object.keys(events[1]?.event ?? {}).filter((field) => field.startsWith('on:'))).toEqual([
      'on:2026-02-09T18:00:00',
      'on:2026-02-16T18:00:00',
      'on:2026-02-23T18:00:00',
    ]);
  });

  it('of Outlook: zones by the name of Windows or by when clocks change, pages skipped, days in disguise', () => {
    const { method, events, passedOver } = readIcs(OUTLOOK);
    expect([method, passedOver]).toEqual(['REQUEST', []]);
    expect(events.map(({ event: { when } }) => when)).toEqual([
      { start: '2026-04-10T11:00:00', end: '2026-04-10T11:30:00', zone: PARIS },
      { start: '2026-06-15T08:00:00', duration: 'PT1H30M', zone: PARIS, rule: 'FREQ=MONTHLY;BYDAY=3MO' },
      { start: '2026-05-01', end: '2026-05-02' },
    ]);
    expect(events[0]).toMatchObject({ event: { status: 'pending', note: 'Bilan annuel' }, cancelled: false });
  });

  it('of a booking service: texts that are too long are cut, and it says so', () => {
    const [booked] = readIcs(BOOKING).events;
    expect(booked?.adjusted).toEqual(['title', 'note']);
    expect([booked?.event.title.length, booked?.event.note?.length]).toEqual([100, 1000]);
    expect(booked?.event.alarms).toEqual([{ trigger: '-P1D' }, { trigger: 'PT0S', related: 'end' }]);
    expect(booked?.event.source).toEqual({
      uid: 'rdv-778899@booking.example',
      sequence: 0,
      modified: null,
      name: 'booking-service',
    });
    expect(readIcs(BOOKING_CANCELLED).events[0]).toMatchObject({
      cancelled: true,
      event: { status: 'cancelled' },
    });
    expect(readIcs(ONE_OCCURRENCE).events[0]?.event).toMatchObject({
      when: { start: '2026-03-16T15:00:00', zone: 'UTC' },
      source: { uid: 'series@google.com', occurrence: '2026-03-16T13:00:00' },
    });
  });

  it('keep what is good of a bad one, and say what was passed over and why', () => {
    const { events, passedOver } = readIcs(ODDS);
    expect(passedOver.map(({ component, reason, title }) => `${component} ${reason} ${title}`)).toEqual([
      'VTODO component Une tâche',
      'VJOURNAL component Un journal',
      'VFREEBUSY component null',
      'VEVENT date Sans date',
      'VEVENT date Mois treize',
      'VEVENT rule Chaque seconde',
      'VEVENT rule Jamais',
      'VEVENT range Et la suite',
    ]);
    expect(events.map(({ event: { title, when }, adjusted }) => [title, when, adjusted])).toEqual([
      ['Minuit, fin avant le début', { start: '2026-01-02T00:00:00' }, []],
      ['Sans nom, zone perdue', { start: '2026-01-02T10:00:00' }, ['zone']],
      ['—', { start: '2026-01-03T10:00:00', zone: 'UTC' }, ['lines']],
    ]);
  });

  it('are read whatever their line ends, marks and bytes are', () => {
    const expected = readIcs(APPLE).events;
    const bytes = new TextEncoder().encode(APPLE);
    const utf16 = new Uint8Array(2 + APPLE.length * 2);
    new DataView(utf16.buffer).setUint16(0, 0xfffe);
    for (const [i, unit] of APPLE.split('').entries())
      new DataView(utf16.buffer).setUint16(2 + i * 2, unit.charCodeAt(0), true);
    for (const source of [
      APPLE.replaceAll('\r\n', '\n'),
      `\ufeff${APPLE}`,
      bytes,
      Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes),
      utf16,
      APPLE.replaceAll('\r\n ', '\r\n\t'),
    ])
      expect(readIcs(source).events).toEqual(expected);
    // Folded by bytes, in the middle of the "É".
    const at = bytes.findIndex((byte, i) => byte === 0xc3 && bytes[i + 1] === 0x89) + 1;
    expect(
      readIcs(Uint8Array.of(...bytes.subarray(0, at), 13, 10, 32, ...bytes.subarray(at))).events,
    ).toEqual(expected);
    const latin = Uint8Array.from(event('DTSTART:20260101T090000Z\nLOCATION:H\u00f4pital'), (c) =>
      c.charCodeAt(0),
    );
    expect(readIcs(latin).events[0]?.event.place).toBe('Hôpital');
  });

  it('say when in all the ways there are', () => {
    expect(whenOf('DTSTART:20260101T090000Z\nDURATION:PT20M')).toEqual({
      start: '2026-01-01T09:00:00',
      duration: 'PT20M',
      zone: 'UTC',
    });
    expect(whenOf('DTSTART:20260101T090000')).toEqual({ start: '2026-01-01T09:00:00' });
    expect(whenOf('DTSTART;VALUE=DATE:20260101')).toEqual({ start: '2026-01-01' });
    expect(whenOf('DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20260101')).toEqual({ start: '2026-01-01' });
    expect(whenOf('DTSTART;VALUE=DATE:20260101\nDURATION:P3D')).toEqual({
      start: '2026-01-01',
      duration: 'P3D',
    });
    // An end elsewhere is brought to the wall of the start.
    expect(
      whenOf('DTSTART;TZID=Europe/Paris:20260101T090000\nDTEND;TZID=Europe/London:20260101T093000'),
    ).toEqual({
      start: '2026-01-01T09:00:00',
      end: '2026-01-01T10:30:00',
      zone: PARIS,
    });
    expect(
      whenOf('DTSTART:20260101T090000\nRDATE;VALUE=PERIOD:20260102T090000/PT1H,20260103T090000/PT1H'),
    ).toEqual({
      start: '2026-01-01T09:00:00',
      more: ['2026-01-02T09:00:00', '2026-01-03T09:00:00'],
    });
    // A day taken out of a series that has a time, and a moment in UTC.
    const exceptions = readIcs(
      event(
        'DTSTART;TZID=Europe/Paris:20260101T090000\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:20260102\nEXDATE:20260103T080000Z',
      ),
    ).events[0]?.event;
    expect(exceptions).toMatchObject({ 'on:2026-01-02T09:00:00': null, 'on:2026-01-03T09:00:00': null });
  });

  it.each([
    ['Romance Standard Time', PARIS],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['GMT Standard Time', 'Europe/London'],
    ['UTC', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['/freeassociation.sourceforge.net/Europe/Paris', PARIS],
    ['/freeassociation.sourceforge.net/Tzfile/America/Indiana/Knox', 'America/Indiana/Knox'],
    ['Eastern Standard Time', 'America/New_York'],
    ['Nulle Part', undefined],
  ])('name zones: %s', (tzid, zone) => {
    expect(whenOf(`DTSTART;TZID=${tzid}:20260701T090000`)?.zone).toBe(zone);
  });
});

describe('hostile calendar files', () => {
  it.each([
    ['nothing', '', 'format/malformed'],
    ['a page', '<html>BEGIN:VCALENDAR</html>', 'format/malformed'],
    ['noise', new Uint8Array(1000).map((_, i) => (i * 7919) % 251), 'format/malformed'],
    ['a card', 'BEGIN:VCARD\nFN:x\nEND:VCARD', 'format/malformed'],
    ['too many bytes', new Uint8Array(ICS_LIMITS.bytesMax + 1), 'format/too-large'],
    ['too many characters', 'x'.repeat(ICS_LIMITS.bytesMax + 1), 'format/too-large'],
    [
      'too many events',
      calendar('BEGIN:VEVENT\nEND:VEVENT\n'.repeat(ICS_LIMITS.eventsMax + 1)),
      'format/too-large',
    ],
    ['too many components', calendar('BEGIN:VTODO\nEND:VTODO\n'.repeat(20_001)), 'format/too-large'],
  ])('%s has a code', async (_, source, code) => {
    expect(await codeOf(() => readIcs(source))).toBe(code);
  });

  it('nested without an end, or never ended, are read as far as they make sense', () => {
    const deep = event(`DTSTART:20260101T090000Z\n${'BEGIN:VALARM\n'.repeat(100_000)}`);
    expect(readIcs(deep).events[0]?.adjusted).toContain('lines');
    const cut = event('DTSTART:20260101T090000Z\nLOCATION:Cabinet').replace(/END:VEVENT[\s\S]*/, '');
    expect(readIcs(cut).events[0]).toMatchObject({ event: { place: 'Cabinet' }, adjusted: ['lines'] });
    expect(readIcs(calendar('END:VEVENT\nEND:X\nBEGIN:VEVENT')).events).toEqual([]);
  });

  it('with rules made to keep a program busy are read in bounded time', () => {
    const bombs = [
      'FREQ=DAILY;INTERVAL=7;BYDAY=TU',
      'FREQ=SECONDLY',
      'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
      'FREQ=YEARLY;BYDAY=1MO;BYMONTH=4;BYMONTHDAY=15',
      'FREQ=MONTHLY;INTERVAL=1200;BYDAY=5MO',
    ];
    const events = Array.from(
      { length: 500 },
      (_, i) =>
        `BEGIN:VEVENT\nUID:${i}\nDTSTART:20260105T090000Z\nRRULE:${bombs[i % bombs.length]}\nEND:VEVENT`,
    );
    const { events: read, passedOver } = readIcs(calendar(events.join('\n')));
    expect([read.length, passedOver.length]).toEqual([0, 500]);
    const zone = `BEGIN:VTIMEZONE\nTZID:Ici\n${'BEGIN:STANDARD\nDTSTART:16010101T000000\nRRULE:FREQ=SECONDLY\nTZOFFSETTO:+0100\nEND:STANDARD\n'.repeat(500)}END:VTIMEZONE`;
    expect(
      readIcs(calendar(`${zone}\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Ici:20260101T000000\nEND:VEVENT`))
        .events[0]?.adjusted,
    ).toEqual(['zone']);
  });

  it('with huge lists, lines and values pass over what is too much', () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10),
    );
    const days = many.map((day) => day.replaceAll('-', '')).join(',');
    expect(
      readIcs(event(`DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:${days}`)).passedOver[0]
        ?.reason,
    ).toBe('exceptions');
    expect(
      readIcs(event(`DTSTART;VALUE=DATE:20260101\nRDATE;VALUE=DATE:${days}`)).passedOver[0]?.reason,
    ).toBe('rule');
    const long = readIcs(event(`DTSTART:20260101T090000Z\nDESCRIPTION:${'x'.repeat(200_000)}`)).events[0];
    expect([long?.event.note, long?.adjusted]).toEqual([undefined, ['lines']]);
    // ical.js looks through the rest of the line for each of these.
    const line = `ATTENDEE${';A=1'.repeat(24_000)}:mailto:x@example.org\n`;
    const slow = readIcs(event(`DTSTART:20260101T090000Z\n${line.repeat(50)}`)).events[0];
    expect([slow?.event.participants, slow?.adjusted]).toEqual([undefined, ['lines']]);
    const alarms = 'BEGIN:VALARM\nTRIGGER:-PT$M\nEND:VALARM\n';
    const crowd = readIcs(
      event(
        `DTSTART:20260101T090000Z\n${Array.from({ length: 300 }, (_, i) => `ATTENDEE;CN=P${i}:mailto:p${i}@x.org`).join('\n')}\n${Array.from({ length: 50 }, (_, i) => alarms.replace('$', String(i))).join('')}`,
      ),
    ).events[0];
    expect([crowd?.event.participants?.length, crowd?.event.alarms?.length, crowd?.adjusted]).toEqual([
      100,
      10,
      ['alarms', 'participants'],
    ]);
  });

  it('cannot bring control characters, half characters, or addresses that are none', () => {
    const read = readIcs(
      event(
        'DTSTART:20260101T090000Z\nLOCATION:a\u0000b\u001b[31mc\u007f \ud800\nATTENDEE;CN=Eve:javascript alert(1)\nATTENDEE;CN=Bob:invalid:nomail',
      ),
    ).events[0]?.event;
    expect(read?.place).toBe('ab[31mc \ufffd');
    expect(read?.participants?.map(({ name, address }) => [name, address])).toEqual([
      ['Eve', undefined],
      ['Bob', undefined],
    ]);
  });
});
