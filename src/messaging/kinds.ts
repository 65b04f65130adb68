import type { RecordKind } from '../records/record-kind.js';
import { DRAFT, DRAFT_FILE } from './draft.js';
import { HEADER } from './header.js';
import { MESSAGE } from './message.js';
import { OPENING } from './opening.js';
import { PARTICIPANT } from './participant.js';
import { POLICY } from './policy.js';
import { READ_MARK } from './read-mark.js';
import { RECEIPT } from './receipt.js';
import { SENT_OPENING } from './sent-opening.js';
import { SETTINGS } from './settings.js';
import { EVENT } from './thread-event.js';

/** Every kind of record that messaging keeps. */
export const MESSAGING_KINDS: readonly RecordKind<object>[] = [
  ...[HEADER, PARTICIPANT, OPENING, MESSAGE, EVENT, RECEIPT],
  ...[READ_MARK, DRAFT, DRAFT_FILE, SENT_OPENING, POLICY, SETTINGS],
];
