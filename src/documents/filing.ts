import * as z from 'zod/mini';
import { type Id, isId } from '../formats/id.js';
import { boundedText } from '../formats/shape.js';
import { defineKind } from '../records/record-kind.js';

export const TITLE_LENGTH_MAX = 200;
export const NOTE_LENGTH_MAX = 5000;

/** A printed id of an item. @internal */
export const itemId = z.custom<Id<'item'>>((value) => isId('item', value));

/** What the holder says about a document, beside it: whoever wrote the document, this is theirs. */
export interface Filing {
  readonly document: Id<'item'>;
  /** Another title than its author's. */
  readonly title?: string | undefined;
  readonly folder?: Id<'item'> | undefined;
  readonly pinned?: boolean | undefined;
  readonly note?: string | undefined;
  /** When the holder said that they want to see what was not announced to them, in milliseconds since 1970. */
  readonly acknowledged?: number | undefined;
}

const filing = z.strictObject({
  document: itemId,
  title: z.optional(boundedText(TITLE_LENGTH_MAX).check(z.minLength(1))),
  folder: z.optional(itemId),
  pinned: z.optional(z.boolean()),
  note: z.optional(boundedText(NOTE_LENGTH_MAX)),
  acknowledged: z.optional(z.int().check(z.nonnegative())),
});

export const FILING = /* @__PURE__ */ defineKind<Filing>({
  kind: 'documents.filing',
  schema: 1,
  collection: 'own-filing',
  parse: (value) => z.parse(filing, value),
});
