import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, openStage, type Stage } from '../support/actors.js';

const text = (content: string) => new TextEncoder().encode(content);

describe('Alice shares her laboratory results with Dr Martin', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('gives a category and a single document, and takes the category back', async () => {
    const alice = await stage.enter('alice');
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel', birthDate: '1980-02-29' } });
    const tsh = await vault.documents.add(text('TSH 2.1 mUI/L'), {
      category: 'laboratory',
      title: 'TSH',
      date: '2026-05-04',
    });
    const letter = await vault.documents.add(text('Dear colleague'), { category: 'report', title: 'Letter' });
    const scan = await vault.documents.add(text('scan'), { category: 'imaging', title: 'Scan' });
    expect((await alice.sync()).failed).toEqual([]);
    expect((await martin.sync()).failed).toEqual([]);

    const doctor = await alice.people.add(martin.contactCard());
    const grant = await vault.share({ with: doctor, category: 'laboratory', purpose: 'care' });
    await vault.share({ with: doctor, document: letter.id });
    expect((await alice.sync()).failed).toEqual([]);
    expect((await martin.sync()).failed).toEqual([]);

    const shares = martin.sharedWithMe();
    expect(shares.map(({ category }) => category)).toEqual(['laboratory', null]);
    const [laboratory, single] = shares as [(typeof shares)[0], (typeof shares)[0]];
    expect(laboratory.list().map(({ title }) => title)).toEqual(['TSH']);
    const [received] = laboratory.list();
    expect(await bytesOf(laboratory.read(received?.id ?? tsh.id))).toEqual(text('TSH 2.1 mUI/L'));
    expect(single.list().map(({ title }) => title)).toEqual(['Letter']);
    const [linked] = single.list();
    expect(await bytesOf(single.read(linked?.id ?? letter.id))).toEqual(text('Dear colleague'));
    expect(vault.documents.whoCanRead(scan.id).map(({ via }) => via)).toEqual(['owner']);
    expect(vault.documents.whoCanRead(letter.id).map(({ via }) => via)).toEqual(['owner', 'document']);

    await vault.revoke(grant);
    await vault.documents.add(text('TSH 9.9'), { category: 'laboratory', title: 'Later' });
    expect((await alice.sync()).failed).toEqual([]);
    await martin.sync();
    expect(laboratory.status).toBe('refused');
    expect(laboratory.list().map(({ title }) => title)).not.toContain('Later');
    expect(vault.documents.list({ category: 'laboratory' }).map(({ title }) => title)).toEqual([
      'Later',
      'TSH',
    ]);
  });
});
