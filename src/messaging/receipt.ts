import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { defineKind } from '../records/record-kind.js';
import { idOf, moment, type Reference, references, threadName } from './shape.js';

/** How far someone read, told to the others: a signed record of theirs, never a word of the server (A43). */
export interface SealedReceipt {
  readonly thread: string;
  readonly from: Id<'person'>;
  /** The newest that were read, and with them all they come after… */
  readonly read: readonly Reference[];
  /** …but for what was missing then. */
  readonly except: readonly Reference[];
  readonly time: number;
}

const receipt = z.strictObject({
  thread: threadName,
  from: idOf('person'),
  read: references,
  except: references,
  time: moment,
});

export const RECEIPT = /* @__PURE__ */ defineKind<SealedReceipt>({
  kind: 'thread.receipt',
  schema: 1,
  collection: 'thread',
  parse: (value) => z.parse(receipt, value),
});
