import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AGENDA_TEXTS, agendaOf } from '../../../src/agenda/index.js';
import { DOCUMENTS_TEXTS, documentsOf } from '../../../src/documents/index.js';
import type { Person, Vault } from '../../../src/index.js';
import { CDA_TEXT } from '../../../src/interop/index.js';
import { PROFILE_TEXTS, profileOf } from '../../../src/profile/index.js';
import { type FileExtractor, type Search, searchOf } from '../../../src/search/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { base64Of, bytesOf, cdaText, section } from '../../support/cda-fixtures.js';

/** Reads its files backwards, once it is there. */
class Backwards implements FileExtractor {
  readonly mediaTypes = ['text/x-backwards'];
  readonly version = 1;
  readonly bytesMax = 100;
  isThere = true;
  readonly read: number[] = [];
  readonly isReady = async () => this.isThere;
  readonly extract = async (file: Blob) => {
    this.read.push(file.size);
    const text = await file.text();
    if (text === 'fail') throw new Error('damaged');
    return [...text].reverse().join('');
  };
}

let stage: Stage;
let alice: Person;
let vault: Vault;
let search: Search;
beforeAll(async () => {
  stage = await openStage();
  alice = await stage.enter('alice');
});
afterAll(() => stage.close());
beforeEach(async () => {
  vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  search = searchOf(vault);
});

const add = (title: string, text: string, type = 'text/plain', about = {}) =>
  vault.documents.add(new Blob([text], { type }), { category: 'report', title, about });
const found = async (text: string) => (await search.find(text)).hits.map(({ title }) => title);

describe('files of other media types', () => {
  it('are read by the extractor of theirs, and found by title without one', async () => {
    const backwards = new Backwards();
    search.registerFiles(backwards);
    await add('Lettre', 'etirhtra', 'Text/X-Backwards; charset=utf-8');
    await add('Long', 'e'.repeat(101), 'text/x-backwards');
    await add('Image', 'etirhtra', 'image/png');
    expect(await search.update()).toEqual({ added: 3, removed: 0, withoutText: 0 });
    expect(await found('arthrite')).toEqual(['Lettre']);
    expect(await found('image')).toEqual(['Image']);
    expect(backwards.read).toEqual([8]);
  });

  it('that are damaged leave their document findable by its title, and the others alone', async () => {
    search.registerFiles(new Backwards());
    await add('Abîmé', 'fail', 'text/x-backwards');
    await add('Entier', 'etirhtra', 'text/x-backwards');
    expect(await search.update()).toEqual({ added: 2, removed: 0, withoutText: 0 });
    expect(await found('abime')).toEqual(['Abîmé']);
    expect(await found('arthrite')).toEqual(['Entier']);
    expect(await search.update()).toMatchObject({ added: 0 });
  });

  it('are read once what reads them is there, or is another', async () => {
    const backwards = new Backwards();
    backwards.isThere = false;
    search.registerFiles(backwards);
    await add('Lettre', 'etirhtra', 'text/x-backwards');
    await search.update();
    expect(await found('arthrite')).toEqual([]);
    expect(await found('lettre')).toEqual(['Lettre']);
    backwards.isThere = true;
    expect(await search.update()).toMatchObject({ added: 1 });
    expect(await found('arthrite')).toEqual(['Lettre']);
    search.registerFiles({ ...backwards, extract: async () => 'goutte', version: 2 });
    expect(await search.update()).toMatchObject({ added: 1 });
    expect(await found('goutte')).toEqual(['Lettre']);
  });

  it('are found within a clinical document, which is not read again for another title', async () => {
    const backwards = new Backwards();
    search.registerFiles(CDA_TEXT, backwards);
    const carried = `<component><nonXMLBody><text mediaType="text/x-backwards" representation="B64">${base64Of(bytesOf('etirhtra'))}</text></nonXMLBody></component>`;
    const { id } = await add('Vieux', cdaText({ body: carried }), 'application/xml');
    await add('Neuf', cdaText({ sections: section('1', 'Périostite tibiale') }), 'text/xml');
    await add('Autre', '<plist><string>periostite</string></plist>', 'text/xml');
    await add('Cassé', cdaText().slice(0, -30), 'text/xml');
    await search.update();
    expect(await found('arthrite')).toEqual(['Vieux']);
    expect(await found('periostites')).toEqual(['Neuf']);
    expect((await found('cabinet du parc')).sort()).toEqual(['Neuf', 'Vieux']);
    expect(await found('casse')).toEqual(['Cassé']);
    const reads = backwards.read.length;
    search.registerRecords(...DOCUMENTS_TEXTS);
    await documentsOf(vault).setTitle(id, 'Rhumatologue');
    expect(await search.update()).toMatchObject({ added: 1 });
    expect(await found('arthrite')).toEqual(['Rhumatologue']);
    expect(backwards.read.length).toBe(reads);
  });
});

describe('what the holder says of a document', () => {
  beforeEach(() => {
    search.registerRecords(...DOCUMENTS_TEXTS);
  });

  it('finds it: by their title and their note, and still by that of its author', async () => {
    const { id } = await add('CR_20260101', 'Radiographie.');
    await documentsOf(vault).setTitle(id, 'Mon poignet');
    await documentsOf(vault).setNote(id, 'Chute à vélo');
    await search.update();
    expect(await found('poignet')).toEqual(['Mon poignet']);
    expect(await found('velo')).toEqual(['Mon poignet']);
    expect(await found('CR 20260101')).toEqual(['Mon poignet']);
    expect(await found('radiographie')).toEqual(['Mon poignet']);
    expect((await search.find('poignet')).total).toBe(1);
  });

  it('opens the text of what was not announced, which is not found before', async () => {
    const { id } = await add('Résultats', 'Carcinome.', 'text/plain', { notYetAnnounced: true });
    await search.update();
    expect(await found('carcinome')).toEqual([]);
    expect((await search.find('resultats')).hits[0]?.snippet.text).toBe('');
    await documentsOf(vault).acknowledge(id);
    await search.update();
    expect(await found('carcinome')).toEqual(['Résultats']);
  });
});

describe('records of the modules', () => {
  it('are found in both languages, by code, place and person', async () => {
    search.registerRecords(...PROFILE_TEXTS, ...AGENDA_TEXTS, ...DOCUMENTS_TEXTS);
    const profile = profileOf(vault);
    await profile.allergies.add({
      substance: { text: 'Pénicilline', code: 'J01CE01', system: 'http://www.whocc.no/atc' },
    });
    await profile.vaccinations.add({ vaccine: { text: 'Revaxis' }, date: '2019-05', lot: 'A123' });
    await agendaOf(vault).add({
      ...{ title: 'Contrôle', type: 'appointment', status: 'booked', busy: true },
      ...{
        practitioner: 'Dr Fontaine',
        place: 'Hôpital Nord',
        when: { start: '2026-06-01T09:00:00', zone: 'Europe/Paris' },
      },
    });
    await documentsOf(vault).createFolder('Dentiste');
    await search.update();
    expect(await found('penicilline')).toEqual(['Pénicilline']);
    expect(await found('j01ce01')).toEqual(['Pénicilline']);
    expect(await found('intolerance')).toEqual(['Pénicilline']);
    expect(await found('a123')).toHaveLength(1);
    expect((await search.find('revaxis', { from: '2019-05-01', to: '2019-05-31' })).total).toBe(1);
    expect(await found('hopital nord')).toEqual(['Contrôle']);
    expect((await search.find('controle', { author: 'fontaine', from: '2026-06-01' })).total).toBe(1);
    expect(await found('dentiste')).toEqual(['Dentiste']);
  });
});
