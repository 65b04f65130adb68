import { AGENDA_KINDS } from '../../agenda/kinds.js';
import { DOCUMENTS_KINDS } from '../../documents/kinds.js';
import { MESSAGING_KINDS } from '../../messaging/kinds.js';
import { PROFILE_KINDS } from '../../profile/kinds.js';
import type { RecordKind } from '../../records/record-kind.js';

/** The kinds of record of this package's own modules: a page may name them in every worker. */
export function shippedKinds(): readonly RecordKind<object>[] {
  return [...AGENDA_KINDS, ...DOCUMENTS_KINDS, ...MESSAGING_KINDS, ...PROFILE_KINDS];
}
