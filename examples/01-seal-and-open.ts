import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson } from 'coffret';
import { listen, openServer } from 'coffret/server';
import { createMemoryStore } from 'coffret/store';

// A server; it could be on any machine. It is told no secret, and never learns one.
const dataDir = await mkdtemp(join(tmpdir(), 'coffret-'));
const server = await listen(await openServer({ dataDir, log: 'silent' }), { port: 0, host: '127.0.0.1' });

// A person on this device, and their vault. `openSqliteStore` and `openIndexedDbStore` outlive the program.
const passphrase = 'four words I remember';
const alice = await createPerson({ passphrase, store: createMemoryStore(), server: server.url });
const vault = await alice.createVault({ holder: { birthName: 'Martel', birthDate: '1980-02-29' } });

// Encrypted here and now, with or without a network; `sync` sends it.
const file = new Blob(['TSH 2.1 mIU/L (0.4 to 4.0)'], { type: 'text/plain' });
const { id } = await vault.documents.add(file, { category: 'laboratory', title: 'TSH, 12 June 2026' });
await alice.sync();

for (const { title, bytes, synced } of vault.documents.list()) console.log({ title, bytes, synced });
console.log(await (await vault.documents.blob(id)).text());

await alice.close();
await server.close();
