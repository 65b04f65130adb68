import * as z from 'zod/mini';
import { isDay, isDayOfYear, isSpan } from './calendar-day.js';

/**
 * The form of an edition, version 1.
 *
 * Ages and distances are ISO 8601 durations, windows run `from` a day to the day `before` another. What the engine makes
 * of each field is told where it is read: `applies.ts`, `series.ts`, `slots.ts`, `interval.ts`.
 */

const code = z.string().check(z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/), z.maxLength(60));
const line = z.string().check(z.minLength(1), z.maxLength(400));
const text = z.strictObject({ fr: line, en: line });
const day = z.custom<string>(isDay);
const dayOfYear = z.custom<string>(isDayOfYear);
const span = z.custom<string>(isSpan);
const roughDay = z.string().check(z.regex(/^\d{4}(-\d{2}(-\d{2})?)?$/));
const listOf = <T extends z.ZodMiniType>(element: T, max: number) =>
  z.array(element).check(z.minLength(1), z.maxLength(max));
const codes = listOf(code, 40);

const citation = {
  title: line,
  url: z.nullable(z.url().check(z.maxLength(300))),
  date: z.nullable(roughDay),
};
const source = z.strictObject({ ...citation, readThrough: z.optional(z.strictObject(citation)) });

const requirement = z.enum(['mandatory', 'recommended', 'offered']);

/** Whom a rule is for: everything a group says has to hold. */
const group = z.strictObject({
  /** Ages. */
  from: z.optional(span),
  before: z.optional(span),
  bornFrom: z.optional(day),
  bornBefore: z.optional(day),
  sex: z.optional(z.enum(['female', 'male'])),
  condition: z.optional(code),
  place: z.optional(z.string().check(z.maxLength(20))),
  pregnant: z.optional(z.literal(true)),
  /** In place of the rule's own. */
  requirement: z.optional(requirement),
});

const dose = z.strictObject({
  /** The age from which it is planned, and the one before which. */
  at: z.optional(span),
  before: z.optional(span),
  /** The age before which one does not count. */
  earliest: z.optional(span),
  /** How long after the dose before: less does not count. */
  gap: z.optional(span),
  /** How long after the dose before it is planned; without it, the gap. */
  after: z.optional(span),
  /** Before this long after the dose before, or the first one. */
  within: z.optional(span),
  withinFirst: z.optional(span),
});

const schedule = z.strictObject({
  /** Only with one of these conditions; such a schedule comes before those without. */
  when: z.optional(codes),
  /** Only when the first dose was one of these; such a schedule comes before those without. */
  startsWith: z.optional(codes),
  /** What does not count in it. */
  excludes: z.optional(codes),
  /** The age before which it may begin. */
  startBefore: z.optional(span),
  doses: listOf(dose, 12),
});

const slot = z.strictObject({
  title: z.optional(text),
  from: span,
  before: span,
  /** The age until which it is still asked for; without it, `before` or the next slot, whichever is later. */
  until: z.optional(span),
  /** The age from which one counts; without it, `from`. */
  earliest: z.optional(span),
  /** The same again and again, before an age. */
  repeat: z.optional(z.strictObject({ every: span, before: span })),
});

const season = { from: dayOfYear, before: dayOfYear };

const plan = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('series'),
    earliest: z.optional(span),
    schedules: listOf(schedule, 12),
  }),
  z.strictObject({
    type: z.literal('slots'),
    numbered: z.optional(z.literal(true)),
    slots: listOf(slot, 60),
  }),
  z.strictObject({
    type: z.literal('seasons'),
    ...season,
    until: z.optional(dayOfYear),
    /** Once in a life is enough. */
    once: z.optional(z.literal(true)),
    /** Two in the first season of all, this far apart, before this age. */
    primer: z.optional(z.strictObject({ before: span, gap: span })),
  }),
  z.strictObject({
    type: z.literal('pregnancy'),
    /** Counted from the first day of the pregnancy's weeks. */
    from: span,
    before: z.optional(span),
    earliest: z.optional(span),
    /** How long after its end; without it, until its end. */
    afterEnd: z.optional(span),
    season: z.optional(z.strictObject(season)),
  }),
  z.strictObject({
    type: z.literal('interval'),
    /** After the first, after the second…; the last one stays. */
    every: listOf(span, 12),
    earliest: z.optional(span),
    /** How long it is due before it is overdue. */
    grace: z.optional(span),
    /** What else puts it off. */
    after: z.optional(listOf(z.strictObject({ codes, by: span }), 12)),
  }),
]);

const rule = z.strictObject({
  id: code,
  kind: z.enum(['vaccine', 'screening', 'exam', 'dental', 'checkup']),
  title: text,
  /** Why, as the beginning of a sentence without a verb: « recommandé chaque automne à partir de 65 ans ». */
  why: text,
  requirement,
  validFrom: z.optional(day),
  validTo: z.optional(day),
  source: code,
  /** Why someone should look at the source before relying on it. */
  doubt: z.optional(text),
  note: z.optional(text),
  /** What counts: all of these protections, or one of these codes; the rule's own id always does. */
  protects: z.optional(codes),
  codes: z.optional(codes),
  for: listOf(group, 12),
  /** Conditions for which other advice replaces it. */
  unless: z.optional(codes),
  /** The age at which it ends. */
  until: z.optional(span),
  /** Every dose is a late one. */
  catchUp: z.optional(z.literal(true)),
  notInPregnancy: z.optional(z.literal(true)),
  /** Not before this long after one of these; `shorter` with a condition. */
  apart: z.optional(
    listOf(
      z.strictObject({
        codes,
        by: span,
        shorter: z.optional(z.strictObject({ condition: code, by: span })),
      }),
      12,
    ),
  ),
  plan,
});

/** An edition as its file holds it. */
export const EDITION = /* @__PURE__ */ z.strictObject({
  format: z.literal(1),
  id: code,
  jurisdiction: z.string().check(z.minLength(2), z.maxLength(20)),
  title: text,
  published: roughDay,
  compiled: roughDay,
  provenance: text,
  reviewedBy: z.nullable(line),
  /** From the first day of the weeks counted to the day a child is expected. */
  pregnancyWeeks: z.int().check(z.gte(30), z.lte(50)),
  sources: z.record(code, source),
  conditions: z.record(code, text),
  /** What a product protects against. */
  products: z.record(code, codes),
  rules: listOf(rule, 500),
});

export type EditionFile = z.infer<typeof EDITION>;
export type Rule = EditionFile['rules'][number];
export type Group = Rule['for'][number];
export type Schedule = z.infer<typeof schedule>;
export type Dose = z.infer<typeof dose>;
export type PlanOf<Type extends Rule['plan']['type']> = Extract<Rule['plan'], { readonly type: Type }>;
export type Text = z.infer<typeof text>;
