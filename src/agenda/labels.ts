import type { EventStatus, Participant } from './event.js';

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
