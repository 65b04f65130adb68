import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contact, Person, Vault } from '../../src/index.js';
import { searchOf } from '../../src/search/index.js';
import { openStage, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';

describe('who reads what Alice masks', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  type Kind = 'patient' | 'professional' | 'institution';

  async function readers(name: string, kinds: Readonly<Record<string, Kind>>) {
    const alice = await stage.enter(name);
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await vault.documents.add(new Blob(['plain']), { category: 'report', title: 'Plain' });
    const secret = await vault.documents.add(new Blob(['depression']), {
      ...{ category: 'report', title: 'Secret' },
    });
    const people: Record<string, { readonly person: Person; readonly contact: Contact }> = {};
    const add = async (who: string, kind: Kind) => {
      const person = await stage.enter(`${who} of ${name}`, { kind });
      await person.sync();
      const contact = await alice.people.add(person.contactCard());
      people[who] = { person, contact };
      await vault.share({ with: contact, category: 'report' });
    };
    for (const [who, kind] of Object.entries(kinds)) await add(who, kind);
    const settle = async () => {
      for (const person of [alice, ...Object.values(people).map((other) => other.person)])
        expect((await person.sync()).failed).toEqual([]);
    };
    await settle();
    const titlesOf = ({ person }: { readonly person: Person }) =>
      person
        .sharedWithMe()
        .flatMap((share) => share.list().map(({ title }) => title))
        .sort();
    const seen = () =>
      Object.fromEntries(Object.entries(people).map(([who, other]) => [who, titlesOf(other)]));
    const of = (who: string) => people[who] as { readonly person: Person; readonly contact: Contact };
    return { alice, vault: vault as Vault, id: secret.id, add, settle, seen, of };
  }

  const ALL = ['Plain', 'Secret'];
  const REST = ['Plain'];

  it('all but professionals, when it is masked later from all of them: who comes after, who is a carer', async () => {
    const { vault, id, add, settle, seen } = await readers('alice', {
      martin: 'professional',
      hospital: 'institution',
      karim: 'patient',
      carer: 'patient',
    });
    await vault.documents.mask(id, { from: 'professionals' });
    await settle();
    expect(seen()).toEqual({ martin: REST, hospital: REST, karim: ALL, carer: ALL });
    await add('nadia', 'professional');
    await add('neighbour', 'patient');
    await settle();
    expect(seen()).toMatchObject({ nadia: REST, neighbour: REST, karim: ALL });
    // What she adds to it later reaches those who may see it, and nobody else.
    await vault.documents.replace(id, new Blob(['depression, better']));
    await settle();
    expect(seen()).toMatchObject({ martin: REST, nadia: REST, karim: ALL, carer: ALL });
    expect(vault.documents.whoCanRead(id).length).toBe(3);
  });

  it('changes with the mask: from one to all, and back to one', async () => {
    const { vault, id, add, settle, seen, of } = await readers('berthe', {
      martin: 'professional',
      eve: 'professional',
      karim: 'patient',
    });
    await vault.documents.mask(id, { from: [of('eve').contact] });
    await settle();
    expect(seen()).toEqual({ martin: ALL, eve: REST, karim: ALL });
    await vault.documents.mask(id, { from: 'professionals' });
    await settle();
    expect(seen()).toEqual({ martin: REST, eve: REST, karim: ALL });
    await add('neighbour', 'patient');
    await vault.documents.mask(id, { from: 'professionals' });
    await vault.documents.mask(id, { from: [of('eve').contact] });
    await settle();
    // Only those whom the mask before kept out: a later grant is not a way in.
    expect(seen()).toEqual({ martin: ALL, eve: REST, karim: ALL, neighbour: REST });
    expect(vault.documents.get(id)?.masked).toEqual({ professionals: false, people: [of('eve').person.id] });
    await vault.documents.mask(id, { from: [of('karim').contact] });
    await settle();
    expect(seen()).toEqual({ martin: ALL, eve: ALL, karim: REST, neighbour: REST });
  });

  it('holds from the moment it is sent; who is cut off keeps what they kept, and no longer finds it', async () => {
    const { alice, vault, id, settle, seen, of } = await readers('claire', {
      martin: 'professional',
      karim: 'patient',
    });
    const martin = of('martin').person;
    const [share] = martin.sharedWithMe();
    const search = searchOf(share as never);
    await search.update();
    expect((await search.find('secret')).total).toBe(1);
    expect(await (await share?.blob(id))?.text()).toBe('depression');

    // She is offline: nobody can know. Her own devices show it masked at once.
    await vault.documents.mask(id, { from: 'professionals' });
    expect(vault.documents.get(id)?.masked).not.toBeNull();
    await martin.sync();
    expect(seen().martin).toEqual(ALL);
    await alice.sync();
    // Martin has not heard of it: what is on his device is still there. A copy cannot be called back.
    expect(await (await share?.blob(id))?.text()).toBe('depression');

    await settle();
    expect(seen()).toEqual({ martin: REST, karim: ALL });
    expect(await codeOf(async () => share?.blob(id))).toBe('usage/not-found');
    expect(share?.list().map(({ title }) => title)).toEqual(REST);
    await search.update();
    expect((await search.find('secret')).total).toBe(0);
    expect((await search.find('plain')).total).toBe(1);
    // Who may see it finds it, where it is now.
    const found = await Promise.all(
      of('karim')
        .person.sharedWithMe()
        .map(async (each) => {
          await searchOf(each).update();
          return (await searchOf(each).find('secret')).total;
        }),
    );
    expect(found.reduce((sum, total) => sum + total, 0)).toBe(1);
  });

  it('stays so when it is removed, brought back and erased', async () => {
    const { vault, id, add, settle, seen } = await readers('denise', {
      martin: 'professional',
      karim: 'patient',
    });
    await vault.documents.mask(id, { from: 'professionals' });
    await vault.documents.remove(id);
    await settle();
    expect(seen()).toEqual({ martin: REST, karim: REST });
    expect(vault.documents.list().map(({ title }) => title)).toEqual(REST);
    expect(vault.documents.list({ removed: true })).toMatchObject([{ id, masked: { professionals: true } }]);
    expect(await codeOf(() => vault.documents.mask(id, { from: 'professionals' }))).toBe('usage/not-found');
    const restored = await vault.documents.restore(id);
    expect(restored).toMatchObject({ category: 'report', masked: { professionals: true } });
    await add('nadia', 'professional');
    await settle();
    expect(seen()).toEqual({ martin: REST, karim: ALL, nadia: REST });
    await vault.documents.erase(id);
    await settle();
    expect(seen()).toEqual({ martin: REST, karim: REST, nadia: REST });
    expect(await codeOf(() => vault.documents.restore(id))).toBe('usage/not-found');
    expect(vault.documents.list({ removed: true })).toEqual([]);
  });
});
