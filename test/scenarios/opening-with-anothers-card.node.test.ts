import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../src/index.js';
import { messagingOf } from '../../src/messaging/index.js';
import { OPENING, type SealedOpening } from '../../src/messaging/opening.js';
import { openStage, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';

describe('Eve asks to open a thread with the card of someone else', () => {
  let stage: Stage;
  let alice: Person;
  beforeAll(async () => {
    stage = await openStage();
    alice = await stage.enter('alice');
  });
  afterAll(async () => stage.close());

  it('and nobody becomes a contact, nothing is taken in, and the opening can still be turned away', async () => {
    const eve = await stage.enter('eve', { kind: 'professional' });
    const mallory = await stage.enter('mallory', { kind: 'professional' });
    await eve.sync();
    await mallory.sync();
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const card = await vault.deposits.card();
    await alice.sync();
    const opening: SealedOpening = {
      ...{ thread: `thread-${'0'.repeat(32)}`, from: eve.id, ref: 'msg_AAAAAAAAAAAAAAAAAAAAAA', after: [] },
      ...{ sent: 1, subject: 'Hello', text: 'Let me in', card: mallory.contactCard() },
    };
    await eve.depositRecord(card, OPENING, opening);
    await eve.sync();
    await alice.sync();
    const { openings } = messagingOf(alice);
    const [waiting] = await openings.list();
    const id = waiting?.id as `dep_${string}`;
    expect(await codeOf(() => openings.accept(id))).toBe('integrity/wrong-audience');
    expect(alice.people.list()).toEqual([]);
    expect(await codeOf(() => alice.people.add(mallory.contactCard(), { expected: eve.id }))).toBe(
      'integrity/wrong-audience',
    );
    expect(alice.people.list()).toEqual([]);
    expect(await messagingOf(alice).threads()).toEqual([]);
    await openings.decline(id);
    expect(await openings.list()).toEqual([]);
  });
});
