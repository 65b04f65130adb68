import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';

const text = (content: string) => new TextEncoder().encode(content);

describe('Alice has two devices', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('both revoke and add at once: the removal holds, nothing is lost (A51)', async () => {
    const phone = await stage.enter('alice', { disk: true });
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    const doctor = await phone.people.add(martin.contactCard());
    await vault.documents.add(text('one'), { category: 'laboratory', title: 'One' });
    const grant = await vault.share({ with: doctor, category: 'laboratory' });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    await phone.sync();
    await martin.sync();
    const tablet = await stage.recover('alice', words);
    const [onTablet] = tablet.vaults();

    // Offline, the tablet writes under the old epoch while the phone ends the doctor's access.
    await onTablet?.documents.add(text('two'), { category: 'laboratory', title: 'Two' });
    await vault.revoke(grant);
    await vault.documents.add(text('three'), { category: 'laboratory', title: 'Three' });
    expect((await phone.sync()).failed).toEqual([]);
    expect((await tablet.sync()).failed).toEqual([]);
    expect((await phone.sync()).failed).toEqual([]);
    await martin.sync();

    const titles = (list: readonly { title: string }[] | undefined) => list?.map(({ title }) => title).sort();
    expect(titles(vault.documents.list())).toEqual(['One', 'Three', 'Two']);
    expect(titles(onTablet?.documents.list())).toEqual(['One', 'Three', 'Two']);
    expect(titles(martin.sharedWithMe()[0]?.list())).toEqual(['One']);
    expect(vault.grants()).toEqual([]);
  });

  it('both edit one document: the later is shown, the other kept', async () => {
    const phone = await stage.enter('carol', { disk: true });
    const vault = await phone.createVault({ holder: { birthName: 'Carol' } });
    const note = await vault.documents.add(text('v1'), { category: 'other', title: 'Note' });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('carol') });
    await phone.sync();
    const tablet = await stage.recover('carol', words);
    const [onTablet] = tablet.vaults();
    await vault.documents.replace(note.id, text('phone'));
    await onTablet?.documents.replace(note.id, text('tablet'));
    await phone.sync();
    await tablet.sync();
    await phone.sync();
    for (const documents of [vault.documents, onTablet?.documents]) {
      const shown = documents?.get(note.id);
      expect(shown?.conflicts).toHaveLength(1);
      expect(documents?.history(note.id)).toHaveLength(3);
    }
    expect(vault.documents.get(note.id)?.version).toBe(onTablet?.documents.get(note.id)?.version);
    await vault.documents.update(note.id, { title: 'Merged' });
    await phone.sync();
    await tablet.sync();
    expect(onTablet?.documents.get(note.id)).toMatchObject({ title: 'Merged', conflicts: [] });
  });

  it('opens a document twice at once on the device that does not have it: both get it', async () => {
    const phone = await stage.enter('dora', { disk: true });
    const vault = await phone.createVault({ holder: { birthName: 'Dora' } });
    const content = new Uint8Array(600_000).fill(7);
    const scan = await vault.documents.add(content, { category: 'imaging', title: 'Scan' });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('dora') });
    await phone.sync();
    const tablet = await stage.recover('dora', words);
    const documents = tablet.vaults()[0]?.documents;
    const read = async () => new Uint8Array((await (await documents?.blob(scan.id))?.arrayBuffer()) ?? []);
    for (const bytes of await Promise.all([read(), read(), read()])) expect(bytes).toEqual(content);
    expect(await read()).toEqual(content);
  });
});
