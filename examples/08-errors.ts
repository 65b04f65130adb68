import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, explain, isVaultError, openPerson, recoverPerson } from 'coffret';
import { listen, openServer } from 'coffret/server';
import { openSqliteStore } from 'coffret/store';

const directory = await mkdtemp(join(tmpdir(), 'coffret-'));
const opened = await openServer({ dataDir: join(directory, 'server'), log: 'silent' });
const server = await listen(opened, { port: 0, host: '127.0.0.1' });
const open = (name: string) => openSqliteStore({ path: join(directory, name) });
const passphrase = 'four words I remember';
const alice = await createPerson({ passphrase, store: await open('alice'), server: server.url });
const vault = await alice.createVault({ holder: { birthName: 'Martel' } });

// #region explain
async function tell(attempt: () => Promise<unknown>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (!isVaultError(error)) throw error;
    console.log(error.code, error.details);
    console.log(`  ${explain(error.code, 'en')}`);
    console.log(`  ${explain(error.code, 'fr')}`);
  }
}
// #endregion

const words = 'abandon '.repeat(24).trim();
await tell(async () => openPerson({ passphrase: 'four words I forgot', store: await open('alice') }));
await tell(async () => recoverPerson({ words, passphrase, store: await open('new'), server: server.url }));
await tell(() => vault.share({ with: alice.id, category: 'report' }));
await tell(() => vault.documents.add(new Blob(['?']), { category: 'other', date: '31/12/2026' }));

await alice.close();
await server.close();
