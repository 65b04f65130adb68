import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHUNKS_PREFIX_BYTES } from '../../src/crypto/chunks.js';
import { isVaultError } from '../../src/errors.js';
import { bytesOf } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { openScene, requireSync, type Scene } from '../support/evil-scene.js';
import type { Exchange, Lie } from '../support/evil-transport.js';
import { seededRandom } from '../support/seeded-random.js';

const SEED = process.env.COFFRET_SEED ?? 'blobs';
const CHUNK = 256 * 1024 + 16;
const FILE_BYTES = 3 * 256 * 1024 + 5000;

/** What the operator makes of the whole stored file. */
type Change = (stored: Uint8Array, other: Uint8Array, random: Exchange['random']) => Uint8Array;

const chunkAt = (index: number) => CHUNKS_PREFIX_BYTES + index * CHUNK;
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const chunkOf = (stored: Uint8Array, index: number) => stored.subarray(chunkAt(index), chunkAt(index + 1));
const withChunk = (stored: Uint8Array, index: number, chunk: Uint8Array) => {
  const copy = stored.slice();
  copy.set(chunk.subarray(0, CHUNK), chunkAt(index));
  return copy;
};
const flipAt =
  (at: (stored: Uint8Array) => number): Change =>
  (stored) => {
    const copy = stored.slice();
    const place = at(stored);
    copy[place] = (copy[place] as number) ^ 1;
    return copy;
  };

const CHANGES: readonly (readonly [name: string, change: Change])[] = [
  [
    'swaps two chunks',
    (stored) => withChunk(withChunk(stored, 0, chunkOf(stored, 1)), 1, chunkOf(stored, 0).slice()),
  ],
  ['gives a chunk twice', (stored) => withChunk(stored, 1, chunkOf(stored, 0))],
  ['splices in a chunk of another file', (stored, other) => withChunk(stored, 1, chunkOf(other, 1))],
  ['serves another file', (_, other) => other],
  [
    'swaps chunks and their hashes alike',
    (stored) => {
      const swapped = withChunk(withChunk(stored, 0, chunkOf(stored, 1)), 1, chunkOf(stored, 0).slice());
      const list = swapped.length - 4 * 32;
      const [first, second] = [stored.slice(list, list + 32), stored.slice(list + 32, list + 64)];
      swapped.set(second, list);
      swapped.set(first, list + 32);
      return swapped;
    },
  ],
  [
    'drops a chunk',
    (stored) => joined(stored.subarray(0, chunkAt(1)), stored.subarray(chunkAt(2)), new Uint8Array(CHUNK)),
  ],
  ['turns a bit of the salt', flipAt(() => 3)],
  ['turns a bit of the commitment', flipAt(() => 30)],
  ['turns a bit of the first chunk', flipAt(() => chunkAt(0) + 9)],
  ['turns a bit of a tag', flipAt(() => chunkAt(1) - 1)],
  ['turns a bit of the last chunk', flipAt(() => chunkAt(3) + 9)],
  ['turns a bit of the hash list', flipAt((stored) => stored.length - 1)],
  [
    'sends noise',
    (stored, _, random) => (random(64).length > 0 ? stored.map((byte) => byte ^ 0x5a) : stored),
  ],
];

describe(`a server that lies about a file (seed "${SEED}")`, () => {
  let scene: Scene;
  const file = seededRandom(SEED)(FILE_BYTES);
  const whole = new Map<string, Uint8Array>();
  beforeAll(async () => {
    scene = await openScene(SEED);
    const { vault, alice } = scene;
    await vault.documents.add(file, { category: 'laboratory', title: 'Film' });
    await vault.documents.add(seededRandom('other')(FILE_BYTES), {
      category: 'laboratory',
      title: 'Other film',
    });
    await requireSync(alice.person);
  });
  afterAll(() => scene?.close());

  /** Serves ranges of what `change` makes of the stored file. */
  const serving =
    (change: Change): Lie =>
    async ({ route, id, request, honest, random }) => {
      if (route !== 'blob') return null;
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers?.range ?? '') ?? [];
      const honestly = await honest();
      const stored = whole.get(id);
      const other = [...whole].find(([name]) => name !== id)?.[1];
      if (stored === undefined || other === undefined || honestly.status >= 300) return null;
      return { ...honestly, body: change(stored, other, random).slice(Number(from), Number(to) + 1) };
    };
  /** Remembers what the server stores, from an honest download. */
  const watching: Lie = async ({ route, id, honest }) => {
    if (route !== 'blob') return null;
    const answer = await honest();
    if (answer.body.length > FILE_BYTES) whole.set(id, answer.body);
    return answer;
  };

  // The operator looks at what an honest download brings: later lies are made of it.
  beforeAll(async () => {
    const { person } = await scene.martin([watching]);
    await requireSync(person);
    const [share] = person.sharedWithMe();
    for (const { id, title } of share?.list() ?? []) {
      const bytes = await bytesOf((share as NonNullable<typeof share>).read(id));
      if (title === 'Film') expect(Buffer.compare(bytes, file)).toBe(0);
    }
    expect(whole.size).toBe(2);
  });

  it.each(CHANGES)(
    'A06 R09 one that %s: integrity/blob, no wrong byte comes out, whole or in part',
    async (_name, change) => {
      const { person, transport } = await scene.martin();
      await requireSync(person);
      const [share] = person.sharedWithMe() as [NonNullable<ReturnType<typeof person.sharedWithMe>[0]>];
      const id = share.list().find(({ title }) => title === 'Film')?.id as `itm_${string}`;
      transport.plan = [serving(change)];
      expect(await codeOf(() => share.blob(id))).toBe('integrity/blob');
      let at = 0;
      let code = 'ok';
      try {
        for await (const piece of share.read(id)) {
          expect(Buffer.compare(piece, file.subarray(at, at + piece.length))).toBe(0);
          at += piece.length;
        }
      } catch (error) {
        if (!isVaultError(error)) throw error;
        code = error.code;
      }
      expect(code).toBe('integrity/blob');
      // What the lie left on this disk does not outlive it.
      transport.plan = [];
      expect(Buffer.compare(await bytesOf(share.read(id)), file)).toBe(0);
    },
  );

  it('A06 R09 a part of a file is as safe as the whole', async () => {
    const { person, transport } = await scene.martin();
    await requireSync(person);
    const [share] = person.sharedWithMe() as [NonNullable<ReturnType<typeof person.sharedWithMe>[0]>];
    const id = share.list().find(({ title }) => title === 'Film')?.id as `itm_${string}`;
    const part = { start: 300_000, end: 300_100 };
    expect(await bytesOf(share.read(id, part))).toEqual(file.slice(300_000, 300_100));
    for (const [name, change] of CHANGES) {
      transport.plan = [serving(change)];
      const got = await bytesOf(share.read(id, part)).catch((error) =>
        isVaultError(error) ? error.code : Promise.reject(error),
      );
      // A change outside the chunk that is read is not seen, and not harmful.
      if (typeof got === 'string') expect(got, name).toBe('integrity/blob');
      else expect(got, name).toEqual(file.slice(300_000, 300_100));
    }
  });

  it.each([
    ['too short', (body: Uint8Array) => body.subarray(0, -1), 206],
    ['too long', (body: Uint8Array) => joined(body, body.subarray(0, 1)), 206],
    ['empty', () => new Uint8Array(0), 206],
    ['whole instead of a range', (body: Uint8Array) => body.subarray(0, 10), 200],
  ])('A06 R09 an answer that is %s is no part of the file', async (_name, change, status) => {
    const { person, transport } = await scene.martin();
    await requireSync(person);
    const [share] = person.sharedWithMe() as [NonNullable<ReturnType<typeof person.sharedWithMe>[0]>];
    const id = share.list().find(({ title }) => title === 'Film')?.id as `itm_${string}`;
    transport.plan = [
      async ({ route, honest }) => {
        if (route !== 'blob') return null;
        const answer = await honest();
        return { ...answer, status, body: change(answer.body) };
      },
    ];
    expect(await codeOf(() => share.blob(id))).toMatch(/^(integrity\/blob|sync\/bad-answer)$/);
    expect(await codeOf(() => bytesOf(share.read(id, { start: 0, end: 10 })))).toMatch(
      /^(integrity\/blob|sync\/bad-answer)$/,
    );
    transport.plan = [];
    expect(Buffer.compare(await bytesOf(share.read(id)), file)).toBe(0);
  });
});
