/**
 * `coffret/prevention`: vaccines, screening, examinations of children and check-ups, computed on the device.
 *
 * A pure function of what the app tells about a person. The rules are data with a date and a source, and the app may bring
 * newer ones. What comes out informs: it does not replace the advice of a health professional.
 */
export {
  currentEdition,
  type InLanguages,
  type PreventionEdition,
  parseEdition,
} from './edition.js';
export type { DoneBefore, Pregnancy, PreventionFacts } from './facts.js';
export {
  PREVENTION_LABELS,
  type PreventionKind,
  type PreventionRequirement,
  type PreventionReview,
  type PreventionStatus,
} from './labels.js';
export { nextPreventionChange } from './next-change.js';
export {
  type PreventionItem,
  type PreventionOptions,
  type PreventionSource,
  preventionFor,
} from './prevention.js';
