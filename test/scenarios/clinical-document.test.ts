import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsOf } from '../../src/documents/index.js';
import { aboutOf, compareIdentity, dayOfDocument, readCda } from '../../src/interop/index.js';
import { profileOf } from '../../src/profile/index.js';
import { openStage, type Stage } from '../support/actors.js';
import { cdaText } from '../support/cda-fixtures.js';
import { codeOf } from '../support/code-of.js';

describe('Alice files a clinical document', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('once it is sure that it is about her, with what it says of itself, and only once', async () => {
    const bytes = new TextEncoder().encode(cdaText({}));
    const cda = await readCda(bytes);
    const alice = await stage.enter('alice');
    const { patient } = cda;
    const vault = await alice.createVault({ holder: { birthName: 'Someone else', birthDate: '1950-01-01' } });
    const metadata = {
      ...{ category: cda.category, title: cda.title ?? 'Document', date: dayOfDocument(cda) },
      about: aboutOf(cda),
    };
    const cabinet = documentsOf(vault);
    const identity = compareIdentity(patient, vault.holder);
    expect(identity.verdict).toBe('mismatch');
    const file = new File([bytes], 'cda.xml', { type: 'text/xml' });
    expect(await codeOf(() => cabinet.file(file, metadata, { identity }))).toBe('usage/wrong-holder');
    expect(await codeOf(() => cabinet.file(file, metadata, { identity, acknowledged: 'uncertain' }))).toBe(
      'usage/wrong-holder',
    );
    expect(vault.documents.list()).toEqual([]);

    const filed = await cabinet.file(file, metadata, { identity, acknowledged: 'mismatch' });
    expect(filed).toMatchObject({ category: cda.category, date: dayOfDocument(cda) });
    expect(filed.about).toEqual(aboutOf(cda));
    const [ins] = patient?.ins ?? [];
    expect(ins?.extension).toBeTruthy();
    expect(JSON.stringify(filed.about)).not.toContain(ins?.extension);
    expect(await codeOf(() => cabinet.file(file, metadata, { identity, acknowledged: 'mismatch' }))).toBe(
      'usage/duplicate',
    );
    const again = { identity: { verdict: 'match' }, again: true } as const;
    expect((await cabinet.file(file, metadata, again)).id).not.toBe(filed.id);
    const { proposed } = await profileOf(vault).proposals.propose(cda.proposals, { document: filed.id });
    expect(proposed).toHaveLength(cda.proposals.length);
  });
});
