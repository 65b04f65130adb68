import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENTS_KINDS, documentsOf } from '../../../src/documents/index.js';
import { isVaultError } from '../../../src/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { following, until } from '../../support/following.js';
import { openWorkerParty, type WorkerParty } from '../../support/worker-party.js';

const MATCH = { identity: { verdict: 'match' } } as const;

describe('documents of a vault that is open in a worker', () => {
  let stage: Stage;
  let party: WorkerParty;
  beforeAll(async () => {
    stage = await openStage();
    party = openWorkerParty(stage, DOCUMENTS_KINDS);
  });
  afterAll(async () => {
    party.close();
    await stage.close();
  });

  it('are filed once, put in order and followed, each the same object until it changes', async () => {
    const alice = await party.enter('alice');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const cabinet = documentsOf(vault);
    expect(documentsOf(vault)).toBe(cabinet);
    const file = (text: string) =>
      cabinet.file(new File([text], `${text}.txt`), { category: 'report' }, MATCH);
    const filed = [];
    for (const text of ['one', 'two', 'three', 'four', 'five']) filed.push(await file(text));
    const [one, two] = filed;
    expect(one?.digest).toBe(await vault.documents.digest(new Blob(['one'])));
    const again = await file('one').catch((error: unknown) => error);
    expect(isVaultError(again, 'usage/duplicate') && again.details.id).toBe(one?.id);
    expect(
      await codeOf(() => vault.documents.add(new Blob(['two']), { category: 'other', once: true })),
    ).toBe('usage/duplicate');

    const live = cabinet.live();
    expect(cabinet.live({})).toBe(live);
    expect(cabinet.live({ current: false })).toBe(live);
    expect(cabinet.live({ folder: null })).not.toBe(live);
    const followed = following(live);
    await followed.until((list) => list.length === 5);
    const before = followed.said.at(-1) ?? [];
    const folder = await cabinet.createFolder('Heart');
    await cabinet.moveTo(two?.id as never, folder.id);
    await followed.until((list) => list.some((document) => document.folder === folder.id));
    const after = followed.said.at(-1) ?? [];
    expect(after.filter((document) => !before.includes(document)).map(({ id }) => id)).toEqual([two?.id]);
    followed.stop();

    const single = cabinet.liveOne(two?.id as never);
    expect(cabinet.liveOne(two?.id as never)).toBe(single);
    await until(single, (document) => document?.folder === folder.id);
    await cabinet.setNote(two?.id as never, 'Ask');
    await until(single, (document) => document?.note === 'Ask');
    await vault.documents.remove(two?.id as never);
    await until(single, (document) => document === null);
    expect(await codeOf(async () => cabinet.liveOne('x' as never))).toBe('usage/invalid');
    expect(await codeOf(async () => cabinet.live({ category: 'x' as never }))).toBe('usage/invalid');
  });
});
