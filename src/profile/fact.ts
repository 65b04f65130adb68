import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { defineKind, type RecordKind } from '../records/record-kind.js';
import { lines } from './bounded.js';
import { type CodeOf, codesOf, oneOf } from './code-list.js';
import { compareDecimals, type DecimalText, isDecimal } from './decimal.js';
import { MEASURE_NAMES, type MeasureName } from './measure-code.js';
import {
  collectionOfSection,
  ENTOURAGE_COLLECTION,
  PROFILE_COLLECTION,
  PROFILE_SECTIONS,
  type SectionName,
} from './section-name.js';
import { type Source, source } from './source.js';

/** A lowest and a highest value, in the unit of the measure; one of them may be missing. */
export interface Bounds {
  readonly min?: DecimalText | undefined;
  readonly max?: DecimalText | undefined;
}

/** What a measure should be: of the blood pressure, each component. */
export type Target =
  | Bounds
  | { readonly systolic?: Bounds | undefined; readonly diastolic?: Bounds | undefined };

/** What the holder does, in words, as a status or as an amount; at least one of them. */
export interface Habit {
  readonly status?: CodeOf<'habit-status'> | undefined;
  readonly amount?: { readonly value: DecimalText; readonly unit: CodeOf<'habit-unit'> } | undefined;
  /** At most 1000 characters. */
  readonly text?: string | undefined;
}

/** What there is one of, by name; `null` stands for an answer that was taken back. @internal */
export type Facts = {
  readonly [Name in `answer.${SectionName}`]: CodeOf<'answer'> | null;
} & {
  readonly [Name in `habit.${CodeOf<'habit'>}`]: Habit | null;
} & {
  readonly [Name in `target.${MeasureName}`]: Target | null;
} & {
  readonly 'blood.abo': CodeOf<'abo'> | null;
  readonly 'blood.rhesus': CodeOf<'rhesus'> | null;
};

/** @internal */
export type FactName = keyof Facts & string;

/**
 * One statement about something there is one of. Value and source are one field: who said it belongs to what was said.
 *
 * @internal
 */
export interface Fact {
  readonly fact: FactName;
  readonly said: { readonly value: Facts[FactName]; readonly source: Source };
}

const decimal = z.custom<DecimalText>(isDecimal);
const bounds: z.ZodMiniType<Bounds> = z
  .strictObject({ min: z.optional(decimal), max: z.optional(decimal) })
  .check(
    z.refine(({ min, max }) => min !== undefined || max !== undefined),
    z.refine(({ min, max }) => min === undefined || max === undefined || compareDecimals(min, max) <= 0),
  );
const bothBounds = z
  .strictObject({ systolic: z.optional(bounds), diastolic: z.optional(bounds) })
  .check(z.refine(({ systolic, diastolic }) => systolic !== undefined || diastolic !== undefined));
const habit: z.ZodMiniType<Habit> = z
  .strictObject({
    status: z.optional(oneOf('habit-status')),
    amount: z.optional(
      z.strictObject({
        value: z.custom<string>((value) => isDecimal(value) && !value.startsWith('-')),
        unit: oneOf('habit-unit'),
      }),
    ),
    text: z.optional(lines(1000)),
  })
  .check(z.refine((value) => Object.keys(value).length > 0));

/** @internal */
export const factSchemas: ReadonlyMap<string, z.ZodMiniType<unknown>> = /* @__PURE__ */ new Map<
  string,
  z.ZodMiniType<unknown>
>([
  ...PROFILE_SECTIONS.map((section) => [`answer.${section}`, oneOf('answer')] as const),
  ...codesOf('habit').map((name) => [`habit.${name}`, habit] as const),
  ...MEASURE_NAMES.map(
    (name) => [`target.${name}`, name === 'blood-pressure' ? bothBounds : bounds] as const,
  ),
  ['blood.abo', oneOf('abo')],
  ['blood.rhesus', oneOf('rhesus')],
]);

const FACT = /* @__PURE__ */ defineFactKind('profile.fact', PROFILE_COLLECTION);
const ENTOURAGE_FACT = /* @__PURE__ */ defineFactKind('profile.entourage-fact', ENTOURAGE_COLLECTION);

/** @internal */
export const FACT_KINDS: readonly RecordKind<Fact>[] = [FACT, ENTOURAGE_FACT];

/** The kind under which a fact is kept: that of the collection of its section. @internal */
export function factKind(name: FactName): RecordKind<Fact> {
  const section = name.startsWith('answer.') ? (name.slice('answer.'.length) as SectionName) : 'habits';
  return collectionOfSection(section) === ENTOURAGE_COLLECTION ? ENTOURAGE_FACT : FACT;
}

function defineFactKind(kind: string, collection: string): RecordKind<Fact> {
  return defineKind<Fact>({
    kind,
    schema: 1,
    collection,
    parse(value) {
      const { fact, said, ...rest } = value as Readonly<Record<string, unknown>>;
      const { value: what, source: from, ...more } = (said ?? {}) as Readonly<Record<string, unknown>>;
      const schema = factSchemas.get(String(fact));
      const parsed = source.safeParse(from);
      const isKnown = what === null || schema?.safeParse(what).success === true;
      if (schema === undefined || !isKnown || !parsed.success || Object.keys({ ...rest, ...more }).length > 0)
        throw new VaultError('format/malformed', { kind });
      return { fact: fact as FactName, said: { value: what as Fact['said']['value'], source: parsed.data } };
    },
  });
}
