import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPerson, openPerson, verifyConsentReceipt } from '../../src/index.js';
import { createMemoryStore } from '../../src/store/index.js';
import { bytesOf, FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';

const text = (content: string) => new TextEncoder().encode(content);
const titles = (list: readonly { readonly title: string }[] | undefined) =>
  list?.map(({ title }) => title).sort();

describe('Dr Martin contributes to Alice’s record', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('adds a report that keeps his name, and cannot after the end of his access', async () => {
    const alice = await stage.enter('alice');
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    const grant = await vault.share({ with: doctor, category: 'report', role: 'contributor' });
    await alice.sync();
    await martin.sync();
    const [share] = martin.sharedWithMe();
    const report = await share?.add(text('Consultation'), { title: 'Consultation' });
    expect((await martin.sync()).failed).toEqual([]);
    expect((await alice.sync()).failed).toEqual([]);
    const [mine] = vault.documents.list();
    expect(mine).toMatchObject({ title: 'Consultation', author: martin.id, id: report?.id });
    expect(await bytesOf(vault.documents.read(mine?.id ?? 'itm_'))).toEqual(text('Consultation'));

    await vault.revoke(grant);
    await share?.add(text('Too late'), { title: 'Too late' });
    await alice.sync();
    const after = await martin.sync();
    expect(after.pending).toBeGreaterThan(0);
    await alice.sync();
    expect(titles(vault.documents.list())).toEqual(['Consultation']);
    await expect(share?.add(text('x'), { title: 'x' })).rejects.toMatchObject({ code: 'access/not-allowed' });
  });

  it('both sides show the consent they signed', async () => {
    const alice = await stage.enter('alice-c');
    const martin = await stage.enter('martin-c', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    expect(doctor.safetyNumber).toMatch(/^(\d{5} ){11}\d{5}$/);
    const grant = await vault.share({ with: doctor, category: 'laboratory', purpose: 'second opinion' });
    await alice.sync();
    await martin.sync();
    await alice.sync();
    const cards = { from: alice.contactCard(), to: martin.contactCard() };
    const [held] = martin.consents();
    expect(held?.grant).toBe(grant.id);
    const own = vault.consent(held?.grant ?? 'grt_')?.receipt;
    for (const receipt of [held?.receipt, own]) {
      expect(await verifyConsentReceipt(receipt ?? new Uint8Array(), cards)).toMatchObject({
        purpose: 'second opinion',
        to: martin.id,
      });
    }
    await expect(
      verifyConsentReceipt(own ?? new Uint8Array(), { from: cards.to, to: cards.from }),
    ).rejects.toMatchObject({
      code: 'integrity/wrong-audience',
    });
    await alice.people.add(martin.contactCard());
    const [met] = martin.people.list();
    await martin.people.verify(met?.id ?? 'per_', doctor.safetyNumber);
    expect(martin.people.list()[0]?.trust).toBe('verified');
    await expect(martin.people.verify(met?.id ?? 'per_', '00000 '.repeat(12))).rejects.toMatchObject({
      code: 'share/key-changed',
    });
  });

  it('an access with an end date ends: what comes after it is under another key', async () => {
    // A hundred seconds pass at once; the server tolerates two minutes.
    let passed = 0;
    const clock = () => Date.now() + passed;
    const enter = (name: string) =>
      createPerson({
        passphrase: passphraseOf(name),
        store: createMemoryStore(),
        server: stage.url,
        name,
        cost: FLOOR,
        now: clock,
      });
    const alice = await enter('alice-e');
    const martin = await enter('martin-e');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    const soon = clock() + 100_000;
    await expect(
      vault.share({ with: doctor, category: 'imaging', expires: clock() - 1 }),
    ).rejects.toMatchObject({ code: 'usage/invalid' });
    await vault.share({ with: doctor, category: 'imaging', expires: soon });
    await vault.documents.add(text('before'), { category: 'imaging', title: 'Before' });
    await alice.sync();
    await martin.sync();
    const [share] = martin.sharedWithMe();
    expect(titles(share?.list())).toEqual(['Before']);
    passed = 101_000;
    expect(share?.status).toBe('ended');
    await vault.documents.add(text('after'), { category: 'imaging', title: 'After' });
    expect((await alice.sync()).failed).toEqual([]);
    await martin.sync();
    expect(titles(share?.list())).toEqual(['Before']);
    expect(vault.grants()).toEqual([]);
    await alice.close();
    await martin.close();
  });

  it('removes, restores and erases; what is erased is gone from the server too', async () => {
    const alice = await stage.enter('alice-r', { disk: true });
    const martin = await stage.enter('martin-r', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    const kept = await vault.documents.add(text('kept'), { category: 'other', title: 'Kept' });
    const gone = await vault.documents.add(text('gone'), { category: 'other', title: 'Gone' });
    await vault.share({ with: doctor, document: kept.id });
    await alice.sync();
    await martin.sync();
    await vault.documents.remove(kept.id);
    expect(vault.documents.get(kept.id)).toBeNull();
    expect(titles(vault.documents.list({ removed: true }))).toEqual(['Kept']);
    await alice.sync();
    await martin.sync();
    expect(martin.sharedWithMe()[0]?.list()).toEqual([]);
    await vault.documents.restore(kept.id);
    await vault.documents.replace(kept.id, text('kept, second version'));
    await alice.sync();
    await martin.sync();
    const [seen] = martin.sharedWithMe()[0]?.list() ?? [];
    expect(await bytesOf(martin.sharedWithMe()[0]?.read(seen?.id ?? 'itm_') ?? [])).toEqual(
      text('kept, second version'),
    );
    const [first] = vault.documents.history(kept.id);
    expect(await bytesOf(vault.documents.read(kept.id, { version: first?.version ?? 'chg_' }))).toEqual(
      text('kept'),
    );

    await vault.documents.erase(gone.id);
    expect((await alice.sync()).failed).toEqual([]);
    expect(titles(vault.documents.list())).toEqual(['Kept']);
    expect(vault.documents.list({ removed: true })).toEqual([]);
    await alice.close();
    const again = await openPerson({
      passphrase: passphraseOf('alice-r'),
      store: await stage.storeOf('alice-r'),
    });
    expect(titles(again.vaults()[0]?.documents.list())).toEqual(['Kept']);
    expect((await again.health()).damaged).toBe(0);
    await again.close();
  });
});
