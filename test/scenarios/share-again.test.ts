import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../support/actors.js';

const text = (content: string) => new TextEncoder().encode(content);

describe('Alice gives one document, takes it back, and gives it again', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('the ledger keeps both times, and an erased document is gone for the doctor too', async () => {
    const alice = await stage.enter('alice');
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    const { id } = await vault.documents.add(new File(['one'], 'one.txt', { type: 'text/plain' }), {
      category: 'report',
    });
    for (const wrong of [{ role: 'owner' }, { trust: 'unknown' }, { trust: 'credentialed' }]) {
      const options = { with: doctor, category: 'report', ...wrong } as never;
      await expect(vault.share(options)).rejects.toMatchObject({ code: 'usage/invalid' });
    }
    const first = await vault.share({ with: doctor, document: id, purpose: 'first' });
    expect(vault.grants().map((grant) => grant.id)).toEqual([first.id]);
    await alice.sync();
    await vault.revoke(first);
    expect(vault.grants()).toEqual([]);
    const again = await vault.share({ with: doctor, document: id, purpose: 'second' });
    expect(vault.grants().map((grant) => grant.id)).toEqual([again.id]);
    const lines = vault.ledger().map(({ purpose, ended }) => [purpose, ended !== null]);
    expect(lines).toEqual([
      ['first', true],
      ['second', false],
    ]);

    expect(await vault.documents.replace(id, text('two'))).toMatchObject({ name: 'one.txt' });
    const replaced = await vault.documents.replace(
      id,
      new File(['3'], 'three.pdf', { type: 'application/pdf' }),
    );
    expect(replaced).toMatchObject({ name: 'three.pdf', mediaType: 'application/pdf', title: 'one.txt' });
    expect((await alice.sync()).failed).toEqual([]);
    await martin.sync();
    const seen = () => martin.sharedWithMe().flatMap((share) => share.list().map(({ name }) => name));
    expect(seen()).toEqual(['three.pdf']);
    await vault.documents.erase(id);
    // At once, also before it was sent.
    expect(vault.documents.list({ removed: true })).toEqual([]);
    await expect(vault.documents.restore(id)).rejects.toMatchObject({ code: 'usage/not-found' });
    expect(vault.grants()).toEqual([]);
    expect((await alice.sync()).failed).toEqual([]);
    await martin.sync();
    expect(seen()).toEqual([]);
    expect((await alice.health()).damaged).toBe(0);
  });
});
