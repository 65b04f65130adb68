/** `coffret/agenda`: appointments and reminders in a vault, their occurrences, calendar files, and free/busy. */

export type { Given, RecordHome, RecordsAnywhere } from '../vault/record-home.js';
export { Agenda, agendaOf, type EventChange, type NewEvent, type UpcomingOptions } from './agenda.js';
export type { Conflict } from './conflicts.js';
export { REMINDERS_A_DAY_MAX } from './daily-reminders.js';
export {
  AGENDA_EVENT,
  type AgendaEvent,
  type Alarm,
  EVENT_STATUSES,
  type EventCore,
  type EventFacts,
  type EventSource,
  type EventStatus,
  type OccurrenceChange,
  type OccurrenceField,
  PARTICIPANT_ROLES,
  PARTICIPATIONS,
  type Participant,
} from './event.js';
export { FREE_BUSY, type FreeBusy, FreeBusyReader, freeBusyOf } from './free-busy.js';
export type { Adjusted } from './ics-event.js';
export type { ImportOptions, ImportResult, ImportStep } from './ics-import.js';
export { ICS_LIMITS } from './ics-lines.js';
export { printIcs } from './ics-print.js';
export { type IcsEvent, type IcsFile, type PassedOver, type PassedOverReason, readIcs } from './ics-read.js';
export { AGENDA_KINDS } from './kinds.js';
export { type Language, participationLabel, passedOverLabel, roleLabel, statusLabel } from './labels.js';
export type { AgendaItem, Occurrence, Range } from './occurrence.js';
export type { Reminder } from './reminder.js';
export { AGENDA_TEXTS } from './search-texts.js';
export type { SingleWhen, Span, When } from './when.js';
