import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { equalBytes } from '../../../src/crypto/hash.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { sealData } from '../../../src/envelope/data.js';
import { decodeOp, encodeOp } from '../../../src/formats/op.js';
import { encodeRecord, type RecordEnvelope } from '../../../src/formats/record.js';
import { signAuthorship } from '../../../src/sharing/authorship.js';
import { collectionLane } from '../../../src/sync/outbox.js';
import { bodyBinding } from '../../../src/vault/op-payloads.js';
import {
  appendAdmission,
  appendPrune,
  appendRoster,
  appendRotation,
} from '../../../src/vault/collection-writer.js';
import { codeOf } from '../../support/code-of.js';
import { type CollectionKeys, CollectionParty, keyFrom } from '../../support/collection-party.js';
import { LogBench } from '../../support/log-bench.js';
import { type Person, person, secretOf } from '../../support/people.js';

let people: { alice: Person; bob: Person };
let bench: LogBench;
let keys: CollectionKeys;
let alice: CollectionParty;
let bob: CollectionParty;

beforeAll(async () => {
  await loadSodium();
  people = { alice: person('alice'), bob: person('bob') };
});

/** Alice owns a collection, Bob writes to it; both are up to date. */
beforeEach(async () => {
  bench = new LogBench('collection');
  keys = { key: bench.random(32), roster: bench.random(32) };
  alice = await CollectionParty.open(bench, people.alice);
  bob = await CollectionParty.open(bench, people.bob);
  await alice.found(keys);
  await alice.run((transaction) => appendAdmission(transaction, alice.collection, people.bob.id));
  await settle(alice);
  bob.join({ key: keys.key });
  await bob.pull();
});

/** The server takes what waits and answers. */
async function settle(party: CollectionParty): Promise<void> {
  party.push();
  await party.pull();
}

const content = (n: number) => ({ kind: 'note', schema: 1, body: Uint8Array.of(n) });
const note = (n: number) => ({ item: new Uint8Array(16).fill(n), base: [], ...content(n) });
const proof = (of: CollectionParty, n: number, vault = bench.vault) =>
  signAuthorship(of.context.author, vault, 1, content(n));
const bodiesIn = ({ collection }: CollectionParty) =>
  collection.view.list().map(({ current }) => current.body?.[0]);

/** An op by this device with records sealed as they are given; `outside` is the change id the op states. */
function forge(
  who: Person,
  records: readonly { record: Partial<RecordEnvelope>; outside?: Uint8Array }[],
): void {
  const line = bench.now.lines.find(({ device }) => equalBytes(device, who.device));
  const step = line === undefined ? {} : { incarnation: line.incarnation, seq: line.seq + 1 };
  const { header } = bench.draft(who, step, []);
  const sealed = records.map(({ record, outside = bench.random(16) }) => {
    const envelope = { ...note(1), change: outside, time: 1, authored: null, link: null, ...record };
    const binding = bodyBinding('record', header, header.epoch, outside);
    return { outside, body: sealData(keyFrom(keys.key), binding, encodeRecord(envelope), bench.random) };
  });
  const bodies = sealed.map(({ body }) => body);
  const { changes } = bench.draft(who, {}, bodies).header;
  const named = changes.map(
    ([, digest, length], i) => [sealed[i]?.outside, digest, length] as (typeof changes)[0],
  );
  bench.apply(bench.sign(who, { header: { ...header, changes: named }, bodies }));
}

const damage = ({ collection }: CollectionParty) => collection.damaged.map(({ code }) => code);

describe('a record that is not what it says', () => {
  it('with another change id inside than outside is damaged, not shown, and the rest is read (R-REC-1)', async () => {
    const outside = bench.random(16);
    forge(people.alice, [
      { record: note(1) },
      { record: { ...note(2), change: bench.random(16) }, outside },
      { record: note(3) },
    ]);
    forge(people.alice, [{ record: note(4) }]);
    await alice.pull();
    expect(alice.collection.damaged).toEqual([
      { position: 3, change: outside, code: 'integrity/open-failed' },
    ]);
    expect(bodiesIn(alice)).toEqual([1, 3, 4]);
    expect(alice.collection.unreadable).toBe(0);
  });

  it('by a writer needs the author’s proof; by an owner, and to remove, none is needed (R-REC-2)', async () => {
    forge(people.bob, [{ record: note(1) }, { record: { ...note(2), authored: proof(bob, 2) } }]);
    forge(people.bob, [{ record: { ...note(5), body: null } }]);
    forge(people.alice, [{ record: note(3) }]);
    await alice.pull();
    expect(damage(alice)).toEqual(['integrity/not-authorised']);
    expect(bodiesIn(alice)).toEqual([2, 3]);
  });

  it('by a writer with a proof for another vault is damaged (R-REC-3)', async () => {
    forge(people.bob, [{ record: { ...note(1), authored: proof(bob, 1, bench.random(16)) } }]);
    await alice.pull();
    expect(damage(alice)).toEqual(['integrity/wrong-audience']);
    expect(bodiesIn(alice)).toEqual([]);
  });

  it('by a writer with the proof of someone else, or of other content, is damaged (R-REC-3)', async () => {
    forge(people.bob, [
      { record: { ...note(1), authored: proof(alice, 1) } },
      { record: { ...note(2), authored: proof(bob, 3) } },
    ]);
    await alice.pull();
    expect(damage(alice)).toEqual(['integrity/not-authorised', 'integrity/bad-signature']);
    expect(bodiesIn(alice)).toEqual([]);
  });

  it('of a void op is nothing at all', async () => {
    await bob.add({ ...note(1), authored: proof(bob, 1) });
    const key = keyFrom(bench.random(32));
    const { bob: writer } = people;
    await alice.run((transaction) =>
      appendRotation(transaction, alice.collection, { key, remove: [], notAfter: null, carry: false }),
    );
    alice.push();
    bench.meet(writer);
    bob.push();
    await alice.pull();
    expect([bodiesIn(alice), damage(alice)]).toEqual([[], []]);
  });

  it('stays pending, shown and stale until it is made again, also after a restart, when the server let it in', async () => {
    await bob.add({ ...note(1), authored: proof(bob, 1) });
    const key = keyFrom(bench.random(32));
    await alice.run((transaction) =>
      appendRotation(transaction, alice.collection, { key, remove: [], notAfter: null, carry: false }),
    );
    alice.push();
    bob.push();
    await bob.pull();
    const kept = () => [bob.collection.pending.length, bob.collection.hasStalePending(), bodiesIn(bob)];
    expect(kept()).toEqual([1, true, [1]]);
    await bob.reopen({ key: keys.key });
    expect(kept()).toEqual([1, true, [1]]);
  });
});

describe('a record of a kind known here', () => {
  const document = (schema: number, body: Uint8Array) => ({ kind: 'document', schema, body });
  const signed = (content: ReturnType<typeof document>) => ({
    record: { ...content, authored: signAuthorship(bob.context.author, bench.vault, 1, content) },
  });

  it('that cannot be decoded, or is of a later schema, is damaged and in nobody’s way', async () => {
    forge(people.bob, [signed(document(1, Uint8Array.of(1))), signed(document(3, Uint8Array.of(1)))]);
    const index = { kind: 'index.key', schema: 1, body: Uint8Array.of(0x80) };
    forge(people.alice, [{ record: { ...index, item: bench.random(16) } }, { record: note(3) }]);
    await alice.pull();
    expect(damage(alice)).toEqual(['format/malformed', 'format/unsupported', 'format/malformed']);
    expect(alice.collection.view.size).toBe(1);
    expect(bodiesIn(alice)).toEqual([3]);
  });
});

describe('the author that a record of an owner names', () => {
  const provenIn = ({ collection }: CollectionParty) =>
    collection.view.list().map(({ current }) => [current.body?.[0], current.proven]);

  it('is proven by a proof that holds or by naming none; with a wrong proof the record is read, and the author not proven', async () => {
    forge(people.alice, [
      { record: note(1) },
      { record: { ...note(2), authored: proof(bob, 2) } },
      { record: { ...note(3), authored: proof(bob, 2) } },
      { record: { ...note(4), authored: proof(bob, 4, bench.random(16)) } },
    ]);
    await alice.pull();
    const proven = [
      [1, true],
      [2, true],
      [3, false],
      [4, false],
    ];
    expect(provenIn(alice)).toEqual(proven);
    expect(alice.collection.damaged).toEqual([]);
    await alice.reopen(keys);
    expect(provenIn(alice)).toEqual(proven);
  });

  it('is proven once their identity is known', async () => {
    const dora = person('dora');
    const { id, device, deviceKey } = dora;
    const authored = signAuthorship({ person: id, device, deviceKey }, bench.vault, 1, content(1));
    forge(people.alice, [{ record: { ...note(1), authored } }]);
    await alice.pull();
    expect([provenIn(alice), alice.collection.proofs.unprovenAuthors()]).toEqual([[[1, false]], [id]]);
    alice.collection.proofs.proveAgain();
    expect(provenIn(alice)).toEqual([[1, false]]);
    bench.meet(dora);
    alice.collection.proofs.proveAgain();
    expect([provenIn(alice), alice.collection.proofs.unprovenAuthors()]).toEqual([[[1, true]], []]);
  });
});

describe('the list of readers', () => {
  const reader = (name: string) => ({
    ...{ grant: bench.random(16), person: person(name).id, role: 'reader' as const, purpose: 'care' },
    ...{ expires: null, time: 1, item: null, history: true },
  });

  it('is opened in the order of the log when its key comes later', async () => {
    const [bobs, eves] = [reader('bob'), reader('eve')];
    const access = { add: [], remove: [] };
    for (const change of [
      { add: [bobs, eves], remove: [] },
      { add: [], remove: [bobs.person] },
    ])
      await alice.run((transaction) => appendRoster(transaction, alice.collection, change, null, access));
    alice.push();
    const second = await CollectionParty.open(bench, people.alice);
    second.join({ key: keys.key });
    await second.pull();
    expect([second.collection.roster.history(), second.collection.unreadable]).toEqual([[], 0]);
    second.collection.offerRosterKey(secretOf('roster-key', keys.roster));
    await alice.pull();
    expect(second.collection.roster.history()).toEqual(alice.collection.roster.history());
    expect(second.collection.roster.current(2).map((entry) => entry.person)).toEqual([eves.person]);
  });
});

describe('a log whose bodies are withheld', () => {
  it('is incomplete until a prune names them (R-OP-8)', async () => {
    const [made] = await alice.add(note(1));
    await settle(alice);
    const { change } = made as RecordEnvelope;
    await alice.run((transaction) =>
      appendPrune(transaction, alice.collection, [change], { add: [], drop: [] }),
    );
    alice.push();
    const [served, prune] = bench.ops.slice(-2).map((op) => encodeOp(op)) as [Uint8Array, Uint8Array];
    const bodiless = encodeOp({ ...decodeOp(served), bodies: [null] });
    const take = (ops: Uint8Array[], more: boolean) =>
      bob.run((transaction) => bob.collection.ingest(transaction, { ops, head: bench.head(), more }));
    expect(await codeOf(() => take([bodiless], false))).toBe('integrity/dropped');
    await take([bodiless], true);
    expect(bob.collection.incomplete).toBe(true);
    await bob.reopen({ key: keys.key });
    expect(bob.collection.incomplete).toBe(true);
    await take([prune], false);
    expect(bob.collection.incomplete).toBe(false);
  });
});

describe('a key', () => {
  it('that the log never committed to is never used, and the right one is waited for (R-KEY-1)', async () => {
    await alice.add(note(1), note(2));
    await settle(alice);
    const carol = await CollectionParty.open(bench, person('carol'));
    carol.join({ key: bench.random(32) });
    await carol.pull();
    const { collection } = carol;
    expect([bodiesIn(carol), collection.unreadable, collection.damaged]).toEqual([[], 2, []]);
    collection.offerKey(1, keyFrom(keys.key));
    collection.openWaiting();
    expect([bodiesIn(carol), collection.unreadable, collection.damaged]).toEqual([[1, 2], 0, []]);
  });

  it('that the log never committed to seals nothing (R-KEY-1)', async () => {
    bob.join({ key: bench.random(32) });
    await bob.pull();
    expect(await codeOf(() => bob.add(note(1)))).toBe('integrity/open-failed');
    bob.join();
    await bob.pull();
    expect(await codeOf(() => bob.add(note(1)))).toBe('access/no-key');
    expect(bob.collection.pending).toEqual([]);
  });

  it('of a new epoch brings the ones before when the owner carried them over', async () => {
    await alice.add(note(1));
    const next = bench.random(32);
    await alice.run((transaction) => {
      const terms = { remove: [], notAfter: null, carry: true };
      return appendRotation(transaction, alice.collection, { key: keyFrom(next), ...terms });
    });
    await alice.add(note(2));
    await settle(alice);
    const carol = await CollectionParty.open(bench, person('carol'));
    carol.join();
    carol.collection.offerKey(2, keyFrom(next));
    await carol.pull();
    expect(bodiesIn(carol).sort()).toEqual([1, 2]);
  });

  it('is gone after lock, and so is what it opened', async () => {
    await alice.add(note(1));
    alice.collection.lock();
    expect(bodiesIn(alice)).toEqual([]);
    expect(await codeOf(() => alice.add(note(2)))).toBe('access/locked');
  });
});

describe('what this device wrote', () => {
  it('is shown at once, without a position, and with one when the server has it', async () => {
    const [record] = await alice.add(note(1));
    const position = () => alice.collection.view.revision(record?.change as Uint8Array)?.position;
    expect([position(), alice.collection.pending.length]).toEqual([null, 1]);
    await settle(alice);
    expect([position(), alice.collection.pending.length]).toEqual([3, 0]);
    expect(alice.collection.state).toEqual(bench.state);
  });

  it('stays pending beside what others wrote first, and follows it', async () => {
    await alice.add(note(1));
    await bob.add({ ...note(2), authored: proof(bob, 2) });
    await settle(bob);
    await alice.pull();
    expect(bodiesIn(alice).sort()).toEqual([1, 2]);
    expect(alice.collection.state?.position).toBe(4);
    await settle(alice);
    expect(alice.collection.state).toEqual(bench.state);
  });

  it('is known to be stale when another epoch has begun, and can be withdrawn; undone, it is back', async () => {
    await bob.add({ ...note(1), authored: proof(bob, 1) });
    expect(bob.collection.hasStalePending()).toBe(false);
    const key = keyFrom(bench.random(32));
    await alice.run((transaction) =>
      appendRotation(transaction, alice.collection, { key, remove: [], notAfter: null, carry: false }),
    );
    alice.push();
    await bob.pull();
    expect(bob.collection.hasStalePending()).toBe(true);
    const { pending, state } = bob.collection;
    const code = await codeOf(() =>
      bob.run(async (transaction) => {
        expect(bob.collection.withdrawPending(transaction)).toEqual(pending);
        expect([bob.collection.pending, bob.collection.state]).toEqual([[], bob.collection.log.state]);
        transaction.put('no key\u0000', Uint8Array.of(1));
      }),
    );
    expect(code).toBe('usage/invalid');
    expect([bob.collection.pending, bob.collection.state]).toEqual([pending, state]);
    await bob.run((transaction) => bob.collection.withdrawPending(transaction));
    expect([bob.collection.pending, bob.collection.hasStalePending()]).toEqual([[], false]);
  });

  /** The server's answer is complete when the entries have left the outbox. */
  async function emptyOutbox(party: CollectionParty): Promise<void> {
    for (const { id } of await party.outbox.list(collectionLane(party.collection.id)))
      await party.store.write(party.outbox.remove(id));
  }
  const pendingOf = ({ collection }: CollectionParty) =>
    collection.pending.map(({ header, records, roster }) => ({ header, records, roster }));

  it('is shown again after the store was opened anew, and the next op follows the rules', async () => {
    await emptyOutbox(alice);
    await alice.add(note(1));
    await settle(alice);
    await emptyOutbox(alice);
    await alice.add(note(2), note(3));
    const before = pendingOf(alice);
    await alice.reopen(keys);
    expect(bodiesIn(alice)).toEqual([1, 2, 3]);
    expect(pendingOf(alice)).toEqual(before);
    await alice.add(note(4));
    await settle(alice);
    expect(bodiesIn(alice)).toEqual([1, 2, 3, 4]);
    expect(alice.collection.state).toEqual(bench.state);
    expect(alice.collection.pending).toEqual([]);
  });

  it('is not pending once more when the store was closed before it left the outbox', async () => {
    await alice.add(note(1));
    await settle(alice);
    await alice.add(note(2));
    expect((await alice.outbox.list()).length).toBe(4);
    await alice.reopen(keys);
    expect(alice.collection.pending.length).toBe(1);
    expect(bodiesIn(alice)).toEqual([1, 2]);
    await settle(alice);
    expect(alice.collection.state).toEqual(bench.state);
  });

  it('is still shown, and stands in nobody’s way, when its author was removed before it was sent', async () => {
    await bob.add({ ...note(1), authored: proof(bob, 1) });
    const terms = { key: keyFrom(bench.random(32)), notAfter: null, carry: false };
    await alice.run((transaction) =>
      appendRotation(transaction, alice.collection, { ...terms, remove: [people.bob.id] }),
    );
    alice.push();
    await bob.pull();
    await bob.reopen(keys);
    expect(bodiesIn(bob)).toEqual([1]);
    expect([bob.collection.pending.length, bob.collection.role]).toEqual([1, null]);
  });

  it('is not taken back from a store that changed it: store/damaged', async () => {
    await alice.add(note(1));
    const [op] = alice.collection.pending.slice(-1);
    if (op === undefined) throw new Error('nothing pending');
    const body = (op.bodies[0] as Uint8Array).slice();
    body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
    await alice.run((transaction) => {
      const { header, headerBytes, signature } = op;
      const bytes = bench.sign(people.alice, { header, bodies: [body] });
      expect([bytes.headerBytes, bytes.signature]).toEqual([headerBytes, signature]);
      const collection = alice.collection.id;
      transaction.send(collectionLane(collection), {
        kind: 'append',
        collection,
        ops: [encodeOp(bytes)],
        access: null,
      });
    });
    const queue = await alice.outbox.list(collectionLane(alice.collection.id));
    const original = queue.at(-2);
    if (original === undefined) throw new Error('nothing queued');
    await alice.store.write(alice.outbox.remove(original.id));
    expect(await codeOf(() => alice.reopen(keys))).toBe('store/damaged');
  });
});
