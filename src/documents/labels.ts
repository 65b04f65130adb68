import type { RelationType } from './relation.js';

const RELATION_LABELS: Readonly<Record<RelationType, readonly [en: string, fr: string]>> = {
  about: ['About', 'À propos de'],
  replaces: ['Replaces', 'Remplace'],
  'adds-to': ['Adds to', 'Complète'],
  answers: ['Answers', 'Répond à'],
};

const CONFIDENTIALITY: Readonly<Record<'N' | 'R' | 'V', readonly [en: string, fr: string]>> = {
  N: ['Normal', 'Normal'],
  R: ['Restricted', 'Restreint'],
  V: ['Very restricted', 'Très restreint'],
};

/** The label of a relation. */
export function relationLabel(type: RelationType, language: 'en' | 'fr'): string {
  return RELATION_LABELS[type][language === 'fr' ? 1 : 0];
}

/** The label of a confidentiality. */
export function confidentialityLabel(code: 'N' | 'R' | 'V', language: 'en' | 'fr'): string {
  return CONFIDENTIALITY[code][language === 'fr' ? 1 : 0];
}
