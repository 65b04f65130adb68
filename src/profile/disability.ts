import * as z from 'zod/mini';
import { line, lines, some, whole } from './bounded.js';
import { type Coded, coded } from './coded.js';
import { detailsOf } from './field-label.js';
import { isInOrder, type PartialDate, partialDate } from './partial-date.js';
import { defineSection } from './section-kind.js';

/** A disability, and what helps. */
export interface Disability {
  readonly disability: Coded;
  readonly start?: PartialDate | undefined;
  /** Not before `start`. */
  readonly end?: PartialDate | undefined;
  /** The rate that was recognised, in percent. */
  readonly rate?: number | undefined;
  /** What is used in daily life: at most 20, each at most 200 characters. */
  readonly aids?: readonly string[] | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

const content: z.ZodMiniType<Disability> = z
  .strictObject({
    disability: coded,
    start: z.optional(partialDate),
    end: z.optional(partialDate),
    rate: z.optional(whole(0, 100)),
    aids: z.optional(some(line(200), 20)),
    comment: z.optional(lines(3000)),
  })
  .check(z.refine(({ start, end }) => isInOrder(start, end), { path: ['end'] }));

/** @internal */
export const DISABILITIES = /* @__PURE__ */ defineSection<Disability>({
  section: 'disabilities',
  name: 'profile.disability',
  content,
  about: ({ disability }) => [disability],
  dateOf: ({ start }) => start,
  print: (value, language) => ({
    text: value.disability.text,
    date: value.start ?? null,
    details: detailsOf(language, {
      end: value.end,
      rate: value.rate,
      aids: value.aids?.join(', '),
      comment: value.comment,
    }),
  }),
});
