import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsOf } from '../../src/documents/index.js';
import { aboutOf, compareIdentity, readCda } from '../../src/interop/index.js';
import { searchOf } from '../../src/search/index.js';
import { cdaText } from '../support/cda-fixtures.js';
import { CanaryScan } from '../support/evil-canary.js';
import { requireSync, text } from '../support/evil-scene.js';
import { type EvilStage, openEvilStage } from '../support/evil-stage.js';

const MATRICULE = '279035121518989';
const HOLDER = {
  birthName: 'Patdoc-Quince',
  givenNames: ['Ruth-Medlar'],
  birthDate: '1979-03-28',
  sex: 'female',
  birthPlace: '51215',
  ins: MATRICULE,
  insOid: '1.2.250.1.213.1.4.10',
} as const;

describe('the national identity of the holder', () => {
  let stage: EvilStage;
  beforeAll(async () => {
    stage = await openEvilStage('national-identity');
  });
  afterAll(() => stage?.close());

  const filesUnder = async (directory: string) => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return Promise.all(
      files.map(async ({ parentPath, name }) => ({
        name,
        bytes: new Uint8Array(await readFile(join(parentPath, name))),
      })),
    );
  };

  it('I1 is in sealed bytes only: not on the wire, nor on any disk, of the server or of a device', async () => {
    const scan = new CanaryScan();
    const secrets = [MATRICULE, MATRICULE.slice(0, 13), HOLDER.birthName, HOLDER.givenNames[0], '1979-03-28'];
    for (const secret of secrets) scan.add({ name: secret, bytes: text(secret) });
    expect(scan.leaksIn(text(`x${MATRICULE}x`))).not.toEqual([]);

    const alice = await stage.enter('alice');
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await alice.person.createVault({ holder: { birthName: HOLDER.birthName } });
    await vault.updateHolder(HOLDER);
    const bytes = text(cdaText({}));
    const cda = await readCda(bytes);
    const identity = compareIdentity(cda.patient, vault.holder);
    const metadata = { category: cda.category, title: 'A report', about: aboutOf(cda) };
    const filed = await documentsOf(vault).file(new Blob([bytes]), metadata, {
      identity,
      ...(identity.verdict !== 'match' && { acknowledged: identity.verdict }),
    });
    // What is kept beside the file says nothing of whom it is about.
    expect(scan.leaksIn(text(JSON.stringify(filed.about)))).toEqual([]);
    await searchOf(vault).update();
    expect((await searchOf(vault).find('report')).total).toBe(1);
    await requireSync(martin.person);
    const doctor = await alice.person.people.add(martin.person.contactCard());
    await vault.share({ with: doctor, category: cda.category });
    await requireSync(alice.person);
    await requireSync(martin.person);
    expect(martin.person.sharedWithMe().flatMap((share) => share.list())).toHaveLength(1);

    for (const sent of stage.wire) expect(scan.leaksIn(sent)).toEqual([]);
    const kept = await filesUnder(stage.directory);
    expect(kept.length).toBeGreaterThan(6);
    expect(kept.flatMap(({ name, bytes: file }) => scan.leaksIn(file).map((leak) => [name, leak]))).toEqual(
      [],
    );
  });
});
