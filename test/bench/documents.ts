import { systemRandom } from '../../src/crypto/random.js';
import { DOCUMENT_KIND, DOCUMENT_SCHEMA, encodeDocument } from '../../src/records/document.js';
import { blobSizes } from '../../src/envelope/blob.js';
import type { Collection } from '../../src/vault/collection.js';
import { appendRecords, type NewRecord } from '../../src/vault/collection-writer.js';
import { ensureCollection } from '../../src/vault/shares.js';
import type { Party } from './party.js';

/** Size of a record's content in every workload that names none. */
export const RECORD_BYTES = 600;
const BYTES_PER_FILE = 250_000;
const TITLE_FILLING = 100;
const NAME_FILLING = 224;

/**
 * Records of documents whose files are elsewhere: what is measured is records, and files would measure the disk.
 *
 * Each has a content of exactly `RECORD_BYTES`.
 */
export function documentRecords(count: number): NewRecord[] {
  return Array.from({ length: count }, (_, at) => {
    const body = encodeDocument(contentOf(at));
    if (body.length !== RECORD_BYTES) throw new Error(`a record of ${String(body.length)} bytes`);
    return { item: systemRandom(16), base: [], kind: DOCUMENT_KIND, schema: DOCUMENT_SCHEMA, body };
  });
}

/** Adds documents to the laboratory category of a party's vault in one go; they are not sent. */
export async function addDocuments(party: Party, records: readonly NewRecord[]): Promise<Collection> {
  const { session } = party;
  const [owned] = session.vaults.values();
  if (owned === undefined) throw new Error('a party has one vault');
  return session.transact((transaction) => {
    const collection = ensureCollection(session, transaction, owned, { category: 'laboratory' });
    appendRecords(transaction, collection, records);
    return collection;
  });
}

function contentOf(at: number) {
  const { padded, chunks, stored } = blobSizes(BYTES_PER_FILE);
  return {
    title: `Complete blood count ${at.toString().padStart(TITLE_FILLING, '0')}`,
    category: 'laboratory',
    date: '2026-05-04',
    name: `blood-count-${at.toString().padStart(NAME_FILLING, '0')}.pdf`,
    mediaType: 'application/pdf',
    added: 1_770_000_000_000 + at * 60_000,
    blob: {
      id: systemRandom(16),
      key: systemRandom(32),
      bytes: BYTES_PER_FILE,
      padded,
      stored,
      chunks,
      list: systemRandom(32),
    },
  };
}
