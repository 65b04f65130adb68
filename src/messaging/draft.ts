import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { boundedText } from '../formats/shape.js';
import { defineKind } from '../records/record-kind.js';
import { idOf, REFERENCES_MAX, SUBJECT_LENGTH_MAX, TEXT_LENGTH_MAX, threadName } from './shape.js';

/** A message that is not sent: its author's own, on all their devices. */
export interface DraftContent {
  /** The thread it answers in, or null for a new one. */
  readonly thread: string | null;
  /** The vault to open a thread in, for a new one. */
  readonly vault: Id<'vault'> | null;
  readonly subject: string;
  readonly to: readonly Id<'person'>[];
  readonly text: string;
  /** Documents of the vault to attach. */
  readonly documents: readonly Id<'item'>[];
}

const draft = z.strictObject({
  thread: z.nullable(threadName),
  vault: z.nullable(idOf('vault')),
  subject: boundedText(SUBJECT_LENGTH_MAX),
  to: z.array(idOf('person')).check(z.maxLength(REFERENCES_MAX)),
  text: boundedText(TEXT_LENGTH_MAX),
  documents: z.array(idOf('item')).check(z.maxLength(64)),
});

export const DRAFT = /* @__PURE__ */ defineKind<DraftContent>({
  kind: 'messaging.draft',
  schema: 1,
  collection: 'messaging',
  parse: (value) => z.parse(draft, value),
});

/** Files attached to a draft: a record of its own, so that attaching on one device and writing on another do not meet. */
export interface DraftFile {
  readonly draft: Id<'item'>;
}

const draftFile = z.strictObject({ draft: idOf('item') });

export const DRAFT_FILE = /* @__PURE__ */ defineKind<DraftFile>({
  kind: 'messaging.draft-file',
  schema: 1,
  collection: 'messaging',
  parse: (value) => z.parse(draftFile, value),
});
