import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person, SyncReport } from '../../src/index.js';
import { bytesOf, openStage, passphraseOf, type Stage } from '../support/actors.js';

const text = (content: string) => new TextEncoder().encode(content);
const codes = ({ failed }: SyncReport) => [...new Set(failed.map(({ code }) => code))];
const frozen = async (person: Person) => (await person.health()).frozen.map(({ code }) => code);
const titles = (list: readonly { readonly title: string }[] | undefined) =>
  list?.map(({ title }) => title).sort();

describe('the operator restores an old backup', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('Alice is told, reads on, and gives back what the server lost; the doctor is satisfied too', async () => {
    const alice = await stage.enter('alice', { disk: true });
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    await vault.documents.add(text('before'), { category: 'laboratory', title: 'Before' });
    await vault.share({ with: doctor, category: 'laboratory' });
    expect(codes(await alice.sync())).toEqual([]);
    expect(codes(await martin.sync())).toEqual([]);
    await stage.copyData('monday');
    const lost = await vault.documents.add(text('after'), { category: 'laboratory', title: 'After' });
    expect(codes(await alice.sync())).toEqual([]);
    expect(codes(await martin.sync())).toEqual([]);
    const [share] = martin.sharedWithMe();
    expect(titles(share?.list())).toEqual(['After', 'Before']);

    await stage.restoreData('monday');
    expect(codes(await alice.sync())).toEqual(['integrity/rollback']);
    expect(new Set(await frozen(alice))).toEqual(new Set(['integrity/rollback']));
    expect(codes(await martin.sync())).toEqual(['integrity/rollback']);
    expect(titles(vault.documents.list())).toEqual(['After', 'Before']);
    expect(await bytesOf(vault.documents.read(lost.id))).toEqual(text('after'));
    await expect(
      vault.documents.add(text('now'), { category: 'laboratory', title: 'Now' }),
    ).rejects.toMatchObject({ code: 'integrity/frozen' });

    expect(await alice.resendLost()).toBeGreaterThan(0);
    expect(await alice.sync()).toMatchObject({ pending: 0, failed: [] });
    expect(await frozen(alice)).toEqual([]);
    expect(codes(await martin.sync())).toEqual([]);
    expect(await frozen(martin)).toEqual([]);
    expect(titles(share?.list())).toEqual(['After', 'Before']);
    const seen = share?.list().find(({ title }) => title === 'After');
    expect(await bytesOf(share?.read(seen?.id ?? lost.id) ?? [])).toEqual(text('after'));

    // Both go on where they were.
    await vault.documents.add(text('now'), { category: 'laboratory', title: 'Now' });
    expect(codes(await alice.sync())).toEqual([]);
    expect(codes(await martin.sync())).toEqual([]);
    expect(titles(share?.list())).toEqual(['After', 'Before', 'Now']);
  });

  it('what waited unsent during the rollback arrives once', async () => {
    const alice = await stage.enter('alice-w', { disk: true });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await vault.documents.add(text('one'), { category: 'laboratory', title: 'One' });
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('alice-w') });
    await alice.sync();
    await stage.copyData('tuesday');
    await vault.documents.add(text('two'), { category: 'laboratory', title: 'Two' });
    await alice.sync();
    await vault.documents.add(text('three'), { category: 'laboratory', title: 'Three' });
    await stage.restoreData('tuesday');
    expect(codes(await alice.sync())).toContain('integrity/rollback');
    await alice.close();

    // The stop and what waits outlive the app.
    const again = await stage.reopen('alice-w');
    expect(new Set(await frozen(again))).toEqual(new Set(['integrity/rollback']));
    expect((await again.health()).unsent).toBeGreaterThan(0);
    expect(await again.resendLost()).toBeGreaterThan(0);
    expect(await again.sync()).toMatchObject({ pending: 0, failed: [] });
    const tablet = await stage.recover('alice-w', words);
    expect(titles(tablet.vaults()[0]?.documents.list())).toEqual(['One', 'Three', 'Two']);
    for (const { id, title } of tablet.vaults()[0]?.documents.list() ?? []) {
      const bytes = await bytesOf(tablet.vaults()[0]?.documents.read(id) ?? []);
      expect(bytes).toEqual(text(title.toLowerCase()));
    }
  });

  it.each([
    { extended: 1, told: 'less than was lost' },
    { extended: 3, told: 'more than was lost' },
  ])(
    'a server that went on from the old state is a fork, and is not mended ($told)',
    async ({ extended }) => {
      const name = `alice-f${extended}`;
      const phone = await stage.enter(name, { disk: true });
      const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
      await vault.documents.add(text('common'), { category: 'laboratory', title: 'Common' });
      const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf(name) });
      await phone.sync();
      const tablet = await stage.recover(name, words);
      await tablet.sync();
      await phone.sync();
      await tablet.sync();
      await stage.copyData(name);
      for (const title of ['P1', 'P2']) {
        await vault.documents.add(text(title), { category: 'laboratory', title });
        await phone.sync();
      }
      await stage.restoreData(name);
      const [onTablet] = tablet.vaults();
      for (let n = 1; n <= extended; n += 1) {
        await onTablet?.documents.add(text(`T${n}`), { category: 'laboratory', title: `T${n}` });
        expect(codes(await tablet.sync())).toEqual([]);
      }

      expect(codes(await phone.sync())).toContain('integrity/fork');
      expect(await frozen(phone)).toContain('integrity/fork');
      expect(titles(vault.documents.list())).toEqual(['Common', 'P1', 'P2']);
      const [proof] = (await vault.evidence()).filter(({ evidence }) => evidence.code === 'integrity/fork');
      expect(proof?.evidence.known).not.toEqual(proof?.evidence.served);

      expect(await phone.resendLost()).toBe(0);
      expect(codes(await phone.sync())).toEqual(['integrity/fork']);
      expect(await frozen(phone)).toContain('integrity/fork');
      await tablet.sync();
      expect(titles(onTablet?.documents.list())).not.toContain('P1');
      await expect(
        vault.documents.add(text('x'), { category: 'laboratory', title: 'X' }),
      ).rejects.toMatchObject({ code: 'integrity/frozen' });
    },
  );
});
