import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPerson, type Document, type Person, type Vault } from '../../src/index.js';
import { FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { following, until } from '../support/following.js';
import { SYMPTOM } from '../support/symptom.js';

const file = (content: string) => new Blob([content], { type: 'text/plain' });
const titlesOf = (list: readonly Document[] | undefined) => list?.map(({ title }) => title).sort();
const headache = { day: '2026-06-01', what: 'headache', pain: 4 };

describe('what Alice looks at changes by itself', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  async function twoDevices(
    name: string,
  ): Promise<{ phone: Person; tablet: Person; vault: Vault; other: Vault }> {
    const phone = await stage.enter(name, { disk: true });
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    await vault.documents.add(file('one'), { category: 'laboratory', title: 'One' });
    await vault.records(SYMPTOM).add(headache);
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf(name) });
    await phone.sync();
    const tablet = await stage.recover(name, words);
    const [other] = tablet.vaults();
    if (other === undefined) throw new Error('no vault');
    return { phone, tablet, vault, other };
  }

  it('when she writes on this device, and when a sync brings what she wrote on the other', async () => {
    const { phone, tablet, vault, other } = await twoDevices('alice');
    const live = vault.documents.live({ category: 'laboratory' });
    const { said, stop, until: told } = following(live);
    const [one] = vault.documents.list();
    expect(said).toEqual([[one]]);
    expect(live.getSnapshot()?.[0]).toBe(one);
    expect(vault.documents.live({ category: 'laboratory' })).toBe(live);

    const added = await vault.documents.add(file('two'), { category: 'laboratory', title: 'Two' });
    expect(titlesOf(live.getSnapshot())).toEqual(['One', 'Two']);
    await told((list) => list.length === 2);
    expect(said.at(-1)).toBe(live.getSnapshot());
    // What has nothing to do with the list does not make it another.
    const before = live.getSnapshot();
    await vault.documents.add(file('photo'), { category: 'imaging', title: 'Photo' });
    await vault.records(SYMPTOM).add(headache);
    expect(live.getSnapshot()).toBe(before);

    const liveOne = vault.documents.liveOne(added.id);
    expect(liveOne.getSnapshot()).toBe(vault.documents.get(added.id));
    await other.documents.add(file('three'), { category: 'laboratory', title: 'Three' });
    await phone.sync();
    await tablet.sync();
    await other.documents.update(added.id, { title: 'Two, corrected' });
    await tablet.sync();
    const three = until(live, (list) => list.length === 3);
    await phone.sync();
    expect(titlesOf(await three)).toEqual(['One', 'Three', 'Two, corrected']);
    expect(liveOne.getSnapshot()?.title).toBe('Two, corrected');
    expect(live.getSnapshot()).toContain(one);

    await other.documents.remove(added.id);
    await tablet.sync();
    await phone.sync();
    expect(liveOne.getSnapshot()).toBeNull();
    expect(titlesOf(vault.documents.live({ removed: true }).getSnapshot())).toEqual(['Two, corrected']);
    stop();
  });

  it('in her diary as in her documents', async () => {
    const { phone, tablet, vault, other } = await twoDevices('berthe');
    const diary = vault.records(SYMPTOM);
    const live = diary.live();
    const bad = diary.live({ where: { pain: 9 } });
    expect(bad).not.toBe(live);
    expect(bad).toBe(diary.live({ where: { pain: 9 } }));
    const { said, stop, until: told } = following(bad);
    const before = live.getSnapshot();
    await other.records(SYMPTOM).add({ ...headache, what: 'cough' });
    await tablet.sync();
    await phone.sync();
    await until(live, (list) => list.length === 2);
    expect(said).toEqual([[]]);
    const [first] = before ?? [];
    expect(live.getSnapshot()).toContain(first);
    const one = diary.liveOne(first?.id as `itm_${string}`);
    await diary.update(first?.id as `itm_${string}`, { pain: 9 });
    expect(one.getSnapshot()?.value.pain).toBe(9);
    await told((list) => list.length === 1);
    expect(said).toEqual([[], [one.getSnapshot()]]);
    stop();
  });

  it('as do people, vaults, accesses, what is shared, and what waits in the box', async () => {
    const alice = await stage.enter('claire');
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vaults = following(alice.liveVaults());
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await vaults.until(([first]) => first === vault);
    const people = following(alice.people.live());
    const grants = following(vault.liveGrants());
    const waiting = vault.deposits.liveWaiting();
    await vault.documents.add(file('one'), { category: 'laboratory', title: 'One' });
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    const grant = await vault.share({ with: doctor, category: 'laboratory' });
    await grants.until(([first]) => first?.id === grant.id);
    await people.until(([first]) => first?.name === 'martin');
    await alice.sync();
    await until(martin.liveShares(), ([share]) => share === undefined);
    const seen = until(martin.liveShares(), ([share]) => share?.status === 'open');
    await martin.sync();
    const [share] = await seen;
    if (share === undefined) throw new Error('nothing was shared');
    expect(titlesOf(share.live().getSnapshot())).toEqual(['One']);
    expect(martin.sharedWithMe()).toEqual([share]);
    await vault.documents.add(file('two'), { category: 'laboratory', title: 'Two' });
    await alice.sync();
    await martin.sync();
    expect(titlesOf(share.live().getSnapshot())).toEqual(['One', 'Two']);
    // Documents are in `live`: the share itself is the same.
    expect(martin.liveShares().getSnapshot()?.[0]).toBe(share);

    await martin.deposit(await vault.deposits.card({ depositor: martin.id }), file('tsh'), {
      category: 'laboratory',
      title: 'TSH',
    });
    await alice.sync();
    await martin.sync();
    const box = until(waiting, (list) => list.length === 1);
    await alice.sync();
    const [deposit] = await box;
    const emptied = until(waiting, (list) => list.length === 0);
    await vault.deposits.refuse(deposit?.id as `dep_${string}`);
    await emptied;

    const ended = until(martin.liveShares(), ([first]) => first?.status === 'refused');
    await vault.revoke(grant);
    await alice.sync();
    await martin.sync();
    expect((await ended)[0]).not.toBe(share);
    await grants.until((list) => list.length === 0);
    expect(grants.said.map((list) => list.length)).toEqual([0, 1, 0]);
    expect(people.said.map((list) => list.map(({ name }) => name))).toEqual([[], ['martin']]);
    expect(vaults.said).toEqual([[], [vault]]);
  });

  it('ends when she locks: loops end, nothing stays to be seen', async () => {
    const alice = await stage.enter('diane');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await vault.documents.add(file('one'), { category: 'laboratory', title: 'One' });
    const lives = [
      vault.documents.live(),
      vault.records(SYMPTOM).live(),
      alice.people.live(),
      alice.liveVaults(),
      alice.liveShares(),
      alice.liveSync(),
      alice.liveHealth(),
      alice.liveStorage(),
      vault.liveGrants(),
      vault.deposits.liveWaiting(),
    ] as const;
    const ends: Promise<void>[] = [];
    for (const live of lives) {
      ends.push(
        (async () => {
          for await (const _ of live) {
            // until it ends
          }
        })(),
      );
    }
    const unheard = vault.documents.live({ removed: true });
    expect(unheard.getSnapshot()).toEqual([]);
    await alice.lock();
    await Promise.all(ends);
    expect([...lives, unheard].map((live) => live.getSnapshot())).toEqual(Array(11).fill(undefined));
    expect(unheard.getError()).toMatchObject({ code: 'access/locked' });
  });

  it('tells how she stands with the server: pending at once, synced, offline, and back', async () => {
    const alice = await stage.enter('esther', { disk: true });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const live = alice.liveSync();
    const now = () => live.getSnapshot();
    expect(now()).toMatchObject({ state: 'pending', syncing: false, lastSyncedAt: null, frozen: [] });
    expect(now()?.pending).toBe((await alice.health()).unsent);
    const { said, stop, until: told } = following(live);
    await alice.sync();
    await told(({ state }) => state === 'synced');
    expect(now()).toMatchObject({ state: 'synced', pending: 0, syncing: false, unsyncedSince: null });
    const synced = now()?.lastSyncedAt ?? 0;
    expect(Math.abs(synced - Date.now())).toBeLessThan(60_000);

    const before = Date.now();
    await vault.documents.add(file('one'), { category: 'laboratory', title: 'One' });
    expect(now()).toMatchObject({ state: 'pending', lastSyncedAt: synced });
    expect(now()?.pending).toBe((await alice.health()).unsent);
    expect(now()?.unsyncedSince).toBeGreaterThanOrEqual(before);
    await told(({ unsyncedSince }) => unsyncedSince !== null && unsyncedSince >= before);
    const since = now()?.unsyncedSince;

    await stage.crash();
    await expect(alice.sync()).rejects.toMatchObject({ code: 'sync/offline' });
    expect(now()).toMatchObject({ state: 'offline', syncing: false, unsyncedSince: since });
    await expect(alice.sync()).rejects.toMatchObject({ code: 'sync/offline' });
    await told(({ state }) => state === 'offline');
    await stage.restart();
    await alice.sync();
    await told(({ lastSyncedAt }) => (lastSyncedAt ?? 0) > synced);
    // Offline it stayed while it tried again, and nothing was said twice.
    const states = said.map(({ state }) => state);
    expect(states.filter((state, i) => state !== states[i - 1])).toEqual([
      'pending',
      'synced',
      'pending',
      'offline',
      'synced',
    ]);
    for (const [i, state] of said.entries()) expect(state).not.toEqual(said[i + 1]);
    stop();

    expect(alice.liveHealth().getSnapshot()).toEqual(await alice.health());
    await alice.close();
    const again = await stage.reopen('esther');
    expect(again.liveSync().getSnapshot()).toMatchObject({ state: 'synced', pending: 0 });
    expect(again.liveSync().getSnapshot()?.lastSyncedAt).toBeGreaterThan(0);
  });

  it('an access whose day comes leaves the list by itself', async () => {
    const alice = await stage.enter('flora');
    const martin = await stage.enter('bernard', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    await vault.share({ with: doctor, category: 'laboratory' });
    const grants = following(vault.liveGrants());
    await vault.share({ with: doctor, category: 'imaging', expires: Date.now() + 5000 });
    await grants.until((list) => list.length === 2);
    await grants.until((list) => list.length === 1);
    expect(grants.said.at(-1)).toMatchObject([{ category: 'laboratory' }]);
    grants.stop();
  });

  it('tells whether the browser may take back what waits, and how much room there is', async () => {
    const disk = await stage.storeOf('gaby');
    const later = { ms: 0 };
    const alice = await createPerson({
      ...{ passphrase: passphraseOf('gaby'), store: disk, server: stage.url, name: 'gaby', cost: FLOOR },
      now: () => Date.now() + later.ms,
    });
    const { persisted, quotaBytes, warnings } = await alice.storage();
    expect(warnings).toEqual([]);
    const storage = following(alice.liveStorage());
    await storage.until((state) => (state.quotaBytes === null) === (quotaBytes === null));
    later.ms = 2 * 3_600_000;
    await alice.createVault({ holder: { birthName: 'Martel' } });
    const expected = persisted === false ? ['may-be-evicted'] : [];
    await storage.until((state) => state.warnings.length === expected.length);
    expect((await alice.storage()).warnings).toEqual(expected);
    await alice.close();
  });
});
