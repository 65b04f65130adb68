import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, defineKind } from 'coffret';
import { listen, openServer } from 'coffret/server';
import { createMemoryStore, explainStorage, requestPersistence } from 'coffret/store';

const opened = await openServer({ dataDir: await mkdtemp(join(tmpdir(), 'coffret-')), log: 'silent' });
const server = await listen(opened, { port: 0, host: '127.0.0.1' });
const passphrase = 'four words I remember';
const enter = (name: string) =>
  createPerson({ passphrase, store: createMemoryStore(), server: server.url, name });
const alice = await enter('Alice');
const karim = await enter('Karim');
const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
await karim.sync();

// #region live
// Calls at once, then whenever the list changed: here, in another tab, or by a sync.
const laboratory = vault.documents.live({ category: 'laboratory' });
const stop = laboratory.subscribe((list) => console.log(list.map(({ title }) => title)));
await vault.documents.add(new Blob(['TSH 2.1']), { category: 'laboratory', title: 'TSH' });

// `synced`, `pending`, `offline`, `stale` or `forked`; how much waits, and since when.
for await (const { state, pending, unsyncedSince } of alice.liveSync()) {
  console.log(state, pending, unsyncedSince);
  if (state === 'synced') break;
  await alice.sync();
}
stop();
// #endregion

// #region kept
await requestPersistence(); // on the page, once something is worth keeping
for (const warning of (await alice.storage()).warnings) console.log(explainStorage(warning, 'en'));
// #endregion

// #region records
const SYMPTOM = defineKind({
  kind: 'symptom',
  schema: 1,
  collection: 'diary', // shared as one
  parse(value) {
    const { day, pain } = value as { day: string; pain: number };
    if (typeof day !== 'string' || !Number.isInteger(pain)) throw new TypeError('not a symptom');
    return { day, pain };
  },
});

const diary = vault.records(SYMPTOM);
const { id } = await diary.add({ day: '2026-06-12', pain: 4 });
await diary.update(id, { pain: 2 });
await vault.share({ with: await alice.people.add(karim.contactCard()), collection: 'diary' });
await alice.sync();
await karim.sync();
for (const share of karim.sharedWithMe())
  if (share.collection === 'diary') console.log(share.records(SYMPTOM).list());
// #endregion

await alice.close();
await karim.close();
await server.close();
