import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contact, Person, Vault } from '../../src/index.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';

const SECRET = { category: 'report', title: 'Secret' } as const;

describe('Alice masks a document while her devices are apart', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  /** Alice with a phone and a tablet, one secret, and three who read it. */
  async function apart(name: string) {
    const phone = await stage.enter(name);
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    const { id } = await vault.documents.add(new Blob(['a secret']), SECRET);
    const people: Record<string, Person> = {};
    const contacts: Record<string, Contact> = {};
    for (const [who, kind] of [
      ['martin', 'professional'],
      ['eve', 'professional'],
      ['karim', 'patient'],
    ] as const) {
      const person = await stage.enter(`${who} of ${name}`, { kind });
      await person.sync();
      people[who] = person;
      contacts[who] = await phone.people.add(person.contactCard());
      await vault.share({ with: contacts[who], category: 'report' });
    }
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf(name) });
    await phone.sync();
    const tablet = await stage.recover(name, words);
    const [there] = tablet.vaults() as [Vault];
    await there.documents.add(new Blob(['plain']), { category: 'report', title: 'Plain' });
    const settle = async () => {
      for (const person of [phone, tablet, phone, tablet, phone, ...Object.values(people)]) {
        const { failed } = await person.sync();
        expect(failed, person.name).toEqual([]);
      }
    };
    await settle();
    const seen = () =>
      Object.fromEntries(
        Object.entries(people).map(([who, person]) => [
          who,
          person
            .sharedWithMe()
            .flatMap((share) => share.list().map(({ title }) => title))
            .sort(),
        ]),
      );
    const own = () =>
      [vault, there].map(({ documents }) => {
        const all = documents.list().filter((document) => document.id === id);
        return all.map(({ title, masked }) => [title, masked !== null]);
      });
    const [eve, karim] = [contacts.eve as Contact, people.karim as Person];
    return { tablet, vault, there, id, settle, seen, own, eve, karim };
  }

  const both = (title: string) => [title, 'Plain'].sort();
  const maskedOnce = (title: string) => [[[title, true]], [[title, true]]];

  it.each([
    ['alice', true],
    ['alicia', false],
  ] as const)(
    'on two at once: it is there once, and masked from all whom either masked it from (%s)',
    async (name, phoneFirst) => {
      const { vault, there, id, settle, seen, own, eve } = await apart(name);
      const [one, other] = phoneFirst ? [vault, there] : [there, vault];
      await one.documents.mask(id, { from: [eve] });
      await other.documents.mask(id, { from: 'professionals' });
      await settle();
      expect(seen()).toEqual({ martin: ['Plain'], eve: ['Plain'], karim: both('Secret') });
      expect(own()).toEqual(maskedOnce('Secret'));
      for (const { documents } of [vault, there]) {
        expect(documents.get(id)?.masked).toEqual({ professionals: true, people: [eve.id] });
        expect(await (await documents.blob(id)).text()).toBe('a secret');
        expect(documents.list()).toHaveLength(2);
      }
      await there.documents.unmask(id);
      await settle();
      const all = both('Secret');
      expect(seen()).toEqual({ martin: all, eve: all, karim: all });
      expect(own()).toEqual([[['Secret', false]], [['Secret', false]]]);
    },
  );

  it.each([
    ['berthe', false],
    ['bertha', true],
  ] as const)(
    'on one, and writes to it on the other: what was written is masked too (%s)',
    async (name, tabletFirst) => {
      const { tablet, vault, there, id, settle, seen, own, eve } = await apart(name);
      await vault.documents.mask(id, { from: [eve] });
      await there.documents.update(id, { title: 'Corrected' });
      if (tabletFirst) await tablet.sync();
      await settle();
      expect(seen()).toEqual({ martin: both('Corrected'), eve: ['Plain'], karim: both('Corrected') });
      expect(own()).toEqual(maskedOnce('Corrected'));
      expect(vault.documents.get(id)?.masked).toEqual({ professionals: false, people: [eve.id] });
      await there.documents.replace(id, new Blob(['another secret']));
      await vault.documents.mask(id, { from: 'professionals' });
      await settle();
      expect(seen()).toEqual({ martin: ['Plain'], eve: ['Plain'], karim: both('Corrected') });
      for (const { documents } of [vault, there])
        expect(await (await documents.blob(id)).text()).toBe('another secret');
    },
  );

  it('on one, and gives it another file on the other: nobody who may not gets to see it', async () => {
    const { vault, there, id, settle, seen, own, karim } = await apart('claire');
    await vault.documents.mask(id, { from: 'professionals' });
    await there.documents.replace(id, new Blob(['another secret']));
    await settle();
    expect(seen()).toEqual({ martin: ['Plain'], eve: ['Plain'], karim: both('Secret') });
    expect(own()).toEqual(maskedOnce('Secret'));
    expect(await (await vault.documents.blob(id)).text()).toBe('another secret');
    for (const share of karim.sharedWithMe())
      for (const document of share.list())
        if (document.title === 'Secret')
          expect(await (await share.blob(document.id)).text()).toBe('another secret');
    expect(vault.documents.history(id).every(({ removed }) => !removed)).toBe(true);
  });

  it('and unmasks it on one while the other writes to it, or masks it anew: a mask holds until nobody wants it', async () => {
    const { vault, there, id, settle, seen, own, eve } = await apart('denise');
    await vault.documents.mask(id, { from: [eve] });
    await settle();
    await vault.documents.unmask(id);
    await there.documents.update(id, { title: 'Corrected' });
    await settle();
    const all = both('Corrected');
    expect(seen()).toEqual({ martin: all, eve: all, karim: all });
    expect(own()).toEqual([[['Corrected', false]], [['Corrected', false]]]);
    await vault.documents.mask(id, { from: [eve] });
    await settle();
    await vault.documents.unmask(id);
    await there.documents.mask(id, { from: 'professionals' });
    await settle();
    expect(seen()).toMatchObject({ martin: ['Plain'], eve: ['Plain'] });
    expect(own()).toEqual(maskedOnce('Corrected'));
  });

  it('and removes it on the other: it stays, masked, for her to decide', async () => {
    const { vault, there, id, settle, seen, own } = await apart('elise');
    await vault.documents.mask(id, { from: 'professionals' });
    await there.documents.remove(id);
    await settle();
    expect(seen()).toEqual({ martin: ['Plain'], eve: ['Plain'], karim: both('Secret') });
    expect(own()).toEqual(maskedOnce('Secret'));
  });
});
