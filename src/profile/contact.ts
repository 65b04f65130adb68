import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { itemId, line, lines, personId, some } from './bounded.js';
import { type CodeOf, labelOf, oneOf } from './code-list.js';
import { detailsOf } from './field-label.js';
import { day } from './partial-date.js';
import { defineSection } from './section-kind.js';

/** Someone close to the holder, and what for. */
export interface Contact {
  /** One to four; the same person may be the one to call and the trusted person. */
  readonly roles: readonly CodeOf<'contact-role'>[];
  readonly name: string;
  /** In words: "daughter", "neighbour". */
  readonly relationship?: string | undefined;
  /** At most five. */
  readonly phones?: readonly string[] | undefined;
  readonly email?: string | undefined;
  readonly address?: string | undefined;
  /** The day on which the trusted person was designated, in writing (CSP L1111-6). */
  readonly designatedOn?: string | undefined;
  /** The paper that says so. */
  readonly document?: Id<'item'> | undefined;
  /** The person of this package, where they are a contact of it. */
  readonly person?: Id<'person'> | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

const content: z.ZodMiniType<Contact> = z.strictObject({
  roles: some(oneOf('contact-role'), 4).check(z.refine((roles) => new Set(roles).size === roles.length)),
  name: line(200),
  relationship: z.optional(line(100)),
  phones: z.optional(some(line(40), 5)),
  email: z.optional(line(254)),
  address: z.optional(lines(500)),
  designatedOn: z.optional(day),
  document: z.optional(itemId),
  person: z.optional(personId),
  comment: z.optional(lines(3000)),
});

/** @internal */
export const CONTACTS = /* @__PURE__ */ defineSection<Contact>({
  section: 'contacts',
  name: 'profile.contact',
  content,
  about: ({ name }) => [{ text: name }],
  dateOf: () => undefined,
  print: (value, language) => ({
    text: value.name,
    date: value.designatedOn ?? null,
    details: detailsOf(language, {
      type: value.roles.map((role) => labelOf('contact-role', role, language)).join(', '),
      relationship: value.relationship,
      phones: value.phones?.join(', '),
      email: value.email,
      address: value.address,
      document: value.document,
      comment: value.comment,
    }),
  }),
});
