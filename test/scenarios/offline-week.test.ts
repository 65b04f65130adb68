import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Vault } from '../../src/index.js';
import { bytesOf, openStage, passphraseOf, type Stage } from '../support/actors.js';

const text = (content: string) => new TextEncoder().encode(content);
const shown = (vault: Vault | undefined) =>
  Object.fromEntries(vault?.documents.list().map(({ title, synced }) => [title, synced]) ?? []);

describe('Alice spends a week without the server', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('works on, closes and opens the app, and everything arrives exactly once', async () => {
    const phone = await stage.enter('alice', { disk: true });
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    const doctor = await phone.people.add(martin.contactCard());
    const note = await vault.documents.add(text('v1'), { category: 'laboratory', title: 'Note' });
    await vault.share({ with: doctor, category: 'laboratory' });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    expect((await phone.sync()).failed).toEqual([]);
    await martin.sync();
    const tablet = await stage.recover('alice', words);
    expect(shown(vault)).toEqual({ Note: true });
    expect((await phone.health()).unsent).toBe(0);

    await stage.crash();
    const added = await vault.documents.add(text('on the train'), { category: 'laboratory', title: 'Train' });
    await vault.documents.add(text('at the sea'), { category: 'imaging', title: 'Sea' });
    await vault.documents.update(note.id, { title: 'Note, corrected' });
    await vault.documents.replace(note.id, text('v2'));
    const offline = { Train: false, Sea: false, 'Note, corrected': false };
    expect(shown(vault)).toEqual(offline);
    const { unsent } = await phone.health();
    expect(unsent).toBeGreaterThan(0);
    await expect(phone.sync()).rejects.toMatchObject({ code: 'sync/offline' });
    expect(await phone.health()).toMatchObject({ status: 'offline', unsent });
    await phone.close();

    // Still without the server: nothing that waits was only in memory.
    const reopened = await stage.reopen('alice');
    const [kept] = reopened.vaults();
    expect(shown(kept)).toEqual(offline);
    expect((await reopened.health()).unsent).toBe(unsent);
    expect(await bytesOf(kept?.documents.read(added.id) ?? [])).toEqual(text('on the train'));
    await kept?.documents.add(text('home again'), { category: 'laboratory', title: 'Home' });

    await stage.restart();
    expect(await reopened.sync()).toMatchObject({ pending: 0, failed: [] });
    expect((await reopened.health()).unsent).toBe(0);
    const online = { Train: true, Sea: true, 'Note, corrected': true, Home: true };
    expect(shown(kept)).toEqual(online);
    expect((await reopened.sync()).pushed).toBe(0);

    // What another device and a reader have is what the server has: each document once, each version once.
    expect((await tablet.sync()).failed).toEqual([]);
    const [onTablet] = tablet.vaults();
    expect(shown(onTablet)).toEqual(online);
    expect(onTablet?.documents.list()).toHaveLength(4);
    expect(onTablet?.documents.history(note.id)).toHaveLength(3);
    expect(await bytesOf(onTablet?.documents.read(note.id) ?? [])).toEqual(text('v2'));
    expect((await martin.sync()).failed).toEqual([]);
    const [share] = martin.sharedWithMe();
    expect(
      share
        ?.list()
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['Home', 'Note, corrected', 'Train']);
  });
});
