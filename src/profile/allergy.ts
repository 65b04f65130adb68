import * as z from 'zod/mini';
import { lines, some } from './bounded.js';
import { type CodeOf, labelOf, oneOf } from './code-list.js';
import { type Coded, coded } from './coded.js';
import { detailsOf } from './field-label.js';
import { type PartialDate, partialDate } from './partial-date.js';
import { defineSection } from './section-kind.js';

/** An allergy or intolerance (FHIR AllergyIntolerance). */
export interface Allergy {
  readonly substance: Coded;
  readonly type?: CodeOf<'allergy-type'> | undefined;
  readonly category?: CodeOf<'allergy-category'> | undefined;
  readonly criticality?: CodeOf<'criticality'> | undefined;
  readonly severity?: CodeOf<'severity'> | undefined;
  /** At most 20. */
  readonly reactions?: readonly Coded[] | undefined;
  readonly status?: CodeOf<'clinical-status'> | undefined;
  readonly onset?: PartialDate | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

const content: z.ZodMiniType<Allergy> = z.strictObject({
  substance: coded,
  type: z.optional(oneOf('allergy-type')),
  category: z.optional(oneOf('allergy-category')),
  criticality: z.optional(oneOf('criticality')),
  severity: z.optional(oneOf('severity')),
  reactions: z.optional(some(coded, 20)),
  status: z.optional(oneOf('clinical-status')),
  onset: z.optional(partialDate),
  comment: z.optional(lines(3000)),
});

/** @internal */
export const ALLERGIES = /* @__PURE__ */ defineSection<Allergy>({
  section: 'allergies',
  name: 'profile.allergy',
  content,
  about: ({ substance }) => [substance],
  dateOf: ({ onset }) => onset,
  print: (value, language) => ({
    text: value.substance.text,
    date: value.onset ?? null,
    details: detailsOf(language, {
      type: value.type && labelOf('allergy-type', value.type, language),
      category: value.category && labelOf('allergy-category', value.category, language),
      criticality: value.criticality && labelOf('criticality', value.criticality, language),
      severity: value.severity && labelOf('severity', value.severity, language),
      reactions: value.reactions?.map(({ text }) => text).join(', '),
      status: value.status && labelOf('clinical-status', value.status, language),
      comment: value.comment,
    }),
  }),
});
