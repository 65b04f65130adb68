import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hexToBytes, parseId } from '../../src/formats/id.js';
import { encodeRefusal, REFUSALS } from '../../src/protocol/refusal.js';
import { appendOpsAnswer, encodeMessage, opsAnswer } from '../../src/protocol/messages.js';
import { freeze, pullOf, retold, rollbackTo } from '../support/evil-lies.js';
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
import { changed, changedBytes, type Lie, type Route } from '../support/evil-transport.js';

const SEED = process.env.COFFRET_SEED ?? 'answers';
const DAY_MS = 86_400_000;

describe(`a server that answers nonsense, nothing, or the past (seed "${SEED}")`, () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(SEED);
  });
  afterAll(() => scene?.close());

  const nested = (depth: number) => new Uint8Array(depth + 1).fill(0x81, 0, depth);
  const bombs: Record<string, (body: Uint8Array, random: (length: number) => Uint8Array) => Uint8Array> = {
    'a bomb of depth': () => nested(100_000),
    'a bomb of size': () => new Uint8Array(20 * 2 ** 20),
    'a bomb of count': () =>
      Uint8Array.of(0xa3, 0x63, 0x6f, 0x70, 0x73, 0x9b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff),
    'a length that is not there': () => Uint8Array.of(0x5b, 0, 0, 0, 1, 0, 0, 0, 0, 1),
    noise: (_, random) => random(500),
    nothing: () => new Uint8Array(0),
    'half of it': (body) => body.subarray(0, body.length >> 1),
    'a byte more': (body) => new Uint8Array([...body, 0]),
    'a float': () => Uint8Array.of(0xfb, 0x40, 9, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18),
  };

  it('A38 A56 R10 bombs and garbage end as sync/bad-answer, in bounded time, and the rest goes on (I6)', async () => {
    const routes: readonly Route[] = ['ops', 'inbox'];
    // Side by side: each waits for its own patience to run out, and all end before the runner's.
    await Promise.all(
      Object.entries(bombs).map(async ([name, bomb], i) => {
        const route = routes[i % 2] as Route;
        const lie = changedBytes(route, (body, { id, random }) =>
          id === '' || id === scene.laboratory ? bomb(body, random) : null,
        );
        const { person } = await scene.martin([lie]);
        const { failed } = await person.sync();
        expect(failed, name).toEqual([
          { lane: route === 'ops' ? pullOf(scene.laboratory) : 'inbox', code: 'sync/bad-answer' },
        ]);
        const titles = route === 'ops' ? KNOWN_TITLES : [...KNOWN_TITLES, ...LATER_TITLES];
        expect(await shownTo(person), name).toEqual(written(titles));
        await person.close();
      }),
    );
  });

  it('A44 R16 freeze: an old answer given for ever is stale, never up to date (I9)', async () => {
    let later = 0;
    const { person, transport } = await scene.martin([freeze(scene.laboratory)], {
      now: () => Date.now() + later,
    });
    await requireSync(person);
    // The pull that follows asks from the new position; that answer is kept as well.
    await requireSync(person);
    expect((await person.health()).freshness).toBe('fresh');
    later = 3 * DAY_MS;
    await scene.vault.documents.update(
      scene.vault.documents.list({ category: 'laboratory' })[0]?.id as `itm_${string}`,
      { date: '2026-01-01' },
    );
    await requireSync(scene.alice.person);
    await requireSync(person);
    expect((await person.health()).freshness).toBe('stale');
    transport.plan = [];
    later = 0;
    await requireSync(person);
    expect((await person.health()).freshness).toBe('fresh');
  });

  it('A43 R22 an append acknowledged and thrown away is not lost: it waits until the log shows it (I7)', async () => {
    const swallow: Lie = async ({ route, id, request }) => {
      if (route !== 'append' || id !== scene.laboratory || request.body === undefined) return null;
      const head = scene.stage.operator.headFor(id, scene.ops());
      return {
        status: 200,
        headers: new Headers({ 'content-type': 'application/cbor' }),
        body: encodeMessage(appendOpsAnswer, { positions: [scene.ops().length + 5], head }),
      };
    };
    const { person, transport } = await scene.martin();
    await requireSync(person);
    transport.plan = [swallow];
    const [share] = person.sharedWithMe();
    await share?.add(text('Letter 1.0'), { title: 'Letter' });
    const { pending, failed } = await person.sync();
    expect({ pending, failed: failed.map(({ code }) => code) }).toEqual({
      pending: 1,
      failed: ['sync/bad-answer'],
    });
    await person.close();

    // Also after a restart: the disk still holds it, and an honest server gets it once.
    const again = await scene.stage.reopen(scene.lastCopy());
    expect(await shownTo(again.person)).toHaveProperty('Letter', 'Letter 1.0');
    await requireSync(again.person);
    await requireSync(scene.alice.person);
    expect(titlesOf(scene.vault.documents.list()).filter((title) => title === 'Letter')).toEqual(['Letter']);
  });

  it('A24 R06 an append acknowledged at its place and then denied is a rollback', async () => {
    const { person, transport } = await scene.martin();
    await requireSync(person);
    const { operator } = scene.stage;
    transport.plan = [
      ({ route, id }) => {
        if (route !== 'append' || id !== scene.laboratory) return null;
        const ops = scene.ops();
        const body = encodeMessage(appendOpsAnswer, {
          positions: [ops.length + 1],
          head: operator.headFor(id, ops),
        });
        return { status: 200, headers: new Headers(), body };
      },
    ];
    await person.sharedWithMe()[0]?.add(text('Note 1.0'), { title: 'Note' });
    await person.sync();
    expect((await person.health()).frozen.map(({ code }) => code)).toEqual(['integrity/rollback']);
    expect(Object.keys(await shownTo(person))).toContain('Note');
    expect(await person.vaults()[0]?.evidence()).toHaveLength(1);
  });

  it('A11 R18 whatever fails, what is asked afterwards is the same (I8)', async () => {
    const failures: Record<string, (op: Uint8Array) => Uint8Array> = {
      noise: (op) => op.map((byte) => byte ^ 0x33),
      cut: (op) => op.slice(0, -40),
      signature: (op) => op.map((byte, i) => (i === op.length - 1000 ? byte ^ 1 : byte)),
      tail: (op) => op.map((byte, i) => (i === op.length - 1 ? byte ^ 1 : byte)),
      early: (op) => op.map((byte, i) => (i === 100 ? byte ^ 1 : byte)),
    };
    const traces = new Map<string, string>();
    for (const [name, spoil] of Object.entries(failures)) {
      const { person, transport } = await scene.martin([
        changed('ops', opsAnswer, (answer, { id }) =>
          id === scene.laboratory && answer.ops.length > 0 ? { ...answer, ops: answer.ops.map(spoil) } : null,
        ),
      ]);
      await person.sync();
      await person.sync();
      expect(transport.lied, name).toBe(2);
      traces.set(name, JSON.stringify(transport.sent.map(({ line, body }) => [line, body.length])));
    }
    expect(new Set(traces.values()).size, JSON.stringify([...traces], null, 1)).toBe(1);
  });

  it('I7 what was queued before tampering was found is not sent after it', async () => {
    const { person, transport } = await scene.martin();
    await requireSync(person);
    await person.sharedWithMe()[0]?.add(text('Queued 1.0'), { title: 'Queued' });
    const full = encodeRefusal('quota');
    const refusing: Lie = ({ route, id }) =>
      route === 'append' && id === scene.laboratory
        ? { status: REFUSALS.quota, headers: new Headers(), body: full }
        : null;
    const lying = retold(scene.stage.operator, scene.laboratory, rollbackTo(scene.known - 1));
    transport.plan = [refusing, lying];
    await person.sync();
    expect((await person.health()).frozen).toHaveLength(1);
    const before = transport.sent.length;
    transport.plan = [lying];
    await person.sync();
    const since = transport.sent.slice(before);
    expect(since.filter(({ route, id }) => route === 'ops' && id === scene.laboratory)).toHaveLength(1);
    expect(since.filter(({ route, id }) => route === 'append' && id === scene.laboratory)).toEqual([]);
    expect((await person.health()).unsent).toBeGreaterThan(0);
    // When the truth comes back, so do the writes.
    transport.plan = [];
    await requireSync(person);
    expect((await person.health()).unsent).toBe(0);
  });
});

describe('two servers with one key', () => {
  it('A48 R15 fork: each serves its own truth until they meet, then two signed heads prove it', async () => {
    const scene = await openScene('fork');
    try {
      const twin = await scene.stage.fork();
      const { person } = await scene.martin([], { url: twin.url });
      await requireSync(person);
      await person.sharedWithMe()[0]?.add(text('Opinion 1.0'), { title: 'Opinion' });
      await requireSync(person);
      await scene.vault.documents.add(text('Result 1.0'), { category: 'laboratory', title: 'Result' });
      await requireSync(scene.alice.person);
      // Neither can know, as long as the two are kept apart.
      expect((await person.health()).frozen).toEqual([]);
      expect((await scene.alice.person.health()).frozen).toEqual([]);
      await person.close();

      const back = await scene.stage.reopen(scene.lastCopy());
      const { failed } = await back.person.sync();
      expect(failed).toContainEqual({ lane: pullOf(scene.laboratory), code: 'integrity/fork' });
      const [kept] = (await back.person.vaults()[0]?.evidence()) ?? [];
      expect(kept?.evidence.code).toBe('integrity/fork');
      expect(kept?.evidence.known).not.toBeNull();
      expect(kept?.evidence.served).not.toBeNull();
      expect(Object.keys(await shownTo(back.person)).sort()).toEqual(
        [...KNOWN_TITLES, ...LATER_TITLES, 'Opinion'].sort(),
      );
      expect(parseId('collection', kept?.collection as `col_${string}`)).toEqual(
        hexToBytes(scene.laboratory),
      );
      expect(titlesOf(scene.vault.documents.list())).not.toContain('Opinion');
    } finally {
      await scene.close();
    }
  });
});
