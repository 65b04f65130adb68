import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { boundedText } from '../formats/shape.js';
import { defineKind } from '../records/record-kind.js';
import { idOf, moment, threadName } from './shape.js';

/** Someone an owner of the vault wants in a thread, or no longer wants there. */
export interface WantedParticipant {
  readonly thread: string;
  readonly person: Id<'person'>;
  /** As the owner knows them: a claim to everyone else. */
  readonly name: string;
  readonly kind: 'patient' | 'professional' | 'institution' | 'app';
  readonly added: number;
  /** True when what was written before is not for them. */
  readonly fromNow: boolean;
  readonly removed?: number | undefined;
  readonly renewed?: number | undefined;
}

const participant = z.strictObject({
  thread: threadName,
  person: idOf('person'),
  name: boundedText(200),
  kind: z.enum(['patient', 'professional', 'institution', 'app']),
  added: moment,
  fromNow: z.boolean(),
  removed: z.optional(moment),
  renewed: z.optional(moment),
});

export const PARTICIPANT = /* @__PURE__ */ defineKind<WantedParticipant>({
  kind: 'thread.participant',
  schema: 1,
  collection: 'thread',
  parse: (value) => z.parse(participant, value),
});
