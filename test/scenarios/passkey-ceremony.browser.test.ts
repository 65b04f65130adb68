import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPerson, passkeysOf, type Person, recoverPerson } from '../../src/index.js';
import { askPasskey, createPasskey } from '../../src/passkey/index.js';
import { createMemoryStore, type Store } from '../../src/store/index.js';
import { FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { type Authenticator, plugAuthenticator } from '../support/authenticator.js';
import { codeOf } from '../support/code-of.js';

describe("Alice's passkey, in a real browser", () => {
  let stage: Stage;
  let phone: Authenticator;
  let alice: Person;
  let words: string;
  const passphrase = passphraseOf('alice');

  beforeAll(async () => {
    stage = await openStage();
    phone = await plugAuthenticator();
    alice = await stage.enter('alice', { disk: true });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await vault.documents.add(new TextEncoder().encode('TSH'), { category: 'laboratory', title: 'TSH' });
    words = await alice.createRecoveryPhrase({ passphrase });
    await alice.sync();
  });
  afterAll(async () => {
    await phone.unplug();
    await stage.close();
  });

  const recover = async (store: Store) =>
    recoverPerson({
      ...{ passkey: await askPasskey(), store, server: stage.url, cost: FLOOR },
      passphrase: 'one for the new tablet',
    });
  const titles = (person: Person) =>
    person.vaults().flatMap((vault) => vault.documents.list().map(({ title }) => title));

  it('is made and added, and opens her laptop from then on', async () => {
    const passkey = await createPasskey({ name: 'Alice', app: 'Coffret' });
    const entry = await alice.passkeys.add({ passphrase, passkey, label: 'Phone' });
    expect(await phone.list()).toEqual([entry.credentialId]);
    expect((await alice.sync()).failed).toEqual([]);
    await alice.close();
    const store = await stage.storeOf('alice');
    const credentialIds = await passkeysOf({ store });
    alice = await openPerson({ store, passkey: await askPasskey({ credentialIds }) });
    expect(titles(alice)).toEqual(['TSH']);
  });

  it('is used up by one opening', async () => {
    const passkey = await askPasskey();
    const store = await stage.storeOf('alice');
    await (await openPerson({ store, passkey })).close();
    expect(await codeOf(async () => openPerson({ store: await stage.storeOf('alice'), passkey }))).toBe(
      'usage/closed',
    );
  });

  it('brings everything back on a tablet that her passkeys came to', async () => {
    const store = createMemoryStore();
    const tablet = await recover(store);
    expect(tablet.id).toBe(alice.id);
    expect(titles(tablet)).toEqual(['TSH']);
    await tablet.lock();
    const again = await openPerson({ store, passkey: await askPasskey() });
    expect(titles(again)).toEqual(['TSH']);
    await again.lock();
  });

  it('leaves everything as it was when she cancels', async () => {
    await phone.agree(false);
    expect(await codeOf(() => askPasskey())).toBe('access/passkey-refused');
    expect(await codeOf(() => createPasskey({ name: 'Alice' }))).toBe('access/passkey-refused');
    expect(await phone.list()).toHaveLength(1);
    expect(await alice.passkeys.list()).toHaveLength(1);
  });

  it('is of no use on the laptop of Karim, whose key has no PRF: he is told, and goes on with his passphrase', async () => {
    await phone.unplug();
    phone = await plugAuthenticator({ hasPrf: false });
    const karim = await stage.enter('karim', { disk: true });
    await karim.createRecoveryPhrase({ passphrase: passphraseOf('karim') });
    await expect(createPasskey({ name: 'Karim' })).rejects.toMatchObject({
      code: 'usage/no-passkey',
      details: { reason: 'no-prf' },
    });
    expect(await karim.passkeys.list()).toEqual([]);
    await karim.close();
    expect((await stage.reopen('karim')).id).toBe(karim.id);
    await phone.unplug();
    phone = await plugAuthenticator();
  });

  it('is lost with the phone: she removes it, adds the next, and the words still work', async () => {
    const [lost] = await alice.passkeys.list();
    expect(await codeOf(() => askPasskey({ credentialIds: [lost?.credentialId as string] }))).toBe(
      'access/passkey-refused',
    );
    await alice.passkeys.remove(lost?.id as never);
    const passkey = await createPasskey({ name: 'Alice' });
    const next = await alice.passkeys.add({ passphrase, passkey, label: 'New phone' });
    expect((await alice.sync()).failed).toEqual([]);
    expect(await alice.passkeys.list()).toEqual([next]);
    const tablet = await recover(createMemoryStore());
    expect(tablet.id).toBe(alice.id);
    await tablet.close();
    expect((await stage.recover('alice', words)).id).toBe(alice.id);
  });
});
