import { VaultError } from '../errors.js';
import { CODE_SYSTEMS } from './coded.js';
import { compareDecimals, type DecimalText, decimalOf, placesOf, scaleDecimal } from './decimal.js';
import type { ProfileLanguage } from './section-name.js';

/** A unit in which a measure is given, and how it becomes the unit of the measure: `value * factor + offset`, exactly. */
type Units = Readonly<Record<string, readonly [factor: DecimalText, offset?: DecimalText]>>;

interface MeasureDefinition {
  readonly labels: readonly [en: string, fr: string];
  readonly system: string;
  readonly code: string;
  /** UCUM; what values are shown in. */
  readonly unit: string;
  /** The other units that values are taken in. */
  readonly units?: Units;
  /** What a person may have, in `unit`: beyond it is a slip of the pen. */
  readonly range: readonly [min: DecimalText, max: DecimalText];
  /** How many digits behind the point mean something, in any unit. */
  readonly places: number;
}

const { loinc, ans } = CODE_SYSTEMS;

/**
 * From mmol/L to mg/dL: glucose, C6H12O6, has 6 × 12.011 + 12 × 1.008 + 6 × 15.999 = 180.156 g/mol (IUPAC, abridged
 * standard atomic weights, 2021).
 */
const GLUCOSE: Units = { 'g/L': ['100'], 'mmol/L': ['18.0156'] };
const LENGTH: Units = { m: ['100'], mm: ['0.1'], '[in_i]': ['2.54'] };
const GLUCOSE_RANGE = ['10', '2000'] as const;

/**
 * The measures of Mon espace santé ("API Mesures de santé" v1.5.2, through MESMES of 12 March 2026) with their codes and
 * units. Conversions whose result has no end, as from degrees Fahrenheit, are not offered.
 */
const MEASURES = {
  weight: {
    labels: ['Weight', 'Poids'],
    ...{ system: loinc, code: '29463-7', unit: 'kg', range: ['0.2', '650'], places: 3 },
    units: { g: ['0.001'], '[lb_av]': ['0.45359237'] },
  },
  height: {
    labels: ['Height', 'Taille'],
    ...{ system: loinc, code: '8302-2', unit: 'cm', range: ['20', '280'], places: 2, units: LENGTH },
  },
  waist: {
    labels: ['Waist circumference', 'Tour de taille'],
    ...{ system: loinc, code: '8280-0', unit: 'cm', range: ['20', '300'], places: 2, units: LENGTH },
  },
  temperature: {
    labels: ['Temperature', 'Température'],
    ...{ system: loinc, code: '8310-5', unit: 'Cel', range: ['25', '45'], places: 2 },
  },
  glucose: {
    labels: ['Blood glucose', 'Glycémie'],
    ...{ system: loinc, code: '2345-7', unit: 'mg/dL', range: GLUCOSE_RANGE, places: 3, units: GLUCOSE },
  },
  'interstitial-glucose': {
    labels: ['Interstitial glucose', 'Glucose interstitiel'],
    ...{ system: ans, code: 'MED-969', unit: 'mg/dL', range: GLUCOSE_RANGE, places: 3, units: GLUCOSE },
  },
  hba1c: {
    labels: ['Glycated haemoglobin (HbA1c)', 'Hémoglobine glyquée (HbA1c)'],
    ...{ system: loinc, code: '4548-4', unit: '%', range: ['2', '25'], places: 2 },
    // NGSP = 0.09148 × IFCC + 2.152, the master equation of the IFCC reference system (ngsp.org).
    units: { 'mmol/mol': ['0.09148', '2.152'] },
  },
  'glycaemia-index': {
    labels: ['Glucose management indicator', 'Index de gestion de glycémie (IGG)'],
    ...{ system: ans, code: 'MED-972', unit: '%', range: ['2', '25'], places: 2 },
  },
  'blood-pressure': {
    labels: ['Blood pressure', 'Pression artérielle'],
    ...{ system: loinc, code: '85354-9', unit: 'mm[Hg]', range: ['10', '350'], places: 1 },
    units: { 'cm[Hg]': ['10'] },
  },
  bmi: {
    labels: ['Body mass index', 'Indice de masse corporelle (IMC)'],
    ...{ system: loinc, code: '39156-5', unit: 'kg/m2', range: ['1', '500'], places: 1 },
  },
  pain: {
    labels: ['Pain', 'Douleur'],
    ...{ system: loinc, code: '72514-3', unit: '{score}', range: ['0', '10'], places: 0 },
  },
  'heart-rate': {
    labels: ['Heart rate', 'Fréquence cardiaque'],
    ...{ system: loinc, code: '8867-4', unit: '/min', range: ['10', '350'], places: 0 },
  },
  steps: {
    labels: ['Steps a day', 'Nombre de pas par jour'],
    ...{ system: loinc, code: '41950-7', unit: '1/(24.h)', range: ['0', '200000'], places: 0 },
  },
  'head-circumference': {
    labels: ['Head circumference', 'Périmètre crânien'],
    ...{ system: loinc, code: '8287-5', unit: 'cm', range: ['15', '80'], places: 2, units: LENGTH },
  },
} as const satisfies Record<string, MeasureDefinition>;

/** The components of blood pressure, as LOINC codes. */
export const BLOOD_PRESSURE_COMPONENTS = /* @__PURE__ */ Object.freeze({
  systolic: '8480-6',
  diastolic: '8462-4',
});

/** The name of a measure. */
export type MeasureName = keyof typeof MEASURES;

/** Every measure, in the order in which an app would list them. */
export const MEASURE_NAMES: readonly MeasureName[] = /* @__PURE__ */ Object.freeze(
  Object.keys(MEASURES) as MeasureName[],
);

/** What a measure is called elsewhere, and what it is given in. */
export interface MeasureCode {
  readonly system: string;
  readonly code: string;
  /** The UCUM unit that values are shown in. */
  readonly unit: string;
  /** All UCUM units that values are taken in, that one first. */
  readonly units: readonly string[];
}

/** The code, system and units of a measure. */
export function measureCode(measure: MeasureName): MeasureCode {
  const { system, code, unit, units = {} }: MeasureDefinition = MEASURES[measure];
  return { system, code, unit, units: [unit, ...Object.keys(units)] };
}

/** The label of a measure in English or French. */
export function measureLabel(measure: MeasureName, language: ProfileLanguage): string {
  return MEASURES[measure].labels[language === 'fr' ? 1 : 0];
}

/** Whether a text names a measure. @internal */
export function isMeasureName(text: unknown): text is MeasureName {
  return typeof text === 'string' && Object.hasOwn(MEASURES, text);
}

/** A value with the unit it was given in. */
export interface Quantity {
  readonly value: DecimalText;
  /** UCUM. */
  readonly unit: string;
}

/**
 * The same value in the unit of the measure, exactly: every factor offered has an end.
 *
 * Throws `usage/invalid` for a unit that this measure is not taken in.
 */
export function convertMeasure(measure: MeasureName, { value, unit }: Quantity): DecimalText {
  const definition: MeasureDefinition = MEASURES[measure];
  if (unit === definition.unit) return value;
  const way = Object.hasOwn(definition.units ?? {}, unit) ? definition.units?.[unit] : undefined;
  if (way === undefined) throw new VaultError('usage/invalid', { argument: 'unit' });
  return scaleDecimal(value, ...way);
}

/**
 * A value of a measure as it is kept: in the unit it was given in.
 *
 * Throws `usage/invalid` when it is no decimal, more precise than the measure can be, or beyond what a person may have.
 *
 * @internal
 */
export function quantityOf(
  measure: MeasureName,
  value: number | string,
  unit: string = MEASURES[measure].unit,
  argument = 'value',
): Quantity {
  const { range, places }: MeasureDefinition = MEASURES[measure];
  const quantity = { value: decimalOf(value, argument), unit };
  const converted = convertMeasure(measure, quantity);
  const isPlausible = compareDecimals(converted, range[0]) >= 0 && compareDecimals(converted, range[1]) <= 0;
  if (!isPlausible || placesOf(quantity.value) > places) throw new VaultError('usage/invalid', { argument });
  return quantity;
}
