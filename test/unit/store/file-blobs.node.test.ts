import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore, type Store } from '../../../src/store/index.js';
import { startChild } from './child.js';

const MEBIBYTE = 1024 * 1024;

let path: string;
let store: Store | undefined;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'coffret-blobs-'));
});

afterEach(async () => {
  await store?.close();
  store = undefined;
  await rm(path, { recursive: true, force: true });
});

test.each([3, 20, 50])(
  'a writer killed after %i MiB leaves a part that resumes at what is durable',
  async (count) => {
    const child = await startChild('write-blob', { path });
    let taken = 0;
    for await (const line of child.lines) {
      taken = Number(line);
      if (taken >= count * MEBIBYTE) break;
    }
    await child.kill();
    store = await openSqliteStore({ path });
    const [listed] = await store.blobs.list();
    expect(listed).toMatchObject({ id: 'blob', complete: false });
    const sink = await store.blobs.write('blob', 'resume');
    expect(sink.offset).toBe(listed?.bytes);
    expect(sink.offset % MEBIBYTE).toBe(0);
    // Twice 16 MiB is the most that may be lost.
    expect(sink.offset).toBeGreaterThan(taken - 33 * MEBIBYTE);
    await sink.append(Uint8Array.of(1, 2, 3));
    const end = sink.offset;
    await sink.commit();
    for (let piece = 0; (piece + 1) * MEBIBYTE < end; piece += 1) {
      expect(await store.blobs.read('blob', piece * MEBIBYTE, 1)).toEqual(Uint8Array.of(piece));
      expect(await store.blobs.read('blob', (piece + 1) * MEBIBYTE - 1, 1)).toEqual(Uint8Array.of(piece));
    }
    expect(await store.blobs.read('blob', end - 3, 3)).toEqual(Uint8Array.of(1, 2, 3));
  },
);

test('bytes past the durable length of a part are cut when it resumes', async () => {
  store = await openSqliteStore({ path });
  await writeFile(join(path, 'blobs/parts/a.5'), Uint8Array.of(1, 2, 3, 4, 5, 0, 0, 0));
  const sink = await store.blobs.write('a', 'resume');
  expect(sink.offset).toBe(5);
  await sink.commit();
  expect(await store.blobs.size('a')).toBe(5);
});

test('a part that holds less than it claims is damaged, and can be begun anew', async () => {
  store = await openSqliteStore({ path });
  await writeFile(join(path, 'blobs/parts/a.5'), Uint8Array.of(1, 2, 3));
  await expect(store.blobs.write('a', 'resume')).rejects.toMatchObject({ code: 'store/damaged' });
  const sink = await store.blobs.write('a', 'new');
  expect(sink.offset).toBe(0);
  await sink.abort();
  expect(await readdir(join(path, 'blobs/parts'))).toEqual([]);
});

test('a blob cut or lost behind the store’s back is damaged', async () => {
  store = await openSqliteStore({ path });
  const sink = await store.blobs.write('a', 'new');
  await sink.append(new Uint8Array(1000));
  await sink.commit();
  await truncate(join(path, 'blobs/a.blob'), 999);
  await expect(store.blobs.read('a', 0, 1000)).rejects.toMatchObject({ code: 'store/damaged' });
  await rm(join(path, 'blobs/a.blob'));
  await expect(store.blobs.read('a', 0, 1)).rejects.toMatchObject({ code: 'store/damaged' });
});

test('files that are not blobs are not listed', async () => {
  store = await openSqliteStore({ path });
  await writeFile(join(path, 'blobs/note.txt'), 'x');
  await writeFile(join(path, 'blobs/parts/note'), 'x');
  await writeFile(join(path, 'blobs/parts/note.x'), 'x');
  expect(await store.blobs.list()).toEqual([]);
});
