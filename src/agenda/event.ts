import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { type Id, isId } from '../formats/id.js';
import { defineKind } from '../records/record-kind.js';
import { isDay, isDuration, isWallTime } from './time-text.js';
import { type SingleWhen, singleWhenSchema, type When, whenSchema } from './when.js';

/** The states of an appointment, as FHIR R4 `Appointment.status` names them. */
export const EVENT_STATUSES = [
  'proposed',
  'pending',
  'booked',
  'arrived',
  'fulfilled',
  'cancelled',
  'noshow',
  'entered-in-error',
  'checked-in',
  'waitlist',
] as const;

/** One of them. */
export type EventStatus = (typeof EVENT_STATUSES)[number];

/** What a participant is to an event, as RFC 5545 names it in `ROLE`. */
export const PARTICIPANT_ROLES = ['chair', 'req-participant', 'opt-participant', 'non-participant'] as const;
/** What a participant answered, as RFC 5545 names it in `PARTSTAT`. */
export const PARTICIPATIONS = ['needs-action', 'accepted', 'declined', 'tentative'] as const;

/** Someone who takes part in an event. */
export interface Participant {
  /** At most 100 characters. */
  readonly name: string;
  readonly role: (typeof PARTICIPANT_ROLES)[number];
  readonly status: (typeof PARTICIPATIONS)[number];
  readonly organizer?: boolean;
  /** Where they use this too. Never leaves in a file. */
  readonly person?: Id<'person'>;
  /** As in a calendar file: `mailto:…`, `tel:…`; at most 254 characters. */
  readonly address?: string;
}

/** A reminder of an event: before or after it, or at a moment of its own. */
export type Alarm =
  | {
      /** A duration of RFC 5545, `-PT30M` for half an hour before; at most 366 days. */
      readonly trigger: string;
      /** What it counts from; the start when left out. */
      readonly related?: 'start' | 'end';
    }
  /** A moment, `2026-06-01T07:00:00Z`. */
  | { readonly at: string };

/** Where an event was imported from. */
export interface EventSource {
  /** The `UID` of the file. */
  readonly uid: string;
  readonly sequence: number;
  /** When it was changed last there, in milliseconds since 1970; null when the file does not say. */
  readonly modified: number | null;
  /** What the calendar or its program is called; at most 200 characters. */
  readonly name?: string;
  /** Which occurrence of a series that the file did not hold (`RECURRENCE-ID`). */
  readonly occurrence?: string;
}

/** What there is to say of one occurrence as of a whole event. */
export interface EventFacts {
  /** 1 to 100 characters. */
  readonly title: string;
  readonly status: EventStatus;
  /** Whether the time is taken; only that is ever published as free/busy. */
  readonly busy: boolean;
  /** At most 1000 characters. */
  readonly note?: string;
  /** At most 300 characters. */
  readonly place?: string;
  /** Who is seen, in words: "Dr Martin, cardiologist"; at most 300 characters. */
  readonly practitioner?: string;
  /** At most 10. */
  readonly alarms?: readonly Alarm[];
  /** At most 100. */
  readonly participants?: readonly Participant[];
}

/** What is different about one occurrence of a series. */
export type OccurrenceChange = { readonly [Fact in keyof EventFacts]?: EventFacts[Fact] } & {
  readonly when?: SingleWhen;
};

/** Names one occurrence of a series in its event: `on:` and the start that the series gives it. */
export type OccurrenceField = `on:${string}`;

/** The fields of an event other than those of single occurrences. */
export interface EventCore extends EventFacts {
  /** An appointment, or a reminder that stands alone. */
  readonly type: 'appointment' | 'reminder';
  readonly when: When;
  /** Documents of the vault that belong to it, at most 50. Never leave in a file. */
  readonly documents?: readonly Id<'item'>[];
  /** Message threads that belong to it, at most 50. Never leave in a file. */
  readonly threads?: readonly string[];
  readonly source?: EventSource;
}

/**
 * An event as it is kept. Each top-level field is what two devices may change apart; single occurrences have one each,
 * `null` for one that was taken out.
 */
export interface AgendaEvent extends EventCore {
  readonly [occurrence: OccurrenceField]: OccurrenceChange | null;
}

/** How many occurrences of one series may differ from it. */
export const OCCURRENCE_CHANGES_MAX = 400;

const text = (max: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(max),
    z.refine((value) => value.isWellFormed()),
  );
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:[!-~]+$/i;

const alarmSchema = /* @__PURE__ */ z.union([
  /* @__PURE__ */ z.strictObject({
    trigger: /* @__PURE__ */ z.string().check(/* @__PURE__ */ z.refine(isDuration)),
    related: /* @__PURE__ */ z.optional(/* @__PURE__ */ z.enum(['start', 'end'])),
  }),
  /* @__PURE__ */ z.strictObject({
    at: /* @__PURE__ */ z.string().check(/* @__PURE__ */ z.refine(isMoment)),
  }),
]);

const participantSchema = /* @__PURE__ */ z.strictObject({
  name: /* @__PURE__ */ text(100),
  role: /* @__PURE__ */ z.enum(PARTICIPANT_ROLES),
  status: /* @__PURE__ */ z.enum(PARTICIPATIONS),
  organizer: /* @__PURE__ */ z.optional(/* @__PURE__ */ z.boolean()),
  person: /* @__PURE__ */ z.optional(
    /* @__PURE__ */ z.string().check(/* @__PURE__ */ z.refine((id) => isId('person', id))),
  ),
  address: /* @__PURE__ */ z.optional(
    /* @__PURE__ */ z.string().check(/* @__PURE__ */ z.maxLength(254), /* @__PURE__ */ z.regex(ADDRESS)),
  ),
});

const facts = /* @__PURE__ */ (() => ({
  title: text(100),
  status: z.enum(EVENT_STATUSES),
  busy: z.boolean(),
  note: z.optional(text(1000)),
  place: z.optional(text(300)),
  practitioner: z.optional(text(300)),
  alarms: z.optional(z.array(alarmSchema).check(z.maxLength(10))),
  participants: z.optional(z.array(participantSchema).check(z.maxLength(100))),
}))();

const coreSchema = /* @__PURE__ */ (() =>
  z.strictObject({
    ...facts,
    type: z.enum(['appointment', 'reminder']),
    when: whenSchema,
    documents: z.optional(
      z.array(z.string().check(z.refine((id) => isId('item', id)))).check(z.maxLength(50)),
    ),
    threads: z.optional(z.array(text(100)).check(z.maxLength(50))),
    source: z.optional(
      z.strictObject({
        uid: text(512),
        sequence: z.int().check(z.nonnegative()),
        modified: z.nullable(z.int()),
        name: z.optional(text(200)),
        occurrence: z.optional(text(30)),
      }),
    ),
  }))();

const changeSchema = /* @__PURE__ */ (() =>
  z.strictObject({
    ...facts,
    title: z.optional(facts.title),
    status: z.optional(facts.status),
    busy: z.optional(facts.busy),
    when: z.optional(singleWhenSchema),
  }))();

/** Events of the agenda: appointments and reminders that stand alone. Shared as one with `{ collection: 'agenda' }`. */
export const AGENDA_EVENT = /* @__PURE__ */ defineKind<AgendaEvent>({
  kind: 'agenda.event',
  schema: 1,
  collection: 'agenda',
  parse: parseEvent,
});

/** The field of an occurrence. */
export function fieldOf(occurrence: string): OccurrenceField {
  return `on:${occurrence}`;
}

/** The occurrences that differ from their series, by their start in it; null for one that was taken out. */
export function occurrenceChanges(event: AgendaEvent): Map<string, OccurrenceChange | null> {
  return new Map(
    Object.entries(event)
      .filter(([field]) => field.startsWith('on:'))
      .map(([field, change]) => [field.slice(3), change as OccurrenceChange | null]),
  );
}

/** Checks an event that a record holds. Throws `usage/invalid` with the field as the argument. */
function parseEvent(value: unknown): AgendaEvent {
  const entries = Object.entries(value ?? {});
  const occurrences = entries.filter(([field]) => field.startsWith('on:'));
  const core = coreSchema.safeParse(
    Object.fromEntries(entries.filter(([field]) => !field.startsWith('on:'))),
  );
  if (!core.success) throw invalid(core.error.issues[0]?.path[0]);
  if (occurrences.length > OCCURRENCE_CHANGES_MAX) throw invalid('occurrence');
  for (const [field, change] of occurrences) {
    const key = field.slice(3);
    const isStart = isDay(key) || isWallTime(key);
    if (!isStart || !(change === null || changeSchema.safeParse(change).success)) throw invalid('occurrence');
  }
  return value as AgendaEvent;
}

function invalid(field: PropertyKey | undefined): VaultError {
  // Names of fields that are not known here could say something about the event.
  const known = typeof field === 'string' && (field in coreSchema.shape || field === 'occurrence');
  return new VaultError('usage/invalid', { argument: known ? field : 'event' });
}

function isMoment(moment: string): boolean {
  return MOMENT.test(moment) && isWallTime(moment.slice(0, -1));
}
