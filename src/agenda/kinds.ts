import type { RecordKind } from '../records/record-kind.js';
import { AGENDA_EVENT } from './event.js';
import { FREE_BUSY } from './free-busy.js';

/** The kinds of records that an agenda is made of, for the program of a worker. */
export const AGENDA_KINDS: readonly RecordKind<object>[] = [
  AGENDA_EVENT as unknown as RecordKind<object>,
  FREE_BUSY as unknown as RecordKind<object>,
];
