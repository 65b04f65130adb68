/**
 * `coffret/identity-fr`: the French national health identity, and the numbers of professionals and structures.
 *
 * Pure functions that call nobody: they tell what a number, a text or a status says, never that it is true. An INS
 * belongs in ciphertext only; what holds one prints as `<redacted>`.
 */
export {
  compareTraits,
  compareWithMatricule,
  type MatriculeComparison,
  type TraitComparison,
  type TraitsComparison,
} from './compare-traits.js';
export { type InsDatamatrix, printInsDatamatrix, readInsDatamatrix } from './datamatrix.js';
export type { Hidden } from './hidden.js';
export {
  describeIdentityStatus,
  type IdentityAttribute,
  type IdentityStatedBy,
  type IdentityStatus,
  type IdentityStep,
  type StatedIdentityStatus,
  statedIdentityStatus,
  stepsToStatus,
} from './identity-status.js';
export {
  checkIns,
  compareIns,
  formatIns,
  type Ins,
  type InsCheck,
  type InsProblem,
  type InsText,
  isProductionIns,
  maskIns,
  parseIns,
  requireProductionIns,
} from './ins.js';
export {
  INS_AUTHORITIES,
  type InsAuthority,
  type InsUse,
  insAuthority,
  SOCIAL_SECURITY_OIDS,
} from './ins-authority.js';
export { IDENTITY_LABELS, type InLanguages, MATRICULE_DOES_NOT_TELL, type Words } from './labels.js';
export {
  checkMatricule,
  isSameMatricule,
  type Matricule,
  type MatriculeCheck,
  type MatriculeProblem,
  parseMatricule,
  printMatricule,
} from './matricule.js';
export { formatMatricule, maskMatricule } from './matricule-display.js';
export { keyOfMatricule } from './matricule-key.js';
export {
  type MatriculeBirthPlace,
  type MatriculeKind,
  type MatriculeParts,
  matriculeParts,
} from './matricule-parts.js';
export {
  checkNationalId,
  NATIONAL_ID_OIDS,
  type NationalId,
  type NationalIdCheck,
  type NationalIdScheme,
  type NationalIdText,
  printNationalId,
} from './national-id.js';
export {
  checkRegistryNumber,
  type RegistryCheck,
  type RegistryKind,
  type RegistryNumber,
  type RegistryWarning,
} from './registry-number.js';
export { normaliseTraitName } from './trait-name.js';
export {
  exposeTraits,
  parseTraits,
  type StrictTraits,
  type TraitSex,
  type TraitsText,
} from './traits.js';
