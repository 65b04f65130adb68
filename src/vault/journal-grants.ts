import { equalBytes } from '../crypto/hash.js';
import { type Id, parseId, printId } from '../formats/id.js';
import { type LedgerLine, linesOf, type SignedLine } from './readers.js';
import type { OwnedVault, Session } from './session.js';

/** An access that was given: who gave it to whom, and how it ended, as the ops in the logs say. */
export interface JournalGrant extends LedgerLine {
  /** The log that says so. */
  readonly log: Id<'collection'>;
  readonly by: Id<'person'>;
  /** For whom it was given, by someone who acts for them; null as long as there are no carers. */
  readonly onBehalfOf: Id<'person'> | null;
  /** Who took it back; null while it was not, also when its date has passed. */
  readonly endedBy: Id<'person'> | null;
  /** Whether the other side has countersigned the terms. */
  readonly accepted: boolean;
}

/** Every access ever given, oldest first. */
export function journalGrants(session: Session, owned: OwnedVault): JournalGrant[] {
  return linesOf(session, owned).map((signed) => {
    const { line, log, by, endedBy } = signed;
    return {
      ...line,
      log: printId('collection', log),
      by: printId('person', by.person),
      onBehalfOf: by.onBehalfOf === null ? null : printId('person', by.onBehalfOf),
      endedBy: endedBy === null ? null : printId('person', endedBy.person),
      accepted: consentOf(session, owned, signed) !== null,
    };
  });
}

/** The consent receipt of an access; for a document, that of the collection through which it was given. */
export function consentOf(
  session: Session,
  owned: OwnedVault,
  { line, log }: Pick<SignedLine, 'line' | 'log'>,
): Uint8Array | null {
  if (line.grant !== null)
    return owned.index.get('index.consent', parseId('grant', line.grant))?.receipt ?? null;
  const person = parseId('person', line.person);
  const given = session.collection(log)?.readers.history() ?? [];
  const consents = given
    .filter((access) => equalBytes(access.person, person))
    .map(({ grant }) => owned.index.get('index.consent', grant)?.receipt ?? null);
  return consents.findLast((receipt) => receipt !== null) ?? null;
}
