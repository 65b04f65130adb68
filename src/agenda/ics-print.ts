import ICAL from 'ical.js';
import {
  type AgendaEvent,
  type Alarm,
  type EventFacts,
  type EventStatus,
  occurrenceChanges,
  type Participant,
} from './event.js';
import { NO_ADDRESS } from './ics-event.js';
import { cleanText } from './ics-lines.js';
import { changesOf } from './ics-zone.js';
import type { AgendaItem } from './occurrence.js';
import { isKnownZone, offsetAt, wallTimeAt } from './wall-time.js';
import { isAllDay, type SingleWhen } from './when.js';
import { movedTo } from './when-span.js';

/** A property and a component as RFC 7265 has them. */
type Property = [name: string, parameters: Record<string, string>, type: string, ...values: unknown[]];
type Component = [name: string, properties: Property[], components: Component[]];

const STATUSES: Readonly<Record<EventStatus, string>> = {
  proposed: 'TENTATIVE',
  pending: 'TENTATIVE',
  waitlist: 'TENTATIVE',
  booked: 'CONFIRMED',
  arrived: 'CONFIRMED',
  'checked-in': 'CONFIRMED',
  fulfilled: 'CONFIRMED',
  cancelled: 'CANCELLED',
  noshow: 'CANCELLED',
  'entered-in-error': 'CANCELLED',
};
/** What `STATUS` says well enough by itself. */
const PLAIN: readonly EventStatus[] = ['pending', 'booked', 'cancelled'];
const YEARS_AHEAD = 5;

/**
 * Writes events as a calendar file of RFC 5545, for other programs and in clear: whoever gets the file can read it.
 *
 * Documents, threads and ids of persons stay here. `now` decides how many years of clock changes it explains.
 */
export function printIcs(
  items: readonly AgendaItem[],
  { now = Date.now() }: { readonly now?: number } = {},
): string {
  const zones = new Map<string, number>();
  for (const { value } of items) {
    for (const when of [
      value.when,
      ...[...occurrenceChanges(value).values()].map((change) => change?.when),
    ]) {
      const zone = when?.zone;
      if (when === undefined || zone === undefined || zone === 'UTC' || !isKnownZone(zone)) continue;
      zones.set(zone, Math.min(zones.get(zone) ?? 9999, yearOf(when.start)));
    }
  }
  const calendar: Component = [
    'vcalendar',
    [text('prodid', '-//Coffret//Agenda//EN'), text('version', '2.0'), text('calscale', 'GREGORIAN')],
    [
      ...[...zones].sort().map(([zone, first]) => timezone(zone, first, yearOf(wallTimeAt(now, 'utc')))),
      ...items.flatMap(eventsOf),
    ],
  ];
  return `${ICAL.stringify(calendar)}\r\n`;
}

function eventsOf(item: AgendaItem): Component[] {
  const { value } = item;
  const { when } = value;
  const changes = [...occurrenceChanges(value)].sort(([a], [b]) => (a < b ? -1 : 1));
  const removed = changes.filter(([, change]) => change === null).map(([start]) => start);
  const { rule, more = [] } = when;
  const alone = value.source?.occurrence;
  const master: Property[] = [
    ...(rule === undefined ? [] : [['rrule', {}, 'recur', ICAL.Recur.fromString(rule).toJSON()] as Property]),
    ...(more.length === 0 ? [] : [times('rdate', when, more)]),
    ...(removed.length === 0 ? [] : [times('exdate', when, removed)]),
    ...(alone === undefined
      ? []
      : [times('recurrence-id', alone.length === 10 ? { start: alone } : when, [alone])]),
  ];
  return [
    component(item, value, when, master),
    ...changes.flatMap(([start, change]) => {
      if (change === null) return [];
      const { when: moved, ...facts } = change;
      const at = moved ?? movedTo(when, start);
      return [component(item, { ...value, ...facts }, at, [times('recurrence-id', when, [start])])];
    }),
  ];
}

function component(
  { id, value, changed, versions }: AgendaItem,
  facts: EventFacts & Pick<AgendaEvent, 'type'>,
  when: SingleWhen,
  more: readonly Property[],
): Component {
  const { source } = value;
  const modified = source?.modified ?? changed;
  const properties: Property[] = [
    text('uid', source?.uid ?? id),
    moment('dtstamp', modified),
    moment('last-modified', modified),
    ['sequence', {}, 'integer', source?.sequence ?? versions - 1],
    text('summary', facts.title),
    ...optional('description', facts.note),
    ...optional('location', facts.place),
    times('dtstart', when, [when.start]),
    ...(when.end === undefined ? [] : [times('dtend', when, [when.end])]),
    ...(when.duration === undefined ? [] : [['duration', {}, 'duration', when.duration] as Property]),
    ...more,
    text('status', STATUSES[facts.status]),
    text('transp', facts.busy ? 'OPAQUE' : 'TRANSPARENT'),
    ...(facts.participants ?? []).flatMap(participantOf),
    ...(PLAIN.includes(facts.status) ? [] : [text('x-coffret-status', facts.status.toUpperCase())]),
    ...(facts.type === 'reminder' ? [text('x-coffret-type', 'REMINDER')] : []),
    ...optional('x-coffret-practitioner', facts.practitioner),
  ];
  return ['vevent', properties, (facts.alarms ?? []).map(alarmOf)];
}

function participantOf({ name, role, status, address, organizer }: Participant): Property[] {
  const cn = cleanText(name) ?? '';
  const value = address ?? NO_ADDRESS;
  const attendee: Property = [
    'attendee',
    { cn, role: role.toUpperCase(), partstat: status.toUpperCase() },
    'cal-address',
    value,
  ];
  return organizer === true ? [['organizer', { cn }, 'cal-address', value], attendee] : [attendee];
}

function alarmOf(alarm: Alarm): Component {
  const trigger: Property =
    'at' in alarm
      ? ['trigger', {}, 'date-time', alarm.at]
      : ['trigger', alarm.related === 'end' ? { related: 'END' } : {}, 'duration', alarm.trigger];
  return ['valarm', [text('action', 'DISPLAY'), text('description', 'Reminder'), trigger], []];
}

function text(name: string, value: string): Property {
  // ical.js escapes line feeds, and would let the other ends of lines through.
  return [name, {}, 'text', cleanText(value) ?? ''];
}

function optional(name: string, value: string | undefined): Property[] {
  return value === undefined ? [] : [text(name, value)];
}

function moment(name: string, at: number): Property {
  return [name, {}, 'date-time', `${wallTimeAt(at, 'utc')}Z`];
}

function times(name: string, { start, zone }: SingleWhen, values: readonly string[]): Property {
  if (isAllDay({ start })) return [name, {}, 'date', ...values];
  if (zone === 'UTC') return [name, {}, 'date-time', ...values.map((value) => `${value}Z`)];
  return [name, zone === undefined ? {} : { tzid: zone }, 'date-time', ...values];
}

/** A zone as programs want it that do not know its name: every change of its clocks. */
function timezone(zone: string, firstYear: number, thisYear: number): Component {
  const first = Math.max(1970, firstYear - 1);
  const changes = changesOf(zone, { first, last: Math.max(firstYear, thisYear) + YEARS_AHEAD });
  const before = changes[0]?.before ?? offsetAt(`${first}-01-01T00:00:00`, zone);
  const observances = new Map<
    string,
    { readonly from: number; readonly to: number; readonly starts: string[] }
  >();
  const add = (name: string, from: number, to: number, start: string) => {
    const key = `${name} ${from} ${to}`;
    const known = observances.get(key);
    if (known === undefined) observances.set(key, { from, to, starts: [start] });
    else known.starts.push(start);
  };
  add('standard', before, before, `${first}-01-01T00:00:00`);
  for (const { at, before: from, after, isSummer } of changes)
    add(isSummer ? 'daylight' : 'standard', from, after, wallTimeAt(at, `UTC${offsetText(from)}`));
  return [
    'vtimezone',
    [text('tzid', zone)],
    [...observances].map(([key, { from, to, starts }]): Component => {
      const [start, ...others] = starts;
      const properties: Property[] = [
        ['dtstart', {}, 'date-time', start],
        ['tzoffsetfrom', {}, 'utc-offset', offsetText(from)],
        ['tzoffsetto', {}, 'utc-offset', offsetText(to)],
        ...(others.length === 0 ? [] : [['rdate', {}, 'date-time', ...others] as Property]),
      ];
      return [key.replace(/ .*/, ''), properties, []];
    }),
  ];
}

function offsetText(minutes: number): string {
  const pad = (part: number) => String(part).padStart(2, '0');
  const whole = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(whole / 60))}:${pad(whole % 60)}`;
}

function yearOf(wall: string): number {
  return Number(wall.slice(0, 4));
}
