import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson } from 'coffret';
import { gapLabel, messageNotice, messagingOf, threadEventLabel } from 'coffret/messaging';
import { listen, openServer } from 'coffret/server';
import { createMemoryStore } from 'coffret/store';

const opened = await openServer({ dataDir: await mkdtemp(join(tmpdir(), 'coffret-')), log: 'silent' });
const server = await listen(opened, { port: 0, host: '127.0.0.1' });
const enter = (name: string, kind: 'patient' | 'professional') =>
  createPerson({
    ...{ passphrase: 'four words I remember', store: createMemoryStore(), server: server.url, name, kind },
  });
const alice = await enter('Alice', 'patient');
const martin = await enter('Dr Martin', 'professional');
const nadia = await enter('Nadia, nurse', 'professional');
await martin.sync();
await nadia.sync();
const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
const drMartin = await alice.people.add(martin.contactCard());
const nurse = await alice.people.add(nadia.contactCard());
const report = await vault.documents.add(new Blob(['The wound is clean.']), {
  category: 'report',
  title: 'Discharge letter',
});

// #region thread
const messages = messagingOf(alice);
messages.start(); // removes who left, completes what another device began

const thread = await messages.open(vault, {
  subject: 'Dressing of the left leg',
  with: [drMartin],
  text: 'Is it healing as it should?',
  files: [report.id, new File([new Uint8Array(3_000_000)], 'leg.jpg', { type: 'image/jpeg' })],
});
await alice.sync();
await martin.sync();

const [his] = await messagingOf(martin).threads();
console.log(his?.subject, his?.unread, messageNotice(his?.unread ?? 0, 'en'));
// #endregion

// #region answer
const answers = await messagingOf(martin).thread(thread.id);
await answers?.reply('Yes. Nadia will come on Thursday.', {
  files: [new File(['Change it every two days.'], 'instructions.txt', { type: 'text/plain' })],
});
await answers?.markRead(); // told to nobody unless `setSettings({ receipts: true })`
await martin.sync();
await alice.sync();

const last = (await thread.view()).entries.at(-1);
if (last?.type === 'message' && last.files[0] !== undefined) {
  const saved = await thread.saveFile(last, last.files[0].id, { category: 'care-plan' });
  console.log(vault.documents.get(saved)?.author === martin.id); // his proof goes with it
}
// #endregion

// #region people
await thread.add(nurse); // under a new key: she reads what is written from now on
await thread.reply('Nadia, the instructions are above.');
await alice.sync();
await nadia.sync();
for (const entry of (await messagingOf(nadia).threads())[0]?.entries ?? []) {
  if (entry.type === 'message') console.log(`${entry.name}: ${entry.text}`);
  else if (entry.type === 'gap') console.log(`(${gapLabel(entry.reason, 'en')})`);
  else console.log(`${entry.name} ${threadEventLabel(entry.type, 'en')}`);
}
await thread.remove(nurse.id);
await thread.close();
// #endregion

// #region ask
// A professional opens a thread by a card of the vault; the holder, or the vault's policy, lets it in.
await messages.setPolicy(vault, { opening: 'professionals', acceptance: 'ask' });
const card = await vault.deposits.card();
await alice.sync();
await messagingOf(martin).ask(card, { subject: 'Your results', text: 'Please call me on Monday.' });
await martin.sync();
await alice.sync();
for (const { id, contact, subject, allowed } of await messages.openings.list()) {
  console.log(contact?.name, subject);
  if (allowed) await messages.openings.accept(id);
}
// #endregion

await alice.close();
await martin.close();
await nadia.close();
await server.close();
