import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { boundedText } from '../formats/shape.js';
import { defineKind } from '../records/record-kind.js';
import { idOf, REFERENCES_MAX, type Reference, TEXT_LENGTH_MAX, written } from './shape.js';

/** A message as its author signs it; its files go with the record. */
export interface SealedMessage {
  readonly thread: string;
  readonly from: Id<'person'>;
  readonly ref: Id<'message'>;
  readonly after: readonly Reference[];
  readonly sent: number;
  /** For whom it was written: everyone in the thread, as its author knew it. */
  readonly to: readonly Id<'person'>[];
  readonly text: string;
}

const message = z.strictObject({
  ...written,
  to: z.array(idOf('person')).check(z.maxLength(REFERENCES_MAX)),
  text: boundedText(TEXT_LENGTH_MAX),
});

export const MESSAGE = /* @__PURE__ */ defineKind<SealedMessage>({
  kind: 'thread.message',
  schema: 1,
  collection: 'thread',
  parse: (value) => z.parse(message, value),
});
