/**
 * The sections of the profile (Mon espace santé, application of August 2025, and laboratory results), with their labels.
 *
 * Codes are stored and texts are not: a label may be worded anew, or in another language, over what was kept.
 */
const SECTION_LABELS = {
  allergies: ['Allergies and intolerances', 'Allergies et intolérances'],
  conditions: ['Diseases and health topics', 'Maladies et sujets de santé'],
  treatments: ['Treatments', 'Traitements'],
  hospitalisations: ['Hospital stays and surgery', 'Hospitalisations et chirurgies'],
  vaccinations: ['Vaccinations', 'Vaccinations'],
  measures: ['Measures', 'Mesures'],
  results: ['Laboratory results', 'Résultats de laboratoire'],
  'family-history': ['Family history', 'Antécédents familiaux'],
  disabilities: ['Disabilities', 'Handicaps'],
  habits: ['Habits', 'Habitudes de vie'],
  'blood-group': ['Blood group', 'Groupe sanguin'],
  professionals: ['Health professionals', 'Professionnels de santé'],
  contacts: ['Contacts', 'Entourage'],
  directives: ['Advance directives', 'Directives anticipées'],
  'organ-donation': ['Organ donation', "Don d'organes"],
} as const satisfies Record<string, readonly [en: string, fr: string]>;

/** The name of a section of the profile. */
export type SectionName = keyof typeof SECTION_LABELS;

/** The languages of labels. */
export type ProfileLanguage = 'en' | 'fr';

/** Every section, in the order in which a synthesis lists them. */
export const PROFILE_SECTIONS: readonly SectionName[] = /* @__PURE__ */ Object.freeze(
  Object.keys(SECTION_LABELS) as SectionName[],
);

/** The collection of what care is given on: shared as one with `vault.share({ collection: 'profile' })`. */
export const PROFILE_COLLECTION = 'profile';

/**
 * The collection of contacts, organ donation and advance directives.
 *
 * Apart, because who may read it is another question: it goes to the emergency card and to those who would speak for the
 * holder, and it holds the addresses of others.
 */
export const ENTOURAGE_COLLECTION = 'entourage';

/** The collection of what documents seem to say and nobody has confirmed: not shared with either of the others. */
export const PROPOSALS_COLLECTION = 'profile-proposals';

const ENTOURAGE: readonly SectionName[] = ['contacts', 'directives', 'organ-donation'];

/** The collection that a section is kept in, and so what it is shared with. */
export function collectionOfSection(section: SectionName): string {
  return ENTOURAGE.includes(section) ? ENTOURAGE_COLLECTION : PROFILE_COLLECTION;
}

/** Whether a text names a section. */
export function isSectionName(text: unknown): text is SectionName {
  return typeof text === 'string' && Object.hasOwn(SECTION_LABELS, text);
}

/** The label of a section in English or French. */
export function sectionLabel(section: SectionName, language: ProfileLanguage): string {
  return SECTION_LABELS[section][language === 'fr' ? 1 : 0];
}
