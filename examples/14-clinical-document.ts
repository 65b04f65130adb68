import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, isVaultError } from 'coffret';
import { documentsOf } from 'coffret/documents';
import { compareIdentity, dayOfDocument, filingOf, readCda } from 'coffret/interop';
import { profileOf } from 'coffret/profile';
import { listen, openServer } from 'coffret/server';
import { createMemoryStore } from 'coffret/store';

const path = process.argv[2] ?? 'examples/data/2026-03-12-laboratory-thyroid.xml';
const opened = await openServer({ dataDir: await mkdtemp(join(tmpdir(), 'coffret-')), log: 'silent' });
const server = await listen(opened, { port: 0, host: '127.0.0.1' });
const passphrase = 'four words I remember';
const alice = await createPerson({ passphrase, store: createMemoryStore(), server: server.url });
const vault = await alice.createVault({ holder: { birthName: 'Martel', birthDate: '1980-02-29' } });

// #region cda
const bytes = await readFile(path);
const cda = await readCda(new Uint8Array(bytes)); // on the device; entities, depth and size are limited
console.log(cda.title, cda.category, dayOfDocument(cda), cda.authors[0]?.name?.text);
for (const { title, text } of cda.sections) console.log(title, text.slice(0, 60));

const identity = compareIdentity(cda.patient, vault.holder);
console.log(identity.verdict, identity.explanation.en);

const cabinet = documentsOf(vault);
const file = new File([bytes], 'report.xml', { type: 'application/xml' });
const add = (acknowledged?: 'mismatch' | 'uncertain') =>
  cabinet.file(file, filingOf(cda), { identity, ...(acknowledged && { acknowledged }) });
const filed = await add().catch((error) => {
  if (!isVaultError(error, 'usage/wrong-holder') || identity.verdict === 'match') throw error;
  return add(identity.verdict); // a person looked at it, and says that it is theirs all the same
});
const from = { document: filed.id, replaces: filed.replaces };
const { proposed } = await profileOf(vault).proposals.propose(cda.proposals, from);
for (const { id } of proposed) await profileOf(vault).proposals.confirm(id); // once the holder has looked
// #endregion

// #region mask
const secret = await vault.documents.add(new Blob(['For my eyes']), {
  category: 'report',
  title: 'Not for professionals',
  mask: { from: 'professionals' },
});
console.log(secret.masked);
await vault.documents.unmask(secret.id);
// #endregion

await alice.close();
await server.close();
