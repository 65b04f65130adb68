import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readVaultCard } from '../../src/sharing/contacts.js';
import { bytesToHex, hexToBytes, parseId } from '../../src/formats/id.js';
import { decodeWrapped, encodeWrapped } from '../../src/formats/wrapped.js';
import { decodeGrantHeader, encodeGrantHeader } from '../../src/formats/grant.js';
import { depositsAnswer, opsAnswer } from '../../src/protocol/messages.js';
import { makeDeposit, openDeposit } from '../../src/sharing/deposits.js';
import { kemKeyHash, sealToRecipient } from '../../src/envelope/recipient.js';
import { codeOf } from '../support/code-of.js';
import { openEvilStage, type EvilStage, type Watched } from '../support/evil-stage.js';
import { requireSync, shownTo, text, titlesOf } from '../support/evil-scene.js';
import { enrolStranger, forgedOp, headerOf, injected, stranger } from '../support/evil-stranger.js';
import { changed, type Lie } from '../support/evil-transport.js';
import { encodeDepositHeader, encodeDepositBody } from '../../src/formats/deposit.js';
import { kemKeyPairFromSeed } from '../../src/crypto/kem.js';
import { Secret } from '../../src/crypto/secret.js';

describe('after Alice has taken back what Dr Martin could read', () => {
  let stage: EvilStage;
  let alice: Watched;
  let martin: Watched;
  let nurse: Watched;
  let laboratory: string;
  const rows = (statement: string, ...values: unknown[]) =>
    stage.operator
      .query<{ bytes: Uint8Array }>(statement, ...values)
      .map(({ bytes }) => new Uint8Array(bytes));
  const martinId = () => parseId('person', martin.person.id);

  beforeAll(async () => {
    stage = await openEvilStage('revocation');
    alice = await stage.enter('alice');
    martin = await stage.enter('martin', { kind: 'professional' });
    nurse = await stage.enter('nurse', { kind: 'professional' });
    for (const { person } of [alice, martin, nurse]) await requireSync(person);
    const vault = await alice.person.createVault({ holder: { birthName: 'Martel' } });
    await requireSync(alice.person);
    await vault.documents.add(text('TSH 1.0'), { category: 'laboratory', title: 'TSH' });
    await requireSync(alice.person);
    const [row] = stage.operator.query<{ collection: Uint8Array }>(
      'select collection from logs order by rowid desc limit 1',
    );
    laboratory = bytesToHex(new Uint8Array((row as { collection: Uint8Array }).collection));
    const grants = [];
    for (const { person } of [martin, nurse]) {
      const contact = await alice.person.people.add(person.contactCard());
      grants.push(await vault.share({ with: contact, category: 'laboratory', role: 'contributor' }));
    }
    await requireSync(alice.person);
    await requireSync(martin.person);
    await requireSync(nurse.person);
    await vault.revoke(grants[0] as (typeof grants)[0]);
    await vault.documents.add(text('Secret 1.0'), { category: 'laboratory', title: 'Secret' });
    await requireSync(alice.person);
    await requireSync(nurse.person);
    expect(await shownTo(nurse.person)).toEqual({ TSH: 'TSH 1.0', Secret: 'Secret 1.0' });
  });
  afterAll(() => stage?.close());

  it('A50 R11 with every op, every file and every message of the server he opens nothing new', async () => {
    // The server puts him back on its access list, and hands him the others' messages as well.
    stage.operator.run(
      'insert or ignore into readers (collection, vault, person) select collection, vault, ? from logs',
      martinId(),
    );
    const everyMessage = rows('select bytes from inbox');
    martin.transport.plan = [injected(everyMessage, parseId('person', alice.person.id))];
    const { failed } = await martin.person.sync();
    expect(failed).toEqual([]);
    expect(martin.transport.sent.some(({ route, id }) => route === 'ops' && id === laboratory)).toBe(true);
    const [share] = martin.person.sharedWithMe();
    expect(share?.status).toBe('ended');
    expect(share?.list().map(({ title }) => title)).toEqual(['TSH']);
    expect(await shownTo(martin.person)).toEqual({ TSH: 'TSH 1.0' });
    expect((await martin.person.health()).frozen).toEqual([]);
    martin.transport.plan = [];
  });

  it('A51 R11 who is given access and loses it before anything was sent reads nothing after it; who stays reads on', async () => {
    const [vault] = alice.person.vaults();
    await vault?.documents.add(text('Scan 1.0'), { category: 'imaging', title: 'Scan' });
    const [his] = await Promise.all(
      [martin, nurse].map(async ({ person }) => {
        const contact = await alice.person.people.add(person.contactCard());
        return vault?.share({ with: contact, category: 'imaging' });
      }),
    );
    await vault?.revoke(his as NonNullable<typeof his>);
    await vault?.documents.add(text('Later 1.0'), { category: 'imaging', title: 'Later' });
    await requireSync(alice.person);
    await requireSync(nurse.person);
    await martin.person.sync();
    expect(await shownTo(nurse.person)).toMatchObject({ Scan: 'Scan 1.0', Later: 'Later 1.0' });
    expect(await shownTo(martin.person)).not.toHaveProperty('Later');
    expect(vault?.grants().map((grant) => [grant.with, grant.category])).toEqual(
      ['laboratory', 'imaging'].map((category) => [nurse.person.id, category]),
    );
  });

  it('A50 R11 what he writes with his old key and the server lets in is caught by everyone else', async () => {
    expect(await codeOf(async () => martin.person.sharedWithMe()[0]?.add(text('x'), { title: 'X' }))).toMatch(
      /^access\//,
    );
    const ops = stage.operator.ops(laboratory);
    const his = headerOf(ops.at(-1) as Uint8Array);
    expect(his.epoch).toBe(2);
    // His device signs an op for the new epoch; he is no member any more.
    const eve = stranger('revocation');
    const op = forgedOp(eve, ops, { person: martinId() });
    alice.transport.plan = [
      changed('ops', opsAnswer, (answer, { id }) =>
        id === laboratory
          ? { ops: [...answer.ops, op], head: stage.operator.headFor(id, [...ops, op]), more: false }
          : null,
      ),
    ];
    const { failed } = await alice.person.sync();
    alice.transport.plan = [];
    expect(failed.map(({ code }) => code)).toEqual(['integrity/not-authorised']);
    await requireSync(alice.person);
  });

  it('A53 a grant replayed with another vault, collection or epoch in its header is refused', async () => {
    const bob = await stage.enter('bob');
    await requireSync(bob.person);
    const sent = stage.operator
      .query<{ bytes: Uint8Array }>('select bytes from inbox')
      .map(({ bytes }) => new Uint8Array(bytes));
    const shared = martin.person.sharedWithMe().length;
    const contact = await alice.person.people.add(bob.person.contactCard());
    await alice.person.vaults()[0]?.share({ with: contact, category: 'laboratory' });
    await requireSync(alice.person);
    const [grant] = rows('select bytes from inbox where person = ?', parseId('person', bob.person.id));
    const wrapped = decodeWrapped(grant as Uint8Array);
    const header = decodeGrantHeader(wrapped.headerBytes);
    const moved = [
      { vault: new Uint8Array(16) },
      { collection: new Uint8Array(32) },
      { epoch: 1 },
      { recipient: martinId() },
      { grant: new Uint8Array(16) },
      { time: 1 },
    ].map((change) =>
      encodeWrapped({ ...wrapped, headerBytes: encodeGrantHeader({ ...header, ...change }) }),
    );
    bob.transport.plan = [injected([...moved, ...sent], parseId('person', alice.person.id), 'withheld')];
    await requireSync(bob.person);
    expect(bob.person.sharedWithMe()).toEqual([]);
    martin.transport.plan = [injected([grant as Uint8Array, ...moved], parseId('person', alice.person.id))];
    await martin.person.sync();
    martin.transport.plan = [];
    expect(martin.person.sharedWithMe()).toHaveLength(shared);
    expect(await shownTo(martin.person)).toEqual({ TSH: 'TSH 1.0' });
  });

  it('A52 A53 a deposit for one vault is nothing in another, whole or re-wrapped', async () => {
    const eve = stranger('depositor');
    await enrolStranger(stage.url, eve);
    const hers = await alice.person.vaults()[0]?.deposits.card();
    const bob = await stage.enter('bob-2');
    const bobsVault = await bob.person.createVault({ holder: { birthName: 'Bobin' } });
    const his = await bobsVault.deposits.card();
    await requireSync(alice.person);
    await requireSync(bob.person);
    const [forAlice, forBob] = [readVaultCard(hers ?? '').card, readVaultCard(his).card];
    const content = { kind: 'document', schema: 1, body: eve.random(64) };
    const made = makeDeposit({
      author: eve.author,
      card: forAlice,
      content,
      blobs: [],
      random: eve.random,
      time: 5,
    });

    // What the vault's owner can do with it: take the signed content out and wrap it for someone else.
    const trap = kemKeyPairFromSeed(Secret.of('kem-seed', new Uint8Array(32).fill(7))).publicKey;
    const trapped = makeDeposit({
      author: eve.author,
      card: { ...forAlice, key: trap },
      content,
      blobs: [],
      random: eve.random,
      time: 5,
    });
    const opened = openDeposit({
      bytes: trapped.bytes,
      vault: forAlice.vault,
      depositor: eve.identity,
      depositSeed: Secret.of('kem-seed', new Uint8Array(32).fill(7)),
      depositKey: trap,
    });
    const mallory = stranger('mallory');
    await enrolStranger(stage.url, mallory);
    const rewrap = (by: typeof eve) => {
      const header = {
        v: 1,
        suite: 1,
        type: 'deposit',
        vault: forBob.vault,
        deposit: eve.random(16),
        ticket: forBob.ticket,
        person: by.id,
        device: by.device,
        kem: kemKeyHash(forBob.key),
        time: 5,
        blobs: [],
      } as const;
      return encodeWrapped(
        sealToRecipient({
          label: 'deposit',
          recipientKey: forBob.key,
          headerBytes: encodeDepositHeader({ ...header, blobs: [] }),
          binding: {
            type: 'deposit',
            vault: forBob.vault,
            collection: null,
            epoch: null,
            person: by.id,
            device: by.device,
            object: header.deposit,
          },
          plaintext: encodeDepositBody([content.kind, content.schema, opened.authored, content.body]),
          deviceKey: by.deviceKey,
          random: eve.random,
        }),
      );
    };
    const depositing = (items: Uint8Array[]): Lie =>
      changed('deposits', depositsAnswer, () => ({
        items: items.map((bytes, i) => ({ cursor: i + 1, bytes })),
        more: false,
      }));
    bob.transport.plan = [depositing([made.bytes, rewrap(eve), rewrap(mallory)])];
    await requireSync(bob.person);
    expect(await bobsVault.deposits.list()).toEqual([]);
  });

  it('A53 R06 a deposit adopted once and offered again is one document', async () => {
    const lab = await stage.enter('laboratory', { kind: 'professional' });
    await requireSync(lab.person);
    const vault = alice.person.vaults()[0];
    const card = (await vault?.deposits.card()) ?? '';
    await requireSync(alice.person);
    await lab.person.deposit(card, text('Deposited 1.0'), { category: 'laboratory', title: 'Deposited' });
    await requireSync(lab.person);
    const kept = rows('select bytes from deposits');
    expect(kept).toHaveLength(1);
    await requireSync(alice.person);
    const [waiting] = (await vault?.deposits.list()) ?? [];
    await vault?.deposits.adopt(waiting?.id as `dep_${string}`);
    await requireSync(alice.person);
    alice.transport.plan = [
      changed('deposits', depositsAnswer, () => ({
        items: kept.map((bytes, i) => ({ cursor: 100 + i, bytes })),
        more: false,
      })),
    ];
    await requireSync(alice.person);
    alice.transport.plan = [];
    expect(await vault?.deposits.list()).toEqual([]);
    expect(titlesOf(vault?.documents.list() ?? []).filter((title) => title === 'Deposited')).toHaveLength(1);
    expect(hexToBytes(laboratory)).toHaveLength(32);
  });
});
