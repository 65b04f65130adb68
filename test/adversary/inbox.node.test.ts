import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encode } from '../../src/formats/codec.js';
import { bytesToHex, hexToBytes, parseId } from '../../src/formats/id.js';
import * as receiptFormat from '../../src/formats/read-receipt.js';
import type { Id, Person } from '../../src/index.js';
import type { Author } from '../../src/log/sign-op.js';
import { type Identity, verifyIdentityLog } from '../../src/protocol/identity-chain.js';
import * as messages from '../../src/sharing/messages.js';
import { signReadReceipt } from '../../src/sharing/read-receipts.js';
import type { Early } from '../../src/vault/answers-nothing.js';
import { keepEarlyItems } from '../../src/vault/early-items.js';
import { inboxItemId } from '../../src/vault/inbox.js';
import { type OwnedVault, Session } from '../../src/vault/session.js';
import { openScene, requireSync, type Scene } from '../support/evil-scene.js';
import { enrolStranger, headerOf, injected, type Stranger, stranger } from '../support/evil-stranger.js';

vi.mock('../../src/formats/read-receipt.js', { spy: true });
vi.mock('../../src/sharing/messages.js', { spy: true });

let scene: Scene;
let eve: Stranger;
let recipient: Identity;
let vault: Uint8Array;
let laboratory: Uint8Array;
let alice: Session;
let owned: OwnedVault;
let martin: Author;
let reader: { readonly person: Person; readonly session: Session };

beforeAll(async () => {
  const opening = vi.spyOn(Session, 'open');
  scene = await openScene('inbox');
  alice = (await opening.mock.results[0]?.value) as Session;
  // Martin's keys stay in use for what his own client would not send.
  const { person } = await scene.martin();
  const session = (await opening.mock.results.at(-1)?.value) as Session;
  martin = session.author;
  reader = { person, session };
  opening.mockRestore();
  owned = [...alice.vaults.values()][0] as OwnedVault;
  eve = stranger('inbox');
  await enrolStranger(scene.stage.url, eve);
  vault = headerOf(scene.ops()[0] as Uint8Array).vault;
  laboratory = hexToBytes(scene.laboratory) as Uint8Array;
  const entries = scene.stage.operator.query<{ entry: Uint8Array }>(
    'select entry from identity_entries where person = ? order by position',
    parseId('person', scene.alice.person.id),
  );
  recipient = verifyIdentityLog(entries.map(({ entry }) => new Uint8Array(entry)));
});
afterAll(() => scene?.close());

let time = 1_750_000_000_000;

/** A message with a receipt that is signed as it should be, whatever it is about. */
function receiptFrom(
  author: Author,
  about: { readonly vault?: Uint8Array; readonly collection?: Uint8Array; readonly items?: number } = {},
): Uint8Array {
  const { items: count = 1, ...change } = about;
  const items = Array.from(
    { length: count },
    () => [eve.random(16), eve.random(16)] as [Uint8Array, Uint8Array],
  );
  time += 1;
  const read = { vault, collection: laboratory, items, time, ...change };
  const { receipt } = signReadReceipt(author, read);
  const made = { kind: 'read-receipt', author, recipient, content: receipt } as const;
  return messages.makeMessage({ ...made, random: eve.random, time }).bytes;
}

/** Alice syncs with these in her inbox. */
async function afterInbox(items: readonly Uint8Array[], from: Author) {
  const { transport, person } = scene.alice;
  transport.plan = [injected(items, from.person)];
  await requireSync(person);
  transport.plan = [];
}

const kept = () => owned.index.list('index.read-receipt');
const waiting = async () => (await alice.store.scan({ prefix: 'inbox/' })).map(({ key }) => key);
const keyOf = (bytes: Uint8Array) => `inbox/${bytesToHex(inboxItemId(bytes))}`;
const inTwo = async () => {
  await requireSync(scene.alice.person);
  await requireSync(scene.alice.person);
};

/** Lets bytes wait as those of a sender. */
async function wait(sender: Uint8Array, all: readonly Uint8Array[], change: Partial<Early> = {}) {
  const early: Early = { sender, isAnswered: () => false, isFinal: () => false, ...change };
  return alice.transact((transaction) =>
    keepEarlyItems(alice, transaction, new Map(all.map((bytes) => [bytes, early]))),
  );
}

async function forgetWaiting() {
  const keys = await waiting();
  await alice.transact((transaction) => {
    for (const key of keys) transaction.delete(key);
  });
}

describe('a flood in an inbox', () => {
  it('A43 each receipt that is kept is read once, however many come after it', async () => {
    const flood = Array.from({ length: 60 }, () => receiptFrom(martin));
    const before = kept().length;
    const decoding = vi.mocked(receiptFormat.decodeReadReceipt);
    decoding.mockClear();
    await afterInbox(flood, martin);
    expect(kept().length - before).toBe(60);
    // Once when it comes, and once for each form in which it is an entry: as it waits to be sent, and as it is in the log.
    expect(decoding.mock.calls.length).toBeLessThanOrEqual(60 * 4);
  });

  it('what a reader told before is read once, however often they tell more', async () => {
    const { person, session } = reader;
    await requireSync(person);
    const told = Array.from({ length: 40 }, (_, n) => {
      const items: [Uint8Array, Uint8Array][] = [[eve.random(16), eve.random(16)]];
      const { receipt, digest } = signReadReceipt(martin, {
        vault,
        collection: laboratory,
        items,
        time: n + 1,
      });
      return [digest, { receipt, received: 1 }] as const;
    });
    await session.transact((transaction) => session.index.putAll(transaction, 'index.read-receipt', told));
    const [share] = person.sharedWithMe();
    const [first, ...more] = (share?.list() ?? []).map(({ id }) => id);
    await share?.acknowledge([first as Id<'item'>]);
    const decoding = vi.mocked(receiptFormat.decodeReadReceipt);
    decoding.mockClear();
    for (const id of more) await share?.acknowledge([id]);
    expect(more.length).toBeGreaterThan(2);
    expect(session.index.list('index.read-receipt')).toHaveLength(41 + more.length);
    // Those that were just told.
    expect(decoding.mock.calls.length).toBeLessThanOrEqual(more.length);
  });

  it('A43 what one reader can have an owner keep has an end in bytes', async () => {
    for (let n = 0; n < 4; n++)
      await afterInbox(
        Array.from({ length: 60 }, () => receiptFrom(martin, { items: 256 })),
        martin,
      );
    const size = kept().reduce((sum, { receipt }) => sum + receipt.length, 0);
    expect(size).toBeGreaterThan(2 ** 21 - 16 * 1024);
    expect(size).toBeLessThanOrEqual(2 ** 21);
  });

  it('A43 what is about no access known here is not kept in the index', async () => {
    const before = kept().length;
    const strange = Array.from({ length: 20 }, () => receiptFrom(eve.author, { collection: eve.random(32) }));
    await afterInbox(strange, eve.author);
    expect(kept()).toHaveLength(before);
  });

  it('A43 a stranger to whom nothing was given is not waited for once the index is known', async () => {
    await afterInbox(
      [receiptFrom(eve.author), receiptFrom(eve.author, { vault: eve.random(16) })],
      eve.author,
    );
    await inTwo();
    expect(await waiting()).toEqual([]);
  });

  it('A43 one sender has no more than eight wait', async () => {
    const all = Array.from({ length: 30 }, () => receiptFrom(martin, { collection: eve.random(32) }));
    await afterInbox(all, martin);
    expect(await waiting()).toHaveLength(8);
    await forgetWaiting();
  });

  it('A43 strangers who take all places give way to who is known, and to nobody else', async () => {
    for (let n = 0; n < 16; n++) {
      const sender = eve.random(32);
      await wait(
        sender,
        Array.from({ length: 8 }, () => eve.random(40)),
      );
    }
    expect(await waiting()).toHaveLength(128);
    const [fromMartin, fromEve] = [receiptFrom(martin), receiptFrom(eve.author)];
    expect((await wait(eve.id, [fromEve])).size).toBe(0);
    expect((await wait(martin.person, [fromMartin])).size).toBe(1);
    expect(await waiting()).toHaveLength(128);
    expect(await waiting()).toContain(keyOf(fromMartin));
    await forgetWaiting();
  });

  it('A43 what waits is not opened again until what it answers is here', async () => {
    const all = Array.from({ length: 5 }, () => receiptFrom(martin, { collection: eve.random(32) }));
    const opening = vi.mocked(messages.openMessage);
    opening.mockClear();
    await afterInbox(all, martin);
    await scene.vault.documents.add(new Blob(['x']), { category: 'imaging', title: 'One more' });
    await inTwo();
    expect(await waiting()).toHaveLength(5);
    expect(opening.mock.calls.length).toBe(5);
    await forgetWaiting();
  });

  it('A43 what waits and was not seen since this device was opened is opened sixteen at a time', async () => {
    const all = Array.from({ length: 20 }, () => receiptFrom(martin, { collection: eve.random(32) }));
    await alice.transact((transaction) => {
      for (const bytes of all) transaction.put(keyOf(bytes), encode([alice.now(), martin.person, bytes]));
    });
    const opening = vi.mocked(messages.openMessage);
    opening.mockClear();
    await requireSync(scene.alice.person);
    expect(opening.mock.calls.length).toBe(16);
    await inTwo();
    expect(opening.mock.calls.length).toBe(20);
    await forgetWaiting();
  });
});

describe('what cannot be taken in now', () => {
  it('A43 an item for a vault that stopped waits, and stops nothing', async () => {
    // Less than Martin may still have kept.
    const before = kept().length;
    const [stored, arriving] = [receiptFrom(martin), receiptFrom(martin)];
    const { collection } = owned.index;
    collection.frozen = 'integrity/fork';
    await alice.transact((transaction) =>
      transaction.put(keyOf(stored), encode([alice.now(), martin.person, stored])),
    );
    const { transport, person } = scene.alice;
    transport.plan = [injected([arriving], martin.person)];
    await expect(person.sync()).resolves.toMatchObject({ failed: [] });
    transport.plan = [];
    expect((await waiting()).sort()).toEqual([keyOf(stored), keyOf(arriving)].sort());
    collection.frozen = null;
    await inTwo();
    expect(await waiting()).toEqual([]);
    expect(kept().length).toBe(before + 2);
  });

  it('A43 what is damaged among those that wait is reported, and stops nothing', async () => {
    await alice.transact((transaction) => transaction.put('inbox/00', new Uint8Array([255, 1])));
    const { failed } = await scene.alice.person.sync();
    expect(failed.map(({ code }) => code)).toEqual([expect.stringMatching(/^format\//)]);
    await forgetWaiting();
    await requireSync(scene.alice.person);
  });

  it('A43 a noted fetch head that cannot be read stops no run', async () => {
    await alice.transact((transaction) =>
      alice.index.put(transaction, 'index.heads', eve.random(32), {
        heads: [],
        fetches: [[new Uint8Array(3), new Uint8Array(64)]],
      }),
    );
    await expect(scene.alice.person.sync()).resolves.toMatchObject({ pending: 0 });
  });
});
