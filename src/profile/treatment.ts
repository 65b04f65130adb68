import * as z from 'zod/mini';
import { line, lines } from './bounded.js';
import { type CodeOf, labelOf, oneOf } from './code-list.js';
import { type Coded, coded } from './coded.js';
import { detailsOf } from './field-label.js';
import { isInOrder, type PartialDate, partialDate } from './partial-date.js';
import { defineSection } from './section-kind.js';

/** A medication or another treatment that is or was taken (FHIR MedicationStatement). */
export interface Treatment {
  readonly medication: Coded;
  /** As prescribed, in words: at most 1000 characters. */
  readonly dosage?: string | undefined;
  readonly reason?: Coded | undefined;
  readonly status?: CodeOf<'treatment-status'> | undefined;
  readonly start?: PartialDate | undefined;
  /** Not before `start`. */
  readonly end?: PartialDate | undefined;
  readonly prescriber?: string | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

const content: z.ZodMiniType<Treatment> = z
  .strictObject({
    medication: coded,
    dosage: z.optional(lines(1000)),
    reason: z.optional(coded),
    status: z.optional(oneOf('treatment-status')),
    start: z.optional(partialDate),
    end: z.optional(partialDate),
    prescriber: z.optional(line(200)),
    comment: z.optional(lines(3000)),
  })
  .check(z.refine(({ start, end }) => isInOrder(start, end), { path: ['end'] }));

/** @internal */
export const TREATMENTS = /* @__PURE__ */ defineSection<Treatment>({
  section: 'treatments',
  name: 'profile.treatment',
  content,
  about: ({ medication }) => [medication],
  dateOf: ({ start }) => start,
  print: (value, language) => ({
    text: value.medication.text,
    date: value.start ?? null,
    details: detailsOf(language, {
      dosage: value.dosage,
      reason: value.reason?.text,
      status: value.status && labelOf('treatment-status', value.status, language),
      end: value.end,
      prescriber: value.prescriber,
      comment: value.comment,
    }),
  }),
});
