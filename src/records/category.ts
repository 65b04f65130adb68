/** The categories of documents, with their labels (Mon espace santé, document list of the 2025 application). */
const CATEGORIES = {
  summary: ['Health summary', 'Ma santé en résumé'],
  prescription: ['Prescriptions and care', 'Ordonnances et soins'],
  imaging: ['Imaging', 'Imagerie médicale'],
  laboratory: ['Laboratory results', 'Biologie'],
  report: ['Reports', 'Comptes rendus'],
  prevention: ['Prevention and screening', 'Prévention et dépistage'],
  certificate: ['Certificates', 'Certificats médicaux'],
  administrative: ['Administrative documents', 'Documents administratifs'],
  'care-plan': ['Care plans', 'Plans personnalisés de soins'],
  directives: ['Advance directives', 'Directives anticipées'],
  vaccination: ['Vaccination record', 'Carnet de vaccination'],
  wishes: ['Wishes', 'Volontés'],
  reimbursement: ['Reimbursements', 'Remboursements'],
  questionnaire: ['Health questionnaires', 'Questionnaires de santé'],
  other: ['Other documents', 'Autres documents'],
} as const satisfies Record<string, readonly [en: string, fr: string]>;

/** One of the fifteen categories; each is a collection of its own, and so a unit of sharing. */
export type DocumentCategory = keyof typeof CATEGORIES;

/** Every category, in the order in which an app would list them. */
export const DOCUMENT_CATEGORIES: readonly DocumentCategory[] = /* @__PURE__ */ Object.freeze(
  Object.keys(CATEGORIES) as DocumentCategory[],
);

/** Whether a text names a category. */
export function isDocumentCategory(text: unknown): text is DocumentCategory {
  return typeof text === 'string' && Object.hasOwn(CATEGORIES, text);
}

/** The label of a category in English or French. */
export function categoryLabel(category: DocumentCategory, language: 'en' | 'fr'): string {
  return CATEGORIES[category][language === 'fr' ? 1 : 0];
}
