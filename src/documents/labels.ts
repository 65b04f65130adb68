import type { DocumentAbout } from '../records/document-about.js';
import type { RelationType } from './relation.js';
import { TYPE_LABELS } from './type-labels.js';

/** The languages that there are labels in. */
export type LabelLanguage = 'en' | 'fr';
/** A label in English and in French. */
export type Labels = readonly [en: string, fr: string];

/** Something coded that a document says of itself: its type, its class, where it was made. */
export type DocumentCode = NonNullable<DocumentAbout['type']>;

const LOINC = '2.16.840.1.113883.6.1';
/** Types of documents that LOINC has not (TRE_A05). */
const LOCAL_TYPES = '1.2.250.1.213.1.1.4.12';
/** JDV_J57. */
const CLASSES = '1.2.250.1.213.1.1.4.1';
/** JDV_J04. */
const PRACTICE_SETTINGS = '1.2.250.1.213.1.1.4.9';
/** The patient and third parties, in the place of a setting or a facility. */
const ELSEWHERE = '1.2.250.1.213.1.1.4.6';

const RELATION_LABELS: Readonly<Record<RelationType, Labels>> = {
  about: ['About', 'À propos de'],
  replaces: ['Replaces', 'Remplace'],
  'adds-to': ['Adds to', 'Complète'],
  answers: ['Answers', 'Répond à'],
};

const CONFIDENTIALITY: Readonly<Record<'N' | 'R' | 'V', Labels>> = {
  N: ['Normal', 'Normal'],
  R: ['Restricted', 'Restreint'],
  V: ['Very restricted', 'Très restreint'],
};

const CLASS_LABELS: Readonly<Record<string, Labels>> = {
  '10': ['Report', 'Compte rendu'],
  '11': ['Summary', 'Synthèse'],
  '31': ['Imaging', 'Imagerie'],
  '42': ['Prescription', 'Prescription'],
  '43': ['Dispensation', 'Dispensation'],
  '44': ['Care plan or protocol', 'Plan de soins, protocole'],
  '45': ['Treatment given', 'Traitement administré'],
  '52': ['Certificate or declaration', 'Certificat, déclaration'],
  '60': ['Reimbursement data', 'Données de remboursement'],
  '90': ['Other document of the patient', 'Autre document du patient'],
  '95': ['Administrative document', 'Document de gestion'],
};

const FROM_ELSEWHERE: Readonly<Record<string, Labels>> = {
  EXP_PATIENT: ['By the patient', 'Expression du patient'],
  SNR: ['From a third party', 'Tiers'],
};

const PRACTICE_SETTING_LABELS: Readonly<Record<string, Labels>> = {
  AMBULATOIRE: ['Outpatient care', 'Ambulatoire'],
  AMO: ['Compulsory health insurance', 'Assurance maladie obligatoire'],
  DEPISTAGE: ['Screening', 'Dépistage'],
  ESSMS: ['Social or medico-social facility', 'Établissement ou service social ou médico-social'],
  ETABLISSEMENT: ['Hospital', 'Établissement de santé'],
  HAD: ['Hospital at home', 'Hospitalisation à domicile'],
  MAD: ['Support at home', 'Maintien à domicile'],
  PALLIATIF: ['Palliative care', 'Soins palliatifs'],
  SAMU_SMUR: ['Emergency medical service', 'SAMU, SMUR'],
  ...FROM_ELSEWHERE,
};

/** The label of a relation. */
export function relationLabel(type: RelationType, language: LabelLanguage): string {
  return inLanguage(RELATION_LABELS[type], language);
}

/** The label of a confidentiality. */
export function confidentialityLabel(code: 'N' | 'R' | 'V', language: LabelLanguage): string {
  return inLanguage(CONFIDENTIALITY[code], language);
}

/** The label of a type (`about.type`): of the most used ones; for others the one that the document carries, or its code. */
export function documentTypeLabel(type: DocumentCode, language: LabelLanguage): string {
  return labelOf(type, [LOINC, LOCAL_TYPES], TYPE_LABELS, language);
}

/** The label of a class (`about.class`, JDV_J57); for others as `documentTypeLabel`. */
export function documentClassLabel(code: DocumentCode, language: LabelLanguage): string {
  return labelOf(code, [CLASSES], CLASS_LABELS, language);
}

/** The label of a practice setting (`about.practiceSetting`, JDV_J04); for others as `documentTypeLabel`. */
export function practiceSettingLabel(code: DocumentCode, language: LabelLanguage): string {
  return labelOf(code, [PRACTICE_SETTINGS, ELSEWHERE], PRACTICE_SETTING_LABELS, language);
}

/** The label of a type of facility (`about.facilityType`): the one that the document carries, but for the patient and third parties. */
export function facilityTypeLabel(code: DocumentCode, language: LabelLanguage): string {
  return labelOf(code, [ELSEWHERE], FROM_ELSEWHERE, language);
}

/** A code means what it says only in the system it is of. */
function labelOf(
  { code, system, label }: DocumentCode,
  systems: readonly string[],
  labels: Readonly<Record<string, Labels>>,
  language: LabelLanguage,
): string {
  const known = systems.includes(system) && Object.hasOwn(labels, code) ? labels[code] : undefined;
  return known === undefined ? (label ?? code) : inLanguage(known, language);
}

function inLanguage([en, fr]: Labels, language: LabelLanguage): string {
  return language === 'fr' ? fr : en;
}
