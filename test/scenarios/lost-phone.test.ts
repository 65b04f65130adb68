import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../src/index.js';
import { createPerson } from '../../src/index.js';
import { createMemoryStore } from '../../src/store/index.js';
import { bytesOf, FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';

const text = (content: string) => new TextEncoder().encode(content);
const titles = (person: Person) =>
  person
    .sharedWithMe()
    .flatMap((share) => share.list())
    .map(({ title }) => title)
    .sort();

describe('Alice loses her phone and goes on from the 24 words', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('the first act on the new device ends one access, and the others still read (A51)', async () => {
    const alice = await stage.enter('alice', { disk: true });
    const martin = await stage.enter('martin', { kind: 'professional' });
    const nadia = await stage.enter('nadia', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    await nadia.sync();
    await vault.documents.add(text('one'), { category: 'laboratory', title: 'One' });
    await vault.share({ with: await alice.people.add(martin.contactCard()), category: 'laboratory' });
    await vault.share({ with: await alice.people.add(nadia.contactCard()), category: 'laboratory' });
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    await alice.sync();
    await martin.sync();
    await nadia.sync();
    await alice.close();

    const again = await stage.recover('alice', words);
    const [found] = again.vaults();
    const grant = found?.grants().find((given) => given.with === martin.id);
    if (found === undefined || grant === undefined) throw new Error('the grant did not come back');
    await found.revoke(grant);
    await found.documents.add(text('two'), { category: 'laboratory', title: 'Two' });
    expect((await again.sync()).failed).toEqual([]);
    await martin.sync();
    expect((await nadia.sync()).failed).toEqual([]);
    expect(titles(martin)).toEqual(['One']);
    expect(titles(nadia)).toEqual(['One', 'Two']);
    expect(nadia.sharedWithMe()[0]?.status).toBe('open');

    // What the new device gives, people take, although they never saw that device before.
    const report = await found.documents.add(text('report'), { category: 'report', title: 'Report' });
    await found.share({ with: nadia.id, category: 'report' });
    await again.sync();
    await nadia.sync();
    const given = nadia.sharedWithMe().find(({ category }) => category === 'report');
    expect(await bytesOf(given?.read(report.id) ?? [])).toEqual(text('report'));
  });

  it('an access ended, given again and ended by two devices at once is ended', async () => {
    const phone = await stage.enter('carol', { disk: true });
    const martin = await stage.enter('martin-c', { kind: 'professional' });
    const nadia = await stage.enter('nadia-c', { kind: 'professional' });
    const vault = await phone.createVault({ holder: { birthName: 'Carol' } });
    await martin.sync();
    await nadia.sync();
    const doctor = await phone.people.add(martin.contactCard());
    const other = await phone.people.add(nadia.contactCard());
    await vault.documents.add(text('one'), { category: 'laboratory', title: 'One' });
    await vault.revoke(await vault.share({ with: doctor, category: 'laboratory' }));
    const again = await vault.share({ with: doctor, category: 'laboratory' });
    const toNadia = await vault.share({ with: other, category: 'laboratory' });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('carol') });
    await phone.sync();
    await martin.sync();
    const tablet = await stage.recover('carol', words);
    const [onTablet] = tablet.vaults();

    // The tablet starts an epoch first; the phone, which had not seen it, ends the doctor's access.
    await onTablet?.revoke(toNadia);
    await tablet.sync();
    await vault.revoke(again);
    await vault.documents.add(text('two'), { category: 'laboratory', title: 'Two' });
    expect((await phone.sync()).failed).toEqual([]);
    expect((await tablet.sync()).failed).toEqual([]);
    await martin.sync();
    expect(vault.grants()).toEqual([]);
    expect(onTablet?.grants()).toEqual([]);
    expect(titles(martin)).toEqual(['One']);
  });

  it('shares on after an access has reached its end', async () => {
    let passed = 0;
    const now = () => Date.now() + passed;
    const dora = await createPerson({
      ...{ passphrase: passphraseOf('dora'), store: createMemoryStore(), server: stage.url },
      ...{ name: 'dora', cost: FLOOR, now },
    });
    const martin = await stage.enter('martin-d', { kind: 'professional' });
    const nadia = await stage.enter('nadia-d', { kind: 'professional' });
    await martin.sync();
    await nadia.sync();
    const vault = await dora.createVault({ holder: { birthName: 'Dora' } });
    await vault.documents.add(text('one'), { category: 'laboratory', title: 'One' });
    const doctor = await dora.people.add(martin.contactCard());
    await vault.share({ with: doctor, category: 'laboratory', expires: now() + 100_000 });
    expect((await dora.sync()).failed).toEqual([]);
    passed = 101_000;
    const other = await dora.people.add(nadia.contactCard());
    await vault.share({ with: other, category: 'laboratory' });
    expect((await dora.sync()).failed).toEqual([]);
    expect((await nadia.sync()).failed).toEqual([]);
    expect(titles(nadia)).toEqual(['One']);
    expect(vault.grants().map((grant) => grant.with)).toEqual([nadia.id]);
    await dora.close();
  });
});
