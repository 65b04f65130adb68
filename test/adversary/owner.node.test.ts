import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/crypto/secret.js';
import { hexToBytes, parseId } from '../../src/formats/id.js';
import { verifyIdentityLog } from '../../src/protocol/identity-chain.js';
import { makeGrant } from '../../src/sharing/grants.js';
import { openScene, requireSync, type Scene } from '../support/evil-scene.js';
import { enrolStranger, headerOf, injected, stranger } from '../support/evil-stranger.js';

const SEED = process.env.COFFRET_SEED ?? 'owner';

describe(`someone who would take an owner's place (seed "${SEED}")`, () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(SEED);
  });
  afterAll(async () => scene.stage.close());

  it('A12 A61 R05 a grant for her own collection leaves the owner able to see, end and give access', async () => {
    const eve = stranger(SEED);
    await enrolStranger(scene.stage.url, eve);
    const alice = parseId('person', scene.alice.person.id);
    const entries = scene.stage.operator.query<{ entry: Uint8Array }>(
      'select entry from identity_entries where person = ? order by position',
      alice,
    );
    const recipient = verifyIdentityLog(entries.map(({ entry }) => new Uint8Array(entry)));
    const { bytes } = makeGrant({
      author: eve.author,
      recipient,
      terms: {
        ...{ v: 1, vault: headerOf(scene.ops()[0] as Uint8Array).vault, grant: eve.random(16) },
        ...{ collection: hexToBytes(scene.laboratory) as Uint8Array, from: eve.id, to: alice },
        ...{ role: 'reader', purpose: 'care', label: 'laboratory', category: 'laboratory', item: null },
        ...{ begins: 1, expires: null, time: 1 },
      },
      epoch: 1,
      key: Secret.of('collection-key', eve.random(32)),
      previous: [],
      head: null,
      random: eve.random,
    });
    scene.alice.transport.plan = [injected([bytes], eve.id)];
    await requireSync(scene.alice.person);
    expect(scene.alice.transport.lied).toBeGreaterThan(0);
    scene.alice.transport.plan = [];
    const before = scene.vault.grants();
    expect(before).toHaveLength(1);
    await scene.alice.person.close();

    // The order in which a store is opened again must not put what others gave before what is one's own.
    const { person } = await scene.stage.reopen('alice');
    const [vault] = person.vaults();
    expect(vault?.grants()).toEqual(before);
    for (const grant of before) await vault?.revoke(grant);
    expect(vault?.grants()).toEqual([]);
    await vault?.share({ with: scene.martinAsContact.id, category: 'laboratory' });
    await requireSync(person);
    expect(vault?.grants()).toHaveLength(1);
  });
});
