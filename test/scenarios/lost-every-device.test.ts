import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, openStage, passphraseOf, type Stage } from '../support/actors.js';

const text = (content: string) => new TextEncoder().encode(content);

describe('Alice loses every device', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('comes back from 24 words and the server, and both devices go on', async () => {
    const alice = await stage.enter('alice', { disk: true });
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel', givenNames: ['Alice'] } });
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    const tsh = await vault.documents.add(text('TSH'), { category: 'laboratory', title: 'TSH' });
    await vault.share({ with: doctor, category: 'laboratory' });
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    expect(words.split(' ')).toHaveLength(24);
    expect((await alice.sync()).failed).toEqual([]);
    expect((await alice.health()).recoverable).toBe(true);
    await stage.lose('alice');

    const again = await stage.recover('alice', words);
    expect(again.id).toBe(alice.id);
    expect((await again.health()).freshness).toBe('unverified');
    const [found] = again.vaults();
    expect(found?.holder).toMatchObject({ birthName: 'Martel', givenNames: ['Alice'] });
    expect(found?.documents.list().map(({ title }) => title)).toEqual(['TSH']);
    expect(await bytesOf(found?.documents.read(tsh.id) ?? [])).toEqual(text('TSH'));
    expect(again.people.list().map(({ name }) => name)).toEqual(['martin']);

    // The new device writes where the old one did, and the doctor sees it.
    await found?.documents.add(text('fT4'), { category: 'laboratory', title: 'fT4' });
    expect((await again.sync()).failed).toEqual([]);
    expect((await again.health()).freshness).toBe('fresh');
    expect((await martin.sync()).failed).toEqual([]);
    expect(
      martin
        .sharedWithMe()[0]
        ?.list()
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['TSH', 'fT4']);
  });

  it('tells unknown words from words that are none', async () => {
    const bob = await stage.enter('bob', { disk: true });
    await bob.sync();
    const words = await bob.createRecoveryPhrase({ passphrase: passphraseOf('bob'), language: 'en' });
    // Never sent: the server does not know these words.
    await expect(stage.recover('bob', words)).rejects.toMatchObject({ code: 'access/unknown-phrase' });
    await expect(stage.recover('bob', words.replace(/^\S+/, 'coffret'))).rejects.toMatchObject({
      code: 'format/phrase',
    });
  });
});
