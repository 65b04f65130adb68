import { VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import { Kept } from '../live/kept.js';
import { isSameList, type Live } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import type { RecordHome, RecordsAnywhere } from '../vault/record-home.js';
import type { RecordVersion } from '../vault/record-item.js';
import type { RecordChange } from '../vault/records.js';
import { busySpans, type Conflict, conflictsAmong, overlaps, takesTime } from './conflicts.js';
import { checkRemindersADay } from './daily-reminders.js';
import {
  AGENDA_EVENT,
  type AgendaEvent,
  type EventCore,
  fieldOf,
  type OccurrenceChange,
  occurrenceChanges,
} from './event.js';
import { cutBefore, staleFields } from './following.js';
import { type FreeBusy, publish, unpublish } from './free-busy.js';
import {
  type ImportOptions,
  type ImportResult,
  type ImportStep,
  planImport,
  runImport,
} from './ics-import.js';
import { printIcs } from './ics-print.js';
import type { IcsEvent } from './ics-read.js';
import { liveNextReminder } from './live-reminder.js';
import {
  type AgendaItem,
  checkLimit,
  checkRange,
  OCCURRENCES_MAX,
  type Occurrence,
  occurrenceAt,
  occurrencesIn,
  type Range,
} from './occurrence.js';
import { nextReminderOf, type Reminder } from './reminder.js';
import { seriesOf } from './series.js';
import { deviceZone } from './wall-time.js';
import { isAllDay, isSeries } from './when.js';
import { readWhen } from './when-span.js';

/** An event to add: an appointment that is booked, unless it says otherwise. A timed appointment takes its time. */
export type NewEvent = Omit<EventCore, 'type' | 'status' | 'busy' | 'source'> &
  Partial<Pick<EventCore, 'type' | 'status' | 'busy'>>;

/** What is written over an event: a field left out stays, one that is `undefined` goes. */
export type EventChange = { readonly [Field in keyof NewEvent]?: NewEvent[Field] | undefined };

/** A range, and how many occurrences of it. */
export interface UpcomingOptions extends Range {
  /** The first so many, 1 to 10 000; 1000 when left out. */
  readonly limit?: number;
  /** Also what began before `from` and is not over then. */
  readonly touching?: 'range';
}

const FIELDS: readonly (keyof NewEvent)[] = [
  ...(['type', 'title', 'status', 'busy', 'note', 'place', 'practitioner', 'when'] as const),
  ...(['alarms', 'participants', 'documents', 'threads'] as const),
];

/**
 * The agenda of a vault, or of one that was shared: `vault.share({ collection: 'agenda', with })`.
 *
 * Everything in it is sealed: the server learns sizes by class, counts and times of changes. Writing throws
 * `access/not-allowed` to who may only read, and to a contributor over what somebody else wrote; `usage/invalid` with
 * the field as `argument` for what an event may not hold.
 */
export class Agenda {
  readonly #home: RecordHome;
  readonly #records: RecordsAnywhere<AgendaEvent>;
  readonly #live = new LiveCache();

  /** @internal */
  constructor(home: RecordHome) {
    this.#home = home;
    this.#records = home.records(AGENDA_EVENT);
  }

  /** Adds an event. Throws `usage/invalid` for the eleventh reminder of a day. */
  async add(event: NewEvent): Promise<AgendaItem> {
    const { type = 'appointment', when: given } = event;
    const when = readWhen(given);
    const isReminder = type === 'reminder';
    const value: AgendaEvent = {
      ...{ type, status: 'booked', busy: !isReminder && !isAllDay(when) },
      ...(isReminder && { alarms: [{ trigger: 'PT0S' }] }),
      ...picked(event),
      when,
    } as AgendaEvent;
    if (isReminder) await this.#checkRemindersADay(value);
    return this.#records.add(value);
  }

  /** Changes fields of an event, and of all its occurrences that do not say otherwise. Throws `usage/not-found`. */
  async update(id: Id<'item'>, change: EventChange): Promise<AgendaItem> {
    const { value } = await this.#require(id);
    const fields = picked(change);
    if (change.when === undefined) return this.#records.update(id, fields);
    const when = readWhen(change.when);
    if ((change.type ?? value.type) === 'reminder') await this.#checkRemindersADay({ ...value, when }, id);
    const stale = staleFields(value, when).map((field) => [field, undefined]);
    return this.#records.update(id, { ...fields, ...Object.fromEntries(stale), when });
  }

  /**
   * Changes one occurrence of a series and no other; what is `undefined` is as in the series again.
   *
   * Throws `usage/not-found` for what is no occurrence of it.
   */
  async updateOccurrence(
    id: Id<'item'>,
    occurrence: string,
    change: RecordChange<OccurrenceChange>,
  ): Promise<AgendaItem> {
    const item = await this.#requireOccurrence(id, occurrence);
    const when = change.when === undefined ? {} : { when: readWhen(change.when) };
    const facts = { ...occurrenceChanges(item.value).get(occurrence), ...change, ...when };
    const said = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
    return this.#records.update(id, { [fieldOf(occurrence)]: said });
  }

  /** Takes one occurrence out of a series. Throws as `updateOccurrence`. */
  async removeOccurrence(id: Id<'item'>, occurrence: string): Promise<AgendaItem> {
    await this.#requireOccurrence(id, occurrence);
    return this.#records.update(id, { [fieldOf(occurrence)]: null });
  }

  /** Makes one occurrence as its series again, also one that was taken out. Throws as `updateOccurrence`. */
  async restoreOccurrence(id: Id<'item'>, occurrence: string): Promise<AgendaItem> {
    await this.#requireOccurrence(id, occurrence);
    return this.#records.update(id, { [fieldOf(occurrence)]: undefined });
  }

  /**
   * Changes an occurrence and all that follow: the series ends before it, and a new event goes on from there.
   *
   * A new `when` stands for itself: give it a rule to go on. Returns the new event, or the same one when the occurrence
   * is the first. Throws as `updateOccurrence`.
   */
  async updateFollowing(id: Id<'item'>, occurrence: string, change: EventChange): Promise<AgendaItem> {
    const item = await this.#require(id);
    const cut = cutBefore(item, occurrence);
    if (cut === null) return this.update(id, change);
    const { source: _, ...value } = item.value;
    const kept = Object.entries(value).filter(([field]) => !field.startsWith('on:'));
    const moved = change.when === undefined ? cut.moved.map((field) => [field, item.value[field]]) : [];
    const following = {
      ...Object.fromEntries([...kept, ...moved]),
      ...picked(change),
      when: change.when === undefined ? cut.after : readWhen(change.when),
    } as AgendaEvent;
    if (following.type === 'reminder') await this.#checkRemindersADay(following, id);
    // The new one first: whatever happens in between, no appointment is lost.
    const added = await this.#records.add(following);
    await this.#endBefore(id, cut);
    return added;
  }

  /** Ends a series before an occurrence; removes it when that is the first. Throws as `updateOccurrence`. */
  async removeFollowing(id: Id<'item'>, occurrence: string): Promise<void> {
    const cut = cutBefore(await this.#require(id), occurrence);
    if (cut === null) await this.#records.remove(id);
    else await this.#endBefore(id, cut);
  }

  /** Says that an event, or one occurrence of a series, does not take place: it stays, takes no time and reminds nobody. */
  async cancel(id: Id<'item'>, occurrence?: string): Promise<AgendaItem> {
    if (occurrence !== undefined) return this.updateOccurrence(id, occurrence, { status: 'cancelled' });
    return this.#records.update(id, { status: 'cancelled' });
  }

  /** Removes an event from view, here and for everyone it is shared with; `restore` brings it back. */
  async remove(id: Id<'item'>): Promise<void> {
    await this.#records.remove(id);
  }

  /** Brings back a removed event as it was. Throws `usage/not-found` when it was not removed. */
  async restore(id: Id<'item'>): Promise<AgendaItem> {
    return this.#records.restore(id);
  }

  /** Deletes an event for good, with every version of it. Only an owner may. */
  async erase(id: Id<'item'>): Promise<void> {
    await this.#records.erase(id);
  }

  /** One event, or `null` when there is none, it was removed, or it cannot be read. */
  async get(id: Id<'item'>): Promise<AgendaItem | null> {
    return this.#records.get(id);
  }

  /** All events, newest first. `conflicts` of one says what another device wrote at the same time. */
  async list(): Promise<AgendaItem[]> {
    return this.#records.list();
  }

  /** Every version of an event, oldest first. Throws `usage/not-found`. */
  async history(id: Id<'item'>): Promise<RecordVersion<AgendaEvent>[]> {
    return this.#records.history(id);
  }

  /** As `list`, and every list that follows. */
  live(): Live<readonly AgendaItem[]> {
    return this.#records.live();
  }

  /** As `get`, and all that follows. */
  liveOne(id: Id<'item'>): Live<AgendaItem | null> {
    return this.#records.liveOne(id);
  }

  /** One occurrence of an event (null: its only one) wherever it was moved, or null when there is none such. */
  async occurrence(id: Id<'item'>, occurrence: string | null, zone?: string): Promise<Occurrence | null> {
    const item = await this.#records.get(id);
    return item === null ? null : occurrenceAt(item, occurrence, zone ?? deviceZone());
  }

  /**
   * What starts in a range, in order, series as their single occurrences.
   *
   * Rules without an end are followed as far as `to`; no series is followed for more than 20 000 steps, which is 54
   * years of every day, nor beyond 2199. Throws `usage/invalid` for more than five years or a limit above 10 000,
   * `format/too-large` when all rules together take more than 200 000 steps.
   */
  async upcoming(options: UpcomingOptions): Promise<Occurrence[]> {
    return read(await this.#records.list(), options);
  }

  /** As `upcoming`, and every list that follows; each occurrence is the same object until it changes. */
  liveUpcoming(options: UpcomingOptions): Live<readonly Occurrence[]> {
    const { from, to } = checkRange(options);
    checkLimit(options.limit);
    const { limit, touching, zone } = options;
    const key = JSON.stringify(['upcoming', from, to, zone, limit, touching]);
    return this.#live.get(key, () => {
      const kept = new Kept<Occurrence>();
      const compute = (items: readonly AgendaItem[]): readonly Occurrence[] => kept.all(read(items, options));
      return deriveLive([this.#records.live()], compute, isSameList);
    });
  }

  /** The pairs of occurrences in a range that take the same time, in order, at most 1000. Throws as `upcoming`. */
  async conflicts(range: Range): Promise<Conflict[]> {
    return conflictsAmong(await this.#taken(range));
  }

  /** As `conflicts`, and every list that follows. */
  liveConflicts(range: Range): Live<readonly Conflict[]> {
    const { from, to } = checkRange(range);
    return this.#live.get(JSON.stringify(['conflicts', from, to, range.zone]), () => {
      const kept = new Kept<Conflict>();
      const compute = (items: readonly AgendaItem[]): readonly Conflict[] =>
        kept.all(conflictsAmong(read(items, { ...range, ...ALL })));
      return deriveLive([this.#records.live()], compute, isSameList);
    });
  }

  /** What takes some of a time that is proposed, in order; `except` leaves out an event that would move there. */
  async conflictsWith(slot: Range, options: { readonly except?: Id<'item'> } = {}): Promise<Occurrence[]> {
    const { from: start, to: end } = checkRange(slot);
    return (await this.#taken(slot)).filter(
      (occurrence) =>
        takesTime(occurrence) && occurrence.id !== options.except && overlaps(occurrence, { start, end }),
    );
  }

  /**
   * The first alarm after `now`, within 400 days, or null: a moment, a tag and a neutral sentence, nothing of the event.
   *
   * An app gives it to its service worker, which may show it while the vault is locked.
   */
  async nextReminder(now: Date | number = Date.now(), zone?: string): Promise<Reminder | null> {
    const { from } = checkRange({ from: now, to: now, ...(zone !== undefined && { zone }) });
    return nextReminderOf(await this.#records.list(), from, zone ?? deviceZone());
  }

  /** As `nextReminder`, and all that follow: when the agenda changes, and when the moment has come. */
  liveNextReminder(
    options: { readonly zone?: string; readonly now?: () => number } = {},
  ): Live<Reminder | null> {
    const { zone, now = Date.now } = options;
    const make = () => liveNextReminder(this.#records, { now, zone: () => zone ?? deviceZone() });
    // Another clock is another value.
    return now === Date.now ? this.#live.get(JSON.stringify(['reminder', zone]), make) : make();
  }

  /** What importing events of a calendar file would do. Nothing is stored. */
  async previewImport(file: { readonly events: readonly IcsEvent[] }): Promise<ImportStep[]> {
    const plans = planImport(await this.#records.list(), file.events);
    return plans.map(({ event, action, id }) => ({ event, action, id }));
  }

  /**
   * Imports events of a calendar file, or those of them that were chosen.
   *
   * The same file again changes nothing; a newer `SEQUENCE` or `LAST-MODIFIED` updates what the file speaks of, and a
   * cancellation cancels. What was changed here stays until the sender changes the event. Throws `usage/aborted`.
   */
  async importEvents(
    file: { readonly events: readonly IcsEvent[] },
    options: ImportOptions = {},
  ): Promise<ImportResult> {
    return runImport(this.#records, file.events, options);
  }

  /** Writes events as a calendar file: those of these ids, or all that have an occurrence in a range. See `printIcs`. */
  async exportIcs(what: { readonly ids: readonly Id<'item'>[] } | Range): Promise<string> {
    if ('ids' in what) return printIcs(await Promise.all(what.ids.map((id) => this.#require(id))));
    const items = await this.#records.list();
    const ids = new Set(read(items, { ...what, ...ALL }).map(({ id }) => id));
    return printIcs(items.filter(({ id }) => ids.has(id)));
  }

  /**
   * Publishes when the holder is busy in a range, and nothing else, in place of what was published before.
   *
   * It is for those with whom the holder shares it: `vault.share({ collection: 'free-busy', with })`. It stays as it is
   * until the next call. Only an owner can. Throws as `upcoming`.
   */
  async publishFreeBusy(range: Range): Promise<FreeBusy> {
    const { from, to } = checkRange(range);
    const freeBusy = { from, to, busy: busySpans(await this.#taken(range), from, to) };
    await publish(this.#home, freeBusy);
    return freeBusy;
  }

  /** Erases what was published; whoever could read it sees nothing any more. */
  async unpublishFreeBusy(): Promise<void> {
    await unpublish(this.#home);
  }

  async #taken(range: Range): Promise<Occurrence[]> {
    return read(await this.#records.list(), { ...range, ...ALL });
  }

  async #endBefore(
    id: Id<'item'>,
    { before, moved }: NonNullable<ReturnType<typeof cutBefore>>,
  ): Promise<void> {
    const gone = Object.fromEntries(moved.map((field) => [field, undefined]));
    await this.#records.update(id, { ...gone, when: before });
  }

  /** Throws `usage/invalid` for one reminder too many in a day; `except` is what it takes the place of. */
  async #checkRemindersADay(event: AgendaEvent, except?: Id<'item'>): Promise<void> {
    const others = (await this.#records.list()).filter(({ id }) => id !== except);
    checkRemindersADay(others, event, deviceZone());
  }

  async #require(id: Id<'item'>): Promise<AgendaItem> {
    const item = await this.#records.get(id);
    if (item === null) throw new VaultError('usage/not-found', { id });
    return item;
  }

  async #requireOccurrence(id: Id<'item'>, occurrence: string): Promise<AgendaItem> {
    const item = await this.#require(id);
    const { when } = item.value;
    if (!isSeries(when) || !seriesOf(when).has(occurrence)) throw new VaultError('usage/not-found', { id });
    return item;
  }
}

/** The agenda of a vault or a share, on this thread or in a worker; the same object for the same home. Throws `usage/invalid` for a share of anything else. */
export function agendaOf(home: RecordHome): Agenda {
  const known = agendas.get(home);
  if (known !== undefined) return known;
  const agenda = new Agenda(home);
  agendas.set(home, agenda);
  return agenda;
}

const agendas = /* @__PURE__ */ new WeakMap<RecordHome, Agenda>();

/** Every occurrence that a range touches. */
const ALL = { limit: OCCURRENCES_MAX, touching: 'range' } as const;

function read(items: readonly AgendaItem[], options: UpcomingOptions): Occurrence[] {
  const limit = checkLimit(options.limit);
  return occurrencesIn(items, checkRange(options), { limit, touching: options.touching === 'range' });
}

/** The fields that an event may be given, and no others. Throws `usage/invalid`. */
function picked(given: EventChange): RecordChange<AgendaEvent> {
  const fields = Object.entries(given);
  if (fields.some(([field]) => !FIELDS.includes(field as keyof NewEvent)))
    throw new VaultError('usage/invalid', { argument: 'event' });
  return Object.fromEntries(fields) as RecordChange<AgendaEvent>;
}
