import { isLoinc, OIDS } from './cda-code.js';
import type { CdaResult } from './cda-result.js';
import type { Statement } from './cda-statement.js';
import { momentOf } from './cda-time.js';
import type { CdaQuantity } from './cda-value.js';

/** A measure as the profile takes it. */
export interface ProposedMeasure {
  readonly measure: MeasureName;
  /** A day, or a moment with its offset. */
  readonly at: string;
  readonly value?: string;
  readonly systolic?: string;
  readonly diastolic?: string;
  /** UCUM. */
  readonly unit: string;
  readonly context?: 'fasting';
}

/** What is measured (API Mesures de santé of Mon espace santé); the body mass index is computed and not here. */
export type MeasureName =
  | 'weight'
  | 'height'
  | 'waist'
  | 'temperature'
  | 'glucose'
  | 'interstitial-glucose'
  | 'hba1c'
  | 'glycaemia-index'
  | 'blood-pressure'
  | 'pain'
  | 'heart-rate'
  | 'steps'
  | 'head-circumference';

interface Definition {
  readonly measure: MeasureName;
  /** Units and how much of them a person may have: as the profile says. */
  readonly units: Readonly<Record<string, readonly [min: number, max: number]>>;
  readonly places: number;
}

const LENGTH = (min: number, max: number) => ({
  cm: [min, max],
  m: [min / 100, max / 100],
  mm: [min * 10, max * 10],
});
const GLUCOSE = { 'mg/dL': [10, 2000], 'g/L': [0.1, 20], 'mmol/L': [0.5551, 111] };
const PRESSURE = { 'mm[Hg]': [10, 350], 'cm[Hg]': [1, 35] };

const SYSTOLIC = '8480-6';
const DIASTOLIC = '8462-4';
const BODY_MASS_INDEX = '39156-5';

/** By code: LOINC, and two local terms. */
const DEFINITIONS: Readonly<Record<string, Definition>> = /* @__PURE__ */ define({
  '29463-7': ['weight', { kg: [0.2, 650], g: [200, 650_000] }, 3],
  '8302-2': ['height', LENGTH(20, 280), 2],
  '8280-0': ['waist', LENGTH(20, 300), 2],
  '8310-5': ['temperature', { Cel: [25, 45] }, 2],
  '2345-7': ['glucose', GLUCOSE, 3],
  'MED-969': ['interstitial-glucose', GLUCOSE, 3],
  '4548-4': ['hba1c', { '%': [2, 25], 'mmol/mol': [0, 249] }, 2],
  'MED-972': ['glycaemia-index', { '%': [2, 25] }, 2],
  [SYSTOLIC]: ['blood-pressure', PRESSURE, 1],
  [DIASTOLIC]: ['blood-pressure', PRESSURE, 1],
  '72514-3': ['pain', { '{score}': [0, 10] }, 0],
  '8867-4': ['heart-rate', { '/min': [10, 350] }, 0],
  '41950-7': ['steps', { '1/(24.h)': [0, 200_000] }, 0],
  '8287-5': ['head-circumference', LENGTH(15, 80), 2],
});

type Units = Readonly<Record<string, readonly number[]>>;

function define(
  rows: Readonly<Record<string, readonly [MeasureName, Units, number]>>,
): Readonly<Record<string, Definition>> {
  return Object.fromEntries(
    Object.entries(rows).map(([code, [measure, units, places]]) => [
      code,
      { measure, units: units as Definition['units'], places },
    ]),
  );
}

/** Units as they are also written. */
const ALIASES: Readonly<Record<string, string>> = {
  mmhg: 'mm[Hg]',
  cmhg: 'cm[Hg]',
  '°c': 'Cel',
  degc: 'Cel',
  c: 'Cel',
  bpm: '/min',
  '/mn': '/min',
  '{beats}/min': '/min',
  '{bpm}': '/min',
  '1/min': '/min',
  'g/l': 'g/L',
  'mg/dl': 'mg/dL',
  'mmol/l': 'mmol/L',
  '/d': '1/(24.h)',
  '{steps}/d': '1/(24.h)',
  '{steps}/(24.h)': '1/(24.h)',
};

const UNITLESS: readonly MeasureName[] = ['pain', 'steps'];

/** Whether this is one of the measures, the body mass index among them. @internal */
export function isMeasure({ code }: CdaResult): boolean {
  return code.code === BODY_MASS_INDEX ? isLoinc(code) : definitionOf(code) !== null;
}

/** Observations with where they were found. @internal */
export interface Found {
  readonly statement: Statement;
  readonly result: CdaResult;
}

/**
 * Measures as the profile takes them; those without a date, or beyond what a person may have, are left out.
 *
 * The two values of a blood pressure are one measure when they stand together and are of one time.
 *
 * @internal
 */
export function proposedMeasures(
  found: readonly Found[],
): { readonly entry: ProposedMeasure; readonly locator: string }[] {
  const proposed: { entry: ProposedMeasure; locator: string }[] = [];
  const taken = new Set<Found>();
  for (const each of found) {
    const definition = definitionOf(each.result.code);
    const at = momentOf(each.result.time);
    const given = definition === null ? null : givenOf(definition, each.result);
    if (definition === null || at === null || given === null || taken.has(each)) continue;
    const { locator } = each.result;
    const { measure } = definition;
    if (measure !== 'blood-pressure') {
      proposed.push({ entry: { measure, at, ...given }, locator });
      continue;
    }
    const isSystolic = each.result.code.code === SYSTOLIC;
    const wanted = isSystolic ? DIASTOLIC : SYSTOLIC;
    const other = found.find(
      (candidate) =>
        candidate.result.code.code === wanted &&
        candidate.result.time === each.result.time &&
        candidate.statement.parents[0] === each.statement.parents[0] &&
        candidate.statement.section === each.statement.section &&
        !taken.has(candidate),
    );
    const second = other === undefined ? null : givenOf(definition, other.result);
    if (other === undefined || second === null || second.unit !== given.unit) continue;
    taken.add(each).add(other);
    const [systolic, diastolic] = isSystolic ? [given.value, second.value] : [second.value, given.value];
    if (Number(diastolic) > Number(systolic)) continue;
    proposed.push({ entry: { measure, at, systolic, diastolic, unit: given.unit }, locator });
  }
  return proposed;
}

function definitionOf(code: CdaResult['code']): Definition | null {
  const own = code.code ?? '';
  if (!Object.hasOwn(DEFINITIONS, own)) return null;
  const fits = own.startsWith('MED-') ? code.system === null || code.system === OIDS.terms : isLoinc(code);
  return fits ? (DEFINITIONS[own] ?? null) : null;
}

function givenOf(
  { measure, units, places }: Definition,
  { value }: CdaResult,
): { readonly value: string; readonly unit: string } | null {
  if (value.type !== 'quantity') return null;
  const unit = unitOf(measure, value, units);
  const decimal = decimalOf(value.value);
  const [min, max] = (unit === null ? undefined : units[unit]) ?? [1, 0];
  if (unit === null || decimal === null || (decimal.split('.')[1] ?? '').length > places) return null;
  return Number(decimal) >= min && Number(decimal) <= max ? { value: decimal, unit } : null;
}

function unitOf(measure: MeasureName, { unit }: CdaQuantity, units: Definition['units']): string | null {
  const [first = null] = Object.keys(units);
  if (unit === null) return UNITLESS.includes(measure) ? first : null;
  if (Object.hasOwn(units, unit)) return unit;
  const known = ALIASES[unit.toLowerCase()];
  if (known !== undefined && Object.hasOwn(units, known)) return known;
  return UNITLESS.includes(measure) && /^\{.*\}$/.test(unit) ? first : null;
}

/** As the profile writes decimals: no sign but `-`, no zeros that say nothing. */
function decimalOf(text: string): string | null {
  const [, digits = '', fraction = ''] = /^\+?0*(\d*)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  const decimal = `${digits === '' ? '0' : digits}${fraction === '' ? '' : `.${fraction}`}`;
  return /^(0|[1-9]\d{0,8})(\.\d{1,6})?$/.test(decimal) && /\d/.test(text) && !text.startsWith('-')
    ? decimal
    : null;
}
