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
const [alice, laboratory] = [await enter('Alice'), await enter('Laboratory')];
const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
await laboratory.sync();

// #region deposit
// The patient prints a card for the laboratory: it allows to leave documents, and to read none.
const card = await vault.deposits.card({ depositor: laboratory.id });
await alice.sync();

await laboratory.deposit(card, new Blob(['TSH 2.1']), { category: 'laboratory', title: 'TSH' });
await laboratory.sync();

await alice.sync();
for (const { id, title } of await vault.deposits.list()) console.log(title, await vault.deposits.adopt(id));
await alice.sync();

await laboratory.sync();
for (const { title, receipt } of laboratory.deposited())
  console.log(title, `receipt of ${receipt?.length} bytes`);
// #endregion

for (const person of [alice, laboratory]) await person.close();
await server.close();
