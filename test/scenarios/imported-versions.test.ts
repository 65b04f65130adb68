import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsOf, type FiledDocument } from '../../src/documents/index.js';
import type { Person, Vault } from '../../src/index.js';
import { aboutOf, compareIdentity, dayOfDocument, readCda } from '../../src/interop/index.js';
import { type Proposal, profileOf } from '../../src/profile/index.js';
import { openStage, type Stage } from '../support/actors.js';
import { cdaText, HEAD, LAB_SECTION, TAIL, VACCINATION_SECTION } from '../support/cda-fixtures.js';
import { codeOf } from '../support/code-of.js';
import { until } from '../support/following.js';

/** A version of one document; each says which one it takes the place of. */
function versionOf(version: number, sections = VACCINATION_SECTION + LAB_SECTION): File {
  const head = HEAD.replace('extension="7"', `extension="${version}"`).replace(
    '<versionNumber value="2"/>',
    `<versionNumber value="${version}"/>`,
  );
  const text = cdaText({
    head,
    sections,
    tail: TAIL.replace(/<relatedDocument[\s\S]*<\/relatedDocument>/, ''),
  });
  return new File([text], `version-${version}.xml`, { type: 'text/xml' });
}

/** As an app does it: reads, compares, files, proposes. */
async function importInto(vault: Vault, file: File) {
  const cda = await readCda(new Uint8Array(await file.arrayBuffer()));
  const metadata = {
    category: cda.category,
    title: cda.title ?? '',
    date: dayOfDocument(cda),
    about: aboutOf(cda),
  };
  const identity = compareIdentity(cda.patient, vault.holder);
  const filed = await documentsOf(vault).file(file, metadata, { identity });
  const { proposed } = await profileOf(vault).proposals.propose(cda.proposals, {
    ...{ document: filed.id, replaces: filed.replaces },
  });
  return { cda, filed, proposed };
}

const about = (proposals: readonly Proposal[], section: Proposal['section']) =>
  proposals.filter((proposal) => proposal.section === section);

describe('Alice imports a clinical document, and its next versions', () => {
  let stage: Stage;
  let alice: Person;
  let vault: Vault;
  beforeAll(async () => {
    stage = await openStage();
    alice = await stage.enter('alice');
    vault = await alice.createVault({
      holder: {
        ...{ birthName: 'Pat-Trois', givenNames: ['Dominique', 'Marie-Louise'], birthDate: '1979-03-28' },
        ...{ sex: 'female', birthPlace: '51215' },
      },
    });
  });
  afterAll(async () => stage.close());

  it('confirms what it says, refuses what it says, and both hold when the next version comes', async () => {
    const cabinet = documentsOf(vault);
    const { proposals, vaccinations } = profileOf(vault);
    const { filed: first, proposed } = await importInto(vault, versionOf(1));
    expect(first).toMatchObject({ category: 'vaccination', supersededBy: null, replaces: [] });
    const [vaccine] = about(proposed, 'vaccinations');
    const [hba1c] = about(proposed, 'measures');
    const entry = await proposals.confirm(vaccine?.id as never);
    expect(entry.provenance).toMatchObject({ by: 'document', document: first.id, also: [] });
    expect(entry.provenance.locator).toBe(vaccine?.locator);
    await proposals.refuse(hba1c?.id as never);
    const waiting = (await proposals.list()).length;
    expect(waiting).toBe(proposed.length - 2);

    // The same file again, under another name: nothing of it.
    expect(await codeOf(() => importInto(vault, new File([versionOf(1)], 'other.xml')))).toBe(
      'usage/duplicate',
    );

    const live = cabinet.liveOne(first.id);
    const { filed: second, proposed: anew } = await importInto(vault, versionOf(2));
    expect(second.replaces).toEqual([first.id]);
    await until<FiledDocument | null>(live, (document) => document?.supersededBy === second.id);
    expect((await cabinet.list({ current: true })).map(({ id }) => id)).toEqual([second.id]);
    // What was refused is not asked again; what waits, waits once, from the version in force.
    expect(about(anew, 'measures')).toEqual([]);
    const open = await proposals.list();
    expect(new Set(open.map(({ document }) => document))).toEqual(new Set([second.id]));
    expect(open).toHaveLength(waiting + 1);
    // What was confirmed links to its document still, which is there, and the new version adds itself.
    expect(await vaccinations.list()).toEqual([entry]);
    expect(await cabinet.get(first.id)).toMatchObject({ id: first.id, title: first.title });
    const [again] = about(open, 'vaccinations');
    expect(again).toMatchObject({ duplicateOf: entry.id });
    const enriched = await proposals.confirm(again?.id as never);
    expect(enriched).toMatchObject({
      id: entry.id,
      provenance: { document: first.id, also: [{ document: second.id }] },
    });

    // The third version corrects what was refused: that is another question.
    const corrected = LAB_SECTION.replace('value="6.10" unit="%"', 'value="5.40" unit="%"');
    const { filed: third, proposed: last } = await importInto(
      vault,
      versionOf(3, VACCINATION_SECTION + corrected),
    );
    expect(third.replaces).toEqual([second.id]);
    expect(about(last, 'measures')).toMatchObject([{ document: third.id, entry: { measure: 'hba1c' } }]);
    expect((await proposals.list('refused')).map(({ document }) => document).sort()).toEqual(
      [first.id, second.id].sort(),
    );

    // The fourth says the same as the third, which nobody has looked at.
    const { proposed: fourth } = await importInto(vault, versionOf(4, corrected));
    expect(about(fourth, 'measures')).toHaveLength(1);
    expect(about(await proposals.list(), 'measures')).toHaveLength(1);
    await proposals.confirm(about(fourth, 'measures')[0]?.id as never);
    expect((await profileOf(vault).measures.latest('hba1c'))?.value).toBe('5.4');

    // With the first version removed from view, what came from it stays, and says where it came from.
    await vault.documents.remove(first.id);
    expect((await vaccinations.get(entry.id))?.provenance.document).toBe(first.id);
    expect(await cabinet.get(first.id)).toBeNull();
    expect((await cabinet.get(second.id))?.replaces).toEqual([]);
  });

  it('keeps from professionals what its source asks to be kept from them, unless she says otherwise', async () => {
    const martin = await stage.enter('martin', { kind: 'professional' });
    await martin.sync();
    const cabinet = documentsOf(vault);
    await vault.share({ with: await alice.people.add(martin.contactCard()), category: 'report' });
    const identity = { verdict: 'match' } as const;
    const file = (title: string, said: object, mask?: object | null) =>
      cabinet.file(
        new Blob([title]),
        { category: 'report', title, about: said, ...(mask === undefined ? {} : { mask: mask as null }) },
        { identity },
      );
    const asked = await file('asked', { maskedFromProfessionals: true });
    expect(asked.masked).toEqual({ professionals: true, people: [] });
    expect((await file('shown all the same', { maskedFromProfessionals: true }, null)).masked).toBeNull();
    expect((await file('plain', {})).masked).toBeNull();
    // What follows are rules for what an app shows, and keep nothing from anyone who was given a key.
    await file('a rule', { hiddenFromRepresentatives: true, notYetAnnounced: true });
    await alice.sync();
    await martin.sync();
    const titles = martin.sharedWithMe().flatMap((share) => share.list().map(({ title }) => title));
    expect(titles.sort()).toEqual(['a rule', 'plain', 'shown all the same']);
    const [rule] = (await cabinet.list()).filter(({ title }) => title === 'a rule');
    expect(rule).toMatchObject({ askFirst: true, hiddenFromRepresentatives: true });
    expect(await (await vault.documents.blob(rule?.id as never)).text()).toBe('a rule');
    await cabinet.acknowledge(rule?.id as never);
    expect(await cabinet.get(rule?.id as never)).toMatchObject({
      ...{ askFirst: false, hiddenFromRepresentatives: true },
      about: { notYetAnnounced: true },
    });
  });
});
