import { beforeAll, expect, it } from 'vitest';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { DOCUMENT_KIND } from '../../../src/records/document.js';
import { appendRecords } from '../../../src/vault/collection-writer.js';
import { ensureCollection } from '../../../src/vault/shares.js';
import { documentRecords } from '../../bench/documents.js';
import { createParty } from '../../bench/party.js';
import { codeOf } from '../../support/code-of.js';

beforeAll(loadSodium);

it('a document that names an author who is not known here so far is not the holder’s to change', async () => {
  const { person, session, vault } = await createParty();
  const [owned] = session.vaults.values();
  if (owned === undefined) throw new Error('no vault');
  const stranger = new Uint8Array(32).fill(7);
  const records = documentRecords(2).map((record, at) => ({
    ...{ ...record, kind: DOCUMENT_KIND },
    authored:
      at === 0 ? null : ([owned.vault, stranger, new Uint8Array(32).fill(8), 1, new Uint8Array(64)] as const),
  }));
  await session.transact((transaction) => {
    const collection = ensureCollection(session, transaction, owned, { category: 'laboratory' });
    appendRecords(transaction, collection, records as never);
  });
  const codes: Record<string, unknown> = {};
  for (const { id, title } of vault.documents.list())
    codes[title.slice(-1)] = [
      await codeOf(() => vault.documents.update(id, { date: null })),
      await codeOf(() => vault.documents.replace(id, new Blob(['x']))),
    ];
  expect(codes).toEqual({ 0: ['ok', 'ok'], 1: ['access/not-allowed', 'access/not-allowed'] });
  const theirs = vault.documents.list().find(({ title }) => title.endsWith('1'));
  await vault.documents.remove(theirs?.id as never);
  expect(vault.documents.list()).toHaveLength(1);
  await vault.documents.restore(theirs?.id as never);
  expect(vault.documents.list()).toHaveLength(2);
  expect(await codeOf(() => vault.documents.update(theirs?.id as never, { date: null }))).toBe(
    'access/not-allowed',
  );
  await person.close();
});
