import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, defineKind } from 'coffret';
import { recordExtractor, searchOf } from 'coffret/search';
import { listen, openServer } from 'coffret/server';
import { createMemoryStore } from 'coffret/store';

const opened = await openServer({ dataDir: await mkdtemp(join(tmpdir(), 'coffret-')), log: 'silent' });
const server = await listen(opened, { port: 0, host: '127.0.0.1' });
const passphrase = 'four words I remember';
const store = createMemoryStore();
const alice = await createPerson({ passphrase, store, server: server.url, name: 'Alice' });
const vault = await alice.createVault({ holder: { birthName: 'Martel', birthDate: '1980-05-05' } });
const text = 'Rupture du ligament croisé antérieur. Contrôle dans trois mois, kinésithérapie.';
await vault.documents.add(new Blob([text], { type: 'text/plain' }), {
  category: 'report',
  title: 'IRM du genou',
  date: '2026-03-02',
});

// #region search
const search = searchOf(vault);
await search.update({ onProgress: ({ done, total }) => console.log(`${done} of ${total}`) });
const { hits } = await search.find('ligaments croises', { categories: ['report'], from: '2026-01-01' });
for (const { title, snippet } of hits) {
  const found = snippet.ranges.map(([start, end]) => snippet.text.slice(start, end));
  console.log(title, found); // IRM du genou [ 'ligament', 'croisé' ]
}
// #endregion

// #region records
const symptom = defineKind<{ readonly what: string; readonly day: string }>({
  ...{ kind: 'symptom', schema: 1, collection: 'diary' },
  parse: (value) => value as { readonly what: string; readonly day: string },
});
search.registerRecords(recordExtractor(symptom, ({ value }) => ({ title: value.what, date: value.day })));
const stop = search.follow(); // from now on what changes is taken in by itself
await vault.records(symptom).add({ what: 'Migraine', day: '2026-06-12' });
await search.update();
console.log((await search.find('migr')).hits[0]?.title); // Migraine
stop();
// #endregion

await alice.close();
await server.close();
