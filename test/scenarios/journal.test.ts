import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Id, isVaultError, verifyJournal } from '../../src/index.js';
import { bytesOf, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { SYMPTOM } from '../support/symptom.js';

const text = (content: string) => new TextEncoder().encode(content);

describe('Alice looks at who could read her vault, and who says they did', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('has grants and receipts in lists of their own, and a file that anyone can check', async () => {
    const alice = await stage.enter('alice');
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const tsh = await vault.documents.add(text('TSH 2.1'), { category: 'laboratory', title: 'TSH' });
    const letter = await vault.documents.add(text('Dear colleague'), { category: 'report', title: 'Letter' });
    await vault.documents.add(text('unread'), { category: 'laboratory', title: 'Unread' });
    await alice.sync();
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    const grant = await vault.share({ with: doctor, category: 'laboratory', purpose: 'second-opinion' });
    await vault.share({ with: doctor, document: letter.id });
    await alice.sync();
    await martin.sync();
    await martin.sync();
    await alice.sync();

    expect(vault.journal.grants()).toMatchObject([
      {
        person: martin.id,
        by: alice.id,
        onBehalfOf: null,
        category: 'laboratory',
        purpose: 'second-opinion',
        ended: null,
        endedBy: null,
        accepted: true,
      },
      { person: martin.id, by: alice.id, document: letter.id, accepted: true },
    ]);
    expect(vault.journal.receipts()).toEqual([]);
    const heard: number[] = [];
    const stop = vault.journal.liveReceipts().subscribe((receipts) => void heard.push(receipts.length));

    const [laboratory, single] = martin.sharedWithMe() as [
      ReturnType<typeof martin.sharedWithMe>[0],
      ReturnType<typeof martin.sharedWithMe>[0],
    ];
    const nothing = await laboratory.acknowledge([]).catch((e: unknown) => e);
    expect(isVaultError(nothing, 'usage/invalid')).toBe(true);
    const unknown = await laboratory.acknowledge([letter.id]).catch((e: unknown) => e);
    expect(isVaultError(unknown, 'usage/not-found')).toBe(true);
    await laboratory.acknowledge([tsh.id]);
    await laboratory.acknowledge([tsh.id, tsh.id]);
    await single.acknowledge([single.list()[0]?.id as Id<'item'>]);
    expect((await martin.sync()).failed).toEqual([]);
    expect((await alice.sync()).failed).toEqual([]);

    const receipts = vault.journal.receipts();
    expect(receipts).toHaveLength(2);
    expect(receipts.map(({ person, onBehalfOf }) => ({ person, onBehalfOf }))).toEqual([
      { person: martin.id, onBehalfOf: null },
      { person: martin.id, onBehalfOf: null },
    ]);
    const read = receipts.flatMap(({ items }) => items);
    expect(new Set(read.map(({ item }) => item))).toEqual(new Set([tsh.id, letter.id]));
    expect(read.every(({ known }) => known)).toBe(true);
    expect(vault.journal.receipts()[0]).toBe(receipts[0]);
    expect(vault.journal.grants()).toHaveLength(2);
    await expect.poll(() => heard.at(-1)).toBe(2);
    stop();

    await vault.revoke(grant);
    await alice.sync();
    expect(vault.journal.grants()[0]).toMatchObject({ endedBy: alice.id, ended: expect.any(Number) });

    const verified = await verifyJournal(await vault.journal.export());
    expect(verified).toMatchObject({ vault: vault.id, person: alice.id });
    expect(verified.grants).toMatchObject([
      { person: martin.id, by: alice.id, category: 'laboratory', signedBy: 'both', endedBy: alice.id },
      { person: martin.id, document: letter.id, signedBy: 'owner' },
    ]);
    expect(verified.receipts.map(({ person }) => person)).toEqual([martin.id, martin.id]);
    expect(verified.receipts.flatMap(({ items }) => items.map(({ item }) => item))).toContain(tsh.id);
  });

  it('lists what the server says it delivered, apart from the rest, also without the network', async () => {
    const alice = await stage.enter('alice-4', { disk: true });
    const martin = await stage.enter('martin-4', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const tsh = await vault.documents.add(text('TSH 2.1'), { category: 'laboratory', title: 'TSH' });
    const letter = await vault.documents.add(text('Dear colleague'), { category: 'report', title: 'Letter' });
    await alice.sync();
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    await vault.share({ with: doctor, category: 'laboratory' });
    await vault.share({ with: doctor, document: letter.id });
    await alice.sync();
    expect(await vault.journal.fetches()).toEqual([]);
    const heard: number[] = [];
    const stop = vault.journal.liveFetches().subscribe((fetches) => void heard.push(fetches.length));

    const before = Date.now();
    await martin.sync();
    await alice.sync();
    const pulled = await vault.journal.fetches();
    expect(
      pulled.map(({ person, what, category, item, onBehalfOf }) => [
        person,
        what,
        category,
        item,
        onBehalfOf,
      ]),
    ).toEqual(
      expect.arrayContaining([
        [martin.id, 'changes', 'laboratory', null, null],
        [martin.id, 'changes', null, null, null],
      ]),
    );
    expect(pulled).toHaveLength(2);
    const [laboratory, single] = martin.sharedWithMe();
    await bytesOf(laboratory?.read(tsh.id) ?? []);
    await bytesOf(single?.read(single.list()[0]?.id as Id<'item'>) ?? []);
    await alice.sync();

    const fetches = await vault.journal.fetches();
    expect(fetches.slice(0, 2)).toEqual(pulled);
    expect(fetches.slice(2)).toMatchObject([
      { person: martin.id, what: 'file', changes: null, category: 'laboratory', item: tsh.id },
      { person: martin.id, what: 'file', changes: null, category: 'report', item: letter.id },
    ]);
    expect(new Set(fetches.map(({ device }) => device)).size).toBe(1);
    expect(fetches.every(({ time }) => time >= before && time <= Date.now())).toBe(true);
    await expect.poll(() => heard.at(-1)).toBe(4);
    stop();
    // Nobody said that they read, and the grants are two: no list knows of another.
    expect(vault.journal.receipts()).toEqual([]);
    expect(vault.journal.grants()).toHaveLength(2);
    expect(vault.journal.reach()).toMatchObject({
      grants: { complete: true, by: 'logs' },
      receipts: { complete: false },
      fetches: { complete: true, since: expect.any(Number), until: expect.any(Number), by: 'server' },
    });

    // What was erased since is not known any more, and the line stays.
    await vault.documents.erase(tsh.id);
    await alice.sync();
    expect((await vault.journal.fetches())[2]).toMatchObject({ person: martin.id, what: 'file', item: null });
    const shown = await vault.journal.fetches();
    await alice.close();
    const offline = await stage.reopen('alice-4');
    const [again] = offline.vaults();
    expect(await again?.journal.fetches()).toEqual(shown);
    expect((await offline.health()).journals).toEqual([]);

    const verified = await verifyJournal((await again?.journal.export()) as Uint8Array);
    expect(verified.fetches.map(({ position, person }) => [position, person])).toEqual(
      shown.map(({ position, person }) => [position, person]),
    );
    expect(verified.reach.fetches).toMatchObject({ complete: true, by: 'server' });
  });

  it('lists a second device of Alice, too: it may be in other hands', async () => {
    const alice = await stage.enter('alice-5');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await vault.documents.add(text('TSH 2.1'), { category: 'laboratory', title: 'TSH' });
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('alice-5') });
    await alice.sync();
    expect(await vault.journal.fetches()).toEqual([]);
    const tablet = await stage.recover('alice-5', words);
    await alice.sync();
    const fetches = await vault.journal.fetches();
    expect(fetches.length).toBeGreaterThan(1);
    expect(new Set(fetches.map(({ person }) => person))).toEqual(new Set([alice.id]));
    // The tablet knows the same, all of it.
    await tablet.sync();
    expect(await tablet.vaults()[0]?.journal.fetches()).toEqual(fetches);
    await tablet.close();
  });

  it('tells what is read only to whom it was promised: off unless turned on, each version once', async () => {
    const alice = await stage.enter('alice-3');
    const martin = await stage.enter('martin-3', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const tsh = await vault.documents.add(text('TSH 2.1'), { category: 'laboratory', title: 'TSH' });
    await alice.sync();
    await martin.sync();
    await vault.share({
      with: await alice.people.add(martin.contactCard()),
      category: 'laboratory',
    });
    await alice.sync();
    await martin.sync();
    const [share] = martin.sharedWithMe();
    const readAndTell = async () => {
      expect(await share?.blob(tsh.id)).toBeInstanceOf(Blob);
      await martin.sync();
      await alice.sync();
      return vault.journal.receipts().length;
    };
    expect(martin.acknowledgesReads()).toBe(false);
    expect(await readAndTell()).toBe(0);
    await martin.acknowledgeReads(true);
    expect(martin.acknowledgesReads()).toBe(true);
    expect(await readAndTell()).toBe(1);
    expect(await readAndTell()).toBe(1);
    await vault.documents.replace(tsh.id, text('TSH 2.2'));
    await alice.sync();
    await martin.sync();
    expect(await readAndTell()).toBe(2);
    await martin.acknowledgeReads(false);
    expect(martin.acknowledgesReads()).toBe(false);
  });

  it('knows a receipt for a record, and for a version that was erased since', async () => {
    const alice = await stage.enter('alice-2');
    const martin = await stage.enter('martin-2', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const diary = vault.records(SYMPTOM);
    const pain = await diary.add({ day: '2026-05-04', what: 'headache', pain: 4 });
    await alice.sync();
    await martin.sync();
    await vault.share({ with: await alice.people.add(martin.contactCard()), collection: SYMPTOM.collection });
    await alice.sync();
    await martin.sync();
    const [share] = martin.sharedWithMe();
    await share?.acknowledge([pain.id]);
    await martin.sync();
    await alice.sync();
    expect(vault.journal.receipts()[0]?.items).toMatchObject([{ item: pain.id, known: true }]);
    await diary.erase(pain.id);
    await alice.sync();
    expect(vault.journal.receipts()[0]?.items).toMatchObject([{ item: pain.id, known: true }]);
    expect((await verifyJournal(await vault.journal.export())).receipts).toHaveLength(1);
  });
});
