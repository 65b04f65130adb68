import { describe, expect, it } from 'vitest';
import { type AgendaEvent, printIcs, readIcs } from '../../../src/agenda/index.js';
import { itemOf } from './home.js';

const NOW = Date.UTC(2026, 0, 1);
const PARIS = 'Europe/Paris';

const series: AgendaEvent = {
  type: 'appointment',
  title: 'Kiné, genou ; « séance » 🦵',
  status: 'checked-in',
  busy: true,
  note: "Apporter l'ordonnance.\nVenir en avance, merci de prévenir en cas de retard important.",
  place: '12, rue des Lilas',
  practitioner: 'Mme Durand, kinésithérapeute',
  when: {
    start: '2026-03-02T09:00:00',
    end: '2026-03-02T09:45:00',
    zone: PARIS,
    rule: 'FREQ=WEEKLY;COUNT=10;BYDAY=MO',
    more: ['2026-03-05T09:00:00'],
  },
  alarms: [{ trigger: '-PT30M' }, { trigger: 'PT0S', related: 'end' }, { at: '2026-03-01T18:00:00Z' }],
  participants: [
    {
      name: 'Durand, "Zoé"',
      role: 'chair',
      status: 'accepted',
      organizer: true,
      address: 'mailto:zoe@example.org',
    },
    { name: 'Karim', role: 'opt-participant', status: 'tentative' },
  ],
  'on:2026-03-16T09:00:00': null,
  'on:2026-03-23T09:00:00': {
    when: { start: '2026-03-24T14:00:00', end: '2026-03-24T14:45:00', zone: PARIS },
  },
  'on:2026-03-30T09:00:00': { status: 'cancelled', title: 'Kiné (annulé)' },
};
const day: AgendaEvent = {
  type: 'reminder',
  title: 'Jeûner',
  status: 'booked',
  busy: false,
  when: { start: '2026-06-11' },
  alarms: [{ trigger: '-PT15H' }],
};

describe('the calendar file of events', () => {
  it('is text that other programs read', () => {
    const text = printIcs([itemOf(series), itemOf(day, 2)], { now: NOW });
    expect(text.replaceAll('\r\n', '\n')).toMatchInlineSnapshot(`
      "BEGIN:VCALENDAR
      PRODID:-//Coffret//Agenda//EN
      VERSION:2.0
      CALSCALE:GREGORIAN
      BEGIN:VTIMEZONE
      TZID:Europe/Paris
      BEGIN:STANDARD
      DTSTART:20250101T000000
      TZOFFSETFROM:+0100
      TZOFFSETTO:+0100
      END:STANDARD
      BEGIN:DAYLIGHT
      DTSTART:20250330T020000
      TZOFFSETFROM:+0100
      TZOFFSETTO:+0200
      RDATE:20260329T020000,20270328T020000,20280326T020000,20290325T020000,20300
       331T020000,20310330T020000
      END:DAYLIGHT
      BEGIN:STANDARD
      DTSTART:20251026T030000
      TZOFFSETFROM:+0200
      TZOFFSETTO:+0100
      RDATE:20261025T030000,20271031T030000,20281029T030000,20291028T030000,20301
       027T030000,20311026T030000
      END:STANDARD
      END:VTIMEZONE
      BEGIN:VEVENT
      UID:itm_AQEBAQEBAQEBAQEBAQEBAQ
      DTSTAMP:20260101T000000Z
      LAST-MODIFIED:20260101T000000Z
      SEQUENCE:0
      SUMMARY:Kiné\\, genou \\; « séance » 🦵
      DESCRIPTION:Apporter l'ordonnance.\\nVenir en avance\\, merci de prévenir en
        cas de retard important.
      LOCATION:12\\, rue des Lilas
      DTSTART;TZID=Europe/Paris:20260302T090000
      DTEND;TZID=Europe/Paris:20260302T094500
      RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO
      RDATE;TZID=Europe/Paris:20260305T090000
      EXDATE;TZID=Europe/Paris:20260316T090000
      STATUS:CONFIRMED
      TRANSP:OPAQUE
      ORGANIZER;CN="Durand, ^'Zoé^'":mailto:zoe@example.org
      ATTENDEE;CN="Durand, ^'Zoé^'";ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:zoe@exam
       ple.org
      ATTENDEE;CN=Karim;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE:invalid:nomail
      X-COFFRET-STATUS;VALUE=TEXT:CHECKED-IN
      X-COFFRET-PRACTITIONER;VALUE=TEXT:Mme Durand\\, kinésithérapeute
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:Reminder
      TRIGGER:-PT30M
      END:VALARM
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:Reminder
      TRIGGER;RELATED=END:PT0S
      END:VALARM
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:Reminder
      TRIGGER;VALUE=DATE-TIME:20260301T180000Z
      END:VALARM
      END:VEVENT
      BEGIN:VEVENT
      UID:itm_AQEBAQEBAQEBAQEBAQEBAQ
      DTSTAMP:20260101T000000Z
      LAST-MODIFIED:20260101T000000Z
      SEQUENCE:0
      SUMMARY:Kiné\\, genou \\; « séance » 🦵
      DESCRIPTION:Apporter l'ordonnance.\\nVenir en avance\\, merci de prévenir en
        cas de retard important.
      LOCATION:12\\, rue des Lilas
      DTSTART;TZID=Europe/Paris:20260324T140000
      DTEND;TZID=Europe/Paris:20260324T144500
      RECURRENCE-ID;TZID=Europe/Paris:20260323T090000
      STATUS:CONFIRMED
      TRANSP:OPAQUE
      ORGANIZER;CN="Durand, ^'Zoé^'":mailto:zoe@example.org
      ATTENDEE;CN="Durand, ^'Zoé^'";ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:zoe@exam
       ple.org
      ATTENDEE;CN=Karim;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE:invalid:nomail
      X-COFFRET-STATUS;VALUE=TEXT:CHECKED-IN
      X-COFFRET-PRACTITIONER;VALUE=TEXT:Mme Durand\\, kinésithérapeute
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:Reminder
      TRIGGER:-PT30M
      END:VALARM
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:Reminder
      TRIGGER;RELATED=END:PT0S
      END:VALARM
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:Reminder
      TRIGGER;VALUE=DATE-TIME:20260301T180000Z
      END:VALARM
      END:VEVENT
      BEGIN:VEVENT
      UID:itm_AQEBAQEBAQEBAQEBAQEBAQ
      DTSTAMP:20260101T000000Z
      LAST-MODIFIED:20260101T000000Z
      SEQUENCE:0
      SUMMARY:Kiné (annulé)
      DESCRIPTION:Apporter l'ordonnance.\\nVenir en avance\\, merci de prévenir en
        cas de retard important.
      LOCATION:12\\, rue des Lilas
      DTSTART;TZID=Europe/Paris:20260330T090000
      DTEND;TZID=Europe/Paris:20260330T094500
      RECURRENCE-ID;TZID=Europe/Paris:20260330T090000
      STATUS:CANCELLED
      TRANSP:OPAQUE
      ORGANIZER;CN="Durand, ^'Zoé^'":mailto:zoe@example.org
      ATTENDEE;CN="Durand, ^'Zoé^'";ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:zoe@exam
       ple.org
      ATTENDEE;CN=Karim;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE:invalid:nomail
      X-COFFRET-PRACTITIONER;VALUE=TEXT:Mme Durand\\, kinésithérapeute
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:Reminder
      TRIGGER:-PT30M
      END:VALARM
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:Reminder
      TRIGGER;RELATED=END:PT0S
      END:VALARM
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:Reminder
      TRIGGER;VALUE=DATE-TIME:20260301T180000Z
      END:VALARM
      END:VEVENT
      BEGIN:VEVENT
      UID:itm_AgICAgICAgICAgICAgICAg
      DTSTAMP:20260101T000000Z
      LAST-MODIFIED:20260101T000000Z
      SEQUENCE:0
      SUMMARY:Jeûner
      DTSTART;VALUE=DATE:20260611
      STATUS:CONFIRMED
      TRANSP:TRANSPARENT
      X-COFFRET-TYPE;VALUE=TEXT:REMINDER
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:Reminder
      TRIGGER:-PT15H
      END:VALARM
      END:VEVENT
      END:VCALENDAR

      "
    `);
    expect(text.split('\r\n').every((line) => new TextEncoder().encode(line).length <= 80)).toBe(true);
  });

  it('reads back as it was', () => {
    const { events, passedOver } = readIcs(printIcs([itemOf(series), itemOf(day, 2)], { now: NOW }));
    expect(passedOver).toEqual([]);
    expect(events.map(({ event: { source: _, ...event } }) => event)).toEqual([series, day]);
    expect(events.map(({ event }) => event.source.uid)).toEqual([itemOf(series).id, itemOf(day, 2).id]);
  });

  it('keeps documents, threads and ids of persons to itself', () => {
    const item = itemOf({
      ...series,
      documents: ['itm_BBBBBBBBBBBBBBBBBBBBBA'],
      threads: ['thread-canary'],
      participants: [
        {
          name: 'Karim',
          role: 'chair',
          status: 'accepted',
          person: 'per_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
        },
      ],
    });
    expect(printIcs([item])).not.toMatch(/per_|thread-canary|itm_BBBB/);
  });

  it('cannot be made to hold lines that nobody wrote', () => {
    const evil = 'x\r\nATTENDEE:mailto:eve@example.org\nEND:VEVENT';
    const item = itemOf({
      ...day,
      title: evil,
      note: evil,
      place: evil,
      practitioner: evil,
      participants: [{ name: `"${evil}`, role: 'chair', status: 'accepted' }],
      source: { uid: evil, sequence: 1, modified: null },
    });
    const { events } = readIcs(printIcs([item], { now: NOW }));
    expect(events).toHaveLength(1);
    expect(events[0]?.event.participants).toHaveLength(1);
    expect(events[0]?.event.title).toBe('x\nATTENDEE:mailto:eve@example.org\nEND:VEVENT');
  });

  it('explains the clocks of zones to who does not know them', () => {
    const foreign = printIcs([itemOf(series)], { now: NOW }).replaceAll('Europe/Paris', 'Chez nous');
    const [event] = readIcs(foreign).events;
    expect(event?.event.when.zone).toBe('Europe/Paris');
    const plain = printIcs([itemOf({ ...day, when: { start: '2026-06-11T09:00:00', zone: 'Asia/Tokyo' } })], {
      now: NOW,
    });
    expect(plain.match(/TZOFFSETTO:.*/g)).toEqual(['TZOFFSETTO:+0900']);
  });
});
