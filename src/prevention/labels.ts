import type { InLanguages } from './edition.js';

const LABELS = {
  kind: {
    vaccine: { fr: 'Vaccin', en: 'Vaccine' },
    screening: { fr: 'Dépistage', en: 'Screening' },
    exam: { fr: "Examen de l'enfant", en: 'Child examination' },
    dental: { fr: 'Examen dentaire', en: 'Dental check' },
    checkup: { fr: 'Bilan de prévention', en: 'Prevention check-up' },
  },
  status: {
    overdue: { fr: 'En retard', en: 'Overdue' },
    due: { fr: 'À prévoir', en: 'Due' },
    unknown: { fr: 'À vérifier', en: 'To be checked' },
    'not-yet': { fr: 'Plus tard', en: 'Not yet' },
    done: { fr: 'À jour', en: 'Up to date' },
  },
  requirement: {
    mandatory: { fr: 'Obligatoire', en: 'Mandatory' },
    recommended: { fr: 'Recommandé', en: 'Recommended' },
    offered: { fr: 'Proposé', en: 'Offered' },
  },
  review: {
    reviewed: { fr: 'Relu par un professionnel', en: 'Reviewed by a professional' },
    unreviewed: { fr: 'Non relu par un professionnel', en: 'Not reviewed by a professional' },
    doubtful: { fr: 'À vérifier à la source', en: 'To be checked at the source' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, InLanguages>>>>;

/** What a rule is about. */
export type PreventionKind = keyof typeof LABELS.kind;

/** How things stand under a rule. */
export type PreventionStatus = keyof typeof LABELS.status;

/** How strongly it is advised. */
export type PreventionRequirement = keyof typeof LABELS.requirement;

/** How far the text of a rule was checked. */
export type PreventionReview = keyof typeof LABELS.review;

/** The words to show for each kind, status, requirement and state of review: `PREVENTION_LABELS.status.due.fr`. */
export const PREVENTION_LABELS: {
  readonly kind: Readonly<Record<PreventionKind, InLanguages>>;
  readonly status: Readonly<Record<PreventionStatus, InLanguages>>;
  readonly requirement: Readonly<Record<PreventionRequirement, InLanguages>>;
  readonly review: Readonly<Record<PreventionReview, InLanguages>>;
} = LABELS;
