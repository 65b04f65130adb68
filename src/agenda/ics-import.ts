import { VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import type { RecordsAnywhere } from '../vault/record-home.js';
import type { RecordChange } from '../vault/records.js';
import {
  type AgendaEvent,
  type EventSource,
  type EventStatus,
  fieldOf,
  type OccurrenceChange,
  occurrenceChanges,
  type Participant,
} from './event.js';
import { keyOf } from './ics-event.js';
import { differenceOf, type IcsEvent, isSame } from './ics-read.js';
import { onWallOf } from './ics-time.js';
import type { AgendaItem } from './occurrence.js';
import { seriesOf } from './series.js';
import { isSeries } from './when.js';
import { movedTo } from './when-span.js';

/** What importing an event would do: `same` when what is here says it already, is newer, or there is nothing to cancel. */
export interface ImportStep {
  readonly event: IcsEvent;
  readonly action: 'add' | 'update' | 'cancel' | 'same';
  /** The event that is here already, or null. */
  readonly id: Id<'item'> | null;
}

/** What an import did. */
export interface ImportResult {
  readonly added: readonly Id<'item'>[];
  readonly updated: readonly Id<'item'>[];
  readonly cancelled: readonly Id<'item'>[];
  /** How many were here already, or are newer here. */
  readonly same: number;
}

/** How an import goes on, and how it is stopped. */
export interface ImportOptions {
  /** Stops between events; those imported so far stay, and a second import goes on from there. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

type Change = RecordChange<AgendaEvent>;

interface Plan extends ImportStep {
  readonly change: Change | null;
}

/** These are for a person to say; a file that says no more than "booked" does not take them back. */
const LIVED: readonly EventStatus[] = ['arrived', 'checked-in', 'fulfilled', 'noshow', 'entered-in-error'];
const BATCH = 100;

/** What importing these would do to an agenda. Nothing is stored. */
export function planImport(items: readonly AgendaItem[], events: readonly IcsEvent[]): Plan[] {
  const bySource = new Map<string, AgendaItem>();
  for (const item of items) bySource.set(nameOf(item.value.source ?? { uid: item.id }), item);
  return events.map((event) => planOne(bySource, event));
}

/** Does what `planImport` says, in batches. Throws `usage/aborted`, and as adding and changing events. */
export async function runImport(
  records: RecordsAnywhere<AgendaEvent>,
  events: readonly IcsEvent[],
  { signal, onProgress }: ImportOptions,
): Promise<ImportResult> {
  const plans = planImport(await records.list(), events);
  const adds = plans.filter(({ action }) => action === 'add');
  const changes = plans.filter(({ action }) => action === 'update' || action === 'cancel');
  const same = plans.length - adds.length - changes.length;
  const added: Id<'item'>[] = [];
  const updated: Id<'item'>[] = [];
  const cancelled: Id<'item'>[] = [];
  const step = () => {
    onProgress?.({ done: same + added.length + updated.length + cancelled.length, total: plans.length });
    if (signal?.aborted === true) throw new VaultError('usage/aborted');
  };
  step();
  for (let at = 0; at < adds.length; at += BATCH) {
    const batch = adds.slice(at, at + BATCH);
    added.push(...(await records.addAll(batch.map(({ event }) => event.event))).map(({ id }) => id));
    step();
  }
  for (const { id, change, action } of changes) {
    if (id === null || change === null) continue;
    await records.update(id, change);
    (action === 'cancel' ? cancelled : updated).push(id);
    step();
  }
  return { added, updated, cancelled, same };
}

function planOne(bySource: ReadonlyMap<string, AgendaItem>, event: IcsEvent): Plan {
  const { source } = event.event;
  const known = bySource.get(nameOf(source));
  if (known !== undefined) return planChange(known, event);
  const series = source.occurrence === undefined ? undefined : bySource.get(nameOf({ uid: source.uid }));
  if (series !== undefined && isSeries(series.value.when))
    return planOccurrence(series, event, source.occurrence ?? '');
  return { event, action: event.cancelled ? 'same' : 'add', id: null, change: null };
}

function planChange(item: AgendaItem, event: IcsEvent): Plan {
  const { id, value } = item;
  const same = { event, action: 'same' as const, id, change: null };
  const age = ageOf(item, event.event.source);
  if (event.cancelled) {
    // A cancellation often says no more than the name, and often keeps the number.
    if (age < 0 || value.status === 'cancelled') return same;
    return { event, action: 'cancel', id, change: { status: 'cancelled', source: sourceOf(item, event) } };
  }
  const change = age > 0 ? changeOf(value, event.event) : {};
  if (Object.keys(change).length === 0) return same;
  return { event, action: 'update', id, change: { ...change, source: sourceOf(item, event) } };
}

function planOccurrence(item: AgendaItem, event: IcsEvent, occurrence: string): Plan {
  const { id, value } = item;
  const { type: _, when, source, ...facts } = event.event;
  const same = { event, action: 'same' as const, id, change: null };
  const start = onWallOf({ wall: occurrence, zone: when.zone ?? null, isLost: false }, value.when);
  if (start === null || !seriesOf(value.when).has(start) || ageOf(item, source) < 0) return same;
  const before = occurrenceChanges(value).get(start);
  const change: OccurrenceChange = event.cancelled
    ? { ...before, status: 'cancelled' }
    : differenceOf(facts, value, when, movedTo(value.when, start));
  if (before === null || isSame(before ?? {}, change)) return same;
  return { event, action: event.cancelled ? 'cancel' : 'update', id, change: { [fieldOf(start)]: change } };
}

/** The fields that a newer file writes; what it has no word for stays: documents, threads, persons, alarms of one's own. */
function changeOf(now: AgendaEvent, next: IcsEvent['event']): Change {
  const people = new Map(now.participants?.map((participant) => [keyOf(participant), participant.person]));
  const participants = next.participants?.map((participant): Participant => {
    const person = people.get(keyOf(participant));
    return person === undefined ? participant : { ...participant, person };
  });
  const isLived = LIVED.includes(now.status) && (next.status === 'booked' || next.status === 'pending');
  const { documents, threads, source: _, type: __, ...rest } = now;
  const written: Record<string, unknown> = {
    ...Object.fromEntries(Object.keys(rest).map((field) => [field, undefined])),
    ...(now.practitioner !== undefined && { practitioner: now.practitioner }),
    ...(now.alarms !== undefined && { alarms: now.alarms }),
    ...next,
    ...(participants !== undefined && { participants }),
    ...(isLived && { status: now.status }),
  };
  const different = Object.entries(written).filter(
    ([field, value]) =>
      field !== 'source' &&
      field !== 'type' &&
      !isSame(value, (now as unknown as Record<string, unknown>)[field]),
  );
  return Object.fromEntries(different) as Change;
}

/** Above 0 when the file is newer than what is here, below when it is older. */
function ageOf({ value, versions, changed }: AgendaItem, file: EventSource): number {
  const { sequence, modified } = value.source ?? { sequence: versions - 1, modified: changed };
  if (file.sequence !== sequence) return file.sequence - sequence;
  // Files have whole seconds.
  return seconds(file.modified) - seconds(modified);
}

function seconds(time: number | null): number {
  return Math.floor((time ?? 0) / 1000);
}

function sourceOf({ value }: AgendaItem, { event }: IcsEvent): EventSource {
  return { ...value.source, ...event.source };
}

function nameOf({ uid, occurrence }: Pick<EventSource, 'uid' | 'occurrence'>): string {
  return `${occurrence ?? ''} ${uid}`;
}
