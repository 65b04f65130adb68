import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';

const text = (content: string) => new TextEncoder().encode(content);
const titles = (list: readonly { readonly title: string }[] | undefined) =>
  list?.map(({ title }) => title).sort();

describe('two devices of Alice add the first laboratory document, both offline', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('the doctor is given both, and both end together', async () => {
    const phone = await stage.enter('alice', { disk: true });
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    const doctor = await phone.people.add(martin.contactCard());
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    await phone.sync();
    const tablet = await stage.recover('alice', words);
    const [onTablet] = tablet.vaults();
    await vault.documents.add(text('one'), { category: 'laboratory', title: 'On the phone' });
    await onTablet?.documents.add(text('two'), { category: 'laboratory', title: 'On the tablet' });
    for (const device of [phone, tablet, phone]) expect((await device.sync()).failed).toEqual([]);

    const grant = await vault.share({ with: doctor, category: 'laboratory' });
    expect(vault.grants().map(({ id }) => id)).toEqual([grant.id]);
    expect(vault.ledger()).toHaveLength(2);
    const added = await vault.documents.add(text('three'), { category: 'laboratory', title: 'Later' });
    expect((await phone.sync()).failed).toEqual([]);
    await martin.sync();
    const both = ['Later', 'On the phone', 'On the tablet'];
    const read = () => titles(martin.sharedWithMe().flatMap((share) => share.list()));
    expect(read()).toEqual(both);
    for (const { id } of vault.documents.list())
      expect(vault.documents.whoCanRead(id).map(({ via }) => via)).toEqual(['owner', 'category']);

    expect((await tablet.sync()).failed).toEqual([]);
    const [held] = onTablet?.grants() ?? [];
    expect(held?.id).toBe(grant.id);
    await onTablet?.revoke(grant);
    expect(onTablet?.grants()).toEqual([]);
    for (const { id } of onTablet?.documents.list() ?? [])
      expect(onTablet?.documents.whoCanRead(id).map(({ via }) => via)).toEqual(['owner']);
    expect((await tablet.sync()).failed).toEqual([]);
    await phone.sync();
    expect(vault.grants()).toEqual([]);
    expect(vault.ledger().every(({ ended }) => ended !== null)).toBe(true);
    await vault.documents.update(added.id, { title: 'Secret' });
    for (const { id } of vault.documents.list()) await vault.documents.update(id, { title: 'Secret' });
    await phone.sync();
    await martin.sync();
    expect(martin.sharedWithMe().map(({ status }) => status)).toEqual(['refused', 'refused']);
    expect(read()).toEqual(both);
  });
});
