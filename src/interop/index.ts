/** `coffret/interop`: clinical documents (HL7 CDA R2) read into plain values, and what kind a file is. */

export { aboutOf, dayOfDocument } from './about.js';
export type { CdaCode, ProposedCode } from './cda-code.js';
export type { CdaFile, CdaProblem } from './cda-file.js';
export type { CdaConfidentiality, CdaEvent, CdaHeader, CdaRelation } from './cda-header.js';
export type {
  ClinicalStatus,
  ProposedAllergy,
  ProposedCondition,
  ProposedTreatment,
} from './cda-history.js';
export type { CdaId, CdaIdKind } from './cda-id.js';
export type { MeasureName, ProposedMeasure } from './cda-measure.js';
export type { CdaName, CdaOrganization, CdaParty, CdaPeriod } from './cda-party.js';
export type { CdaPatient } from './cda-patient.js';
export type { CdaResult } from './cda-result.js';
export type { ProposedResult } from './cda-result-proposal.js';
export type { CdaSection } from './cda-section.js';
export { CDA_TEXT, type CdaTextOptions } from './cda-text.js';
export type { CdaVaccination, ProposedVaccination } from './cda-vaccination.js';
export type { CdaQuantity, CdaValue } from './cda-value.js';
export { type DocumentType, documentType } from './document-type.js';
export { type CdaFiling, filingOf } from './filing.js';
export {
  compareIdentity,
  type IdentityComparison,
  type IdentityHolder,
  type IdentityTrait,
  type TraitOutcome,
} from './identity-comparison.js';
export type { Narrative } from './narrative.js';
export type { ReadWork } from './pace.js';
export {
  CDA_LIMITS,
  type CdaDocument,
  type CdaLimits,
  type CdaProposal,
  type ReadCdaOptions,
  readCda,
} from './read-cda.js';
export { type FileKind, SNIFF_BYTES, type Sniffed, sniff } from './sniff.js';
export type { TextKind } from './sniff-text.js';
export type { XmlLimits } from './xml-parse.js';
