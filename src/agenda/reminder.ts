import { bytesToBase64url } from '../formats/id.js';
import { type AgendaEvent, type Alarm, type EventStatus, occurrenceChanges } from './event.js';
import { type AgendaItem, type CheckedRange, type Occurrence, occurrencesIn } from './occurrence.js';
import { durationOf, instantAfter, instantOf } from './wall-time.js';

/** When to call on the person next, without a word about what for. */
export interface Reminder {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Names this reminder and says nothing: the same as long as event, occurrence and moment are. For `Notification`. */
  readonly tag: string;
  /** A sentence to show while the vault is locked. */
  readonly text: { readonly en: string; readonly fr: string };
}

const TEXT = /* @__PURE__ */ Object.freeze({
  en: 'You have a reminder. Open the vault to read it.',
  fr: 'Vous avez un rappel. Ouvrez le coffre pour le lire.',
});

/** Of events in these states nobody is reminded. */
const SILENT: readonly EventStatus[] = ['cancelled', 'noshow', 'entered-in-error', 'fulfilled'];
const DAY = 24 * 3600 * 1000;
/** How far to look: first what is near, as most agendas have something there. */
const HORIZONS = [8 * DAY, 400 * DAY];
const OCCURRENCES = 1000;

/** The first alarm after `now`, of the next 400 days, or null. Throws as `occurrencesIn`. */
export async function nextReminderOf(
  items: readonly AgendaItem[],
  now: number,
  zone: string,
): Promise<Reminder | null> {
  const next = nextAlarm(items, now, zone);
  return next === null ? null : { at: next.at, tag: await tagOf(next.key), text: TEXT };
}

interface Due {
  readonly at: number;
  readonly key: string;
}

function nextAlarm(items: readonly AgendaItem[], now: number, zone: string): Due | null {
  const withAlarms = items.flatMap((item) => {
    const reach = reachOf(item.value);
    return reach === null ? [] : [{ item, reach }];
  });
  for (const horizon of HORIZONS) {
    const last = now + horizon;
    const due = withAlarms
      .flatMap(({ item, reach }) => alarmsOf(item, { from: now - reach, to: last + reach, zone }))
      .filter(({ at }) => at > now && at <= last)
      .sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
    if (due[0] !== undefined) return due[0];
  }
  return null;
}

/** How far from its occurrences an event has alarms, in milliseconds and a day more; null when it has none. */
function reachOf(event: AgendaEvent): number | null {
  const alarms = [...(event.alarms ?? [])];
  for (const change of occurrenceChanges(event).values()) alarms.push(...(change?.alarms ?? []));
  if (alarms.length === 0) return null;
  return DAY + Math.max(...alarms.map((alarm) => ('at' in alarm ? 0 : Math.abs(lengthOf(alarm.trigger)))));
}

function alarmsOf(item: AgendaItem, range: CheckedRange): Due[] {
  const { alarms = [], status } = item.value;
  const isSilent = SILENT.includes(status);
  const fixed = isSilent
    ? []
    : alarms.flatMap((alarm) => ('at' in alarm ? [dueOf(item, '', momentOf(alarm))] : []));
  const occurrences = occurrencesIn([item], range, { limit: OCCURRENCES, touching: true });
  const relative = occurrences
    .filter((occurrence) => !SILENT.includes(occurrence.status))
    .flatMap((occurrence) =>
      (occurrence.alarms ?? [])
        // A moment that the whole series has is one reminder, not one for each occurrence.
        .filter((alarm) => !('at' in alarm && occurrence.alarms === alarms))
        .map((alarm) => dueOf(item, occurrence.occurrence ?? '', momentOf(alarm, occurrence, range.zone))),
    );
  return [...fixed, ...relative];
}

function dueOf({ id }: AgendaItem, occurrence: string, at: number): Due {
  return { at, key: `${id} ${occurrence} ${at}` };
}

function momentOf(alarm: Alarm, occurrence?: Occurrence, reader = 'utc'): number {
  if ('at' in alarm) return instantOf(alarm.at, 'utc');
  const { start = 0, end = 0, zone = null } = occurrence ?? {};
  const duration = durationOf(alarm.trigger);
  const from = alarm.related === 'end' ? end : start;
  return duration === null ? from : instantAfter(from, duration, zone ?? reader);
}

function lengthOf(trigger: string): number {
  return durationOf(trigger)?.as('milliseconds') ?? 0;
}

/** Ids of items are drawn by chance and never leave the vault in clear: nobody can try them out on a hash. */
async function tagOf(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(`coffret agenda reminder ${key}`);
  return bytesToBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))).slice(0, 22);
}
