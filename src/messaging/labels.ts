import type { MessagingPolicy } from './policy.js';
import type { ThreadView } from './thread.js';
import type { Entry, Gap, Participant } from './transcript.js';

type Labels<Key extends string> = Readonly<Record<Key, readonly [en: string, fr: string]>>;

const STATUSES: Labels<ThreadView['status']> = {
  open: ['Open', 'En cours'],
  closed: ['Closed', 'Clos'],
  left: ['You left', 'Vous avez quitté'],
  ended: ['Ended for you', 'Terminé pour vous'],
};

const STATES: Labels<Participant['state']> = {
  invited: ['Invited', 'Invité'],
  present: ['In the thread', 'Participe'],
  left: ['Left', 'A quitté'],
  removed: ['Removed', 'Retiré'],
};

const EVENTS: Labels<Exclude<Entry['type'], 'message' | 'gap'>> = {
  closed: ['closed the exchange', "a clos l'échange"],
  reopened: ['opened the exchange again', "a rouvert l'échange"],
  left: ['left the exchange', "a quitté l'échange"],
};

const GAPS: Labels<Gap['reason']> = {
  earlier: ['Written before you came', 'Écrit avant votre arrivée'],
  retracted: ['Message taken back by its author', 'Message retiré par son auteur'],
  withheld: ['A message is missing here', 'Il manque un message ici'],
};

const OPENINGS: Labels<MessagingPolicy['opening']> = {
  anyone: ['You, and whoever holds a card of your vault', 'Vous, et qui détient une carte de votre coffre'],
  professionals: ['Professionals only', 'Les professionnels seulement'],
  holder: ['You only', 'Vous seulement'],
};

function label<Key extends string>(labels: Labels<Key>) {
  return (key: Key, language: 'en' | 'fr'): string => labels[key][language === 'fr' ? 1 : 0];
}

/** The label of a thread's status. */
export const threadStatusLabel = /* @__PURE__ */ label(STATUSES);
/** The label of how someone stands in a thread. */
export const participantStateLabel = /* @__PURE__ */ label(STATES);
/** What someone did, to be put behind their name. */
export const threadEventLabel = /* @__PURE__ */ label(EVENTS);
/** Why something is missing. */
export const gapLabel = /* @__PURE__ */ label(GAPS);
/** Who may open threads. */
export const openingPolicyLabel = /* @__PURE__ */ label(OPENINGS);
