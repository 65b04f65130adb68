import type { ProfileLanguage } from './section-name.js';

/** What the parts of an entry are called. */
const FIELDS = {
  abo: ['ABO group', 'Groupe ABO'],
  address: ['Address', 'Adresse'],
  aids: ['Aids', 'Aides techniques'],
  atc: ['ATC code', 'Code ATC'],
  category: ['Category', 'Catégorie'],
  cis: ['CIS code', 'Code CIS'],
  comment: ['Comment', 'Commentaire'],
  context: ['Context', 'Contexte'],
  criticality: ['Criticality', 'Criticité'],
  days: ['Number of days', 'Nombre de jours'],
  designatedOn: ['Designated on', 'Désignée le'],
  diseases: ['Against', 'Contre'],
  document: ['Document', 'Document'],
  dosage: ['Dosage', 'Posologie'],
  dose: ['Dose', 'Dose'],
  email: ['E-mail', 'Courriel'],
  end: ['Until', "Jusqu'au"],
  facility: ['Facility', 'Établissement'],
  interpretation: ['Interpretation', 'Interprétation'],
  lot: ['Lot', 'Lot'],
  method: ['Method', 'Méthode'],
  onsetAge: ['Age at onset', 'Âge au début'],
  performer: ['Given by', 'Réalisé par'],
  phones: ['Telephone', 'Téléphone'],
  prescriber: ['Prescribed by', 'Prescrit par'],
  range: ['Expected', 'Valeurs de référence'],
  rate: ['Disability rate (%)', "Taux d'incapacité (%)"],
  reactions: ['Reactions', 'Réactions'],
  reason: ['For', 'Pour'],
  relationship: ['Relationship', 'Lien'],
  rhesus: ['Rhesus', 'Rhésus'],
  route: ['Route', 'Voie'],
  rpps: ['RPPS', 'RPPS'],
  severity: ['Severity', 'Gravité'],
  site: ['Site', 'Site'],
  speciality: ['Speciality', 'Spécialité'],
  start: ['From', 'Depuis'],
  status: ['Status', 'Statut'],
  substance: ['Substance', 'Substance'],
  target: ['Target', 'Objectif'],
  text: ['Text', 'Texte'],
  type: ['Type', 'Type'],
} as const satisfies Record<string, readonly [en: string, fr: string]>;

/** The name of a part that has a label. */
export type FieldName = keyof typeof FIELDS;

/** The label of a part of an entry in English or French. */
export function fieldLabel(field: FieldName, language: ProfileLanguage): string {
  return FIELDS[field][language === 'fr' ? 1 : 0];
}

/** One thing about an entry, for reading. */
export interface SummaryDetail {
  readonly label: string;
  readonly text: string;
}

/** What an entry says, for reading. */
export interface EntryText {
  readonly text: string;
  /** As precise as it is known; null when it is not. */
  readonly date: string | null;
  readonly details: readonly SummaryDetail[];
}

/** A label and what it is of, with the colon of the language: French has a space before it. @internal */
export function labelled(label: string, text: string, language: ProfileLanguage): string {
  return `${label}${language === 'fr' ? '\u00a0' : ''}: ${text}`;
}

/** Those parts that there are, with their labels. @internal */
export function detailsOf(
  language: ProfileLanguage,
  parts: Partial<Readonly<Record<FieldName, string | number | undefined>>>,
): SummaryDetail[] {
  return Object.entries(parts).flatMap(([field, value]) =>
    value === undefined || value === ''
      ? []
      : [{ label: fieldLabel(field as FieldName, language), text: String(value) }],
  );
}
