import * as z from 'zod/mini';
import { lines } from './bounded.js';
import { type CodeOf, labelOf, oneOf } from './code-list.js';
import { type Coded, coded } from './coded.js';
import { detailsOf } from './field-label.js';
import { isInOrder, type PartialDate, partialDate } from './partial-date.js';
import { defineSection } from './section-kind.js';

/** A disease or another health topic (FHIR Condition). */
export interface Condition {
  readonly condition: Coded;
  readonly type?: CodeOf<'condition-type'> | undefined;
  readonly status?: CodeOf<'clinical-status'> | undefined;
  readonly severity?: CodeOf<'severity'> | undefined;
  readonly start?: PartialDate | undefined;
  /** Not before `start`. */
  readonly end?: PartialDate | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

const content: z.ZodMiniType<Condition> = z
  .strictObject({
    condition: coded,
    type: z.optional(oneOf('condition-type')),
    status: z.optional(oneOf('clinical-status')),
    severity: z.optional(oneOf('severity')),
    start: z.optional(partialDate),
    end: z.optional(partialDate),
    comment: z.optional(lines(3000)),
  })
  .check(z.refine(({ start, end }) => isInOrder(start, end), { path: ['end'] }));

/** @internal */
export const CONDITIONS = /* @__PURE__ */ defineSection<Condition>({
  section: 'conditions',
  name: 'profile.condition',
  content,
  about: ({ condition }) => [condition],
  dateOf: ({ start }) => start,
  print: (value, language) => ({
    text: value.condition.text,
    date: value.start ?? null,
    details: detailsOf(language, {
      type: value.type && labelOf('condition-type', value.type, language),
      status: value.status && labelOf('clinical-status', value.status, language),
      severity: value.severity && labelOf('severity', value.severity, language),
      end: value.end,
      comment: value.comment,
    }),
  }),
});
