import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPerson, type Passkey, passkeysOf, type Person, recoverPerson } from '../../src/index.js';
import { createMemoryStore, type Store } from '../../src/store/index.js';
import { FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { softPasskey } from '../support/soft-passkey.js';

const text = (content: string) => new TextEncoder().encode(content);
const titlesOf = (person: Person) =>
  person
    .vaults()[0]
    ?.documents.list()
    .map(({ title }) => title);

describe('Alice opens her vault with a passkey', () => {
  const passkey = softPasskey('of Alice');
  const another = softPasskey('of Alice, at work');
  let stage: Stage;
  let alice: Person;
  let words: string;
  let newPhone: Store;

  const add = (person: Person, given: Passkey, label: string) =>
    person.passkeys.add({ passphrase: passphraseOf('alice'), passkey: given, label });
  const recover = (given: Passkey, store = createMemoryStore()) =>
    recoverPerson({
      ...{ passkey: given, store, server: stage.url, cost: FLOOR },
      passphrase: 'another phrase for the new phone',
    });
  const removedRows = async (store: Store) => (await store.scan({ prefix: 'person/passkey/' })).length;

  beforeAll(async () => {
    stage = await openStage();
    alice = await stage.enter('alice', { disk: true });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await vault.documents.add(text('TSH'), { category: 'laboratory', title: 'TSH' });
    await alice.sync();
  });
  afterAll(async () => stage.close());

  it('R-PRF-3 has to have her 24 words first: a passkey is never the only way back', async () => {
    const given = passkey.ask();
    expect(await codeOf(() => add(alice, given, 'Phone'))).toBe('access/phrase-first');
    expect(given.take()).toHaveLength(32);
    expect(await alice.passkeys.list()).toEqual([]);
    words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
  });

  it('gives her passphrase again to add it', async () => {
    const wrong = { passphrase: 'not hers', passkey: passkey.ask(), label: 'Phone' };
    expect(await codeOf(() => alice.passkeys.add(wrong))).toBe('access/wrong-passphrase');
    for (const label of ['', 'x'.repeat(201)])
      expect(await codeOf(() => add(alice, passkey.ask(), label))).toBe('usage/invalid');
    const entry = await add(alice, passkey.ask(), 'Phone');
    expect(entry).toMatchObject({ label: 'Phone', credentialId: passkey.credentialId, here: true });
    expect(await alice.passkeys.list()).toEqual([entry]);
    expect((await alice.sync()).failed).toEqual([]);
    expect((await alice.health()).recoverable).toBe(true);
  });

  it('opens with it, without the network', async () => {
    await alice.close();
    const store = await stage.storeOf('alice');
    expect(await passkeysOf({ store })).toEqual([passkey.credentialId]);
    expect(await codeOf(() => openPerson({ store, passkey: another.ask() }))).toBe('access/unknown-passkey');
    const neither = { store } as never;
    expect(await codeOf(() => openPerson(neither))).toBe('usage/invalid');
    const both = { store, passkey: passkey.ask(), passphrase: passphraseOf('alice') } as never;
    expect(await codeOf(() => openPerson(both))).toBe('usage/invalid');
    alice = await openPerson({ store, passkey: passkey.ask() });
    expect(titlesOf(alice)).toEqual(['TSH']);
  });

  it('keeps it when she makes new words', async () => {
    const former = words;
    words = await alice.createRecoveryPhrase({ passkey: passkey.ask() });
    expect((await alice.sync()).failed).toEqual([]);
    expect(await alice.passkeys.list()).toHaveLength(1);
    expect((await alice.health()).recoverable).toBe(true);
    expect(await codeOf(() => stage.recover('alice', former))).toBe('access/unknown-phrase');
  });

  it('brings everything back on a new phone that has the passkey, and opens that one too', async () => {
    expect(await codeOf(() => recover(another.ask()))).toBe('access/unknown-passkey');
    newPhone = createMemoryStore();
    const again = await recover(passkey.ask(), newPhone);
    expect(again.id).toBe(alice.id);
    expect(titlesOf(again)).toEqual(['TSH']);
    expect((await again.health()).freshness).toBe('unverified');
    expect(await again.passkeys.list()).toMatchObject([{ label: 'Phone', here: true }]);
    await again.lock();
    const offline = await openPerson({ store: newPhone, passkey: passkey.ask() });
    expect(titlesOf(offline)).toEqual(['TSH']);
    await offline.lock();
  });

  it('forgets her passphrase, and sets another one with the passkey', async () => {
    await alice.changePassphrase({
      passkey: passkey.ask(),
      next: 'a phrase she will not forget',
      cost: FLOOR,
    });
    const passphrase = passphraseOf('alice');
    expect(await codeOf(() => add(alice, another.ask(), 'Work'))).toBe('access/wrong-passphrase');
    expect(
      await codeOf(() => alice.changePassphrase({ passkey: another.ask(), next: passphrase, cost: FLOOR })),
    ).toBe('access/unknown-passkey');
    await alice.changePassphrase({ passkey: passkey.ask(), next: passphrase, cost: FLOOR });
  });

  it('adds another that she learns of on each device, and that opens only where it was used', async () => {
    const work = await add(alice, another.ask(), 'Work');
    expect((await alice.sync()).failed).toEqual([]);
    const phone = await openPerson({ store: newPhone, passkey: passkey.ask() });
    await phone.sync();
    expect(await phone.passkeys.list()).toEqual([
      expect.objectContaining({ label: 'Phone', here: true }),
      { ...work, here: false },
    ]);
    await phone.lock();
    expect(await codeOf(() => openPerson({ store: newPhone, passkey: another.ask() }))).toBe(
      'access/unknown-passkey',
    );
  });

  it('loses the first, removes it, and it opens nothing any more', async () => {
    const [lost] = await alice.passkeys.list();
    await alice.passkeys.remove(lost?.id as never);
    expect(await codeOf(() => alice.passkeys.remove('slt_AAAAAAAAAAAAAAAAAAAAAA'))).toBe('usage/not-found');
    expect((await alice.passkeys.list()).map(({ label }) => label)).toEqual(['Work']);
    expect(await removedRows(await stage.storeOf('alice'))).toBe(1);
    expect((await alice.sync()).failed).toEqual([]);
    expect(await codeOf(() => recover(passkey.ask()))).toBe('access/unknown-passkey');

    // The phone that knew it forgets it once it hears of it.
    const phone = await openPerson({ store: newPhone, passphrase: 'another phrase for the new phone' });
    await phone.sync();
    expect(await removedRows(newPhone)).toBe(0);
    await phone.lock();
    expect(await codeOf(() => openPerson({ store: newPhone, passkey: passkey.ask() }))).toBe(
      'access/unknown-passkey',
    );

    // The other passkey and the words go on.
    const recovered = [await recover(another.ask()), await stage.recover('alice', words)];
    for (const person of recovered) expect(person.id).toBe(alice.id);
    await recovered[0]?.close();
  });

  it('R-SLOT-3 is told when a phone opens with a passkey that it knows to be removed', async () => {
    const store = createMemoryStore();
    const phone = await recover(another.ask(), store);
    const kept = await store.scan({ prefix: 'person/passkey/' });
    const [work] = await alice.passkeys.list();
    await alice.passkeys.remove(work?.id as never);
    await alice.sync();
    await phone.sync();
    expect(await removedRows(store)).toBe(0);
    await phone.lock();
    // A copy of the disk from before, with the index of today.
    await store.write(kept.map(({ key, value }) => ({ type: 'put', key, value })));
    expect(await codeOf(() => openPerson({ store, passkey: another.ask() }))).toBe('access/slot-removed');
    expect(await removedRows(store)).toBe(0);
  });

  it('shares her passkey with Karim: the server keeps one slot for it, and his list says so', async () => {
    const karim = await stage.enter('karim');
    await karim.createRecoveryPhrase({ passphrase: passphraseOf('karim') });
    const shared = softPasskey('of both');
    await add(alice, shared.ask(), 'Ours');
    await alice.sync();
    await karim.passkeys.add({ passphrase: passphraseOf('karim'), passkey: shared.ask(), label: 'Ours' });
    expect((await karim.sync()).failed).toEqual([]);
    expect(await karim.passkeys.list()).toEqual([]);
    expect((await karim.health()).recoverable).toBe(true);
    const back = await recover(shared.ask());
    expect(back.id).toBe(alice.id);
    await back.close();
  });
});
