import * as z from 'zod/mini';
import { line, lines, present } from './bounded.js';
import { type CodeOf, labelOf, oneOf } from './code-list.js';
import { type Coded, coded } from './coded.js';
import { detailsOf, labelled } from './field-label.js';
import { moment, momentOf } from './partial-date.js';
import { defineSection } from './section-kind.js';

/**
 * A result of the laboratory (FHIR Observation).
 *
 * Values are kept as they were written, "1.950" and "< 0.05" among them: the digits of a result say how exact it is.
 */
export interface LaboratoryResult {
  /** What was looked for, mostly by LOINC. */
  readonly test: Coded;
  /** `YYYY-MM-DD`, or UTC with milliseconds; callers may give a moment with its offset. */
  readonly at: string;
  /** At most 300 characters. */
  readonly value: string;
  /** UCUM, at most 60 characters. */
  readonly unit?: string | undefined;
  /** What is expected, in words: "0.27 - 4.20". At most 300 characters. */
  readonly range?: string | undefined;
  readonly interpretation?: CodeOf<'interpretation'> | undefined;
  readonly method?: string | undefined;
  readonly performer?: string | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

const content: z.ZodMiniType<LaboratoryResult> = z.strictObject({
  test: coded,
  at: moment,
  value: line(300),
  unit: z.optional(line(60)),
  range: z.optional(line(300)),
  interpretation: z.optional(oneOf('interpretation')),
  method: z.optional(line(200)),
  performer: z.optional(line(200)),
  comment: z.optional(lines(3000)),
});

/** @internal */
export const RESULTS = /* @__PURE__ */ defineSection<LaboratoryResult>({
  section: 'results',
  name: 'profile.result',
  content,
  prepare: ({ at, ...rest }) => present({ ...rest, at: momentOf(at) }),
  // The same test may be done twice a day: two are one only if they found the same.
  about: ({ test: { text, code, system }, value, unit = '' }) => {
    const found = `${value} ${unit}`;
    const words = { text: `${text} ${found}` };
    return code === undefined ? [words] : [words, { text: `${system ?? ''} ${code} ${found}` }];
  },
  dateOf: ({ at }) => at,
  print: (value, language) => ({
    text: labelled(value.test.text, [value.value, value.unit].filter(Boolean).join(' '), language),
    date: value.at.slice(0, 10),
    details: detailsOf(language, {
      range: value.range,
      interpretation: value.interpretation && labelOf('interpretation', value.interpretation, language),
      method: value.method,
      performer: value.performer,
      comment: value.comment,
    }),
  }),
});
