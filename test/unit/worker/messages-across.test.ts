import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../../src/index.js';
import { messagingOf } from '../../../src/messaging/index.js';
import { shippedKinds } from '../../../src/worker/host/shipped-kinds.js';
import type { InWorker } from '../../../src/worker/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { SYMPTOM } from '../../support/symptom.js';
import { openWorkerParty, type WorkerParty } from '../../support/worker-party.js';

describe('messages, from a page whose vault is in a worker', () => {
  let stage: Stage;
  let party: WorkerParty;
  let alice: InWorker<Person>;
  let martin: Person;
  beforeAll(async () => {
    stage = await openStage();
    party = openWorkerParty(stage, shippedKinds());
    alice = await party.enter('alice');
    martin = await stage.enter('martin', { kind: 'professional' });
    await martin.sync();
    await alice.people.add(martin.contactCard());
  });
  afterAll(async () => {
    party.close();
    await stage.close();
  });

  it('are opened, answered with files, followed and read as on the page’s own thread', async () => {
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const report = await vault.documents.add(new Blob(['the report']), {
      category: 'report',
      title: 'Report',
    });
    const messages = messagingOf(alice);
    expect(messagingOf(alice)).toBe(messages);
    const unread: number[] = [];
    const stop = messages.liveUnread().subscribe((count) => unread.push(count));
    const draft = await messages.drafts.create({
      vault: vault.id,
      subject: 'Knee',
      to: [martin.id],
      text: 'Here',
    });
    // A file that only the page can read: Node's own `File` loses its name when it is cloned.
    const bytes = new Uint8Array(200_000).fill(3);
    const stream = () => new Blob([bytes]).stream();
    await messages.drafts.attach(draft.id, { name: 'knee.jpg', type: 'image/jpeg', size: 200_000, stream });
    await messages.drafts.update(draft.id, { documents: [report.id] });
    const thread = await messages.drafts.send(draft.id);
    expect((await alice.sync()).failed).toEqual([]);
    await martin.sync();
    const his = await messagingOf(martin).thread(thread.id);
    const [message] = (await his?.view())?.entries ?? [];
    if (his === null || message?.type !== 'message') throw new Error('no message');
    expect(message.files.map(({ title, bytes }) => [title, bytes])).toEqual([
      ['knee.jpg', 200_000],
      ['Report', 10],
    ]);
    expect((await his.blob(message, message.files[0]?.id as never)).size).toBe(200_000);
    await his.reply('Rest it', { files: [new File(['exercises'], 'exercises.txt')] });
    await martin.sync();
    await alice.sync();
    await expect.poll(() => unread.at(-1)).toBe(1);
    const answer = (await thread.view()).entries.at(-1);
    if (answer?.type !== 'message') throw new Error('no answer');
    const saved = await thread.saveFile(answer, answer.files[0]?.id as never, { category: 'care-plan' });
    expect(await vault.documents.get(saved)).toMatchObject({ author: martin.id, category: 'care-plan' });
    await thread.markRead();
    await expect.poll(() => unread.at(-1)).toBe(0);
    expect(await messages.drafts.list()).toEqual([]);
    stop();
  });

  it('are asked for by a card: a record crosses by its kind’s name, and only one that is known there', async () => {
    const box = await martin.createVault({ holder: { birthName: 'Martin' } });
    const card = await box.deposits.card();
    await martin.sync();
    const asked = await messagingOf(alice).ask(card, { subject: 'A question', text: 'May I?' });
    await alice.sync();
    await martin.sync();
    expect(await messagingOf(martin).openings.list()).toMatchObject([{ thread: asked.id, from: alice.id }]);
    const line = { day: '2026-06-01', what: 'rash', pain: 1 };
    expect(await codeOf(() => alice.depositRecord(card, SYMPTOM, line))).toBe('usage/unknown-kind');
  });
});
