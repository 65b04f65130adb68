import {
  type Alarm,
  EVENT_STATUSES,
  type EventCore,
  type EventFacts,
  type EventStatus,
  PARTICIPANT_ROLES,
  PARTICIPATIONS,
  type Participant,
} from './event.js';
import {
  cleanText,
  type IcsComponent,
  type IcsProperty,
  propertiesOf,
  propertyOf,
  textOf,
} from './ics-lines.js';
import { isWallTime } from './time-text.js';
import { durationOf } from './wall-time.js';

/** What of an event did not fit, and was cut or taken otherwise. */
export type Adjusted =
  | 'title'
  | 'note'
  | 'place'
  | 'practitioner'
  | 'alarms'
  | 'participants'
  | 'zone'
  | 'lines';

/** What stands where a calendar program wants an address and there is none. */
export const NO_ADDRESS = 'invalid:nomail';
const ADDRESS = /^[a-z][a-z0-9+.-]*:[!-~]+$/i;
const UNTITLED = '—';

/** What a `VEVENT` says besides when it is; `method` is that of the file. */
export function factsOf(
  event: IcsComponent,
  method: string | null,
): { readonly facts: EventFacts & Pick<EventCore, 'type'>; readonly adjusted: readonly Adjusted[] } {
  const adjusted: Adjusted[] = event.isDamaged ? ['lines'] : [];
  const cut = (text: string | null, max: number, field: Adjusted): string | null => {
    if (text === null || text.length <= max) return text;
    adjusted.push(field);
    return cutTo(text, max);
  };
  const title = cut(textOf(event, 'SUMMARY'), 100, 'title') ?? UNTITLED;
  const note = cut(textOf(event, 'DESCRIPTION'), 1000, 'note');
  const place = cut(textOf(event, 'LOCATION'), 300, 'place');
  const practitioner = cut(textOf(event, 'X-COFFRET-PRACTITIONER'), 300, 'practitioner');
  const alarms = alarmsOf(event);
  const participants = participantsOf(event);
  if (alarms.length > 10) adjusted.push('alarms');
  if (participants.length > 100) adjusted.push('participants');
  const facts = {
    type: textOf(event, 'X-COFFRET-TYPE') === 'REMINDER' ? ('reminder' as const) : ('appointment' as const),
    title,
    status: statusOf(event, method),
    busy: textOf(event, 'TRANSP')?.toUpperCase() !== 'TRANSPARENT',
    ...(note !== null && { note }),
    ...(place !== null && { place }),
    ...(practitioner !== null && { practitioner }),
    ...(alarms.length > 0 && { alarms: alarms.slice(0, 10) }),
    ...(participants.length > 0 && { participants: participants.slice(0, 100) }),
  };
  return { facts, adjusted };
}

/** The first characters of a text, none cut in half. */
export function cutTo(text: string, max: number): string {
  return text
    .slice(0, max - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()
    .concat('…');
}

function statusOf(event: IcsComponent, method: string | null): EventStatus {
  const status = textOf(event, 'STATUS')?.toUpperCase();
  if (method === 'CANCEL' || status === 'CANCELLED')
    return exactStatus(event, ['noshow', 'entered-in-error']) ?? 'cancelled';
  if (status === 'TENTATIVE') return exactStatus(event, ['proposed', 'waitlist']) ?? 'pending';
  if (status === undefined && method === 'REQUEST') return 'pending';
  return exactStatus(event, ['arrived', 'checked-in', 'fulfilled']) ?? 'booked';
}

/** What this program wrote beside `STATUS`, unless another has changed that since. */
function exactStatus(event: IcsComponent, fitting: readonly EventStatus[]): EventStatus | undefined {
  const exact = textOf(event, 'X-COFFRET-STATUS')?.toLowerCase();
  return EVENT_STATUSES.find((status) => status === exact && fitting.includes(status));
}

function alarmsOf(event: IcsComponent): Alarm[] {
  const alarms = event.components
    .filter(({ name }) => name === 'VALARM')
    // Apple writes an alarm that is none, in 1976, for "no alarm".
    .filter((alarm) => textOf(alarm, 'ACTION')?.toUpperCase() !== 'NONE')
    .flatMap((alarm): Alarm[] => {
      const trigger = propertyOf(alarm, 'TRIGGER');
      const value = trigger?.values[0];
      if (typeof value !== 'string') return [];
      const moment = value.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
      if (moment.endsWith('Z') && isWallTime(moment.slice(0, -1))) return [{ at: moment }];
      const duration = durationOf(value);
      if (duration === null || Math.abs(duration.as('days')) > 366) return [];
      const isEnd = trigger?.parameters.related?.toUpperCase() === 'END';
      return [{ trigger: value, ...(isEnd && { related: 'end' as const }) }];
    });
  return [...new Map(alarms.map((alarm) => [JSON.stringify(alarm), alarm])).values()];
}

function participantsOf(event: IcsComponent): Participant[] {
  const participants = new Map<string, Participant>();
  for (const attendee of propertiesOf(event, 'ATTENDEE')) {
    const participant = participantOf(attendee);
    if (participant !== null) participants.set(keyOf(participant), participant);
  }
  const organizer = propertyOf(event, 'ORGANIZER');
  const asked = organizer === undefined ? null : participantOf(organizer);
  if (asked !== null) {
    const known = participants.get(keyOf(asked)) ?? { ...asked, role: 'chair', status: 'accepted' };
    const rest = [...participants.values()].filter((participant) => keyOf(participant) !== keyOf(asked));
    return [{ ...known, organizer: true }, ...rest];
  }
  return [...participants.values()];
}

function participantOf({ values, parameters }: IcsProperty): Participant | null {
  const value = typeof values[0] === 'string' ? values[0].trim() : '';
  const address =
    ADDRESS.test(value) && value.length <= 254 && value.toLowerCase() !== NO_ADDRESS ? value : null;
  const name = cleanText(parameters.cn ?? '') ?? cleanText(value.replace(/^mailto:/i, ''));
  if (name === null) return null;
  const role = parameters.role?.toLowerCase();
  const status = parameters.partstat?.toLowerCase();
  return {
    name: name.length > 100 ? cutTo(name, 100) : name,
    role: PARTICIPANT_ROLES.find((each) => each === role) ?? 'req-participant',
    status: PARTICIPATIONS.find((each) => each === status) ?? 'needs-action',
    ...(address !== null && { address }),
  };
}

/** Who it is: one address, or one name where there is none. */
export function keyOf({ name, address }: Pick<Participant, 'name' | 'address'>): string {
  return address === undefined ? `name ${name}` : `address ${address.toLowerCase()}`;
}
