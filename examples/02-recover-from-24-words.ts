import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, recoverPerson } from 'coffret';
import { listen, openServer } from 'coffret/server';
import { createMemoryStore } from 'coffret/store';

const dataDir = await mkdtemp(join(tmpdir(), 'coffret-'));
const server = await listen(await openServer({ dataDir, log: 'silent' }), { port: 0, host: '127.0.0.1' });
const passphrase = 'four words I remember';
const lost = await createPerson({ passphrase, store: createMemoryStore(), server: server.url });
const before = await lost.createVault({ holder: { birthName: 'Martel' } });
await before.documents.add(new Blob(['No known allergy.']), { category: 'summary', title: 'Allergies' });

// #region words
const words = await lost.createRecoveryPhrase({ passphrase, language: 'en' });
await lost.sync();
// #endregion
console.log(`${words.split(' ').length} words; the device is lost`);
await lost.close();

// #region recover
const alice = await recoverPerson({
  words,
  passphrase: 'another passphrase, for the new device',
  store: createMemoryStore(),
  server: server.url,
});
for (const vault of alice.vaults())
  console.log(
    vault.holder,
    vault.documents.list().map(({ title }) => title),
  );
// #endregion

await alice.close();
await server.close();
