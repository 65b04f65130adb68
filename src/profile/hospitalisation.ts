import * as z from 'zod/mini';
import { line, lines } from './bounded.js';
import { type CodeOf, labelOf, oneOf } from './code-list.js';
import { type Coded, coded } from './coded.js';
import { detailsOf } from './field-label.js';
import { isInOrder, type PartialDate, partialDate } from './partial-date.js';
import { defineSection } from './section-kind.js';

/** A stay in hospital, or an operation (FHIR Encounter, Procedure). */
export interface Hospitalisation {
  readonly type: CodeOf<'stay-type'>;
  /** Why, or what was done. */
  readonly reason: Coded;
  readonly start?: PartialDate | undefined;
  /** Not before `start`. */
  readonly end?: PartialDate | undefined;
  readonly facility?: string | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

const content: z.ZodMiniType<Hospitalisation> = z
  .strictObject({
    type: oneOf('stay-type'),
    reason: coded,
    start: z.optional(partialDate),
    end: z.optional(partialDate),
    facility: z.optional(line(200)),
    comment: z.optional(lines(3000)),
  })
  .check(z.refine(({ start, end }) => isInOrder(start, end), { path: ['end'] }));

/** @internal */
export const HOSPITALISATIONS = /* @__PURE__ */ defineSection<Hospitalisation>({
  section: 'hospitalisations',
  name: 'profile.hospitalisation',
  content,
  about: ({ reason }) => [reason],
  dateOf: ({ start }) => start,
  print: (value, language) => ({
    text: value.reason.text,
    date: value.start ?? null,
    details: detailsOf(language, {
      type: labelOf('stay-type', value.type, language),
      end: value.end,
      facility: value.facility,
      comment: value.comment,
    }),
  }),
});
