import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expose } from '../../src/crypto/secret.js';
import { decodeFetchEntry, encodeFetchEntry } from '../../src/formats/fetch-log.js';
import { bytesToHex, type Id, parseId } from '../../src/formats/id.js';
import { type Person, recoverPerson, verifyJournal } from '../../src/index.js';
import type { ServedFetches } from '../../src/protocol/fetch-chain.js';
import { fetchesAnswer } from '../../src/protocol/messages.js';
import { paths } from '../../src/protocol/paths.js';
import { encodeRefusal } from '../../src/protocol/refusal.js';
import { createMemoryStore } from '../../src/store/index.js';
import { bytesOf, FLOOR, passphraseOf } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { openScene, requireSync, type Scene } from '../support/evil-scene.js';
import { enrolStranger, stranger } from '../support/evil-stranger.js';
import { changed, type EvilTransport, type Lie } from '../support/evil-transport.js';
import { altered, FetchTeller } from '../support/fetch-teller.js';
import { send } from '../support/raw-client.js';

let scene: Scene;
let vault: Uint8Array;
let martin: Person;
let lane: string;

beforeAll(async () => {
  scene = await openScene('fetches');
  vault = parseId('vault', scene.vault.id);
  lane = `fetches/${bytesToHex(vault)}`;
  martin = (await scene.martin()).person;
  await requireSync(martin);
  await requireSync(scene.alice.person);
});
afterAll(() => scene?.close());
beforeEach(async () => {
  scene.alice.transport.plan = [];
  await scene.alice.person.sync();
});

const shown = () => scene.vault.journal.fetches();
const journalsOf = async (person: Person) => (await person.health()).journals.map(({ code }) => code);
const afterOf = (path: string) => Number(new URL(path, 'https://any.invalid').searchParams.get('after'));

/** Alice writes two documents that Martin pulls and opens, which are three lines that she has not heard of. */
async function martinReads(): Promise<void> {
  const title = `Result ${String(reads++)}`;
  const { alice, vault: hers } = scene;
  const ids: Id<'item'>[] = [];
  for (const part of ['a', 'b']) {
    const content = new TextEncoder().encode(`${title} ${part}`);
    ids.push((await hers.documents.add(content, { category: 'laboratory', title: `${title} ${part}` })).id);
  }
  // Only what Martin does is to be new: Alice's own list is not asked for meanwhile.
  alice.transport.plan = [withheld];
  await alice.person.sync();
  alice.transport.plan = [];
  await requireSync(martin);
  const [share] = martin.sharedWithMe();
  for (const id of ids) await bytesOf(share?.read(id) ?? []);
}
let reads = 1;
const withheld: Lie = ({ route }) =>
  route === 'fetches' ? { status: 404, headers: new Headers(), body: encodeRefusal('not-found') } : null;

/** What the operator tells instead of what the server has, from wherever it is asked for. */
const told = (retelling: (entries: Uint8Array[]) => Uint8Array[], change = {}): Lie =>
  changed('fetches', fetchesAnswer, (_, { request }) => {
    const teller = new FetchTeller(scene.stage.operator.signFetches, vault, 1000);
    teller.entries = renumbered(retelling(deliveredSoFar()));
    return answerOf(teller.answer(afterOf(request.path), change));
  });

const answerOf = ({ entries, head, more }: ServedFetches) => ({
  entries: [...entries],
  head: [head[0], head[1]] as [Uint8Array, Uint8Array],
  more,
});

function deliveredSoFar(): Uint8Array[] {
  const rows = scene.stage.operator.query<{ entry: Uint8Array }>(
    'select entry from fetches where vault = ? order by position',
    vault,
  );
  return rows.map(({ entry }) => new Uint8Array(entry));
}

function renumbered(entries: readonly Uint8Array[]): Uint8Array[] {
  return entries.map((entry, at) => encodeFetchEntry({ ...decodeFetchEntry(entry), position: at + 1 }));
}

/** What comes of a sync of Alice under a lie: what is reported, and that nothing she knew is lost. */
async function syncedUnder(...plan: Lie[]): Promise<string | undefined> {
  const { alice } = scene;
  const before = await shown();
  const lied = alice.transport.lied;
  alice.transport.plan = plan;
  const { failed } = await alice.person.sync();
  expect(alice.transport.lied).toBeGreaterThan(lied);
  expect((await shown()).slice(0, before.length)).toEqual(before);
  alice.transport.plan = [];
  return failed.find((each) => each.lane === lane)?.code;
}

describe('a server that does not stand by what it said it delivered', () => {
  it('honestly lists what Martin was given, and nothing else', async () => {
    const before = (await shown()).length;
    await martinReads();
    await requireSync(scene.alice.person);
    const fetches = (await shown()).slice(before);
    expect(fetches.map(({ person, what }) => [person, what])).toEqual([
      [martin.id, 'changes'],
      [martin.id, 'file'],
      [martin.id, 'file'],
    ]);
    expect(await journalsOf(scene.alice.person)).toEqual([]);
  });

  it.each<[string, string, (answer: { entries: Uint8Array[] }) => Uint8Array[]]>([
    ['drops an entry', 'integrity/bad-chain', ({ entries: [a, , ...rest] }) => [a as Uint8Array, ...rest]],
    ['drops the last', 'integrity/dropped', ({ entries }) => entries.slice(0, -1)],
    ['tells of nothing', 'integrity/dropped', () => []],
    [
      'changes the order',
      'integrity/bad-chain',
      ({ entries: [a, b, ...rest] }) => [b, a, ...rest] as Uint8Array[],
    ],
    [
      'changes the order and the numbers',
      'integrity/bad-chain',
      ({ entries: [a, b, ...rest] }) => {
        const { position } = decodeFetchEntry(a as Uint8Array);
        return [
          altered(b as Uint8Array, { position }),
          altered(a as Uint8Array, { position: position + 1 }),
          ...rest,
        ];
      },
    ],
    [
      'puts it on another device',
      'integrity/bad-chain',
      ({ entries: [a, ...rest] }) => [
        altered(a as Uint8Array, { device: new Uint8Array(32).fill(9) }),
        ...rest,
      ],
    ],
  ])(
    'A11 R-FET-4 that %s is found, keeps what was known, and is over when the truth is told',
    async (_, code, lie) => {
      await martinReads();
      const told = changed('fetches', fetchesAnswer, (answer) => ({ ...answer, entries: lie(answer) }));
      expect(await syncedUnder(told)).toBe(code);
      expect(await journalsOf(scene.alice.person)).toEqual([code]);
      const before = (await shown()).length;
      await requireSync(scene.alice.person);
      expect(await journalsOf(scene.alice.person)).toEqual([]);
      expect((await shown()).length).toBe(before + 3);
    },
  );

  it('A11 R-FET-2 takes back what it said', async () => {
    expect(await syncedUnder(told((entries) => entries.slice(0, -1)))).toBe('integrity/rollback');
    expect(await journalsOf(scene.alice.person)).toEqual(['integrity/rollback']);
    await requireSync(scene.alice.person);
    expect(await journalsOf(scene.alice.person)).toEqual([]);
  });

  it('R-FET-1 has it signed by another key', async () => {
    await martinReads();
    const other = new FetchTeller(
      (head) => [scene.stage.operator.signFetches(head)[0], new Uint8Array(64).fill(1)],
      vault,
      1000,
    );
    other.entries = deliveredSoFar();
    const lie = changed('fetches', fetchesAnswer, (_, { request }) =>
      answerOf(other.answer(afterOf(request.path))),
    );
    expect(await syncedUnder(lie)).toBe('integrity/bad-signature');
    await requireSync(scene.alice.person);
  });

  it('R-FET-5 cuts what Alice has not seen: her list keeps what it had, and says from when on it is whole', async () => {
    await requireSync(scene.alice.person);
    const before = scene.vault.journal.reach().fetches.since as number;
    await martinReads();
    const cut = deliveredSoFar().length;
    await martinReads();
    const since = Date.now();
    expect(await syncedUnder(told((entries) => entries, { cut, since }))).toBeUndefined();
    expect(before).toBeLessThan(since);
    expect(scene.vault.journal.reach().fetches).toMatchObject({ complete: true, since });
    const positions = (await shown()).map(({ position }) => position);
    expect(positions).not.toContain(cut);
    expect(positions.at(-1)).toBe(deliveredSoFar().length);
    // The gap is in the file, too, between two stretches.
    const verified = await verifyJournal(await scene.vault.journal.export());
    expect(verified.fetches.map(({ position }) => position)).toEqual(positions);
    expect(verified.reach.fetches.since).toBe(since);
  });

  it('a server that keeps no list any more leaves the list as it was, and how far it goes shows that', async () => {
    const { until } = scene.vault.journal.reach().fetches;
    expect(await syncedUnder(withheld)).toBeUndefined();
    expect(scene.vault.journal.reach().fetches.until).toBe(until);
  });

  it('R-ACC-1 tells nobody but an owner', async () => {
    const eve = stranger('fetches');
    await enrolStranger(scene.stage.url, eve);
    const keyId = { type: 'device', person: eve.id, device: eve.device } as const;
    const path = paths.fetchesAfter(vault, 0, 10);
    const signer = { keyId, seed: expose(eve.deviceSeed) };
    expect((await send(scene.stage.url, { method: 'GET', path, signer })).code).toBe('not-found');
  });
});

describe('two devices of Alice, told differently', () => {
  let words: string;
  let copies = 0;
  beforeAll(async () => {
    const { alice } = scene;
    words = await alice.person.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    await requireSync(alice.person);
  });

  async function tablet(plan: Lie[]): Promise<{ person: Person; transport: EvilTransport }> {
    const transport = scene.stage.transport(`tablet ${String(copies++)}`);
    transport.plan = plan;
    const person = await recoverPerson({
      ...{ words, passphrase: 'another device', store: createMemoryStore() },
      ...{ server: scene.stage.url, cost: FLOOR, transport },
    });
    return { person, transport };
  }

  it('agree when they are told the same', async () => {
    const { person } = await tablet([]);
    await requireSync(person);
    expect(await journalsOf(person)).toEqual([]);
    await person.close();
  });

  it('A13 R-FET-3 find that one was told of something that the other was not, and that is never lifted', async () => {
    const { person, transport } = await tablet([told((entries) => entries.toSpliced(1, 1))]);
    await person.sync();
    expect(await journalsOf(person)).toEqual(['integrity/fork']);
    transport.plan = [];
    await person.sync();
    expect(await journalsOf(person)).toEqual(['integrity/fork']);
    await person.close();
  });

  it('A13 R-FET-2 find that the second was told less, later', async () => {
    const { person } = await tablet([told((entries) => entries.slice(0, 1), { time: Date.now() + 60_000 })]);
    await person.sync();
    expect(await journalsOf(person)).toEqual(['integrity/rollback']);
    await person.close();
  });

  it('R-FET-3 two hashes at one position are a proof', async () => {
    const { alice } = scene;
    const hash = new Uint8Array(32).fill(7);
    expect(await syncedUnder(told((entries) => entries, { hash }))).toBe('integrity/fork');
    await alice.person.sync();
    expect(await journalsOf(alice.person)).toEqual(['integrity/fork']);
  });

  it('a copy on the device that was altered is not shown as if the server had said it', async () => {
    const row = (await scene.alice.store.scan({ prefix: 'fetch-lines/' })).at(-1) as {
      key: string;
      value: Uint8Array;
    };
    const bytes = row.value.slice();
    const at = bytes.length - 3;
    bytes[at] = (bytes[at] as number) ^ 1;
    await scene.alice.person.close();
    const again = await scene.stage.reopen('alice');
    const { store } = again;
    await store.write([{ type: 'put', key: row.key, value: bytes }]);
    expect(await codeOf(async () => again.person.vaults()[0]?.journal.fetches())).toBe('store/damaged');
    // Nor does a list that cannot be read at all stop an opening: health says so until a sync brings it again.
    const [log] = await store.scan({ prefix: `fetch-log/${bytesToHex(vault)}` });
    await store.write([{ type: 'put', key: log?.key as string, value: new Uint8Array([1]) }]);
    await again.person.close();
    const { person } = await scene.stage.reopen('alice');
    expect(await journalsOf(person)).toEqual(['store/damaged']);
    await requireSync(person);
    expect(await journalsOf(person)).toEqual([]);
    const fetches = await person.vaults()[0]?.journal.fetches();
    expect(fetches?.at(-1)?.position).toBe(deliveredSoFar().length);
  });
});
