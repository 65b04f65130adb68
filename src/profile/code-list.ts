import * as z from 'zod/mini';
import type { ProfileLanguage } from './section-name.js';

/** The enumerations of the profile. The codes are those of FHIR R4 where it has the notion, else of this package. */
const LISTS = {
  answer: {
    none: ['None', 'Aucun'],
    unknown: ['I do not know', 'Je ne sais pas'],
    'not-concerned': ['Not concerned', 'Je ne suis pas concerné'],
  },
  state: {
    'not-asked': ['Not asked', 'Non renseigné'],
    recorded: ['Recorded', 'Renseigné'],
    none: ['None', 'Aucun'],
    unknown: ['Unknown', 'Inconnu'],
    'not-concerned': ['Not concerned', 'Non concerné'],
  },
  source: {
    patient: ['Declared by the patient', 'Déclaré par le patient'],
    carer: ['Declared by a carer', 'Déclaré par un aidant'],
    professional: ['Entered by a professional', 'Saisi par un professionnel'],
    document: ['From a document', "D'après un document"],
    import: ['Imported', 'Importé'],
  },
  'allergy-type': { allergy: ['Allergy', 'Allergie'], intolerance: ['Intolerance', 'Intolérance'] },
  'allergy-category': {
    food: ['Food', 'Alimentaire'],
    medication: ['Medication', 'Médicamenteuse'],
    environment: ['Environment', 'Environnement'],
    biologic: ['Biologic', 'Biologique'],
  },
  criticality: {
    low: ['Low risk', 'Risque faible'],
    high: ['High risk', 'Risque élevé'],
    'unable-to-assess': ['Risk not assessed', 'Risque non évalué'],
  },
  severity: { mild: ['Mild', 'Légère'], moderate: ['Moderate', 'Modérée'], severe: ['Severe', 'Sévère'] },
  'clinical-status': {
    active: ['Active', 'En cours'],
    remission: ['In remission', 'En rémission'],
    inactive: ['Inactive', 'Inactive'],
    resolved: ['Resolved', 'Résolue'],
  },
  'condition-type': { disease: ['Disease', 'Maladie'], 'health-topic': ['Health topic', 'Sujet de santé'] },
  'treatment-status': {
    active: ['Under way', 'En cours'],
    'on-hold': ['On hold', 'Suspendu'],
    stopped: ['Stopped', 'Arrêté'],
    completed: ['Completed', 'Terminé'],
  },
  'stay-type': { hospitalisation: ['Hospital stay', 'Hospitalisation'], surgery: ['Surgery', 'Chirurgie'] },
  interpretation: {
    N: ['Normal', 'Normal'],
    L: ['Low', 'Bas'],
    H: ['High', 'Élevé'],
    LL: ['Critically low', 'Bas, critique'],
    HH: ['Critically high', 'Élevé, critique'],
    A: ['Abnormal', 'Anormal'],
    AA: ['Critically abnormal', 'Anormal, critique'],
    POS: ['Positive', 'Positif'],
    NEG: ['Negative', 'Négatif'],
    IND: ['Indeterminate', 'Indéterminé'],
    S: ['Susceptible', 'Sensible'],
    I: ['Intermediate', 'Intermédiaire'],
    R: ['Resistant', 'Résistant'],
  },
  'dose-kind': {
    initial: ['Initial dose', 'Primovaccination'],
    booster: ['Booster', 'Rappel'],
    single: ['Single dose', 'Dose unique'],
  },
  'body-site': {
    'left-arm': ['Left arm', 'Bras gauche'],
    'right-arm': ['Right arm', 'Bras droit'],
    'left-thigh': ['Left thigh', 'Cuisse gauche'],
    'right-thigh': ['Right thigh', 'Cuisse droite'],
    buttock: ['Buttock', 'Fesse'],
    other: ['Another site', 'Autre site'],
  },
  route: {
    intramuscular: ['Intramuscular', 'Intramusculaire'],
    subcutaneous: ['Subcutaneous', 'Sous-cutanée'],
    intradermal: ['Intradermal', 'Intradermique'],
    oral: ['Oral', 'Orale'],
    nasal: ['Nasal', 'Nasale'],
  },
  relative: {
    mother: ['Mother', 'Mère'],
    father: ['Father', 'Père'],
    sister: ['Sister', 'Sœur'],
    brother: ['Brother', 'Frère'],
    daughter: ['Daughter', 'Fille'],
    son: ['Son', 'Fils'],
    grandparent: ['Grandparent', 'Grand-parent'],
    'aunt-or-uncle': ['Aunt or uncle', 'Tante ou oncle'],
    cousin: ['Cousin', 'Cousin ou cousine'],
    other: ['Another relative', 'Autre parent'],
  },
  'professional-role': {
    'attending-doctor': ['Attending doctor', 'Médecin traitant'],
    pharmacist: ['Pharmacist', 'Pharmacien correspondant'],
    midwife: ['Midwife', 'Sage-femme référente'],
    specialist: ['Specialist', 'Médecin spécialiste'],
    dentist: ['Dentist', 'Chirurgien-dentiste'],
    nurse: ['Nurse', 'Infirmier ou infirmière'],
    other: ['Another professional', 'Autre professionnel'],
  },
  'contact-role': {
    emergency: ['Emergency contact', "Personne à prévenir en cas d'urgence"],
    'trusted-person': ['Trusted person', 'Personne de confiance'],
    carer: ['Carer', 'Aidant'],
    help: ['Help at home', 'Aide à domicile'],
  },
  habit: {
    food: ['Food', 'Alimentation'],
    'physical-activity': ['Physical activity', 'Activité physique'],
    sleep: ['Sleep', 'Sommeil'],
    screen: ['Screens', 'Écrans'],
    alcohol: ['Alcohol', 'Alcool'],
    tobacco: ['Tobacco', 'Tabac'],
  },
  'habit-status': {
    never: ['Never', 'Jamais'],
    former: ['Not any more', 'Arrêté'],
    occasional: ['Now and then', 'Occasionnel'],
    regular: ['Regularly', 'Régulier'],
    daily: ['Every day', 'Quotidien'],
  },
  'habit-unit': {
    'h/d': ['hours a day', 'heures par jour'],
    'min/wk': ['minutes a week', 'minutes par semaine'],
    '{portion}/d': ['portions a day', 'portions par jour'],
    '{drink}/wk': ['drinks a week', 'verres par semaine'],
    '{cigarette}/d': ['cigarettes a day', 'cigarettes par jour'],
  },
  abo: { A: ['A', 'A'], B: ['B', 'B'], AB: ['AB', 'AB'], O: ['O', 'O'] },
  rhesus: {
    positive: ['Rhesus positive', 'Rhésus positif'],
    negative: ['Rhesus negative', 'Rhésus négatif'],
  },
  'measure-context': {
    fasting: ['Fasting', 'À jeun'],
    'after-meal': ['After a meal', 'Après un repas'],
    'after-exercise': ['After exercise', "Après l'effort"],
    unwell: ['While unwell', "Lors d'un malaise"],
    other: ['Other', 'Autre'],
  },
  wish: { written: ['Written', 'Rédigées'], withdrawn: ['Withdrawn', 'Retirées'] },
  'donation-choice': {
    donor: ['Agrees to donate', "D'accord pour donner"],
    partial: ['Agrees in part', "D'accord en partie"],
    refusal: ['Refuses to donate', 'Refuse de donner'],
  },
  proposal: {
    open: ['To be confirmed', 'À confirmer'],
    confirmed: ['Confirmed', 'Confirmée'],
    refused: ['Refused', 'Refusée'],
  },
} as const satisfies Record<string, Record<string, readonly [en: string, fr: string]>>;

/** The name of an enumeration. */
export type CodeList = keyof typeof LISTS;

/** A code of an enumeration. */
export type CodeOf<List extends CodeList> = keyof (typeof LISTS)[List] & string;

/** Every code of an enumeration, in the order in which an app would list them. */
export function codesOf<List extends CodeList>(list: List): readonly CodeOf<List>[] {
  return Object.keys(LISTS[list]) as CodeOf<List>[];
}

/** The label of a code in English or French: `labelOf('dose-kind', 'booster', 'fr')` is "Rappel". */
export function labelOf<List extends CodeList>(
  list: List,
  code: CodeOf<List>,
  language: ProfileLanguage,
): string {
  const labels = LISTS[list] as Readonly<Record<string, readonly [string, string]>>;
  return labels[code]?.[language === 'fr' ? 1 : 0] ?? code;
}

/** Accepts the codes of an enumeration and nothing else. @internal */
export function oneOf<List extends CodeList>(list: List): z.ZodMiniType<CodeOf<List>> {
  const codes = codesOf(list);
  return z.custom<CodeOf<List>>((value) => (codes as readonly unknown[]).includes(value));
}
