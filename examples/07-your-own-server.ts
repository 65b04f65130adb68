import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { createPerson } from 'coffret';
import { addressOfConnection, openServer } from 'coffret/server';
import { createMemoryStore } from 'coffret/store';
import { Hono } from 'hono';

const app = new Hono();
const http = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
await once(http, 'listening');
const { port } = http.address() as AddressInfo;

// #region mount
const coffret = await openServer({
  dataDir: await mkdtemp(join(tmpdir(), 'coffret-')),
  publicUrl: `http://127.0.0.1:${port}/sync`, // requests are signed over the address that clients use
  addressOf: addressOfConnection,
  policy: { vaultBytesMax: 2 ** 30 },
  log: 'warn',
});
app.get('/', (context) => context.text('My practice'));
app.mount('/sync', (request, env) => coffret.fetch(request, env));
// #endregion

const passphrase = 'four words I remember';
const server = `http://127.0.0.1:${port}/sync`;
const alice = await createPerson({ passphrase, store: createMemoryStore(), server });
await alice.createVault({ holder: { birthName: 'Martel' } });
console.log(await alice.sync());
await alice.close();

coffret.stop();
http.close();
await coffret.close();
