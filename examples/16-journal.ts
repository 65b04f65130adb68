import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, explainJournal, verifyJournal } from 'coffret';
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
await martin.sync();
const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
const result = await vault.documents.add(new Blob(['TSH 2.1 mUI/L']), {
  category: 'laboratory',
  title: 'TSH',
});
const doctor = await alice.people.add(martin.contactCard());
await vault.share({ with: doctor, category: 'laboratory', purpose: 'care' });
await alice.sync();
await martin.sync();

// #region acknowledge
const [share] = martin.sharedWithMe();
await share?.acknowledge([result.id]); // or, for all that he opens: martin.acknowledgeReads(true)
await martin.sync();
// #endregion

await alice.sync();

// #region journal
for (const { person, by, category, begins, ended } of vault.journal.grants())
  console.log(person === doctor.id, by === alice.id, category, new Date(begins), ended);
for (const { person, items, time } of vault.journal.receipts())
  console.log(person === doctor.id, items[0]?.item === result.id, new Date(time));
for (const { person, what, category, time } of await vault.journal.fetches())
  console.log(person === doctor.id, what, category, new Date(time)); // as the server says
console.log(explainJournal('receipts', 'fr')); // what such a line shows, and what it does not
console.log(vault.journal.reach().fetches); // from when until when, and on whose word
// #endregion

// #region verify
const file = await vault.journal.export();
const journal = await verifyJournal(file); // anywhere, without the vault; throws when a signature is wrong
console.log(journal.grants[0]?.signedBy, journal.receipts.length, journal.fetches.length); // both 1 1
// Or by anyone with the file: npx coffret verify-journal FILE
// #endregion

await alice.close();
await martin.close();
await server.close();
