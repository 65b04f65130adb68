import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hexToBytes, parseId } from '../../src/formats/id.js';
import { decodeSignedReadReceipt, encodeSignedReadReceipt } from '../../src/formats/read-receipt.js';
import { type Id, verifyJournal } from '../../src/index.js';
import { type Identity, verifyIdentityLog } from '../../src/protocol/identity-chain.js';
import { decodeJournalFile, decodeSignedJournalFile } from '../../src/records/journal-file.js';
import { makeMessage } from '../../src/sharing/messages.js';
import { readReadReceipt, signReadReceipt } from '../../src/sharing/read-receipts.js';
import { openScene, requireSync, type Scene } from '../support/evil-scene.js';
import { enrolStranger, headerOf, injected, type Stranger, stranger } from '../support/evil-stranger.js';

let scene: Scene;
let eve: Stranger;
let recipient: Identity;
let vault: Uint8Array;
let laboratory: Uint8Array;
/** The receipt that Martin did sign, as Alice holds it, and the message it came in. */
let genuine: Uint8Array;
let delivered: Uint8Array;

beforeAll(async () => {
  scene = await openScene('journal');
  eve = stranger('journal');
  await enrolStranger(scene.stage.url, eve);
  vault = headerOf(scene.ops()[0] as Uint8Array).vault;
  laboratory = hexToBytes(scene.laboratory) as Uint8Array;
  const aliceId = parseId('person', scene.alice.person.id);
  const { query } = scene.stage.operator;
  const entries = query<{ entry: Uint8Array }>(
    'select entry from identity_entries where person = ? order by position',
    aliceId,
  );
  recipient = verifyIdentityLog(entries.map(({ entry }) => new Uint8Array(entry)));
  const { person: martin } = await scene.martin();
  await requireSync(martin);
  const [share] = martin.sharedWithMe();
  await share?.acknowledge([share.list()[0]?.id as Id<'item'>]);
  await requireSync(martin);
  delivered = newestForAlice();
  await requireSync(scene.alice.person);
  genuine = (await exported()).receipts[0] as Uint8Array;
});
afterAll(() => scene?.close());

/** The newest that waits for Alice at the server. */
function newestForAlice(): Uint8Array {
  const aliceId = parseId('person', scene.alice.person.id);
  const [row] = scene.stage.operator.query<{ bytes: Uint8Array }>(
    'select bytes from inbox where person = ? order by cursor desc limit 1',
    aliceId,
  );
  return new Uint8Array(row?.bytes as Uint8Array);
}

async function exported() {
  const file = await scene.vault.journal.export();
  await verifyJournal(file);
  return decodeJournalFile(decodeSignedJournalFile(file).journalBytes);
}

/** Eve's message with this content. */
const sentByEve = (content: Uint8Array) =>
  makeMessage({
    ...({ kind: 'read-receipt', author: eve.author, recipient, content } as const),
    ...{ random: eve.random, time: Date.now() },
  }).bytes;

const signedByEve = (change: { vault?: Uint8Array; collection?: Uint8Array } = {}) => {
  const { items } = readReadReceipt(genuine).content;
  return signReadReceipt(eve.author, { vault, collection: laboratory, items, time: Date.now(), ...change })
    .receipt;
};

/** What is in Alice's journal after her server has put these into her inbox. */
async function afterInbox(items: readonly Uint8Array[]) {
  const { alice } = scene;
  alice.transport.plan = [injected(items, eve.id)];
  await requireSync(alice.person);
  alice.transport.plan = [];
  expect(alice.transport.lied).toBeGreaterThan(0);
  return scene.vault.journal.receipts().map(({ person }) => person);
}

describe('receipts that no reader signed, or that no reader could', () => {
  const martin = () => scene.martinAsContact.id;

  it('has the one that Martin signed', () => {
    expect(scene.vault.journal.receipts()).toMatchObject([{ person: martin(), items: [{ known: true }] }]);
  });

  it('A43 R-READ-1 what Eve sends is not taken for Martin’s: his in her message, hers in his name, his altered', async () => {
    const { receiptBytes, device } = decodeSignedReadReceipt(genuine);
    const { content } = readReadReceipt(genuine);
    const inHisName = signReadReceipt(
      { ...eve.author, person: content.person, device },
      { ...content, time: content.time + 1 },
    ).receipt;
    // With her own device, which her identity log admits.
    const byHerDevice = signReadReceipt(
      { ...eve.author, person: content.person },
      { ...content, time: content.time + 2 },
    ).receipt;
    const altered = encodeSignedReadReceipt({
      ...decodeSignedReadReceipt(genuine),
      receiptBytes: Uint8Array.from(receiptBytes, (byte, i) =>
        i === receiptBytes.length - 40 ? byte ^ 1 : byte,
      ),
    });
    expect(await afterInbox([genuine, inHisName, byHerDevice, altered].map(sentByEve))).toEqual([martin()]);
  });

  it('A43 R-READ-2 someone who was never given a thing is not heard about it', async () => {
    const imaging = hexToBytes(scene.imaging) as Uint8Array;
    const lies = [
      signedByEve(),
      signedByEve({ collection: imaging }),
      signedByEve({ collection: new Uint8Array(32).fill(7) }),
      signedByEve({ vault: new Uint8Array(16).fill(7) }),
    ];
    expect(await afterInbox(lies.map(sentByEve))).toEqual([martin()]);
    expect((await exported()).receipts).toEqual([genuine]);
  });

  it('A43 a receipt that is delivered again is one receipt', async () => {
    const before = scene.vault.journal.receipts();
    expect(await afterInbox([delivered, delivered])).toEqual([martin()]);
    expect(scene.vault.journal.receipts()).toEqual(before);
  });

  it('A43 no crowd of strange receipts keeps out the true ones', async () => {
    const crowd = Array.from({ length: 80 }, (_, n) =>
      sentByEve(signedByEve({ collection: new Uint8Array(32).fill(100 + n) })),
    );
    const counted = () => scene.stage.operator.query('select position from ops').length;
    const before = counted();
    expect(await afterInbox(crowd)).toEqual([martin()]);
    // Each that is kept is an op of Alice's index; besides them she notes what she has seen.
    expect(counted() - before).toBeLessThan(68);
    const { person } = await scene.stage.reopen(scene.lastCopy());
    const [share] = person.sharedWithMe();
    await share?.acknowledge(share.list().map(({ id }) => id));
    await requireSync(person);
    // Alice's server has counted on in her inbox; so his message comes like the others.
    expect(await afterInbox([newestForAlice()])).toEqual([martin(), martin()]);
  });
});
