import * as z from 'zod/mini';
import { lines, whole } from './bounded.js';
import { type CodeOf, labelOf, oneOf } from './code-list.js';
import { type Coded, coded } from './coded.js';
import { detailsOf } from './field-label.js';
import { defineSection } from './section-kind.js';

/** What runs in the family (FHIR FamilyMemberHistory). */
export interface FamilyHistory {
  readonly relationship: CodeOf<'relative'>;
  readonly condition: Coded;
  /** In years, from 0 to 130. */
  readonly onsetAge?: number | undefined;
  readonly deceased?: boolean | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

const content: z.ZodMiniType<FamilyHistory> = z.strictObject({
  relationship: oneOf('relative'),
  condition: coded,
  onsetAge: z.optional(whole(0, 130)),
  deceased: z.optional(z.boolean()),
  comment: z.optional(lines(3000)),
});

/** @internal */
export const FAMILY_HISTORY = /* @__PURE__ */ defineSection<FamilyHistory>({
  section: 'family-history',
  name: 'profile.family-history',
  content,
  // The same disease of two relatives is two entries.
  about: ({ relationship, condition }) => [
    { ...condition, text: `${relationship} ${condition.text}`, code: undefined },
  ],
  dateOf: () => undefined,
  print: (value, language) => ({
    text: value.condition.text,
    date: null,
    details: detailsOf(language, {
      relationship: labelOf('relative', value.relationship, language),
      onsetAge: value.onsetAge,
      comment: value.comment,
    }),
  }),
});
