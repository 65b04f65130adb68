import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { boundedText } from '../formats/shape.js';
import { defineKind } from '../records/record-kind.js';
import { idOf, moment, SUBJECT_LENGTH_MAX, threadName } from './shape.js';

/** What a thread is about; written by an owner of its vault. */
export interface ThreadHeader {
  readonly thread: string;
  readonly subject: string;
  readonly opener: Id<'person'>;
  readonly opened: number;
  /** When it was written again for someone who came later and reads nothing earlier. */
  readonly renewed?: number | undefined;
}

const header = z.strictObject({
  thread: threadName,
  subject: boundedText(SUBJECT_LENGTH_MAX),
  opener: idOf('person'),
  opened: moment,
  renewed: z.optional(moment),
});

export const HEADER = /* @__PURE__ */ defineKind<ThreadHeader>({
  kind: 'thread.header',
  schema: 1,
  collection: 'thread',
  parse: (value) => z.parse(header, value),
});
