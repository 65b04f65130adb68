import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/crypto/random.js';
import { parseId, printId } from '../../src/formats/id.js';
import type { Id, Vault } from '../../src/index.js';
import { HEADER } from '../../src/messaging/header.js';
import type { ThreadView } from '../../src/messaging/index.js';
import { MESSAGE } from '../../src/messaging/message.js';
import { OPENING } from '../../src/messaging/opening.js';
import { PARTICIPANT } from '../../src/messaging/participant.js';
import { RECEIPT } from '../../src/messaging/receipt.js';
import { type Reference, referenceTo } from '../../src/messaging/shape.js';
import { EVENT } from '../../src/messaging/thread-event.js';
import { encodeFields, type Fields, type RecordKind } from '../../src/records/record-kind.js';
import { signAuthorship } from '../../src/sharing/authorship.js';
import { codeOf } from '../support/code-of.js';
import { appended, pullOf, retold } from '../support/evil-lies.js';
import {
  append,
  collectionOf,
  linesOf,
  type MessageScene,
  messagesOf,
  openMessageScene,
  recordsOf,
  revisionOf,
  seenBy,
  syncAll,
  threadFor,
  type Writer,
} from '../support/evil-messages.js';
import { requireSync } from '../support/evil-scene.js';
import { forgedOp, stranger } from '../support/evil-stranger.js';
import { SYMPTOM } from '../support/symptom.js';

const newRef = (): Id<'message'> => printId('message', systemRandom(16));

let scene: MessageScene;
let alice: MessageScene['alice'];
let martin: MessageScene['martin'];
let nadia: MessageScene['nadia'];
let eve: MessageScene['eve'];
let mallory: MessageScene['mallory'];
let vault: MessageScene['vault'];
let stage: MessageScene['stage'];
let open: MessageScene['open'];
beforeAll(async () => {
  scene = await openMessageScene('forged messages');
  ({ alice, martin, nadia, eve, mallory, vault, stage, open } = scene);
});
afterAll(() => scene?.stage.close());

/** For the proofs that a bent app makes. */
const vaultId = () => parseId('vault', vault.id);

describe('what was not written for this thread by who it says', () => {
  it('R-MSG-1 A34 A52 is not shown: moved by the owner with its author’s proof, or by a participant', async () => {
    const into = await open('Into', martin, eve);
    const card = await vault.deposits.card();
    const { id } = await martin.messaging.ask(card, { subject: 'From', text: 'I write first' });
    await syncAll(alice, martin, alice);
    const [waiting] = await alice.messaging.openings.list();
    await alice.messaging.openings.accept(waiting?.id as Id<'deposit'>);
    await (await threadFor(alice, id)).add(eve.id, { history: 'all' });
    await (await threadFor(alice, id)).reply('Yes?');
    await syncAll(alice, martin, eve);
    const from = { id, collection: collectionOf(alice, id).id };
    const his = await threadFor(martin, id);
    await martin.messaging.setSettings({ receipts: true });
    await his.markRead();
    await his.reply('Take two a day');
    await his.close();
    await syncAll(martin, alice, eve);
    const honest = await seenBy(martin, into.id);
    const kinds = [OPENING, MESSAGE, EVENT, RECEIPT];
    let aside = 0;
    for (const kind of kinds) {
      const records = alice.person.vaults()[0]?.records(kind as RecordKind<object>, from.id);
      const record = records?.list().find(({ author }) => author === martin.id);
      const { schema, body, authored } = revisionOf(alice, from.collection, record?.id as Id<'item'>);
      expect(authored).not.toBeNull();
      const content = { kind: kind.kind, schema, body: body as Uint8Array };
      // By Alice, who owns both: Dr Martin's signature holds in her vault.
      await append(alice, into.collection, { ...content, authored });
      // By Eve, with his proof, which nobody takes from her…
      await append(eve, into.collection, { ...content, authored });
      // …and with her own, in both threads: it says it is his, and is not.
      const own = signAuthorship(eve.session.author, vaultId(), Date.now(), content);
      await append(eve, into.collection, { ...content, authored: own });
      await append(eve, from.collection, { ...content, authored: own });
      aside += 2;
      await syncAll(alice, eve, martin);
      for (const reader of [alice, martin, eve])
        expect(await seenBy(reader, into.id), kind.kind).toEqual({ ...honest, setAside: aside });
    }
    for (const reader of [alice, martin]) {
      const { setAside, lines } = await seenBy(reader, from.id);
      const written = ['I write first', 'Yes?', 'Take two a day', '(closed)'];
      expect([setAside, lines]).toEqual([4, written]);
    }
    await martin.messaging.setSettings({ receipts: false });
  });

  it('A34 only the diagonal is accepted: each kind of record inside each other', async () => {
    const { id, collection, thread } = await open('Diagonal', martin, eve);
    const firstKey = messagesOf(await thread.view())[0]?.key;
    const after: Reference[] = [];
    const base = () => ({ thread: id, from: eve.id, ref: newRef(), after, sent: Date.now() });
    const card = eve.person.contactCard();
    const CONTENTS: readonly (readonly [RecordKind<object>, () => object])[] = [
      [HEADER, () => ({ thread: id, subject: 'Forged', opener: eve.id, opened: 0 })],
      [
        PARTICIPANT,
        () => ({ thread: id, person: mallory.id, name: 'M', kind: 'app', added: 1, fromNow: false }),
      ],
      [OPENING, () => ({ ...base(), subject: 'Forged', text: 'opened', card })],
      [MESSAGE, () => ({ ...base(), to: [], text: 'said' })],
      [EVENT, () => ({ ...base(), type: 'left', invitations: [] })],
      [RECEIPT, () => ({ thread: id, from: eve.id, read: [firstKey], except: [], time: 1 })],
      [SYMPTOM, () => ({ day: '2026-01-01', what: 'pain', pain: 3 })],
    ] as never;
    const send = async (...cells: (readonly [said: () => object, as: RecordKind<object>])[]) => {
      const records = cells.map(([said, { kind, schema }]) => {
        const content = { kind, schema, body: encodeFields(said() as Fields) };
        return { ...content, authored: signAuthorship(eve.session.author, vaultId(), Date.now(), content) };
      });
      await append(eve, collection, ...records);
      await requireSync(eve.person);
      await requireSync(martin.person);
      return seenBy(martin, id);
    };
    const before = await seenBy(martin, id);
    const besideIt = CONTENTS.flatMap(([kind, said]) =>
      CONTENTS.flatMap(([as]) => (as === kind ? [] : [[said, as] as const])),
    );
    expect(besideIt).toHaveLength(42);
    expect(await send(...besideIt)).toEqual(before);

    const accepted: string[] = [];
    let last = before;
    for (const [kind, said] of CONTENTS) {
      const now = await send([said, kind]);
      if (JSON.stringify({ ...now, setAside: 0 }) !== JSON.stringify({ ...last, setAside: 0 }))
        accepted.push(kind.kind);
      last = now;
    }
    expect(accepted).toEqual([OPENING, MESSAGE, EVENT, RECEIPT].map(({ kind }) => kind));
    // A header and an invitation are an owner's to write.
    expect([last.setAside, last.subject]).toEqual([2, 'Diagonal']);
    expect(last.lines).toHaveLength(4);
  });

  it('R-MSG-2 is shown once of each name, and not changed by what its author says under it later', async () => {
    const { id } = await open('Twice', martin, eve);
    const ref = newRef();
    const said = { thread: id, from: eve.id, ref, after: [], sent: 1, to: [] };
    await recordsOf(eve, MESSAGE, id).add({ ...said, text: 'yes' });
    await recordsOf(eve, MESSAGE, id).add({ ...said, text: 'no' });
    const event = { thread: id, from: eve.id, ref, after: [], sent: 1, type: 'closed' } as const;
    await recordsOf(eve, EVENT, id).add(event);
    await syncAll(eve, martin);
    const view = await (await threadFor(martin, id)).view();
    expect(linesOf(view)).toEqual(['yes', 'Twice: first']);
    expect(messagesOf(view)[0]).toMatchObject({ edited: true, key: referenceTo(eve.id, ref) });
    expect([view.setAside, view.status]).toEqual([2, 'open']);
  });

  it('R-MSG-4 lets nobody in and changes no subject by a participant’s word, nor when an owner writes it again', async () => {
    const { id, thread } = await open('Wound', martin, eve);
    const forged = { thread: id, kind: 'professional', added: 1, fromNow: false } as const;
    const participants = recordsOf(eve, PARTICIPANT, id);
    await participants.add({ ...forged, person: mallory.id, name: 'Dr Mallory' });
    const { id: own } = await participants.add({ ...forged, person: eve.id, name: 'Dr Eve' });
    const header = { thread: id, subject: 'Forged', opener: martin.id, opened: 0 };
    await recordsOf(eve, HEADER, id).add(header);
    await syncAll(eve, alice);
    await alice.messaging.tend();
    // Who comes later is told anew what the thread is about, by the owner.
    await thread.add(nadia.id);
    await alice.messaging.tend();
    await syncAll(alice, martin, nadia, mallory);
    const readers = vault.grants().filter(({ collection }) => collection === id);
    expect(readers.map(({ with: reader }) => reader).sort()).toEqual([martin.id, nadia.id, eve.id].sort());
    expect(await mallory.messaging.thread(id)).toBeNull();
    for (const reader of [alice, martin, nadia]) {
      const { subject, names, setAside } = await seenBy(reader, id);
      // Nadia has no key for what was forged before she came.
      expect([subject, setAside]).toEqual(['Wound', reader === nadia ? 0 : 3]);
      expect(names).toContain('eve present');
      expect(names.join()).not.toMatch(/allory/);
    }
    // Put out, she is not let in again by an invitation of her own.
    await thread.remove(eve.id);
    await alice.messaging.tend();
    expect(
      vault.grants().some(({ collection, with: reader }) => collection === id && reader === eve.id),
    ).toBe(false);
    expect(recordsOf(alice, PARTICIPANT, id).get(own)?.author).toBe(eve.id);
  });

  it('A43 R27 is no receipt: by the server, by Eve in Dr Martin’s name, or moved from another thread', async () => {
    const [from, into] = [await open('Read', martin, eve), await open('Unread', martin, eve)];
    await martin.messaging.setSettings({ receipts: true });
    await (await threadFor(martin, from.id)).markRead();
    await martin.messaging.setSettings({ receipts: false });
    await syncAll(martin, alice, eve);
    const readBy = async (id: string) => (await seenBy(alice, id)).readBy.flat();
    expect((await readBy(from.id)).map(({ person }) => person)).toEqual([martin.id]);
    const read = messagesOf(await into.thread.view()).map(({ key }) => key);
    const forged = { thread: into.id, from: martin.id, read, except: [], time: Date.now() };
    await recordsOf(eve, RECEIPT, into.id).add(forged);
    const [honest] = recordsOf(alice, RECEIPT, from.id).list();
    const { kind, schema, body, authored } = revisionOf(alice, from.collection, honest?.id as Id<'item'>);
    await append(alice, into.collection, { kind, schema, body, authored });
    // Alice's own app, bent, says it in his name.
    await recordsOf(alice, RECEIPT, into.id).add(forged);
    // Of his true receipt Alice makes another that goes further, on top of it.
    await (await threadFor(alice, from.id)).reply('And this');
    const newer = messagesOf(await from.thread.view()).map(({ key }) => key);
    await recordsOf(alice, RECEIPT, from.id).update(honest?.id as Id<'item'>, { read: newer });
    await syncAll(eve, alice, martin);
    for (const reader of [alice, eve, martin]) {
      const seen = await seenBy(reader, into.id);
      expect([seen.readBy.flat(), seen.setAside]).toEqual([[], 3]);
    }
    expect((await seenBy(eve, from.id)).readBy.flat()).toEqual([]);
    const ops = stage.operator.ops(into.hex);
    const op = forgedOp(stranger('receipts'), ops, { person: parseId('person', martin.id) });
    alice.transport.plan = [retold(stage.operator, into.hex, appended(op))];
    const { failed } = await alice.person.sync();
    alice.transport.plan = [];
    expect(failed).toEqual([{ lane: pullOf(into.hex), code: 'integrity/not-authorised' }]);
    expect(await readBy(into.id)).toEqual([]);
    await requireSync(alice.person);
  });
});

describe('what is left at the door', () => {
  const opening = (from: Writer, change: object = {}) => ({
    ...{ thread: `thread-${'a'.repeat(32)}`, from: from.id, ref: newRef(), after: [], sent: Date.now() },
    ...{ subject: 'Let me in', text: 'Hello', card: from.person.contactCard(), ...change },
  });
  const waiting = async () => (await alice.messaging.openings.list()).map(({ text: said }) => said);

  it('R-MSG-1 A34 is shown only if it is an opening in its depositor’s own name', async () => {
    const card = await vault.deposits.card();
    await requireSync(alice.person);
    const base = { thread: `thread-${'b'.repeat(32)}`, from: eve.id, ref: newRef(), after: [], sent: 1 };
    await eve.person.depositRecord(card, MESSAGE, { ...base, to: [], text: 'a message' });
    await eve.person.depositRecord(card, EVENT, { ...base, type: 'closed' });
    await eve.person.depositRecord(card, OPENING, opening(eve, { from: martin.id, text: 'as Martin' }));
    await eve.person.depositRecord(card, OPENING, opening(eve, { text: 'as Eve' }));
    await syncAll(eve, alice);
    expect(await waiting()).toEqual(['as Eve']);
    expect(vault.recordCollections()).not.toContain(base.thread);
    const [own] = await alice.messaging.openings.list();
    await alice.messaging.openings.decline(own?.id as Id<'deposit'>);
    await syncAll(alice);
  });

  it('R-MSG-5 A52 is not taken in under the name of a thread that is there: hers, or another’s that she is in', async () => {
    const { id, thread } = await open('Taken', martin, eve);
    const card = await vault.deposits.card();
    await requireSync(alice.person);
    // While she is in it, Eve writes an opening there, to be found under her name later.
    const early = opening(eve, { thread: id, text: 'planted' });
    await recordsOf(eve, OPENING, id).add(early as never);
    await syncAll(eve, alice);
    await thread.remove(eve.id);
    const his = await martin.person.createVault({ holder: { birthName: 'Martin' } });
    const elsewhere = await martin.messaging.open(his, { subject: 'At his', with: [alice.id, eve.id] });
    await syncAll(martin, alice, eve);
    const planted = { ...early, text: 'let in again' };
    await eve.person.depositRecord(card, OPENING, opening(eve, { thread: id, text: 'other name' }) as never);
    await eve.person.depositRecord(card, OPENING, planted as never);
    const there = opening(eve, { thread: elsewhere.id, text: 'as if it were his' });
    await eve.person.depositRecord(card, OPENING, there as never);
    await syncAll(eve, alice);
    const found = await alice.messaging.openings.list();
    expect(found.map(({ text: said }) => said).sort()).toEqual([
      'as if it were his',
      'let in again',
      'other name',
    ]);
    const before = await seenBy(alice, id);
    for (const { id: deposit } of found)
      expect(await codeOf(() => alice.messaging.openings.accept(deposit))).toBe('integrity/wrong-audience');
    await alice.messaging.setPolicy(vault, { acceptance: 'automatic' });
    const errors: unknown[] = [];
    await alice.messaging.tend((error) => errors.push(error));
    expect(errors).toHaveLength(3);
    await alice.messaging.setPolicy(vault, { acceptance: 'ask' });
    expect(await seenBy(alice, id)).toEqual(before);
    expect(vault.recordCollections()).not.toContain(elsewhere.id);
    for (const { id: deposit } of found) await alice.messaging.openings.decline(deposit);
    await syncAll(alice);
  });

  it('A52 R27 a thread that someone else shares under a known name takes nothing that was meant for the first', async () => {
    const [his] = martin.person.vaults();
    const first = await martin.messaging.open(his as Vault, { subject: 'Ours', with: [alice.id, eve.id] });
    const own = await open('Mine', eve);
    await syncAll(martin, alice, eve);
    const hers = await eve.person.createVault({ holder: { birthName: 'Eve' } });
    for (const id of [first.id, own.id]) {
      await hers.records(HEADER, id).add({ thread: id, subject: 'Trap', opener: eve.id, opened: 1 });
      await hers.share({ with: alice.id, collection: id, role: 'contributor', history: 'all' });
    }
    await syncAll(eve, alice);
    expect(await codeOf(() => alice.messaging.thread(first.id))).toBe('integrity/wrong-audience');
    const draft = await alice.messaging.drafts.create({ thread: first.id, text: 'for Dr Martin only' });
    expect(await codeOf(() => alice.messaging.drafts.send(draft.id))).toBe('integrity/wrong-audience');
    await alice.messaging.drafts.remove(draft.id);
    expect((await (await threadFor(alice, own.id)).view()).subject).toBe('Mine');
    let shown: ThreadView | null = null;
    alice.messaging.liveThread(own.id).subscribe((view) => {
      shown = view;
    })();
    await expect.poll(() => shown).toMatchObject({ subject: 'Mine', vault: vault.id });
  });
});
