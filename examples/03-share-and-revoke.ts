import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson } from 'coffret';
import { listen, openServer } from 'coffret/server';
import { createMemoryStore } from 'coffret/store';

const dataDir = await mkdtemp(join(tmpdir(), 'coffret-'));
const server = await listen(await openServer({ dataDir, log: 'silent' }), { port: 0, host: '127.0.0.1' });
const enter = (name: string) =>
  createPerson({
    passphrase: `${name} and four words`,
    store: createMemoryStore(),
    server: server.url,
    name,
  });
const [alice, martin] = [await enter('Alice'), await enter('Dr Martin')];
const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
await vault.documents.add(new Blob(['TSH 2.1']), { category: 'laboratory', title: 'TSH' });
await martin.sync();

// #region share
// A card travels by any channel; compare safety numbers by another one, and say so with `people.verify`.
const doctor = await alice.people.add(martin.contactCard());
const grant = await vault.share({ with: doctor, category: 'laboratory', purpose: 'care' });
await alice.sync();
await martin.sync();
for (const share of martin.sharedWithMe()) console.log(share.category, share.list().length);
// #endregion

// #region revoke
await vault.revoke(grant);
await vault.documents.add(new Blob(['TSH 9.9']), { category: 'laboratory', title: 'Not for Dr Martin' });
await alice.sync();
await martin.sync();
for (const share of martin.sharedWithMe()) console.log(share.status, share.list().length); // refused 1
// #endregion

for (const person of [alice, martin]) await person.close();
await server.close();
