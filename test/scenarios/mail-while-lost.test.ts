import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';

describe('what comes while a device is lost', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('reaches the next one: a consent, a receipt of a reader, the receipt of a deposit', async () => {
    const alice = await stage.enter('alice');
    const martin = await stage.enter('martin', { kind: 'professional' });
    await martin.sync();
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const { id } = await vault.documents.add(new Blob(['2.1']), { category: 'laboratory', title: 'TSH' });
    const doctor = await alice.people.add(martin.contactCard());
    await vault.share({ with: doctor, category: 'laboratory' });
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('alice'), language: 'en' });
    const hers = await martin.createVault({ holder: { birthName: 'Martin' } });
    const card = await hers.deposits.card();
    await martin.sync();
    await alice.sync();
    expect(vault.journal.grants()).toMatchObject([{ accepted: false }]);
    await alice.deposit(card, new Blob(['x']), {
      category: 'report',
      title: 'For you',
    });
    await alice.sync();
    await alice.close();

    await martin.sync();
    for (const share of martin.sharedWithMe()) await share.acknowledge([id]);
    const [deposit] = await hers.deposits.list();
    await hers.deposits.adopt(deposit?.id as never);
    await martin.sync();

    const again = await stage.recover('alice-again', words);
    await again.sync();
    const [found] = again.vaults();
    expect(found?.journal.receipts()).toMatchObject([{ person: martin.id, items: [{ item: id }] }]);
    expect(found?.journal.grants()).toMatchObject([{ person: martin.id, accepted: true }]);
    expect(again.deposited()).toMatchObject([{ title: 'For you' }]);
    expect(again.deposited()[0]?.receipt).not.toBeNull();
    // Nothing waits for it any more, here or on the server.
    await again.sync();
    expect((await again.sync()).pulled).toBe(0);
  });
});
