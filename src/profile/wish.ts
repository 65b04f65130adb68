import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import { defineKind } from '../records/record-kind.js';
import { itemId, lines, present } from './bounded.js';
import { type CodeOf, oneOf } from './code-list.js';
import { day } from './partial-date.js';
import { checked } from './section-kind.js';
import { ENTOURAGE_COLLECTION } from './section-name.js';
import { type Source, source } from './source.js';

/** What wishes are about, as sections of the profile. */
export type WishSubject = 'directives' | 'organ-donation';

/** One version of a wish, as it is kept: never changed, only followed by another. @internal */
export interface Wish {
  readonly subject: WishSubject;
  readonly action: CodeOf<'wish'>;
  readonly date: string;
  readonly text?: string | undefined;
  readonly choice?: CodeOf<'donation-choice'> | undefined;
  readonly document?: Id<'item'> | undefined;
  /** The version written last before this one, as far as its author knew, or null. */
  readonly supersedes: Id<'item'> | null;
  readonly source: Source;
}

const wish: z.ZodMiniType<Wish> = z
  .strictObject({
    subject: z.custom<WishSubject>((value) => value === 'directives' || value === 'organ-donation'),
    action: oneOf('wish'),
    date: day,
    text: z.optional(lines(50_000)),
    choice: z.optional(oneOf('donation-choice')),
    document: z.optional(itemId),
    supersedes: z.nullable(itemId),
    source,
  })
  .check(
    z.refine(
      ({ subject, action, choice }) =>
        (choice !== undefined) === (subject === 'organ-donation' && action === 'written'),
      {
        path: ['choice'],
      },
    ),
    z.refine(
      ({ subject, action, text, document }) =>
        subject !== 'directives' || action !== 'written' || text !== undefined || document !== undefined,
      { path: ['text'] },
    ),
  );

/** @internal */
export const WISH = /* @__PURE__ */ defineKind<Wish>({
  kind: 'profile.wish',
  schema: 1,
  collection: ENTOURAGE_COLLECTION,
  parse(value) {
    const parsed = wish.safeParse(value);
    if (!parsed.success) throw new VaultError('format/malformed', { kind: 'profile.wish' });
    return parsed.data;
  },
});

/** A version ready to be kept. Throws `usage/invalid`. @internal */
export function checkWish(value: Readonly<Record<string, unknown>>): Wish {
  return checked(wish, present(value));
}
