import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { boundedText } from '../formats/shape.js';
import { defineKind } from '../records/record-kind.js';
import { SUBJECT_LENGTH_MAX, TEXT_LENGTH_MAX, written } from './shape.js';

/** What someone who opens a thread in another's vault leaves there: the first message, and who they are. */
export interface SealedOpening {
  readonly thread: string;
  readonly from: Id<'person'>;
  readonly ref: Id<'message'>;
  readonly after: readonly never[];
  readonly sent: number;
  readonly subject: string;
  readonly text: string;
  /** Their contact card: with it, whoever accepts can share the thread with them. */
  readonly card: string;
}

const opening = z.strictObject({
  ...written,
  after: z.array(z.never()),
  subject: boundedText(SUBJECT_LENGTH_MAX),
  text: boundedText(TEXT_LENGTH_MAX),
  card: boundedText(100_000),
});

export const OPENING = /* @__PURE__ */ defineKind<SealedOpening>({
  kind: 'thread.opening',
  schema: 1,
  collection: 'thread',
  parse: (value) => z.parse(opening, value),
});
