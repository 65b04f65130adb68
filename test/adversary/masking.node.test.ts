import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openData } from '../../src/envelope/data.js';
import { decodeOp, decodeOpHeader } from '../../src/formats/op.js';
import type { Vault } from '../../src/index.js';
import { bodyBinding } from '../../src/vault/op-payloads.js';
import { enterWriter, syncAll, type Writer } from '../support/evil-messages.js';
import { type EvilStage, openEvilStage } from '../support/evil-stage.js';

const SEED = process.env.COFFRET_SEED ?? 'masking';

/** How many bodies of others' ops of a log someone opens who is handed all that the server ever held of it. */
function openedBy({ session }: Writer, collection: Uint8Array, ops: readonly Uint8Array[]): number {
  const { keyring, log } = session.requireCollection(collection);
  const { state } = log;
  if (state === null) throw new Error('no log');
  let opened = 0;
  for (const op of ops) {
    const { headerBytes, bodies } = decodeOp(op);
    const header = decodeOpHeader(headerBytes);
    const key = keyring.keyOf(header.epoch, state);
    for (const [index, body] of bodies.entries()) {
      if (key === null || body === null) continue;
      const change = header.changes[index]?.[0] as Uint8Array;
      try {
        openData(key, bodyBinding('record', header, header.epoch, change), body);
        opened++;
      } catch {
        // Not a record, or not under this key.
      }
    }
  }
  return opened;
}

describe('a document that was masked, with the help of a server that forgot nothing', () => {
  let stage: EvilStage;
  let alice: Writer;
  let vault: Vault;
  beforeAll(async () => {
    stage = await openEvilStage(SEED);
    alice = await enterWriter(stage, 'alice', [], 'patient');
    vault = await alice.person.createVault({ holder: { birthName: 'Martel' } });
    await syncAll(alice);
  });
  afterAll(() => stage.close());

  it('is closed to who is let into its category later, who reads the rest', async () => {
    const martin = await enterWriter(stage, 'martin', [alice]);
    const eve = await enterWriter(stage, 'eve', [alice]);
    await vault.documents.add(new Blob(['plain']), { category: 'report', title: 'Plain' });
    const secret = await vault.documents.add(new Blob(['secret']), { category: 'report', title: 'Secret' });
    await vault.share({ with: martin.id, category: 'report' });
    await syncAll(alice, martin);
    const [share] = martin.person.sharedWithMe();
    expect(share?.list()).toHaveLength(2);
    const { id: collection } = alice.session.collections.find(
      ({ readers, view }) => readers.current(Date.now()).length === 1 && view.size === 2,
    ) ?? { id: new Uint8Array() };
    const hex = Buffer.from(collection).toString('hex');
    // All that the server held of it before anything was pruned.
    const kept = stage.operator.ops(hex);
    expect(openedBy(martin, collection, kept)).toBe(2);

    await vault.documents.mask(secret.id, { from: [eve.id] });
    await vault.share({ with: eve.id, category: 'report' });
    await syncAll(alice, eve, martin);
    expect(eve.person.sharedWithMe().flatMap((each) => each.list().map(({ title }) => title))).toEqual([
      'Plain',
    ]);
    expect(openedBy(eve, collection, kept)).toBe(0);
    expect(openedBy(eve, collection, stage.operator.ops(hex))).toBeGreaterThan(0);
  });
});
