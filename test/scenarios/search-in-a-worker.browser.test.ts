import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsOf } from '../../src/documents/index.js';
import type { Person, Vault } from '../../src/index.js';
import { searchOf } from '../../src/search/index.js';
import { type InWorker, openVaultInWorker, type VaultInWorker } from '../../src/worker/index.js';
import { FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { base64Of, cdaText, section } from '../support/cda-fixtures.js';
import { writePages } from '../support/hostile-pdf.js';
import { filesOfOrigin, findText, rowsOfDatabase } from '../support/origin-scan.js';

const passphrase = passphraseOf('alice');

describe('Alice searches her vault, which is in a worker', () => {
  const name = crypto.randomUUID();
  let stage: Stage;
  let device: VaultInWorker;
  let alice: InWorker<Person>;
  let vault: InWorker<Vault>;
  beforeAll(async () => {
    stage = await openStage();
    device = await openVaultInWorker({
      name,
      worker: () =>
        new Worker(new URL('../../src/worker/vault-worker.ts', import.meta.url), { type: 'module' }),
    });
    alice = await device.createPerson({ passphrase, server: stage.url, name: 'Alice', cost: FLOOR });
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  });
  afterAll(async () => {
    await device.destroy();
    await stage.close();
  });

  const add = (title: string, content: BlobPart, type: string) =>
    vault.documents.add(new Blob([content], { type }), { category: 'report', title });
  const found = async (text: string) => (await searchOf(vault).find(text)).hits.map(({ title }) => title);

  it('finds text, PDFs, clinical documents and the PDF within one, and what she says of them', async () => {
    const pdf = (line: string) => writePages([line]).slice();
    const carried = `<component><nonXMLBody><text mediaType="application/pdf" representation="B64">${base64Of(pdf('Ferritine basse'))}</text></nonXMLBody></component>`;
    await add('Lettre', 'Splénomégalie', 'text/plain');
    await add('Scanner', pdf('Bronchectasie'), 'application/pdf');
    await add('Compte rendu', cdaText({ sections: section('1', 'Hémochromatose') }), 'text/xml');
    const { id } = await add('Bilan', cdaText({ body: carried }), 'text/xml');
    await add('Abîmé', pdf('Bronchectasie').slice(0, 200), 'application/pdf');
    await documentsOf(vault).setTitle(id, 'Mon bilan');
    const told: number[] = [];
    const search = searchOf(vault);
    const update = await search.update({ onProgress: ({ done }) => told.push(done) });
    expect(update).toEqual({ added: 5, removed: 0, withoutText: 0 });
    expect(told.at(-1)).toBe(5);
    expect(await found('splenomegalie')).toEqual(['Lettre']);
    expect(await found('bronchectasies')).toEqual(['Scanner']);
    expect(await found('hemochromatose')).toEqual(['Compte rendu']);
    expect(await found('ferritine')).toEqual(['Mon bilan']);
    expect(await found('abime')).toEqual(['Abîmé']);
  });

  it('finds it again after unlocking, without reading a file, and leaves no word of it at rest', async () => {
    await device.lock();
    alice = await device.openPerson({ passphrase });
    [vault] = (await alice.vaults()) as [InWorker<Vault>];
    expect(await found('ferritine')).toEqual(['Mon bilan']);
    expect(await searchOf(vault).update()).toEqual({ added: 0, removed: 0, withoutText: 0 });
    const place = `coffret-${name}`;
    const kept = [...(await rowsOfDatabase(place)), ...(await filesOfOrigin(place))];
    expect(findText(kept, 'cache/').length).toBeGreaterThan(0);
    for (const word of ['erritine', 'ronchectasie', 'mochromatose', 'Mon bilan'])
      expect(findText(kept, word)).toEqual([]);
  });

  it('leaves the page to itself while many documents are taken in, and shows what is found so far', async () => {
    const words = Array.from({ length: 3000 }, (_, i) => `mot${String(i % 900)}`).join(' ');
    for (let i = 0; i < 150; i++) await add(`Note ${String(i)}`, `${words} numero${String(i)}`, 'text/plain');
    let longest = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const live = searchOf(vault).liveFind('numero149');
    const stop = live.subscribe(() => {});
    await expect.poll(() => live.getSnapshot()?.total).toBe(1);
    clearInterval(ticking);
    stop();
    console.log(`the page waited ${longest.toFixed(0)} ms at most`);
    expect(longest).toBeLessThan(1000);
  });
});
