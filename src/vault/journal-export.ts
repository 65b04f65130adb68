import { sign } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import { decodeConsentReceipt, decodeGrantTerms } from '../formats/grant.js';
import { parseId } from '../formats/id.js';
import { nameOf } from '../log/collection-log.js';
import {
  encodeJournalFile,
  encodeSignedJournalFile,
  JOURNAL_BYTES_MAX,
  type JournalFileGrant,
} from '../records/journal-file.js';
import { fetchesForFile } from './journal-fetches.js';
import { consentOf } from './journal-grants.js';
import { receiptsKept } from './journal-receipts.js';
import { linesOf, type SignedLine } from './readers.js';
import type { OwnedVault, Session } from './session.js';

/** What a file takes beside its journal, and more. */
const FRAME_BYTES = 1024;

/** The journal of a vault as one signed file: all of it, but of what was delivered the newest that there is room for. SPEC §12.2. */
export async function exportJournal(session: Session, owned: OwnedVault): Promise<Uint8Array> {
  const { author, now } = session;
  const grants = linesOf(session, owned).map((line) => grantOf(session, owned, line));
  const receipts = receiptsKept(session, owned);
  const people = new Map([[nameOf(author.person), author.person]]);
  const meet = (person: Uint8Array): void => void people.set(nameOf(person), person);
  for (const { consent } of grants) {
    if (consent === null) continue;
    const { from, to } = decodeGrantTerms(decodeConsentReceipt(consent).termsBytes);
    meet(from);
    meet(to);
  }
  for (const { read } of receipts) meet(read.content.person);
  const identities: Uint8Array[][] = [];
  for (const person of people.values()) identities.push([...(await session.requireIdentity(person)).entries]);
  const journal = {
    ...({ v: 1, type: 'journal', vault: owned.vault, person: author.person, time: now() } as const),
    ...{ identities, grants, receipts: receipts.map(({ bytes }) => bytes), fetches: null },
  };
  const room = JOURNAL_BYTES_MAX - FRAME_BYTES - encodeJournalFile(journal).length;
  const fetches = await fetchesForFile(session, owned, room);
  const journalBytes = encodeJournalFile({ ...journal, fetches });
  const signature = sign(author.deviceKey, 'journal', journalBytes);
  const file = encodeSignedJournalFile({ journalBytes, device: author.device, signature });
  if (file.length > JOURNAL_BYTES_MAX) throw new VaultError('format/too-large', { bytes: file.length });
  return file;
}

function grantOf(session: Session, owned: OwnedVault, signed: SignedLine): JournalFileGrant {
  const { line, log, by, endedBy } = signed;
  const { role, purpose, begins, expires, ended } = line;
  return {
    ...{ role, purpose, begins, expires, ended },
    grant: line.grant === null ? null : parseId('grant', line.grant),
    collection: log,
    person: parseId('person', line.person),
    by: by.person,
    onBehalfOf: by.onBehalfOf,
    category: line.category ?? line.collection,
    item: line.document === null ? null : parseId('item', line.document),
    endedBy: endedBy?.person ?? null,
    consent: consentOf(session, owned, signed),
  };
}
