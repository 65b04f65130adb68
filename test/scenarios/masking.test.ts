import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contact, Person, Vault } from '../../src/index.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';

/** What someone's own app can show them of Alice's vault. */
const titlesOf = (person: Person) =>
  person
    .sharedWithMe()
    .flatMap((share) => share.list().map(({ title }) => title))
    .sort();

describe('Alice masks documents', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  type Kind = 'patient' | 'professional' | 'institution';

  /** Alice, and those who read her reports. */
  async function readers(name: string, people: Readonly<Record<string, Kind>>) {
    const alice = await stage.enter(name, { disk: true });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await vault.documents.add(new Blob(['plain']), { category: 'report', title: 'Plain' });
    const others: Record<string, { readonly person: Person; readonly contact: Contact }> = {};
    for (const [who, kind] of Object.entries(people)) {
      const person = await stage.enter(`${who} of ${name}`, { kind });
      await person.sync();
      others[who] = { person, contact: await alice.people.add(person.contactCard()) };
    }
    const settle = async () => {
      for (const person of [alice, ...Object.values(others).map((other) => other.person)])
        expect((await person.sync()).failed).toEqual([]);
    };
    const seen = () =>
      Object.fromEntries(Object.entries(others).map(([who, { person }]) => [who, titlesOf(person)]));
    const contactOf = (who: string) => others[who]?.contact as Contact;
    const personOf = (who: string) => others[who]?.person as Person;
    const shareWith = async (vaultOf: Vault, ...whom: string[]) => {
      for (const who of whom) await vaultOf.share({ with: contactOf(who), category: 'report' });
    };
    return { alice, vault, settle, seen, contactOf, personOf, shareWith };
  }

  it('from one of five readers: the other four go on reading, and that one reads nothing of it', async () => {
    const { vault, settle, seen, contactOf, personOf, shareWith } = await readers('alice', {
      martin: 'professional',
      nadia: 'professional',
      hospital: 'institution',
      karim: 'patient',
      eve: 'professional',
    });
    await shareWith(vault, 'martin', 'nadia', 'hospital', 'karim', 'eve');
    const secret = await vault.documents.add(new Blob(['a secret']), { category: 'report', title: 'Secret' });
    await settle();
    expect(seen()).toMatchObject({ eve: ['Plain', 'Secret'], karim: ['Plain', 'Secret'] });

    const masked = await vault.documents.mask(secret.id, { from: [contactOf('eve')] });
    expect(masked).toMatchObject({
      id: secret.id,
      category: 'report',
      masked: { professionals: false, people: [personOf('eve').id] },
    });
    await settle();
    const all = ['Plain', 'Secret'];
    expect(seen()).toEqual({ martin: all, nadia: all, hospital: all, karim: all, eve: ['Plain'] });
    // It is the same document to Alice: its id, its file, its place in the list.
    expect(
      vault.documents
        .list()
        .map(({ title }) => title)
        .sort(),
    ).toEqual(all);
    expect(await (await vault.documents.blob(secret.id)).text()).toBe('a secret');
    for (const share of personOf('martin').sharedWithMe())
      for (const { id, title } of share.list())
        if (title === 'Secret') expect(await (await share.blob(id)).text()).toBe('a secret');
    expect(vault.documents.whoCanRead(secret.id).map(({ person }) => person)).not.toContain(
      personOf('eve').id,
    );
    expect(await codeOf(() => vault.share({ with: contactOf('eve'), document: secret.id }))).toBe(
      'share/masked',
    );

    // A new version reaches those who may see it.
    await vault.documents.update(secret.id, { title: 'Secret, corrected' });
    await settle();
    expect(seen()).toMatchObject({ karim: ['Plain', 'Secret, corrected'], eve: ['Plain'] });

    await vault.documents.unmask(secret.id);
    await settle();
    expect(seen()).toMatchObject({
      eve: ['Plain', 'Secret, corrected'],
      martin: ['Plain', 'Secret, corrected'],
    });
    expect(vault.documents.get(secret.id)?.masked).toBeNull();
    expect(await (await vault.documents.blob(secret.id)).text()).toBe('a secret');
    // Its history is its own: where it was in between is none of it.
    const history = vault.documents.history(secret.id);
    expect(history.map(({ title }) => title)).toEqual(['Secret', 'Secret, corrected']);
    expect(await codeOf(() => vault.documents.unmask(secret.id))).toBe('usage/not-found');
  });

  it('from all professionals, at creation: nothing shows to them that it exists, also not to who comes later', async () => {
    const { alice, vault, settle, seen, personOf, shareWith } = await readers('berthe', {
      martin: 'professional',
      karim: 'patient',
      later: 'professional',
      carer: 'patient',
    });
    await shareWith(vault, 'martin', 'karim');
    await settle();
    const before = personOf('martin').sharedWithMe().length;
    const secret = await vault.documents.add(new File(['hidden'], 'hidden.txt'), {
      category: 'report',
      title: 'Hidden',
      mask: { from: 'professionals' },
    });
    expect(secret).toMatchObject({ category: 'report', masked: { professionals: true, people: [] } });
    await settle();
    expect(seen()).toEqual({ martin: ['Plain'], karim: ['Hidden', 'Plain'], later: [], carer: [] });
    expect(personOf('martin').sharedWithMe()).toHaveLength(before);
    // Later grants of the category do not show it: to a professional, nor to anyone else.
    await shareWith(vault, 'later', 'carer');
    await settle();
    expect(seen()).toMatchObject({ later: ['Plain'], carer: ['Plain'], martin: ['Plain'] });
    expect(
      vault.documents
        .list({ category: 'report' })
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['Hidden', 'Plain']);

    // A device that comes back from the words knows what is masked.
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('berthe') });
    await alice.sync();
    const tablet = await stage.recover('berthe', words);
    const there = tablet.vaults()[0];
    expect(there?.documents.get(secret.id)).toMatchObject({
      title: 'Hidden',
      masked: { professionals: true },
    });
    await there?.documents.unmask(secret.id);
    await tablet.sync();
    await settle();
    expect(seen()).toMatchObject({
      martin: ['Hidden', 'Plain'],
      later: ['Hidden', 'Plain'],
      karim: ['Hidden', 'Plain'],
    });
  });

  it('of which they hold the author’s: the author keeps it, a professional who comes later does not get the old key', async () => {
    const { alice, vault, settle, seen, contactOf, personOf, shareWith } = await readers('claire', {
      laboratory: 'institution',
      martin: 'professional',
      later: 'professional',
    });
    const card = await vault.deposits.card();
    await alice.sync();
    await personOf('laboratory').deposit(card, new Blob(['HIV negative']), {
      category: 'report',
      title: 'Serology',
    });
    await settle();
    await settle();
    const [deposit] = await vault.deposits.list();
    const id = await vault.deposits.adopt(deposit?.id as never);
    await shareWith(vault, 'martin');
    await settle();
    expect(seen()).toMatchObject({ martin: ['Plain', 'Serology'] });
    const masked = await vault.documents.mask(id, { from: 'professionals' });
    expect(masked.author).toBe(personOf('laboratory').id);
    await settle();
    // A professional too, the laboratory keeps what is its own.
    expect(seen()).toMatchObject({ martin: ['Plain'], laboratory: ['Serology'] });
    await shareWith(vault, 'later');
    await settle();
    expect(seen()).toMatchObject({ later: ['Plain'] });
    // From Dr Martin only: who came later reads it as they read the category.
    await vault.documents.unmask(id);
    await vault.documents.mask(id, { from: [contactOf('martin')] });
    await settle();
    expect(seen()).toMatchObject({
      martin: ['Plain'],
      later: ['Plain', 'Serology'],
      laboratory: ['Serology'],
    });
    expect(vault.documents.get(id)).toMatchObject({ author: personOf('laboratory').id, title: 'Serology' });
    await vault.documents.mask(id, { from: [contactOf('martin'), contactOf('later')] });
    await settle();
    expect(seen()).toMatchObject({ martin: ['Plain'], later: ['Plain'], laboratory: ['Serology'] });
    await vault.documents.erase(id);
    await settle();
    expect(seen()).toMatchObject({ laboratory: [] });
    expect(await codeOf(() => vault.documents.mask(id, { from: 'professionals' }))).toBe('usage/not-found');
    expect(await codeOf(() => vault.documents.mask(id, { from: [] }))).toBe('usage/invalid');
  });
});
