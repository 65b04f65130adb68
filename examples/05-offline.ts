import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, isVaultError, openPerson } from 'coffret';
import { listen, openServer } from 'coffret/server';
import { openSqliteStore } from 'coffret/store';

const directory = await mkdtemp(join(tmpdir(), 'coffret-'));
const start = async (port: number) =>
  listen(await openServer({ dataDir: join(directory, 'server'), log: 'silent' }), {
    port,
    host: '127.0.0.1',
  });
const server = await start(0);
const path = join(directory, 'alice');
const passphrase = 'four words I remember';
const first = await createPerson({ passphrase, store: await openSqliteStore({ path }), server: server.url });
await first.createVault({ holder: { birthName: 'Martel' } });
await first.close();
await server.close();

// The server is gone. Opening, adding, reading and sharing go on; what is done is on disk at once.
const alice = await openPerson({ passphrase, store: await openSqliteStore({ path }) });
const [vault] = alice.vaults();
await vault?.documents.add(new Blob(['Fever since Sunday.']), { category: 'other', title: 'Diary' });
try {
  await alice.sync();
} catch (error) {
  if (!isVaultError(error, 'sync/offline')) throw error;
  console.log(error.message, `Waiting: ${(await alice.health()).unsent}.`);
}

const back = await start(Number(new URL(server.url).port));
console.log(await alice.sync(), `Waiting: ${(await alice.health()).unsent}.`);

await alice.close();
await back.close();
