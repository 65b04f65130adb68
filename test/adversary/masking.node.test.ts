import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openData } from '../../src/envelope/data.js';
import { decodeOp, decodeOpHeader } from '../../src/formats/op.js';
import { decodeRecord } from '../../src/formats/record.js';
import { type Grant, recoverPerson, type Vault } from '../../src/index.js';
import { messagingOf } from '../../src/messaging/index.js';
import { appendOpsRequest, decodeMessage } from '../../src/protocol/messages.js';
import { DOCUMENT_KIND, decodeDocument } from '../../src/records/document.js';
import { createMemoryStore } from '../../src/store/index.js';
import type { Collection } from '../../src/vault/collection.js';
import { bodyBinding } from '../../src/vault/op-payloads.js';
import { Session } from '../../src/vault/session.js';
import { findCollections } from '../../src/vault/shares.js';
import { FLOOR, passphraseOf } from '../support/actors.js';
import { enterWriter, syncAll, type Writer } from '../support/evil-messages.js';
import { type EvilStage, openEvilStage } from '../support/evil-stage.js';
import type { Lie } from '../support/evil-transport.js';

const SEED = process.env.COFFRET_SEED ?? 'masking';

/** The titles in these ops that someone opens, with every key they ever got of whatever log. */
function openedBy({ session }: Writer, ops: readonly Uint8Array[]): string[] {
  const titles = new Set<string>();
  for (const op of ops) {
    const { headerBytes, bodies } = decodeOp(op);
    const header = decodeOpHeader(headerBytes);
    const collection = header.collection === null ? null : session.collection(header.collection);
    const state = collection?.log.state ?? null;
    if (collection === null || state === null) continue;
    const key = collection.keyring.keyOf(header.epoch, state);
    for (const [index, body] of bodies.entries()) {
      if (key === null || body === null) continue;
      const change = header.changes[index]?.[0] as Uint8Array;
      try {
        const record = decodeRecord(openData(key, bodyBinding('record', header, header.epoch, change), body));
        if (record.kind === DOCUMENT_KIND && record.body !== null)
          titles.add(decodeDocument(record.body).title);
      } catch {
        // Not a record, or not under this key.
      }
    }
  }
  return [...titles].sort();
}

/** A server that keeps every op it is sent, also those it refuses. */
function remembering(memory: Uint8Array[]): Lie {
  return ({ route, request }) => {
    if (route === 'append') memory.push(...decodeMessage(appendOpsRequest, request.body as Uint8Array).ops);
    return null;
  };
}

const titlesOf = ({ person }: Writer) =>
  person
    .sharedWithMe()
    .flatMap((share) => share.list().map(({ title }) => title))
    .sort();

const ownedBy = ({ session }: Writer) => {
  const [owned] = [...session.vaults.values()];
  if (owned === undefined) throw new Error('no vault');
  return owned;
};

function reportsOf(writer: Writer): Collection {
  const [found] = findCollections(writer.session, ownedBy(writer), { category: 'report' });
  if (found === undefined) throw new Error('no reports');
  return found.collection;
}

const knowsMask = (writer: Writer) => ownedBy(writer).index.list('index.mask').length > 0;
const hasMasked = (writer: Writer) =>
  findCollections(writer.session, ownedBy(writer), { masked: true }).some(
    ({ collection }) => collection.log.state !== null,
  );

/** Which log of hers a device that comes back hears of first, if the server may choose. */
type Order = 'the mask and what is masked' | 'the mask' | 'the category';

function inOrder(tablet: Writer, order: Order): Lie {
  const nameOf = ({ id }: Pick<Collection, 'id'>) => Buffer.from(id).toString('hex');
  const category = nameOf(reportsOf(tablet));
  const index = nameOf(ownedBy(tablet).index.collection);
  const known = new Set(tablet.session.collections.map(nameOf));
  const epochOf = () => reportsOf(tablet).requireState().epoch;
  const epoch = epochOf();
  const hasCategory = () => epochOf() > epoch;
  const hasMask = () => knowsMask(tablet) && (order === 'the mask' || hasMasked(tablet));
  return async ({ route, id }) => {
    if (route !== 'ops' && route !== 'append') return null;
    const isNew = id !== index && !known.has(id);
    if (order === 'the category' && id === index) await vi.waitFor(() => expect(hasCategory()).toBe(true));
    if (order !== 'the category' && id === category) await vi.waitFor(() => expect(hasMask()).toBe(true));
    if (order === 'the mask' && isNew) await vi.waitFor(() => expect(hasCategory()).toBe(true));
    return null;
  };
}

describe('a document that was masked, with the help of a server that forgot nothing', () => {
  let stage: EvilStage;
  const tablets: Writer[] = [];
  beforeAll(async () => {
    stage = await openEvilStage(SEED);
  });
  afterAll(async () => {
    for (const { person } of tablets) await person.close();
    await stage.close();
  });

  /** Alice with a secret and a plain document, people she knows, and a server that remembers what she sends. */
  async function scene(name: string, ...others: readonly string[]) {
    const memory: Uint8Array[] = [];
    const alice = await enterWriter(stage, name, [], 'patient');
    alice.transport.plan = [remembering(memory)];
    const vault = await alice.person.createVault({ holder: { birthName: 'Martel' } });
    await syncAll(alice);
    const people: Record<string, Writer> = {};
    for (const who of others) people[who] = await enterWriter(stage, `${who} of ${name}`, [alice]);
    const of = (who: string) => people[who] as Writer;
    const add = (title: string) => vault.documents.add(new Blob([title]), { category: 'report', title });
    const plain = await add('Plain');
    const secret = await add('Secret');
    const share = (who: string, history?: 'all' | 'from-now'): Promise<Grant> =>
      vault.share({ with: of(who).id, category: 'report', ...(history && { history }) });
    const everyone = Object.values(people);
    return { memory, alice, vault, of, add, plain: plain.id, secret: secret.id, share, everyone };
  }

  /** As `scene`, and her tablet, which knows all of it. */
  async function apart(name: string, ...others: readonly string[]) {
    const here = await scene(name, ...others);
    const { alice, memory } = here;
    const passphrase = passphraseOf(name);
    const words = await alice.person.createRecoveryPhrase({ passphrase });
    await syncAll(alice);
    const transport = stage.transport(`tablet of ${name}`);
    const store = createMemoryStore();
    const opening = vi.spyOn(Session, 'open');
    const person = await recoverPerson({
      ...{ words, passphrase, store, server: stage.url, cost: FLOOR, transport },
    });
    const session = (await opening.mock.results.at(-1)?.value) as Session;
    opening.mockRestore();
    transport.plan = [remembering(memory)];
    const tablet: Writer = {
      ...{ person, transport, store, session, id: person.id, messaging: messagingOf(person) },
    };
    tablets.push(tablet);
    await syncAll(tablet, alice);
    const [there] = person.vaults() as [Vault];
    const settle = () => syncAll(tablet, alice, ...here.everyone);
    return { ...here, tablet, there, settle };
  }

  it('is closed to who is let into its category later, who reads the rest', async () => {
    const { memory, alice, vault, of, secret, share } = await scene('alice', 'martin', 'eve');
    const [martin, eve] = [of('martin'), of('eve')];
    await share('martin');
    await syncAll(alice, martin);
    expect(titlesOf(martin)).toEqual(['Plain', 'Secret']);
    // All that the server held of it before anything was pruned.
    const kept = stage.operator.ops(Buffer.from(reportsOf(alice).id).toString('hex'));
    expect(openedBy(martin, kept)).toEqual(['Plain', 'Secret']);

    await vault.documents.mask(secret, { from: [eve.id] });
    await share('eve');
    await syncAll(alice, eve, martin);
    expect(titlesOf(eve)).toEqual(['Plain']);
    expect(titlesOf(martin)).toEqual(['Plain', 'Secret']);
    expect(openedBy(eve, kept)).toEqual([]);
    expect(openedBy(eve, memory)).toEqual(['Plain']);
  });

  it('R-MASK-1 is closed to who is given all of its category, who reads the rest that is current', async () => {
    const { memory, alice, vault, of, add, plain, secret, share } = await scene('bertha', 'martin', 'eve');
    await vault.documents.update(plain, { title: 'Plain, later' });
    await share('martin', 'from-now');
    await add('New');
    await syncAll(alice, of('martin'), of('eve'));
    await vault.documents.mask(secret, { from: [of('eve').id] });
    await vault.documents.update(secret, { title: 'Secret, later' });
    for (const grant of vault.grants()) await vault.revoke(grant);
    await share('eve', 'all');
    await syncAll(alice, of('eve'), of('martin'));
    expect(titlesOf(of('eve'))).toEqual(['New', 'Plain, later']);
    expect(openedBy(of('eve'), memory)).toEqual(['New', 'Plain, later']);
  });

  it('R-MASK-2 is given to nobody who reads its category from a later moment on', async () => {
    const { memory, alice, vault, of, secret, share } = await scene('clara', 'fay', 'eve');
    await share('fay', 'from-now');
    await vault.documents.mask(secret, { from: [of('eve').id] });
    await syncAll(alice, of('fay'));
    expect(titlesOf(of('fay'))).toEqual([]);
    expect(openedBy(of('fay'), memory)).toEqual([]);
  });

  it('is not what an access from a moment on closed: that opens again only for who is given all', async () => {
    const { memory, alice, vault, of, add, secret, share } = await scene('dora', 'martin', 'eve', 'nadia');
    const grant = await share('martin', 'from-now');
    await add('New');
    await vault.revoke(grant);
    await vault.documents.mask(secret, { from: [of('eve').id] });
    await share('eve');
    await syncAll(alice, of('eve'));
    expect(titlesOf(of('eve'))).toEqual(['New']);
    expect(openedBy(of('eve'), memory)).toEqual(['New']);
    await share('nadia', 'all');
    await syncAll(alice, of('nadia'));
    expect(titlesOf(of('nadia'))).toEqual(['New', 'Plain']);
  });

  it.each<Order>(['the mask and what is masked', 'the mask', 'the category'])(
    'is closed to whom her other device let in while it knew of no mask, and hears first of %s',
    async (order) => {
      const { memory, alice, tablet, vault, there, of, secret, settle } = await apart(`emma ${order}`, 'fay');
      await vault.documents.mask(secret, { from: 'professionals' });
      await there.share({ with: of('fay').id, category: 'report' });
      await syncAll(alice);
      tablet.transport.plan = [inOrder(tablet, order), remembering(memory)];
      await syncAll(tablet);
      tablet.transport.plan = [remembering(memory)];
      await settle();
      expect(openedBy(of('fay'), memory)).toEqual(['Plain']);
      expect(titlesOf(of('fay'))).toEqual(['Plain']);
    },
  );

  it.each<[Order, string[]]>([
    ['the mask and what is masked', []],
    // Until it has both it cannot put anything among what is masked: that is the time that is left.
    ['the mask', ['Secret, later']],
    // The key that is in force comes with the mask: until then it seals nothing.
    ['the category', []],
  ])(
    'is written to by her other device, which hears first of %s: who may not reads %j of it',
    async (order, left) => {
      const name = `fanny ${order}`;
      const { memory, alice, tablet, vault, there, of, secret, share, settle } = await apart(name, 'eve');
      await share('eve');
      await settle();
      await vault.documents.mask(secret, { from: 'professionals' });
      await there.documents.update(secret, { title: 'Secret, later' });
      await syncAll(alice);
      tablet.transport.plan = [inOrder(tablet, order), remembering(memory)];
      await syncAll(tablet);
      tablet.transport.plan = [remembering(memory)];
      await settle();
      expect(titlesOf(of('eve'))).toEqual(['Plain']);
      expect(openedBy(of('eve'), memory)).toEqual(['Plain', 'Secret', ...left]);
      for (const { documents } of [vault, there]) {
        expect(documents.get(secret)).toMatchObject({ title: 'Secret, later' });
        expect(documents.get(secret)?.masked).not.toBeNull();
      }
    },
  );

  it('is linked no more to whose access to its category ends, at once and from either device', async () => {
    const here = await apart('gina', 'martin', 'nadia', 'eve');
    const { memory, alice, vault, there, of, secret, share, settle } = here;
    await share('martin');
    await share('nadia');
    await settle();
    const readers = (documents: Vault['documents']) =>
      documents.whoCanRead(secret).map(({ person }) => person);
    const grantOf = (whose: Vault, who: string) =>
      whose.grants().find((grant) => grant.with === of(who).id && grant.category !== null) as Grant;
    await vault.documents.mask(secret, { from: [of('eve').id] });
    expect(readers(vault.documents)).toEqual(expect.arrayContaining([of('martin').id, of('nadia').id]));
    await vault.revoke(grantOf(vault, 'martin'));
    expect(readers(vault.documents)).not.toContain(of('martin').id);
    // The tablet knows of no mask yet.
    await there.revoke(grantOf(there, 'nadia'));
    await settle();
    await settle();
    for (const { documents } of [vault, there]) {
      expect(readers(documents)).not.toContain(of('martin').id);
      expect(readers(documents)).not.toContain(of('nadia').id);
    }
    await vault.documents.update(secret, { title: 'Secret, later' });
    await syncAll(alice);
    await settle();
    for (const who of ['martin', 'nadia']) expect(openedBy(of(who), memory)).not.toContain('Secret, later');
  });

  it('leaves the versions of others that wait for a decision, over a mask and a share', async () => {
    const { memory, tablet, vault, there, of, plain, secret, share, settle } = await apart('hanna', 'eve');
    await vault.documents.update(plain, { title: 'Plain, here' });
    await there.documents.update(plain, { title: 'Plain, there' });
    await settle();
    expect(vault.documents.get(plain)?.conflicts).toHaveLength(1);
    await vault.documents.mask(secret, { from: [of('eve').id] });
    await share('eve');
    await settle();
    for (const { documents } of [vault, there])
      expect(documents.get(plain)?.conflicts, tablet.person.name).toHaveLength(1);
    expect(openedBy(of('eve'), memory)).toEqual(['Plain, here', 'Plain, there']);
  });
});
