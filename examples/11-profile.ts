import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson } from 'coffret';
import { labelOf, printSummary, profileOf } from 'coffret/profile';
import { listen, openServer } from 'coffret/server';
import { createMemoryStore } from 'coffret/store';

const opened = await openServer({ dataDir: await mkdtemp(join(tmpdir(), 'coffret-')), log: 'silent' });
const server = await listen(opened, { port: 0, host: '127.0.0.1' });
const passphrase = 'four words I remember';
const enter = (name: string, kind: 'patient' | 'professional') =>
  createPerson({ passphrase, store: createMemoryStore(), server: server.url, name, kind });
const alice = await enter('Alice', 'patient');
const martin = await enter('Dr Martin', 'professional');
const vault = await alice.createVault({ holder: { birthName: 'Martel', birthDate: '1980-05-05' } });
await martin.sync();

// #region profile
const profile = profileOf(vault);
await profile.allergies.add({
  substance: { text: 'Penicillin', code: '91936005', system: 'http://snomed.info/sct' },
  criticality: 'high',
});
await profile.answer('hospitalisations', 'none'); // not the same as never asked, unknown or not concerned
await profile.measures.add({ measure: 'height', value: 1.72, unit: 'm', at: '2020-01-01' });
await profile.measures.add({ measure: 'weight', value: 72.5, at: '2026-06-12' });
console.log((await profile.measures.latest('bmi'))?.value); // computed: 24.5
// #endregion

// #region proposals
// What a document seems to say is no part of the profile until someone confirms it.
const report = await vault.documents.add(new Blob(['Asthma']), { category: 'report', title: 'Report' });
const { proposed } = await profile.proposals.propose(
  [{ section: 'conditions', entry: { condition: { text: 'Asthma' } }, locator: 'line 1' }],
  { document: report.id },
);
for (const { id } of proposed) await profile.proposals.confirm(id); // or refuse(id): it is not offered again
// #endregion

// #region wishes
// In versions: the next one supersedes this one, which stays readable.
await profile.directives.write({ date: '2026-06-12', text: 'No resuscitation.' });
await profile.contacts.add({ roles: ['emergency', 'trusted-person'], name: 'Karim', phones: ['06 …'] });
// #endregion

// #region shared
// All but contacts and wishes, which are shared as `entourage`.
const doctor = await alice.people.add(martin.contactCard());
await vault.share({ with: doctor, collection: 'profile', role: 'contributor' });
await alice.sync();
await martin.sync();
for (const share of martin.sharedWithMe())
  if (share.collection === 'profile')
    await profileOf(share).treatments.add({ medication: { text: 'Salbutamol' } });
await martin.sync();
await alice.sync();
for (const { value, provenance } of await profile.treatments.list())
  console.log(value.medication.text, labelOf('source', provenance.by, 'en'), provenance.author === martin.id);

console.log(printSummary(await profile.summary({ language: 'fr', sections: ['allergies', 'treatments'] })));
// #endregion

await alice.close();
await martin.close();
await server.close();
