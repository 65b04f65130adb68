import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, defineKind } from 'coffret';
import { AGENDA_TEXTS } from 'coffret/agenda';
import { DOCUMENTS_TEXTS, documentsOf } from 'coffret/documents';
import { CDA_TEXT } from 'coffret/interop';
import { pdfText } from 'coffret/preview';
import { PROFILE_TEXTS } from 'coffret/profile';
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

// #region files
// In a browser `pdfText()` reads each file in a worker of its own; the program of a vault in a worker knows all of these.
search.registerFiles(CDA_TEXT, pdfText({ pdfjs: () => import('pdfjs-dist/legacy/build/pdf.mjs') }));
search.registerRecords(...DOCUMENTS_TEXTS, ...PROFILE_TEXTS, ...AGENDA_TEXTS);
// #endregion
const add = async (name: string, type: string, title: string) =>
  vault.documents.add(new Blob([await readFile(`examples/data/${name}`)], { type }), {
    category: 'other',
    title,
  });
await add('2026-04-02-prescription.pdf', 'application/pdf', 'Scan 0017');
const { id } = await add('2026-03-12-laboratory-thyroid.xml', 'text/xml', 'CR_BIO');
await documentsOf(vault).setTitle(id, 'Ma thyroïde');
await search.update();
console.log((await search.find('levothyroxine')).hits[0]?.title); // Scan 0017
console.log((await search.find('hormonologie')).hits[0]?.title); // Ma thyroïde

// #region live
const live = search.liveFind('thyroïde'); // the same value for equal arguments, kept up to date while it is watched
const unsubscribe = live.subscribe(({ total }) => console.log(`${total} found`)); // 1 found
// #endregion
await vault.documents.remove(id);
while (live.getSnapshot()?.total !== 0) await new Promise((resolve) => setTimeout(resolve, 20));
unsubscribe();

await alice.close();
await server.close();
