import {
  type AgendaEvent,
  type EventFacts,
  type EventSource,
  fieldOf,
  OCCURRENCE_CHANGES_MAX,
  type OccurrenceChange,
} from './event.js';
import { type Adjusted, cutTo, factsOf } from './ics-event.js';
import { type IcsComponent, propertiesOf, propertyOf, readComponents, textOf } from './ics-lines.js';
import { momentOf, onWallOf, singleWhenOf, startsOfProperties, timesOf } from './ics-time.js';
import { IcsZones } from './ics-zone.js';
import { isPractical, readRule, type StepBudget } from './rule.js';
import { isSeries, type SingleWhen, type When } from './when.js';
import { movedTo, readWhen } from './when-span.js';

/** An event of a calendar file, as it would be kept. */
export interface IcsEvent {
  readonly event: AgendaEvent & { readonly source: EventSource };
  /** Whether the file takes it back (`METHOD:CANCEL`, `STATUS:CANCELLED`). */
  readonly cancelled: boolean;
  /** What did not fit and was cut, or was taken otherwise. */
  readonly adjusted: readonly Adjusted[];
}

/** Why something in a calendar file is not imported. */
export type PassedOverReason =
  | 'component'
  | 'method'
  | 'date'
  | 'rule'
  | 'range'
  | 'exceptions'
  | 'unreadable';

/** Something in a calendar file that is not imported. */
export interface PassedOver {
  /** `VTODO`, `VEVENT` … */
  readonly component: string;
  readonly reason: PassedOverReason;
  readonly title: string | null;
}

/** What a calendar file holds. */
export interface IcsFile {
  /** What the calendar is called, or null. */
  readonly calendar: string | null;
  /** `PUBLISH`, `REQUEST`, `CANCEL` …, or null for a file that is no message. */
  readonly method: string | null;
  readonly events: readonly IcsEvent[];
  readonly passedOver: readonly PassedOver[];
}

const METHODS = ['PUBLISH', 'REQUEST', 'CANCEL', 'ADD'];
const QUIET = ['VTIMEZONE', 'VALARM', 'STANDARD', 'DAYLIGHT'];
const PASSED_OVER_MAX = 1000;
/** For the rules of a whole file; an honest one takes two steps. */
const STEPS_MAX = 50_000;

/**
 * Reads a calendar file (RFC 5545), to show before it is imported. Nothing is stored.
 *
 * What cannot be read is passed over, line by line and event by event. Throws `format/too-large` above 5 MiB or 2000
 * events, `format/malformed` when there is no calendar in it.
 */
export function readIcs(source: string | Uint8Array): IcsFile {
  const calendars = readComponents(source);
  const [first] = calendars as [IcsComponent];
  const budget = { left: STEPS_MAX };
  const passedOver: PassedOver[] = [];
  const events = calendars.flatMap((calendar) => {
    const reader = new CalendarReader(calendar, budget, (passed) => {
      if (passedOver.length < PASSED_OVER_MAX) passedOver.push(passed);
    });
    return reader.read();
  });
  return { calendar: nameOf(first), method: methodOf(first), events: newestOfEach(events), passedOver };
}

/** Reads the events of one calendar. */
class CalendarReader {
  readonly #calendar: IcsComponent;
  readonly #zones: IcsZones;
  readonly #method: string | null;
  readonly #name: string | null;
  readonly #budget: StepBudget;
  readonly #pass: (passed: PassedOver) => void;

  constructor(calendar: IcsComponent, budget: StepBudget, pass: (passed: PassedOver) => void) {
    this.#calendar = calendar;
    this.#zones = new IcsZones(calendar, budget);
    this.#method = methodOf(calendar);
    const name = nameOf(calendar) ?? textOf(calendar, 'PRODID');
    this.#name = name !== null && name.length > 200 ? cutTo(name, 200) : name;
    this.#budget = budget;
    this.#pass = pass;
  }

  read(): IcsEvent[] {
    const masters: IcsComponent[] = [];
    const changes = new Map<string, IcsComponent[]>();
    for (const component of this.#calendar.components) {
      if (QUIET.includes(component.name)) continue;
      if (component.name !== 'VEVENT') this.#passOver(component, 'component');
      else if (this.#method !== null && !METHODS.includes(this.#method)) this.#passOver(component, 'method');
      else if (propertyOf(component, 'RECURRENCE-ID') === undefined) masters.push(component);
      else changes.set(uidOf(component), [...(changes.get(uidOf(component)) ?? []), component]);
    }
    const events = masters.flatMap((master) => {
      const own = changes.get(uidOf(master)) ?? [];
      const event = this.#event(master, own);
      if (event !== null && isSeries(event.event.when)) changes.delete(uidOf(master));
      return event ?? [];
    });
    // Changes of a series that is not in the file: an invitation to one occurrence, or a cancellation.
    const alone = [...changes.values()].flat().flatMap((change) => this.#single(change) ?? []);
    return [...events, ...alone];
  }

  #event(master: IcsComponent, changes: readonly IcsComponent[]): IcsEvent | null {
    const single = this.#when(master);
    if (single === null) return null;
    const { facts, adjusted } = factsOf(master, this.#method);
    let when: When | null = single.when;
    const rules = propertiesOf(master, 'RRULE');
    const more = startsOfProperties(master, 'RDATE', single.when, this.#zones);
    try {
      if (rules.length > 1 || propertyOf(master, 'EXRULE') !== undefined) throw new RangeError('rule');
      const rule = rules[0] === undefined ? undefined : readRule(ruleText(rules[0].text));
      if (rule !== undefined && !isPractical(rule, single.when, this.#budget)) throw new RangeError('rule');
      when = readWhen({ ...single.when, ...(rule !== undefined && { rule }), more });
    } catch {
      when = null;
    }
    if (when === null) return this.#passOver(master, 'rule');
    const occurrences = new Map<string, OccurrenceChange | null>();
    if (isSeries(when)) {
      for (const start of startsOfProperties(master, 'EXDATE', when, this.#zones))
        occurrences.set(start, null);
      for (const change of changes) this.#addChange(occurrences, change, when, facts);
    }
    if (occurrences.size > OCCURRENCE_CHANGES_MAX) return this.#passOver(master, 'exceptions');
    const fields = Object.fromEntries([...occurrences].map(([start, change]) => [fieldOf(start), change]));
    return {
      event: { ...facts, when, ...fields, source: this.#source(master) },
      cancelled: facts.status === 'cancelled',
      adjusted: single.isLost ? [...adjusted, 'zone'] : adjusted,
    };
  }

  #addChange(
    occurrences: Map<string, OccurrenceChange | null>,
    change: IcsComponent,
    when: When,
    master: EventFacts,
  ): void {
    const id = propertyOf(change, 'RECURRENCE-ID');
    const [time] = timesOf(id, this.#zones);
    if (id?.parameters.range !== undefined) return void this.#passOver(change, 'range');
    const start = time === undefined ? null : onWallOf(time, when);
    const moved = start === null ? null : this.#when(change);
    if (start === null || moved === null) return;
    const { type: _, ...facts } = factsOf(change, this.#method).facts;
    const different = differenceOf(facts, master, moved.when, movedTo(when, start));
    if (Object.keys(different).length > 0) occurrences.set(start, different);
  }

  #single(change: IcsComponent): IcsEvent | null {
    const id = propertyOf(change, 'RECURRENCE-ID');
    const [time] = timesOf(id, this.#zones);
    if (id?.parameters.range !== undefined) return this.#passOver(change, 'range');
    const single = time === undefined ? this.#passOver(change, 'date') : this.#when(change);
    if (time === undefined || single === null) return null;
    const { facts, adjusted } = factsOf(change, this.#method);
    const occurrence = onWallOf(time, single.when) ?? time.wall;
    return {
      event: { ...facts, when: single.when, source: { ...this.#source(change), occurrence } },
      cancelled: facts.status === 'cancelled',
      adjusted: single.isLost ? [...adjusted, 'zone'] : adjusted,
    };
  }

  #when(event: IcsComponent): { readonly when: SingleWhen; readonly isLost: boolean } | null {
    const single = singleWhenOf(event, this.#zones);
    if (single === null) return this.#passOver(event, event.isDamaged ? 'unreadable' : 'date');
    try {
      return { ...single, when: readWhen(single.when) };
    } catch {
      return this.#passOver(event, 'date');
    }
  }

  #source(event: IcsComponent): EventSource {
    const sequence = Number(propertyOf(event, 'SEQUENCE')?.values[0] ?? 0);
    return {
      uid: uidOf(event),
      sequence: Number.isSafeInteger(sequence) && sequence >= 0 ? sequence : 0,
      modified: momentOf(event, 'LAST-MODIFIED') ?? momentOf(event, 'DTSTAMP'),
      ...(this.#name !== null && { name: this.#name }),
    };
  }

  #passOver(component: IcsComponent, reason: PassedOverReason): null {
    const title = textOf(component, 'SUMMARY');
    this.#pass({
      component: component.name.slice(0, 32),
      reason,
      title: title !== null && title.length > 100 ? cutTo(title, 100) : title,
    });
    return null;
  }
}

/** What one occurrence says that its series does not. */
export function differenceOf(
  facts: EventFacts,
  master: EventFacts,
  when: SingleWhen,
  expected: SingleWhen,
): OccurrenceChange {
  const fields = Object.entries(facts).filter(
    ([field, value]) => !isSame(value, master[field as keyof EventFacts]),
  );
  return { ...Object.fromEntries(fields), ...(!isSame(when, expected) && { when }) };
}

/** Whether two plain values are equal, whatever the order of their fields. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(
      ([field, value]) => Object.hasOwn(b, field) && isSame(value, (b as Record<string, unknown>)[field]),
    )
  );
}

/** Of several events with one UID the newest; of equally new ones the last. */
function newestOfEach(events: readonly IcsEvent[]): IcsEvent[] {
  const newest = new Map<string, IcsEvent>();
  for (const event of events) {
    const { uid, occurrence = '', sequence, modified } = event.event.source;
    const known = newest.get(`${occurrence} ${uid}`)?.event.source;
    const isOlder =
      known !== undefined &&
      (sequence < known.sequence || (sequence === known.sequence && (modified ?? 0) < (known.modified ?? 0)));
    if (!isOlder) newest.set(`${occurrence} ${uid}`, event);
  }
  return [...newest.values()];
}

function uidOf(event: IcsComponent): string {
  const uid = textOf(event, 'UID');
  if (uid !== null) return uid.length > 512 ? cutTo(uid, 512) : uid;
  // Without a name of its own it is named after what it says, so that a second import finds it.
  const start = propertyOf(event, 'DTSTART')?.text ?? '';
  return `no-uid ${start} ${textOf(event, 'SUMMARY') ?? ''}`.slice(0, 200).toWellFormed().trim();
}

function nameOf(calendar: IcsComponent): string | null {
  return textOf(calendar, 'X-WR-CALNAME') ?? textOf(calendar, 'NAME');
}

function methodOf(calendar: IcsComponent): string | null {
  return textOf(calendar, 'METHOD')?.toUpperCase().slice(0, 32) ?? null;
}

/** A rule without what some programs put around it. */
function ruleText(text: string): string {
  return text
    .trim()
    .toUpperCase()
    .split(';')
    .filter((part) => part !== '' && !part.startsWith('X-'))
    .join(';');
}
