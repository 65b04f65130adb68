import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Person, Vault } from '../../../src/index.js';
import { type Message, messagingOf, type Thread } from '../../../src/messaging/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';

let stage: Stage;
let alice: Person;
let martin: Person;
let vault: Vault;

beforeAll(async () => {
  stage = await openStage();
  alice = await stage.enter('alice');
  martin = await stage.enter('martin', { kind: 'professional' });
  vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  await alice.people.add(martin.contactCard());
  await martin.people.add(alice.contactCard());
  await syncAll();
});
afterAll(() => stage?.close());

async function syncAll(): Promise<void> {
  for (const person of [alice, martin, alice, martin]) expect((await person.sync()).failed).toEqual([]);
}
async function threadOf(person: Person, id: string): Promise<Thread> {
  const thread = await messagingOf(person).thread(id);
  if (thread === null) throw new Error('no thread');
  return thread;
}
const textsOf = async (thread: Thread) =>
  (await thread.view()).entries.map((entry) => (entry.type === 'message' ? entry.text : entry.type));

it('taking a message back leaves what came before it read, and what the other says to have read', async () => {
  await messagingOf(martin).setSettings({ receipts: true });
  const thread = await messagingOf(alice).open(vault, { subject: 'Back', with: [martin.id], text: 'one' });
  const { key } = await thread.reply('two');
  await thread.reply('three');
  await syncAll();
  const his = await threadOf(martin, thread.id);
  await his.markRead();
  await syncAll();
  await thread.retract(key);
  await syncAll();
  expect(await textsOf(his)).toEqual(['one', 'gap', 'three']);
  expect((await his.view()).unread).toBe(0);
  const readers = (await thread.view()).entries.flatMap((entry) =>
    entry.type === 'message' ? [entry.readBy.map(({ person }) => person)] : [],
  );
  expect(readers).toEqual([[martin.id], [martin.id]]);
  expect(await codeOf(() => thread.retract(key))).toBe('usage/not-found');
});

it('whoever opened a thread by a deposit takes back what they wrote there', async () => {
  const card = await vault.deposits.card();
  await alice.sync();
  const { id } = await messagingOf(martin).ask(card, { subject: 'Results', text: 'wrong patient' });
  await martin.sync();
  await alice.sync();
  const { openings } = messagingOf(alice);
  const [waiting] = await openings.list();
  await openings.accept(waiting?.id as `dep_${string}`);
  await syncAll();
  const his = await threadOf(martin, id);
  const [first] = (await his.view()).entries as [Message];
  await his.retract(first.key);
  await syncAll();
  expect(await textsOf(await threadOf(alice, id))).toEqual(['gap']);
});
