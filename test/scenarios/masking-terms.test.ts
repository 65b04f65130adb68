import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsOf } from '../../src/documents/index.js';
import type { Contact, Id, Person, Vault } from '../../src/index.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { SYMPTOM } from '../support/symptom.js';

describe('what a mask does beside other terms', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  const titlesOf = (person: Person) =>
    person
      .sharedWithMe()
      .flatMap((share) => share.list().map(({ title }) => title))
      .sort();

  async function scene(name: string, ...others: readonly string[]) {
    const alice = await stage.enter(name);
    const vault: Vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const people: Record<string, Person> = {};
    const contacts: Record<string, Contact> = {};
    for (const who of others) {
      const person = await stage.enter(`${who} of ${name}`, { kind: 'professional' });
      await person.sync();
      people[who] = person;
      contacts[who] = await alice.people.add(person.contactCard());
    }
    const settle = async () => {
      for (const person of [alice, ...Object.values(people)])
        expect((await person.sync()).failed).toEqual([]);
    };
    const seen = () => Object.fromEntries(others.map((who) => [who, titlesOf(people[who] as Person)]));
    const add = (title: string) => vault.documents.add(new Blob([title]), { category: 'report', title });
    const share = (who: string, history?: 'all' | 'from-now') =>
      vault.share({ with: contacts[who] as Contact, category: 'report', ...(history && { history }) });
    const of = (who: string) => contacts[who] as Contact;
    return { alice, vault, settle, seen, add, share, of, people };
  }

  it('R-MASK-2 ends with the access to its category: who is revoked gets no later version of what was masked', async () => {
    const { vault, settle, seen, add, share, of } = await scene('alice', 'martin', 'eve');
    const secret = await add('Secret');
    const grant = await share('martin');
    await share('eve');
    await vault.documents.mask(secret.id, { from: [of('eve')] });
    await settle();
    expect(seen()).toEqual({ martin: ['Secret'], eve: [] });
    await vault.revoke(grant);
    await vault.documents.update(secret.id, { title: 'Secret, later' });
    await settle();
    expect(seen().martin).not.toContain('Secret, later');
    const readers = vault.documents.whoCanRead(secret.id).map(({ person }) => person);
    expect(readers).not.toContain(of('martin').id);
  });

  it('R-MASK-2 gives nothing to who reads from a moment on only', async () => {
    const { vault, settle, seen, add, share, of } = await scene('bertha', 'martin', 'fay', 'eve');
    const old = await add('Old');
    await share('martin');
    await share('fay', 'from-now');
    await share('eve');
    const late = await add('New');
    await settle();
    expect(seen()).toMatchObject({ martin: ['New', 'Old'], fay: ['New'] });
    await vault.documents.mask(old.id, { from: [of('eve')] });
    await vault.documents.mask(late.id, { from: [of('eve')] });
    await settle();
    expect(seen()).toMatchObject({ martin: ['New', 'Old'], fay: ['New'] });
    expect(seen().eve).not.toContain('New');
  });

  it('opens nothing again that an access from now on closed, and keeps versions that wait', async () => {
    const { vault, settle, seen, add, share, of } = await scene('clara', 'martin', 'eve', 'nadia');
    await add('Old');
    const grant = await share('martin', 'from-now');
    await add('New');
    const secret = await add('Secret');
    await vault.revoke(grant);
    await vault.documents.mask(secret.id, { from: [of('eve')] });
    await share('eve');
    await settle();
    expect(seen()).toMatchObject({ eve: ['New'] });
    // All of it, when that is what she wants: but never a key that opens what is masked.
    await share('nadia', 'all');
    await settle();
    expect(seen()).toMatchObject({ nadia: ['New', 'Old'] });
  });

  it('holds for the next version of a document, unless she says otherwise', async () => {
    const { vault, settle, seen, share, of } = await scene('dora', 'martin', 'eve');
    await share('martin');
    await share('eve');
    const cabinet = documentsOf(vault);
    const identity = { verdict: 'match' } as const;
    const setId = { system: '1.2.3', value: 'serology' };
    const file = (versionNumber: number, mask?: null) =>
      cabinet.file(
        new Blob([`version ${versionNumber}`]),
        {
          ...{ category: 'report', title: `Serology ${versionNumber}`, about: { setId, versionNumber } },
          ...(mask === null && { mask }),
        },
        { identity },
      );
    const one = await file(1);
    await vault.documents.mask(one.id, { from: ['professionals', of('eve')] });
    const two = await file(2);
    expect(two.masked).toEqual({ professionals: true, people: [of('eve').id] });
    await settle();
    expect(seen()).toEqual({ martin: [], eve: [] });
    await file(3, null);
    await settle();
    expect(seen()).toEqual({ martin: ['Serology 3'], eve: ['Serology 3'] });
  });

  it('holds for what is sent along with a record, and for what she says about documents', async () => {
    const { vault, settle, seen, add, share, of } = await scene('fanny', 'martin');
    await share('martin');
    const secret = await add('Secret');
    await documentsOf(vault).setNote(secret.id, 'not for him');
    await vault.documents.mask(secret.id, { from: 'professionals' });
    const diary = vault.records(SYMPTOM);
    const migraine = { day: '2026-06-12', what: 'migraine', pain: 4 };
    await diary.add(migraine, { files: [secret.id] });
    await vault.share({ with: of('martin'), collection: SYMPTOM.collection });
    const again = () => diary.add(migraine, { files: [secret.id] });
    expect(await codeOf(again)).toBe('share/masked');
    const titles = () => vault.share({ with: of('martin'), collection: 'own-filing' });
    expect(await codeOf(titles)).toBe('usage/invalid');
    await settle();
    expect(seen()).toEqual({ martin: [] });
  });

  it('is asked for by the source of a deposit, from its first moment in the record on', async () => {
    const { vault, settle, seen, share, people } = await scene('gerda', 'martin', 'laboratory');
    await share('martin');
    const card = await vault.deposits.card();
    await settle();
    const about = { maskedFromProfessionals: true };
    const send = (title: string) =>
      people.laboratory?.deposit(card, new Blob([title]), { category: 'report', title, about });
    await send('HIV');
    await send('HIV, again');
    await settle();
    await settle();
    const waiting = await vault.deposits.list();
    const idOf = (wanted: string) => waiting.find(({ title }) => title === wanted)?.id as Id<'deposit'>;
    const masked = await vault.deposits.adopt(idOf('HIV'));
    await vault.deposits.adopt(idOf('HIV, again'), { mask: null });
    expect(vault.documents.get(masked)).toMatchObject({
      category: 'report',
      masked: { professionals: true },
      author: people.laboratory?.id,
    });
    await settle();
    expect(seen()).toMatchObject({ martin: ['HIV, again'] });
  });

  it('R-MASK-3 brings nothing back that another device erased meanwhile', async () => {
    const { alice, vault, settle, add } = await scene('heidi');
    const { id } = await add('Gone');
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('heidi') });
    await settle();
    const tablet = await stage.recover('heidi', words);
    const [there] = tablet.vaults() as [Vault];
    await vault.documents.erase(id);
    await settle();
    await there.documents.mask(id, { from: 'professionals' });
    for (const person of [tablet, alice, tablet, alice, tablet])
      expect((await person.sync()).failed).toEqual([]);
    for (const { documents } of [vault, there]) {
      expect(documents.get(id)).toBeNull();
      expect(documents.list({ removed: true })).toEqual([]);
      expect(await codeOf(() => documents.blob(id))).toBe('usage/not-found');
    }
  });

  it.each([
    ['a promise of a verdict', Promise.resolve({ verdict: 'mismatch' })],
    ['no verdict', {}],
    ['nothing', undefined],
    ['another word', { verdict: 'yes' }],
  ])('is filed by no verdict: %s', async (_, identity) => {
    const { vault } = await scene(`emma ${String(_)}`);
    const wrong = { identity } as unknown as Parameters<ReturnType<typeof documentsOf>['file']>[2];
    const said = { category: 'report', title: 'Someone else' } as const;
    expect(await codeOf(() => documentsOf(vault).file(new Blob(['x']), said, wrong))).toBe('usage/invalid');
    expect(vault.documents.list()).toEqual([]);
  });
});
