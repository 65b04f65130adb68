import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VaultError } from '../../../src/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { openWorkerParty } from '../../support/worker-party.js';

const MIB = 2 ** 20;

describe('when the link to a worker ends', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('rejects what is under way, and all that is asked later, and asks no more', async () => {
    const party = openWorkerParty(stage);
    const alice = await party.enter('alice');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const file = new Blob([new Uint8Array(20 * MIB)]);
    const kept = await vault.documents.add(file, { category: 'imaging' });
    const stop = await alice.startSync();
    const reading = vault.documents.read(kept.id);
    await reading.next();
    const underWay = [
      vault.documents.add(file, { category: 'imaging' }),
      alice.health(),
      reading.next(),
      vault.documents.read(kept.id).next(),
      party.link.listen({ handle: 1, path: [] }, 'startSync', []),
    ];
    const codes = Promise.all(underWay.map((work) => codeOf(() => work)));
    await party.link.end(() => new VaultError('access/locked', { reason: 'test' }), 'close');
    expect(await codes).toEqual(underWay.map(() => 'access/locked'));
    const later = [
      alice.health(),
      vault.documents.list(),
      alice.startSync(),
      vault.documents.read(kept.id).next(),
      vault.documents.add(file, { category: 'imaging' }),
    ];
    for (const work of later) expect(await codeOf(() => work)).toBe('access/locked');
    await expect(alice.health()).rejects.toMatchObject({ details: { reason: 'test' } });
    await stop();
    await reading.return();
    party.close();
  });
});
