import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hash } from '../../src/crypto/hash.js';
import { paddedLength } from '../../src/crypto/padding.js';
import { systemRandom } from '../../src/crypto/random.js';
import { parseId } from '../../src/formats/id.js';
import type { Id } from '../../src/index.js';
import { messageNotice } from '../../src/messaging/index.js';
import { inboxAnswer } from '../../src/protocol/messages.js';
import { paths } from '../../src/protocol/paths.js';
import { readGrantHeader } from '../../src/sharing/grants.js';
import { createHttpTransport } from '../../src/sync/http.js';
import { codeOf } from '../support/code-of.js';
import { CanaryScan, decodeSealed, shareRun } from '../support/evil-canary.js';
import {
  appended,
  bodiless,
  dropOp,
  dupOp,
  freeze,
  pullOf,
  replaced,
  replay,
  retold,
  rollbackTo,
  swap,
} from '../support/evil-lies.js';
import {
  enterWriter,
  linesOf,
  type MessageScene,
  messagesOf,
  type OpenedThread,
  openMessageScene,
  seenBy,
  servedToAll,
  syncAll,
  threadFor,
  type Writer,
} from '../support/evil-messages.js';
import { requireSync, text } from '../support/evil-scene.js';
import { forgedOp, injected, stranger } from '../support/evil-stranger.js';
import { changed, type Lie } from '../support/evil-transport.js';

let scene: MessageScene;
let alice: MessageScene['alice'];
let martin: MessageScene['martin'];
let nadia: MessageScene['nadia'];
let eve: MessageScene['eve'];
let vault: MessageScene['vault'];
let stage: MessageScene['stage'];
let open: MessageScene['open'];
beforeAll(async () => {
  scene = await openMessageScene('messages');
  ({ alice, martin, nadia, eve, vault, stage, open } = scene);
});
afterAll(() => scene?.stage.close());

describe('a server that decides what of a thread arrives', () => {
  type Told = OpenedThread & { readonly known: number };
  const lieWith =
    (retelling: (told: Told) => Parameters<typeof retold>[2], head: 'resigned' | 'true' = 'resigned') =>
    (told: Told): Lie =>
      retold(stage.operator, told.hex, retelling(told), head);

  const LIES: readonly (readonly [name: string, code: string | null, lie: (told: Told) => Lie])[] = [
    [
      'puts two messages in each other’s place',
      'dropped|bad-chain|fork',
      lieWith(({ known }) => swap(known, known + 1)),
    ],
    ['withholds one', 'dropped|bad-chain|fork', lieWith(({ known }) => dropOp(known))],
    ['withholds the newest', 'dropped', lieWith(({ known }) => dropOp(known + 2), 'true')],
    ['withholds what one says', 'dropped', lieWith(({ known }) => replaced(known, bodiless))],
    ['gives one twice', 'bad-chain', lieWith(({ known }) => dupOp(known))],
    ['gives an old one again', 'bad-chain', lieWith(({ known }) => replay(known - 1))],
    ['goes back to before the newest seen', 'rollback', lieWith(({ known }) => rollbackTo(known - 1))],
    ['stands still', null, lieWith(({ known }) => rollbackTo(known))],
    [
      'adds one that Dr Martin never wrote',
      'not-authorised',
      lieWith(({ hex }) => {
        const ops = stage.operator.ops(hex);
        return appended(
          forgedOp(stranger('eve at the server'), ops, { person: parseId('person', martin.id) }),
        );
      }),
    ],
  ];

  it.each(LIES)('A39 R27 %s: nothing is shown out of order, and it is told', async (name, code, lie) => {
    const told = await open(name, martin);
    const { thread, id, hex } = told;
    const known = stage.operator.ops(hex).length;
    const before = await seenBy(martin, id);
    for (const text of ['second', 'third', 'fourth']) {
      await thread.reply(text);
      await requireSync(alice.person);
    }
    martin.transport.plan = [lie({ ...told, known })];
    const lies = martin.transport.lied;
    const { failed } = await martin.person.sync();
    expect(martin.transport.lied).toBeGreaterThan(lies);
    const integrity = { lane: pullOf(hex), code: expect.stringMatching(new RegExp(`^integrity/(${code})$`)) };
    expect(failed).toEqual(code === null ? [] : [integrity]);
    expect(await seenBy(martin, id)).toEqual(before);
    const his = await threadFor(martin, id);
    if (code !== null) expect(await codeOf(() => his.reply('blind'))).toBe('integrity/frozen');
    // Once the server tells the truth again, all of it is there, in its order; a fork is never forgiven.
    martin.transport.plan = [];
    await martin.person.sync();
    if (failed[0]?.code === 'integrity/fork') return;
    expect((await seenBy(martin, id)).lines).toEqual([`${name}: first`, 'second', 'third', 'fourth']);
  });

  it('A39 stalls a thread for as long as it likes, and when it stops, all is there in order', async () => {
    const { id, thread, hex } = await open('Stalled', martin);
    martin.transport.plan = [freeze(hex)];
    await requireSync(martin.person);
    for (const text of ['one', 'two']) {
      await thread.reply(text);
      await requireSync(alice.person);
      await requireSync(martin.person);
    }
    expect((await seenBy(martin, id)).lines).toEqual(['Stalled: first']);
    martin.transport.plan = [];
    await requireSync(martin.person);
    expect((await seenBy(martin, id)).lines).toEqual(['Stalled: first', 'one', 'two']);
  });

  it('R-MSG-3 R27 a withheld message that someone answered is a gap, until it comes: then it is unread', async () => {
    const omar = await enterWriter(stage, 'omar', [alice]);
    const { id, thread, collection } = await open('Gap', omar);
    // An epoch of its own for one message: what opens it is a grant, and the server keeps Omar's back.
    await thread.add(eve.id);
    const { epoch } = alice.session.requireCollection(collection).requireState();
    await thread.reply('to be withheld');
    await thread.add(nadia.id);
    const withheld: Uint8Array[] = [];
    omar.transport.plan = [
      changed('inbox', inboxAnswer, (answer) => {
        const isWithheld = ({ bytes }: { readonly bytes: Uint8Array }) => {
          try {
            return readGrantHeader(bytes).epoch === epoch;
          } catch {
            return false;
          }
        };
        withheld.push(...answer.items.filter(isWithheld).map(({ bytes }) => bytes));
        return { ...answer, items: answer.items.filter((item) => !isWithheld(item)) };
      }),
    ];
    await syncAll(alice, eve, nadia);
    await (await threadFor(eve, id)).reply('I saw that');
    await syncAll(eve, alice, omar);
    expect(withheld.length).toBeGreaterThan(0);
    const his = await threadFor(omar, id);
    expect(linesOf(await his.view())).toEqual(['Gap: first', '(withheld)', 'I saw that']);
    await his.markRead();
    expect((await his.view()).unread).toBe(0);
    // What he writes now says what he had seen: it does not claim the one that he misses.
    await his.reply('What?');

    omar.transport.plan = [injected(withheld, parseId('person', alice.id))];
    await omar.person.sync();
    omar.transport.plan = [];
    await syncAll(omar, alice);
    const view = await his.view();
    expect(linesOf(view)).toEqual(['Gap: first', 'to be withheld', 'I saw that', 'What?']);
    expect(messagesOf(view).map(({ own, read }) => own || read)).toEqual([true, false, true, true]);
    expect(view.unread).toBe(1);
  });
});

describe('whoever is put out, or comes later', () => {
  it('A43 reads nothing that was written after, or before, with all help of the server', async () => {
    const { id, thread, collection, hex } = await open('Private', martin, eve);
    await thread.reply('with Eve');
    await syncAll(alice, eve);
    await thread.remove(eve.id);
    await thread.reply('without Eve');
    await thread.add(nadia.id);
    await thread.reply('with Nadia');
    await syncAll(alice, martin, nadia);
    expect((await seenBy(martin, id)).lines).toEqual([
      'Private: first',
      'with Eve',
      'without Eve',
      'with Nadia',
    ]);

    eve.transport.plan = [servedToAll(stage.operator, hex)];
    await eve.person.sync();
    const ops = stage.operator.ops(hex).length;
    expect(eve.session.requireCollection(collection).log.position).toBe(ops);
    const { lines } = await seenBy(eve, id);
    expect(lines.slice(0, 2)).toEqual(['Private: first', 'with Eve']);
    expect(lines.join()).not.toMatch(/without|Nadia/);
    const his = await threadFor(eve, id);
    expect((await his.view()).status).toBe('ended');
    expect(await codeOf(() => his.reply('still here'))).toBe('access/not-allowed');
    eve.transport.plan = [];

    nadia.transport.plan = [servedToAll(stage.operator, hex)];
    await nadia.person.sync();
    nadia.transport.plan = [];
    expect((await seenBy(nadia, id)).lines).toEqual(['(earlier)', 'with Nadia']);
    const epochsOf = ({ session }: Writer) => {
      const { keyring, log } = session.requireCollection(collection);
      const state = log.state;
      if (state === null) throw new Error('no log');
      return Array.from({ length: state.epoch }, (_, i) => i + 1).filter(
        (epoch) => keyring.keyOf(epoch, state) !== null,
      );
    };
    const last = alice.session.requireCollection(collection).requireState().epoch;
    expect(epochsOf(nadia)).toEqual([last]);
    expect(Math.max(...epochsOf(eve))).toBeLessThan(last);
    expect(nadia.session.requireCollection(collection).unreadable).toBeGreaterThan(0);
  });
});

describe('what the server learns', () => {
  const filesUnder = async (directory: string): Promise<Uint8Array[]> => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return Promise.all(
      files.map(async ({ parentPath, name }) => new Uint8Array(await readFile(join(parentPath, name)))),
    );
  };

  it('A45 R27 is nothing of what is said, of what, with which files, or by whom by name', async () => {
    const secrets = {
      subject: 'Subject-Hepatitis-Quince',
      text: 'Text-Viral-Load-Marmalade',
      answer: 'Answer-Interferon-Persimmon',
      draft: 'Draft-Shall-I-Tell-Medlar',
      file: 'File-Content-Bilirubin-Loquat',
      name: 'Filename-Biopsy-Sorb.txt',
      title: 'Title-Elastography-Service',
      note: 'Opening-Request-Rowanberry',
    };
    const scan = new CanaryScan();
    for (const [name, secret] of Object.entries(secrets)) scan.add({ name, bytes: text(secret) });
    const doctor = await enterWriter(stage, 'Quatremartin-Doe', [alice]);
    scan.add({ name: 'the doctor', bytes: text('Quatremartin-Doe') });
    const card = await vault.deposits.card();
    const inner = createHttpTransport({ baseUrl: stage.url, now: Date.now, random: systemRandom });
    const end = new AbortController();
    let pushed = '';
    const listening = (async () => {
      const { signer } = doctor.session;
      for await (const said of inner.listen?.({ path: paths.events, signer, signal: end.signal }) ?? [])
        pushed += said;
    })().catch(() => {});
    const filed = await vault.documents.add(text(secrets.file), { category: 'report', title: secrets.title });
    const draft = await alice.messaging.drafts.create({
      ...{ vault: vault.id, subject: secrets.subject, to: [doctor.id], text: secrets.draft },
    });
    await alice.messaging.drafts.attach(draft.id, new File([secrets.file], secrets.name));
    await alice.messaging.drafts.update(draft.id, { documents: [filed.id] });
    await requireSync(alice.person);
    await alice.messaging.drafts.update(draft.id, { text: secrets.text });
    const { id } = await alice.messaging.drafts.send(draft.id);
    await syncAll(alice, doctor);
    await doctor.messaging.setSettings({ receipts: true });
    const theirs = await threadFor(doctor, id);
    expect((await theirs.view()).subject).toBe(secrets.subject);
    await theirs.markRead();
    await theirs.reply(secrets.answer, { files: [new File([secrets.file], secrets.name)] });
    await doctor.messaging.ask(card, { subject: secrets.title, text: secrets.note });
    await syncAll(doctor, alice);
    const seen = await (await threadFor(alice, id)).view();
    expect(linesOf(seen)).toEqual([secrets.text, secrets.answer]);
    await expect.poll(() => pushed).toMatch(/event|data/);
    end.abort();
    await listening;

    for (const bytes of stage.wire) expect(scan.leaksIn(bytes)).toEqual([]);
    const kept = await filesUnder(stage.dataDir);
    expect(kept.length).toBeGreaterThan(3);
    for (const bytes of kept) expect(scan.leaksIn(bytes)).toEqual([]);
    expect(scan.leaksIn(text(stage.server.journal()))).toEqual([]);
    expect(scan.leaksIn(text(pushed))).toEqual([]);
    // The scan would have found them.
    expect(scan.leaksIn(text(`x${secrets.draft}`))).not.toEqual([]);
    const [waiting] = await alice.messaging.openings.list();
    await alice.messaging.openings.decline(waiting?.id as Id<'deposit'>);
  });

  it('R27 is told by no notice: what a device shows depends on nothing that was written', () => {
    for (const language of ['en', 'fr'] as const) {
      expect(messageNotice(0, language)).toBeNull();
      const notices = [2, 3, 17, 1000].map((unread) => JSON.stringify(messageNotice(unread, language)));
      expect(new Set(notices).size).toBe(1);
      for (const unread of [1, 2]) {
        const { title, body, tag } = messageNotice(unread, language) ?? {};
        expect(`${title} ${body} ${tag}`).not.toMatch(/\d|alice|martin/i);
      }
    }
  });

  it('A30 R20 is no more than a size class, whatever is beside it: neither equality nor content', async () => {
    const { id, hex } = await open('Sizes', martin, eve);
    const sealedLengths = () =>
      stage.operator.ops(hex).flatMap((op) => decodeSealed(op).map(({ bytes }) => bytes.length));
    const lastLength = async (said: string, by: Writer) => {
      await (await threadFor(by, id)).reply(said);
      await requireSync(by.person);
      return sealedLengths().at(-1) as number;
    };
    const secret = 'HIV negative';
    const first = await lastLength(secret, alice);
    // Eve writes guesses beside it, of any likeness: what Alice writes next is as large as before.
    for (const guess of [secret, secret.repeat(40), '\0'.repeat(12)]) {
      await requireSync(eve.person);
      await lastLength(guess, eve);
      await requireSync(alice.person);
      expect(await lastLength(secret, alice)).toBe(first);
    }
    expect(await lastLength('x'.repeat(secret.length), alice)).toBe(first);
    for (const length of sealedLengths()) expect(length - 73).toBe(paddedLength(length - 74));

    // The same file by two people and twice, one of zeros, one of noise.
    await requireSync(eve.person);
    const before = new Set((await stored()).keys());
    const same = new Uint8Array(30_000).fill(65);
    const noise = Uint8Array.from({ length: 30_000 }, (_, i) => hash('noise', text(`${i}`))[0] as number);
    const send = async (by: Writer, ...files: Uint8Array[]) => {
      const sources = files.map((bytes) => new File([bytes.slice()], 'a.bin'));
      await (await threadFor(by, id)).reply('', { files: sources });
      await requireSync(by.person);
    };
    await send(alice, same, same);
    await requireSync(eve.person);
    await send(eve, same, noise, new Uint8Array(30_000));
    const blobs = [...(await stored())].filter(([name]) => !before.has(name));
    expect(blobs).toHaveLength(5);
    expect(new Set(blobs.map(([, { length }]) => length)).size).toBe(1);
    blobs.forEach(([, a], i) => {
      for (const [, b] of blobs.slice(i + 1)) expect(shareRun(a, b, 16)).toBe(false);
    });
    await requireSync(martin.person);
    const view = await (await threadFor(martin, id)).view();
    expect(messagesOf(view).flatMap(({ files }) => files)).toHaveLength(5);
  });

  async function stored(): Promise<Map<string, Uint8Array>> {
    const blobs = join(stage.dataDir, 'blobs');
    const entries = await readdir(blobs, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const read = async ({ parentPath, name }: (typeof files)[number]) =>
      [name, new Uint8Array(await readFile(join(parentPath, name)))] as const;
    return new Map(await Promise.all(files.map(read)));
  }
});
