import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { boundedText } from '../formats/shape.js';
import { defineKind } from '../records/record-kind.js';
import { idOf, moment, SUBJECT_LENGTH_MAX, threadName } from './shape.js';

/** A thread that this person asked to open in another's vault, until it is there. */
export interface SentOpening {
  readonly thread: string;
  readonly vault: Id<'vault'>;
  readonly to: Id<'person'>;
  readonly deposit: Id<'deposit'>;
  readonly subject: string;
  readonly sent: number;
}

const sentOpening = z.strictObject({
  thread: threadName,
  vault: idOf('vault'),
  to: idOf('person'),
  deposit: idOf('deposit'),
  subject: boundedText(SUBJECT_LENGTH_MAX),
  sent: moment,
});

export const SENT_OPENING = /* @__PURE__ */ defineKind<SentOpening>({
  kind: 'messaging.sent-opening',
  schema: 1,
  collection: 'messaging',
  parse: (value) => z.parse(sentOpening, value),
});
