import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/index.js';
import { startChild } from './child.js';

let path: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'coffret-sqlite-'));
});

afterEach(async () => {
  await rm(path, { recursive: true, force: true });
});

const file = () => join(path, 'store.sqlite');
const value = (seed: number) => new Uint8Array(3000).fill(seed);

async function fillStore(rows = 200): Promise<void> {
  const store = await openSqliteStore({ path });
  await store.write(
    Array.from({ length: rows }, (_, row) => ({ type: 'put', key: `row/${1000 + row}`, value: value(row) })),
  );
  await store.close();
}

describe('a process that is killed', () => {
  // Each round kills at another moment of the write that follows.
  test.each([1, 7, 40, 90])('while it writes loses nothing acknowledged after %i batches', async (count) => {
    const child = await startChild('write-rows', { path });
    let acknowledged = -1;
    for await (const line of child.lines) {
      acknowledged = Number(line);
      if (acknowledged >= count) break;
    }
    await child.kill();
    const store = await openSqliteStore({ path });
    const rows = await Promise.all(['a/', 'b/', 'c/'].map((prefix) => store.scan({ prefix })));
    const counts = rows.map(({ length }) => length);
    expect(counts[0]).toBeGreaterThan(acknowledged);
    expect(counts).toEqual([counts[0], counts[0], counts[0]]);
    for (let batch = 0; batch <= acknowledged; batch += 1) {
      const bytes = Uint8Array.of(batch & 0xff, batch >> 8);
      expect(await store.getMany([`a/${batch}`, `c/${batch}`])).toEqual([bytes, bytes]);
    }
    expect(await store.write([{ type: 'put', key: 'after', value: value(1) }])).toBe(true);
    await store.close();
  });
});

describe('several processes', () => {
  test('take turns on one store', async () => {
    const children = await Promise.all([1, 2, 3].map(() => startChild('count', { path })));
    await Promise.all(children.map((child) => child.result()));
    const store = await openSqliteStore({ path });
    expect((await store.get('counter'))?.[0]).toBe(300 & 0xff);
    await store.close();
  });

  test('wait for one that holds the store, and then are told that it is busy', async () => {
    const store = await openSqliteStore({ path });
    await store.write([{ type: 'put', key: 'a', value: value(1) }]);
    const other = new Database(file());
    other.exec('BEGIN IMMEDIATE');
    await expect(store.write([{ type: 'put', key: 'a', value: value(2) }])).rejects.toMatchObject({
      code: 'store/busy',
    });
    expect(await store.get('a')).toEqual(value(1));
    other.exec('ROLLBACK');
    other.close();
    expect(await store.write([{ type: 'put', key: 'a', value: value(2) }])).toBe(true);
    await store.close();
  });
});

describe('a disk that is full', () => {
  test('refuses more, keeps all it has, and goes on once there is room', async () => {
    const disk = join(path, 'disk');
    await mkdir(disk);
    // A real small disk where the machine lets us mount one; else a real limit on the size of files.
    const mounted = mountSmallDisk(disk);
    try {
      const limit = mounted ? {} : { fileBytesMax: 2 * 1024 * 1024 };
      const child = await startChild('fill', { path: disk, ...limit });
      const { rowCode, rows, kept, blobCode, offset } = JSON.parse(await child.result());
      // SQLite reports the limit on a file, unlike a full disk, as an I/O error.
      expect(rowCode).toBe(mounted ? 'store/quota' : 'store/unavailable');
      expect(rows).toBeGreaterThan(5);
      expect(kept).toBe(rows);
      expect(blobCode).toBe('store/quota');
      expect(offset).toBeGreaterThanOrEqual(4 * 65_536);
      if (mounted) execFileSync('mount', ['-o', 'remount,size=8m', disk]);
      const store = await openSqliteStore({ path: disk });
      const entries = await store.scan({ prefix: 'row/' });
      expect(entries).toHaveLength(rows);
      expect(entries.every((entry) => entry.value.length === 65_536)).toBe(true);
      expect(await store.blobs.list()).toEqual([{ id: 'blob', bytes: offset, complete: false }]);
      expect(await store.write([{ type: 'put', key: 'after', value: value(1) }])).toBe(true);
      const sink = await store.blobs.write('blob', 'resume');
      await sink.append(new Uint8Array(65_536).fill(7));
      await sink.commit();
      const blob = await store.blobs.read('blob', 0, offset + 65_536);
      expect(blob.every((byte) => byte === 7)).toBe(true);
      await store.close();
    } finally {
      if (mounted) execFileSync('umount', ['--lazy', disk]);
    }
  });
});

describe('a damaged file', () => {
  const damages: Record<string, () => Promise<void>> = {
    'that is no database': () => writeFile(file(), new Uint8Array(9000).fill(65)),
    'with a broken header': async () => writeFile(file(), (await readFile(file())).fill(9, 0, 100)),
    'with a broken root page': async () => writeFile(file(), (await readFile(file())).fill(255, 100, 4096)),
    'with broken pages inside': async () => writeFile(file(), (await readFile(file())).fill(9, 8192, 24_576)),
    'that was cut': async () => truncate(file(), Math.floor((await stat(file())).size / 3)),
  };

  test.each(Object.keys(damages))('%s is refused by code', async (damage) => {
    await fillStore();
    await damages[damage]?.();
    await expect(openSqliteStore({ path })).rejects.toMatchObject({ code: 'store/damaged' });
  });

  test('of another program is refused, and left as it is', async () => {
    const other = new Database(file());
    other.exec('CREATE TABLE notes (text TEXT); PRAGMA user_version = 1');
    other.close();
    await expect(openSqliteStore({ path })).rejects.toMatchObject({ code: 'store/damaged' });
  });

  test('too large to be checked when opened says so when it is read', async () => {
    const store = await openSqliteStore({ path });
    const large = new Uint8Array(1024 * 1024).fill(3);
    for (let row = 0; row < 70; row += 1) {
      await store.write([{ type: 'put', key: `row/${1000 + row}`, value: large }]);
    }
    await store.close();
    const bytes = await readFile(file());
    await writeFile(file(), bytes.fill(9, 4096, 40 * 4096));
    const reopened = await openSqliteStore({ path });
    await expect(reopened.scan({ prefix: '' })).rejects.toMatchObject({ code: 'store/damaged' });
    await reopened.close();
  });

  test('of a newer version is refused, and left as it is', async () => {
    await fillStore(1);
    const newer = new Database(file());
    newer.exec('PRAGMA user_version = 2');
    newer.close();
    await expect(openSqliteStore({ path })).rejects.toMatchObject({
      code: 'format/unsupported',
      details: { version: 2 },
    });
  });

  test('a place that cannot be a directory is unavailable', async () => {
    await writeFile(join(path, 'plain'), 'text');
    for (const place of [join(path, 'plain'), join(path, 'plain', 'inside'), '/dev/null/inside']) {
      await expect(openSqliteStore({ path: place })).rejects.toMatchObject({ code: 'store/unavailable' });
    }
  });
});

test('destroying takes the store and leaves what is not its own', async () => {
  await writeFile(join(path, 'letter.txt'), 'mine');
  await fillStore(1);
  await (await openSqliteStore({ path })).destroy();
  expect(await readFile(join(path, 'letter.txt'), 'utf8')).toBe('mine');
  await rm(join(path, 'letter.txt'));
  await (await openSqliteStore({ path })).destroy();
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('only its owner may look into the directory', async () => {
  const inner = join(path, 'inner');
  const store = await openSqliteStore({ path: inner });
  if (process.platform !== 'win32') expect((await stat(inner)).mode & 0o077).toBe(0);
  await store.destroy();
});

function mountSmallDisk(target: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', target], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
