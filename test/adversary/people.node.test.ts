import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign } from '../../src/crypto/sign.js';
import { bytesToHex, hexToBytes, parseId } from '../../src/formats/id.js';
import { decodeWrapped, encodeWrapped } from '../../src/formats/wrapped.js';
import { encodeGrantTerms, encodeConsentReceipt, type GrantTerms } from '../../src/formats/grant.js';
import { Secret } from '../../src/crypto/secret.js';
import { hash } from '../../src/crypto/hash.js';
import { readVaultCard } from '../../src/sharing/contacts.js';
import { makeDeposit } from '../../src/sharing/deposits.js';
import { makeGrant } from '../../src/sharing/grants.js';
import { makeMessage } from '../../src/sharing/messages.js';
import { depositsAnswer } from '../../src/protocol/messages.js';
import { verifyIdentityLog } from '../../src/protocol/identity-chain.js';
import { appended, pullOf, retold } from '../support/evil-lies.js';
import { changed, type Lie } from '../support/evil-transport.js';
import {
  KNOWN_TITLES,
  LATER_TITLES,
  openScene,
  requireSync,
  type Scene,
  shownTo,
  text,
  titlesOf,
  written,
} from '../support/evil-scene.js';
import {
  enrolStranger,
  forgedOp,
  grownBy,
  headerOf,
  injected,
  rekeyed,
  type Stranger,
  stranger,
  substitutePk,
} from '../support/evil-stranger.js';

const SEED = process.env.COFFRET_SEED ?? 'people';

type Attempt = [name: string, code: string, op: () => Uint8Array, lies: () => Lie[]];

describe(`a server that speaks for people (seed "${SEED}")`, () => {
  let scene: Scene;
  let eve: Stranger;
  const aliceId = () => parseId('person', scene.alice.person.id);
  const martinId = () => parseId('person', scene.martinAsContact.id);
  const entriesOf = (person: Uint8Array) =>
    scene.stage.operator
      .query<{ entry: Uint8Array }>(
        'select entry from identity_entries where person = ? order by position',
        person,
      )
      .map(({ entry }) => new Uint8Array(entry));
  const vaultId = () => headerOf(scene.ops()[0] as Uint8Array).vault;

  beforeAll(async () => {
    scene = await openScene(SEED);
    eve = stranger(SEED);
    await enrolStranger(scene.stage.url, eve);
  });
  afterAll(() => scene?.close());

  const member = (person: Uint8Array, length: number, head: Uint8Array) =>
    [person, 'owner', length, head] as [Uint8Array, 'owner', number, Uint8Array];
  const eveHead = () => eve.identity.heads.at(-1) as Uint8Array;
  const forgeries: readonly (readonly [
    name: string,
    code: string,
    op: () => Uint8Array,
    lies?: () => Lie[],
  ])[] = [
    [
      'A31 R05 addMember: a stranger admits herself',
      'integrity/not-authorised',
      () => forgedOp(eve, scene.ops(), { control: { type: 'admit', member: member(eve.id, 1, eveHead()) } }),
    ],
    ['A09 R05 a stranger writes a record', 'integrity/not-authorised', () => forgedOp(eve, scene.ops())],
    [
      'A31 R05 a stranger rotates the key to herself',
      'integrity/not-authorised',
      () =>
        forgedOp(eve, scene.ops(), {
          control: {
            type: 'rotate',
            commitment: eve.random(32),
            notAfter: null,
            members: [member(eve.id, 1, eveHead())],
            payloads: ['roster'],
          },
        }),
    ],
    [
      'A32 R12 addDevice: a device that Alice never admitted signs for her',
      'integrity/not-authorised',
      () => forgedOp(eve, scene.ops(), { person: aliceId() }),
    ],
    [
      "A32 R05 the stranger's signature under Alice's device",
      'integrity/bad-signature',
      () =>
        forgedOp(eve, scene.ops(), {
          person: aliceId(),
          device: headerOf(scene.ops()[0] as Uint8Array).device,
        }),
    ],
    [
      'A32 R12 addDevice: the identity log of Alice grown by a forged entry',
      'integrity/bad-signature',
      () =>
        forgedOp(eve, scene.ops(), {
          person: aliceId(),
          control: { type: 'head', member: member(aliceId(), 2, grownBy(eve, entriesOf(aliceId())).head) },
        }),
      () => [substitutePk(bytesToHex(aliceId()), () => grownBy(eve, entriesOf(aliceId())).entries.slice(1))],
    ],
    [
      'A02 R03 substitutePk: the identity log of another person',
      'integrity/bad-chain|integrity/wrong-audience',
      () =>
        forgedOp(eve, scene.ops(), {
          person: aliceId(),
          control: { type: 'head', member: member(aliceId(), 2, eveHead()) },
        }),
      () => [substitutePk(bytesToHex(aliceId()), () => [...eve.identity.entries])],
    ],
    [
      'A33 R05 a head of Alice that her log does not have',
      'integrity/not-authorised',
      () =>
        forgedOp(eve, scene.ops(), {
          person: aliceId(),
          control: { type: 'head', member: member(aliceId(), 2, eve.random(32)) },
        }),
    ],
  ];

  const attempts = forgeries.map(([name, code, op, lies = () => []]): Attempt => [name, code, op, lies]);
  it.each(attempts)('%s: %s (I2 I7)', async (_name, code, op, lies) => {
    const { person, transport } = await scene.martin([
      ...lies(),
      retold(scene.stage.operator, scene.laboratory, appended(op())),
    ]);
    const before = await shownTo(person);
    expect(before).toEqual(written(KNOWN_TITLES));
    const { failed } = await person.sync();
    expect(transport.lied).toBeGreaterThan(0);
    expect(failed).toEqual([
      { lane: pullOf(scene.laboratory), code: expect.stringMatching(new RegExp(`^(${code})$`)) },
    ]);
    expect(await shownTo(person)).toEqual(before);
    expect((await person.health()).frozen.map((frozen) => frozen.code)).toEqual([failed[0]?.code]);
    expect(await person.vaults()[0]?.evidence()).toHaveLength(1);
  });

  const terms = (change: Partial<GrantTerms> = {}): GrantTerms => ({
    ...{
      v: 1,
      vault: vaultId(),
      collection: hexToBytes(scene.laboratory) as Uint8Array,
      grant: eve.random(16),
    },
    ...{
      from: eve.id,
      to: martinId(),
      role: 'contributor',
      purpose: 'care',
      label: 'laboratory',
      category: 'laboratory',
    },
    ...{ item: null, begins: 1, expires: null, time: 1 },
    ...change,
  });
  const grantTo = (to: Uint8Array, given: GrantTerms, epoch = 1) =>
    makeGrant({
      ...{ author: eve.author, recipient: verifyIdentityLog(entriesOf(to)), terms: given, epoch },
      ...{ key: Secret.of('collection-key', eve.random(32)), previous: [], head: null, random: eve.random },
    }).bytes;
  const brokenAt = (bytes: Uint8Array, part: 'headerBytes' | 'encapsulation' | 'sealed' | 'signature') => {
    const wrapped = decodeWrapped(bytes);
    const changedPart = wrapped[part].slice();
    changedPart[changedPart.length >> 1] = (changedPart[changedPart.length >> 1] as number) ^ 4;
    return encodeWrapped({ ...wrapped, [part]: changedPart });
  };

  it("A09 A61 R05 injectGrant: a stranger's grant for a collection she does not own shows nothing, to a reader or its owner", async () => {
    const { person } = await scene.martin([
      injected([grantTo(martinId(), terms()), grantTo(martinId(), terms({ vault: eve.random(16) }))], eve.id),
    ]);
    await requireSync(person);
    expect(person.sharedWithMe().map(({ from, role }) => [from, role])).toEqual([
      [scene.alice.person.id, 'contributor'],
    ]);
    expect(await shownTo(person)).toEqual(written([...KNOWN_TITLES, ...LATER_TITLES]));

    const { alice, vault } = scene;
    alice.transport.plan = [injected([grantTo(aliceId(), terms({ to: aliceId() }))], eve.id)];
    await requireSync(alice.person);
    alice.transport.plan = [];
    expect(alice.person.sharedWithMe()).toEqual([]);
    expect(titlesOf(vault.documents.list({ category: 'laboratory' }))).toEqual(
      [...KNOWN_TITLES, ...LATER_TITLES].sort(),
    );
  });

  it('A12 A36 A54 R04 a grant that is altered anywhere, unsigned or addressed to someone else is passed over', async () => {
    const stolen = { from: aliceId() };
    const collection = eve.random(32);
    const good = grantTo(martinId(), terms({ collection }));
    const asAlice = makeGrant({
      ...{
        author: { ...eve.author, person: aliceId() },
        recipient: verifyIdentityLog(entriesOf(martinId())),
      },
      ...{
        terms: terms({ ...stolen, collection: eve.random(32) }),
        epoch: 1,
        key: Secret.of('collection-key', eve.random(32)),
      },
      ...{ previous: [], head: null, random: eve.random },
    }).bytes;
    const bad = [
      asAlice,
      grantTo(aliceId(), terms({ collection })),
      encodeWrapped({ ...decodeWrapped(good), signature: new Uint8Array(64) }),
      ...(['headerBytes', 'encapsulation', 'sealed', 'signature'] as const).map((part) =>
        brokenAt(good, part),
      ),
      good.slice(0, -1),
      new Uint8Array(0),
      Uint8Array.of(0xff),
    ];
    const { person, transport } = await scene.martin([injected(bad, eve.id)]);
    await requireSync(person);
    expect(transport.lied).toBeGreaterThan(0);
    expect(person.sharedWithMe().map(({ from }) => from)).toEqual([scene.alice.person.id]);
    // Even the one that holds together shows nothing while the log it speaks of was not seen to be hers.
    transport.plan = [injected([good], eve.id)];
    await person.sync();
    expect(person.sharedWithMe().map(({ from }) => from)).toEqual([scene.alice.person.id]);
  });

  it('A34 crossType: each thing is taken only as what it is', async () => {
    const card = readVaultCard(await scene.vault.deposits.card()).card;
    await requireSync(scene.alice.person);
    const recipient = verifyIdentityLog(entriesOf(aliceId()));
    const content = { kind: 'document', schema: 1, body: eve.random(64) };
    const deposit = makeDeposit({
      author: eve.author,
      card,
      content,
      blobs: [],
      random: eve.random,
      time: 1,
    }).bytes;
    const message = makeMessage({
      kind: 'consent',
      author: eve.author,
      recipient,
      content: eve.random(64),
      random: eve.random,
      time: 1,
    }).bytes;
    const grant = grantTo(aliceId(), terms({ to: aliceId(), collection: eve.random(32) }));
    // Also with the header of one and the rest of another.
    const mixed = [grant, message, deposit].flatMap((a) =>
      [grant, message, deposit]
        .filter((b) => b !== a)
        .map((b) => encodeWrapped({ ...decodeWrapped(a), headerBytes: decodeWrapped(b).headerBytes })),
    );
    const { alice, vault } = scene;
    const before = {
      consents: alice.person.consents().length,
      deposits: (await vault.deposits.list()).length,
      shared: alice.person.sharedWithMe().length,
    };
    alice.transport.plan = [
      injected([deposit, message, ...mixed, scene.ops()[0] as Uint8Array], eve.id),
      changed('deposits', depositsAnswer, (answer) => ({
        items: [grant, message, ...mixed, scene.ops()[0] as Uint8Array].map((bytes, i) => ({
          cursor: i + 1_000,
          bytes,
        })),
        more: answer.more,
      })),
    ];
    const { failed } = await alice.person.sync();
    alice.transport.plan = [];
    expect(failed).toEqual([]);
    expect({
      consents: alice.person.consents().length,
      deposits: (await vault.deposits.list()).length,
      shared: alice.person.sharedWithMe().length,
    }).toEqual(before);
  });

  it('A43 A52 R26 a consent receipt that Martin did not sign is not taken for his', async () => {
    const [share] = (await scene.martin()).person.sharedWithMe();
    const grant = share?.grant ?? 'grt_';
    const honest = scene.vault.consent(grant as `grt_${string}`);
    expect(honest?.receipt).not.toBeNull();
    const recipient = verifyIdentityLog(entriesOf(aliceId()));
    const forged = encodeGrantTerms(
      terms({
        from: aliceId(),
        grant: parseId('grant', grant as `grt_${string}`),
        to: eve.id,
        expires: null,
      }),
    );
    const receipt = encodeConsentReceipt({
      ...{
        termsBytes: forged,
        senderDevice: eve.device,
        termsSignature: sign(eve.deviceKey, 'terms', forged),
      },
      ...{ recipientDevice: eve.device, consentSignature: sign(eve.deviceKey, 'consent', forged) },
    });
    const items = [receipt, honest?.receipt ?? new Uint8Array()].map(
      (content) =>
        makeMessage({ kind: 'consent', author: eve.author, recipient, content, random: eve.random, time: 1 })
          .bytes,
    );
    scene.alice.transport.plan = [injected(items, eve.id)];
    await requireSync(scene.alice.person);
    scene.alice.transport.plan = [];
    expect(scene.vault.consent(grant as `grt_${string}`)).toEqual(honest);
    expect(hash('consent', honest?.receipt ?? new Uint8Array())).toHaveLength(32);
  });

  it('A53 R04 a wrong key sent ahead of the right one does not hide what the right one opens', async () => {
    const friend = await scene.stage.enter('friend');
    await requireSync(friend.person);
    const contact = await scene.alice.person.people.add(friend.person.contactCard());
    const grant = await scene.vault.share({ with: contact, category: 'laboratory' });
    await requireSync(scene.alice.person);
    await scene.vault.revoke(grant);
    await scene.vault.documents.add(text('Lipids 1.0'), { category: 'laboratory', title: 'Lipids' });
    await requireSync(scene.alice.person);
    const { person, transport } = await scene.martin([
      injected([grantTo(martinId(), terms(), 2)], eve.id, 'withheld'),
    ]);
    await requireSync(person);
    expect(await shownTo(person)).toEqual(written([...KNOWN_TITLES, ...LATER_TITLES]));
    transport.plan = [];
    // The cursor went past the true grant: the operator sends it again.
    const sent = scene.stage.operator.query<{ bytes: Uint8Array }>(
      'select bytes from inbox where person = ?',
      martinId(),
    );
    transport.plan = [
      injected(
        sent.map(({ bytes }) => new Uint8Array(bytes)),
        aliceId(),
      ),
    ];
    await requireSync(person);
    expect(await shownTo(person)).toEqual(written([...KNOWN_TITLES, ...LATER_TITLES, 'Lipids']));
  });

  it('A02 R03 a card with other keys under a known person is refused', () => {
    const first = entriesOf(aliceId())[0] as Uint8Array;
    expect(() => verifyIdentityLog([rekeyed(eve, first)])).toThrow(/integrity\/bad-signature/);
  });
});
