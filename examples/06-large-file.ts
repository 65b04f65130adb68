import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, isVaultError, type Progress, type SyncProgress } from 'coffret';
import { listen, openServer } from 'coffret/server';
import { openSqliteStore } from 'coffret/store';

const directory = await mkdtemp(join(tmpdir(), 'coffret-'));
const opened = await openServer({ dataDir: join(directory, 'server'), log: 'silent' });
const server = await listen(opened, { port: 0, host: '127.0.0.1' });
const store = await openSqliteStore({ path: join(directory, 'alice') });
const alice = await createPerson({ passphrase: 'four words I remember', store, server: server.url });
const vault = await alice.createVault({ holder: { birthName: 'Martel' } });

// A `File` of a page will do, or anything with a size that can be streamed; memory stays at a few chunks.
async function* pieces() {
  for (let piece = 0; piece < 32; piece++) yield new Uint8Array(2 ** 20).fill(piece);
}
const scan = { name: 'scan.dcm', type: 'application/dicom', size: 32 * 2 ** 20, stream: pieces };
let shown = '';
const onProgress = ({ phase, done, total }: Progress | SyncProgress) => {
  const line = `${phase} ${Math.floor((4 * done) / total) * 25} %`;
  if (phase !== 'push' && phase !== 'pull' && line !== shown) console.log(line);
  shown = line;
};

const stop = new AbortController();
const halfway = ({ done, total }: Progress) => done > total / 2 && stop.abort();
await vault.documents
  .add(scan, { category: 'imaging' }, { signal: stop.signal, onProgress: halfway })
  .catch((error) => console.log('stopped on request:', isVaultError(error, 'usage/aborted')));

const { id } = await vault.documents.add(scan, { category: 'imaging' }, { onProgress });
await alice.sync({ onProgress });
for await (const piece of vault.documents.read(id, { start: 3_000_000, end: 3_000_004 })) console.log(piece);

await alice.close();
await server.close();
