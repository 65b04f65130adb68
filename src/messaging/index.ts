/** `coffret/messaging`: threads between a patient and the people who care for them. */

export type { Given, RecordHome, RecordsAnywhere } from '../vault/record-home.js';
export type { Closed } from './closure.js';
export type { DraftContent } from './draft.js';
export type { Draft, DraftAttachment, Drafts } from './drafts.js';
export { MESSAGING_KINDS } from './kinds.js';
export {
  gapLabel,
  openingPolicyLabel,
  participantStateLabel,
  threadEventLabel,
  threadStatusLabel,
} from './labels.js';
export {
  type AskedThread,
  type AskThreadOptions,
  type Messaging,
  messagingOf,
  type OpenThreadOptions,
} from './messaging.js';
export type { MessagingPerson, MessagingShare, MessagingVault } from './messaging-person.js';
export { type MessageNotice, messageNotice } from './notice.js';
export type { Openings, WaitingOpening } from './openings.js';
export type { MessagingPolicy } from './policy.js';
export type { SentOpening } from './sent-opening.js';
export type { MessagingSettings } from './settings.js';
export type { Reference } from './shape.js';
export type { MessageOptions, Thread, ThreadView } from './thread.js';
export type { Entry, Gap, Message, Participant, ThreadEvent, Transcript } from './transcript.js';
