import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';

const about = {
  type: { code: '11502-2', system: '2.16.840.1.113883.6.1', label: 'CR de biologie' },
  authors: [
    {
      name: 'Dr Martin',
      ids: [{ system: '1.2.250.1.71.4.2.1', value: '810000000017' }],
      profession: null,
      organisation: { name: 'Laboratoire des Quais', ids: [] },
    },
  ],
  confidentiality: 'N',
  setId: { system: '1.2.3', value: 'set' },
  versionNumber: 2,
} as const;

describe('a document, and whose it is', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('says what a health record says of it, to its holder and to who it is shared with', async () => {
    const alice = await stage.enter('alice', { disk: true });
    const martin = await stage.enter('martin', { kind: 'professional' });
    await martin.sync();
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const metadata = { category: 'laboratory', title: 'TSH', about } as const;
    const { id } = await vault.documents.add(new Blob(['TSH 2.1']), metadata);
    expect(vault.documents.get(id)?.about).toEqual(about);
    await vault.share({ with: await alice.people.add(martin.contactCard()), category: 'laboratory' });
    await alice.sync();
    await martin.sync();
    expect(martin.sharedWithMe()[0]?.list()).toMatchObject([{ title: 'TSH', about }]);
    await vault.documents.update(id, { title: 'TSH, June' });
    await vault.documents.replace(id, new Blob(['TSH 2.2']));
    expect(vault.documents.get(id)).toMatchObject({ title: 'TSH, June', about, versions: 3 });
    await alice.close();
    const again = await stage.reopen('alice');
    expect(again.vaults()[0]?.documents.get(id)).toMatchObject({ title: 'TSH, June', about });

    const plain = await again.vaults()[0]?.documents.add(new Blob(['x']), { category: 'other', title: 'x' });
    expect(plain?.about).toBeNull();
    const wrong = { category: 'other', title: 'x', about: { confidentiality: 'X' } } as never;
    expect(await codeOf(() => again.vaults()[0]?.documents.add(new Blob(['x']), wrong))).toBe(
      'usage/invalid',
    );
  });

  it('that someone else wrote is not the holder’s to change, but to remove, mask and bring back', async () => {
    const alice = await stage.enter('berthe');
    const laboratory = await stage.enter('laboratory', { kind: 'institution' });
    await laboratory.sync();
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const card = await vault.deposits.card();
    await alice.sync();
    const metadata = { category: 'laboratory', title: 'TSH', about } as const;
    await laboratory.deposit(card, new Blob(['TSH 2.1']), metadata);
    await laboratory.sync();
    await alice.sync();
    const [deposit] = await vault.deposits.list();
    const id = await vault.deposits.adopt(deposit?.id as never);
    expect(vault.documents.get(id)).toMatchObject({ author: laboratory.id, about });
    expect(await codeOf(() => vault.documents.update(id, { title: 'Mine' }))).toBe('access/not-allowed');
    expect(await codeOf(() => vault.documents.replace(id, new Blob(['x'])))).toBe('access/not-allowed');
    await vault.documents.remove(id);
    expect(vault.documents.list()).toEqual([]);
    expect(await vault.documents.restore(id)).toMatchObject({ author: laboratory.id, about, title: 'TSH' });
  });
});
