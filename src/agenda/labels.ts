import type { EventStatus, Participant } from './event.js';
import type { PassedOverReason } from './ics-read.js';

/** A language that labels come in. */
export type Language = 'en' | 'fr';

const STATUSES: Readonly<Record<EventStatus, readonly [en: string, fr: string]>> = {
  proposed: ['Proposed', 'Proposé'],
  pending: ['Awaiting confirmation', 'En attente de confirmation'],
  booked: ['Booked', 'Confirmé'],
  arrived: ['Arrived', 'Arrivé'],
  fulfilled: ['Took place', 'Honoré'],
  cancelled: ['Cancelled', 'Annulé'],
  noshow: ['Missed', 'Non honoré'],
  'entered-in-error': ['Entered in error', 'Saisi par erreur'],
  'checked-in': ['Checked in', "Enregistré à l'accueil"],
  waitlist: ['On the waiting list', "Sur liste d'attente"],
};

const PARTICIPATIONS: Readonly<Record<Participant['status'], readonly [en: string, fr: string]>> = {
  'needs-action': ['No answer yet', 'Sans réponse'],
  accepted: ['Accepted', 'Accepté'],
  declined: ['Declined', 'Refusé'],
  tentative: ['Maybe', 'Peut-être'],
};

const ROLES: Readonly<Record<Participant['role'], readonly [en: string, fr: string]>> = {
  chair: ['Leads', 'Animateur'],
  'req-participant': ['Expected', 'Attendu'],
  'opt-participant': ['Optional', 'Facultatif'],
  'non-participant': ['For information', 'Pour information'],
};

const REASONS: Readonly<Record<PassedOverReason, readonly [en: string, fr: string]>> = {
  component: ['It is not an event.', "Ce n'est pas un événement."],
  method: [
    'It is an answer to an invitation, not an event.',
    "C'est une réponse à une invitation, pas un événement.",
  ],
  date: [
    'It does not say when it is, or not in a way that can be read.',
    'La date manque ou ne peut pas être lue.',
  ],
  rule: [
    'It repeats in a way that this agenda does not know.',
    "Il se répète d'une manière que cet agenda ne connaît pas.",
  ],
  range: ['It changes many events at once.', "Il modifie plusieurs événements d'un coup."],
  exceptions: ['It has too many exceptions.', "Il a trop d'exceptions."],
  unreadable: ['It cannot be read.', 'Il ne peut pas être lu.'],
};

/** The sentence that says why something in a calendar file is not imported. */
export function passedOverLabel(reason: PassedOverReason, language: Language): string {
  return REASONS[reason][language === 'fr' ? 1 : 0];
}

/** The word for the state of an appointment. */
export function statusLabel(status: EventStatus, language: Language): string {
  return STATUSES[status][language === 'fr' ? 1 : 0];
}

/** The word for what a participant answered. */
export function participationLabel(status: Participant['status'], language: Language): string {
  return PARTICIPATIONS[status][language === 'fr' ? 1 : 0];
}

/** The word for what a participant is to an event. */
export function roleLabel(role: Participant['role'], language: Language): string {
  return ROLES[role][language === 'fr' ? 1 : 0];
}
