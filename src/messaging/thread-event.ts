import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { defineKind } from '../records/record-kind.js';
import { idOf, REFERENCES_MAX, type Reference, reference, written } from './shape.js';

/** Something that happens in a thread beside messages. */
export interface SealedEvent {
  readonly thread: string;
  readonly from: Id<'person'>;
  readonly ref: Id<'message'>;
  readonly after: readonly Reference[];
  readonly sent: number;
  readonly type: 'closed' | 'reopened' | 'left' | 'retracted';
  /** What was retracted. */
  readonly of?: Reference | undefined;
  /** Which invitations someone left: a later one lets them in again. */
  readonly invitations?: readonly Id<'item'>[] | undefined;
}

const event = z.strictObject({
  ...written,
  type: z.enum(['closed', 'reopened', 'left', 'retracted']),
  of: z.optional(reference),
  invitations: z.optional(z.array(idOf('item')).check(z.maxLength(REFERENCES_MAX))),
});

export const EVENT = /* @__PURE__ */ defineKind<SealedEvent>({
  kind: 'thread.event',
  schema: 1,
  collection: 'thread',
  parse: (value) => z.parse(event, value),
});
