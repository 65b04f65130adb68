import * as z from 'zod/mini';
import { defineKind } from '../records/record-kind.js';
import { type Reference, references, threadName } from './shape.js';

/** How far this person read a thread: their own note, for their own devices. As `SealedReceipt`. */
export interface ReadMark {
  readonly thread: string;
  readonly read: readonly Reference[];
  readonly except: readonly Reference[];
  /** True once this person put the thread away; it comes back with the next message. */
  readonly archived?: boolean | undefined;
  /** True once this person has left. */
  readonly left?: boolean | undefined;
}

const mark = z.strictObject({
  thread: threadName,
  read: references,
  except: references,
  archived: z.optional(z.boolean()),
  left: z.optional(z.boolean()),
});

export const READ_MARK = /* @__PURE__ */ defineKind<ReadMark>({
  kind: 'messaging.mark',
  schema: 1,
  collection: 'messaging',
  parse: (value) => z.parse(mark, value),
});
