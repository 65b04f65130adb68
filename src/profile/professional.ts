import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { line, lines, personId, some } from './bounded.js';
import { type CodeOf, labelOf, oneOf } from './code-list.js';
import { detailsOf } from './field-label.js';
import { defineSection } from './section-kind.js';

/** A professional who cares for the holder. */
export interface Professional {
  readonly role: CodeOf<'professional-role'>;
  readonly name: string;
  readonly speciality?: string | undefined;
  /** Eleven digits; not looked up anywhere. */
  readonly rpps?: string | undefined;
  /** At most five. */
  readonly phones?: readonly string[] | undefined;
  readonly email?: string | undefined;
  readonly address?: string | undefined;
  /** The person of this package, where they are a contact. */
  readonly person?: Id<'person'> | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

const content: z.ZodMiniType<Professional> = z.strictObject({
  role: oneOf('professional-role'),
  name: line(200),
  speciality: z.optional(line(200)),
  rpps: z.optional(z.string().check(z.regex(/^\d{11}$/))),
  phones: z.optional(some(line(40), 5)),
  email: z.optional(line(254)),
  address: z.optional(lines(500)),
  person: z.optional(personId),
  comment: z.optional(lines(3000)),
});

/** @internal */
export const PROFESSIONALS = /* @__PURE__ */ defineSection<Professional>({
  section: 'professionals',
  name: 'profile.professional',
  content,
  about: ({ role, name }) => [{ text: `${role} ${name}` }],
  dateOf: () => undefined,
  print: (value, language) => ({
    text: value.name,
    date: null,
    details: detailsOf(language, {
      type: labelOf('professional-role', value.role, language),
      speciality: value.speciality,
      rpps: value.rpps,
      phones: value.phones?.join(', '),
      email: value.email,
      address: value.address,
      comment: value.comment,
    }),
  }),
});
