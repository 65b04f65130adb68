import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { lines, present } from './bounded.js';
import { type CodeOf, labelOf, oneOf } from './code-list.js';
import { compareDecimals, isDecimal } from './decimal.js';
import { detailsOf, labelled } from './field-label.js';
import {
  convertMeasure,
  isMeasureName,
  type MeasureName,
  measureCode,
  measureLabel,
  type Quantity,
  quantityOf,
} from './measure-code.js';
import { moment, momentOf } from './partial-date.js';
import { defineSection } from './section-kind.js';

/** The measures that can be written: the body mass index is computed. */
export type WrittenMeasure = Exclude<MeasureName, 'bmi'>;

/** A measure as it is kept (FHIR Observation): as it was given, in the unit it was given in. */
export interface Measure {
  readonly measure: WrittenMeasure;
  /** `YYYY-MM-DD`, or UTC with milliseconds. */
  readonly at: string;
  /** For all but the blood pressure. */
  readonly quantity?: Quantity | undefined;
  /** For the blood pressure: both components. */
  readonly systolic?: Quantity | undefined;
  readonly diastolic?: Quantity | undefined;
  /** In what state blood glucose was measured. */
  readonly context?: CodeOf<'measure-context'> | undefined;
  /** Over how many days an average goes, for interstitial glucose and the glucose management indicator. */
  readonly days?: number | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

/** A measure as callers give it. Numbers as they are said: 72.5, or "72.5". */
export interface MeasureInput {
  /** `bmi` is computed, and refused. */
  readonly measure: MeasureName;
  /** When: a `Date`, a day `YYYY-MM-DD`, or a moment with its offset, as `2026-06-12T08:30:00+02:00`. */
  readonly at: Date | string;
  /** For all but the blood pressure. */
  readonly value?: number | string | undefined;
  /** For the blood pressure, with `diastolic`, which is not more. */
  readonly systolic?: number | string | undefined;
  readonly diastolic?: number | string | undefined;
  /** One of `measureCode(measure).units`; the first of them unless said otherwise. */
  readonly unit?: string | undefined;
  readonly context?: CodeOf<'measure-context'> | undefined;
  readonly days?: number | undefined;
  readonly comment?: string | undefined;
}

const quantity: z.ZodMiniType<Quantity> = z.strictObject({
  value: z.custom<string>(isDecimal),
  unit: z.string(),
});

const content: z.ZodMiniType<Measure> = z
  .strictObject({
    measure: z.custom<WrittenMeasure>((value) => isMeasureName(value) && (value as MeasureName) !== 'bmi'),
    at: moment,
    quantity: z.optional(quantity),
    systolic: z.optional(quantity),
    diastolic: z.optional(quantity),
    context: z.optional(oneOf('measure-context')),
    days: z.optional(z.int().check(z.gte(1), z.lte(366))),
    comment: z.optional(lines(3000)),
  })
  .check(
    z.refine(({ measure, quantity: one, systolic, diastolic }) =>
      measure === 'blood-pressure'
        ? one === undefined && systolic !== undefined && diastolic !== undefined
        : one !== undefined && systolic === undefined && diastolic === undefined,
    ),
    z.refine(isPlausible),
    z.refine(({ measure, context }) => context === undefined || measure === 'glucose', { path: ['context'] }),
    z.refine(
      ({ measure, days }) =>
        days === undefined || measure === 'interstitial-glucose' || measure === 'glycaemia-index',
      { path: ['days'] },
    ),
  );

function isPlausible({ measure, quantity: one, systolic, diastolic }: Measure): boolean {
  try {
    for (const each of [one, systolic, diastolic])
      if (each !== undefined) quantityOf(measure, each.value, each.unit);
  } catch {
    return false;
  }
  if (systolic === undefined || diastolic === undefined) return true;
  return compareDecimals(convertMeasure(measure, diastolic), convertMeasure(measure, systolic)) <= 0;
}

/** Content of what callers give. Throws `usage/invalid`, with `reason: 'computed'` for the body mass index. @internal */
export function prepareMeasure(input: MeasureInput): unknown {
  const { measure, at, value, systolic, diastolic, unit, ...rest } = input;
  if (!isMeasureName(measure)) throw new VaultError('usage/invalid', { argument: 'measure' });
  if (measure === 'bmi') throw new VaultError('usage/invalid', { argument: 'measure', reason: 'computed' });
  const when = momentOf(at);
  if (when === null) throw new VaultError('usage/invalid', { argument: 'at' });
  const one = (name: string, given: number | string | undefined) =>
    given === undefined ? undefined : quantityOf(measure, given, unit, name);
  return present({
    ...{ ...rest, measure, at: when, quantity: one('value', value) },
    ...{ systolic: one('systolic', systolic), diastolic: one('diastolic', diastolic) },
  });
}

/** The value in words: "72.5 kg", "120/80 mm[Hg]", in the unit of the measure. @internal */
export function valueText(measure: MeasureName, parts: readonly (string | null | undefined)[]): string {
  const values = parts.filter((part) => part !== undefined && part !== null);
  return `${values.join('/')} ${measureCode(measure).unit}`;
}

/** @internal */
export const MEASURES_SECTION = /* @__PURE__ */ defineSection<Measure, MeasureInput>({
  section: 'measures',
  name: 'profile.measure',
  content,
  prepare: prepareMeasure,
  about: (value) => [{ text: `${value.measure} ${converted(value).join(' ')}` }],
  dateOf: ({ at }) => at,
  print: (value, language) => ({
    text: labelled(
      measureLabel(value.measure, language),
      valueText(value.measure, converted(value)),
      language,
    ),
    date: value.at.slice(0, 10),
    details: detailsOf(language, {
      context: value.context && labelOf('measure-context', value.context, language),
      days: value.days,
      comment: value.comment,
    }),
  }),
});

function converted({ measure, quantity: one, systolic, diastolic }: Measure): string[] {
  return [one, systolic, diastolic].flatMap((each) =>
    each === undefined ? [] : [convertMeasure(measure, each)],
  );
}
