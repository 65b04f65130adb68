import { openAsBlob } from 'node:fs';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/crypto/random.js';
import { decode, encode } from '../../src/formats/codec.js';
import { decodeSlot, encodeSlot } from '../../src/formats/slot.js';
import { explain, openPerson, type Person } from '../../src/index.js';
import { openSqliteStore, type Store } from '../../src/store/index.js';
import { createHttpTransport } from '../../src/sync/http.js';
import { bytesOf, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { copyClosedStore } from '../support/closed-store.js';
import { codeOf } from '../support/code-of.js';

const text = (content: string) => new TextEncoder().encode(content);
const DAY_MS = 86_400_000;

describe('bad input', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  interface Disk {
    readonly directory: string;
    reopen(options?: { readonly store?: Store; readonly now?: () => number }): Promise<Person>;
  }
  const diskOf = (name: string, owner = name): Disk => {
    const directory = join(stage.directory, name);
    return {
      directory,
      reopen: async ({ store, now } = {}) =>
        openPerson({
          passphrase: passphraseOf(owner),
          store: store ?? (await openSqliteStore({ path: directory })),
          ...(now && { now }),
        }),
    };
  };

  /** Someone with two documents on disk, closed again. */
  async function settle(name: string): Promise<Disk> {
    const person = await stage.enter(name, { disk: true });
    const vault = await person.createVault({ holder: { birthName: 'Martel' } });
    await vault.documents.add(text('TSH 1.0'), { category: 'laboratory', title: 'TSH' });
    await vault.documents.add(text('Scan 1.0'), { category: 'imaging', title: 'Scan' });
    expect((await person.sync()).failed).toEqual([]);
    await person.close();
    return diskOf(name);
  }

  let settled: Promise<Disk> | null = null;
  /** A copy of one such disk, for what happens to the disk alone. */
  async function copyDisk(name: string): Promise<Disk> {
    settled ??= settle('settled');
    await copyClosedStore((await settled).directory, join(stage.directory, name));
    return diskOf(name, 'settled');
  }

  const rewriteSlot = async (
    directory: string,
    change: (open: Record<string, unknown>) => Record<string, unknown>,
  ) => {
    const store = await openSqliteStore({ path: directory });
    const slot = decodeSlot((await store.get('person/slot')) as Uint8Array);
    const open = decode(slot.publicBytes, { maxBytes: 4096 }) as Record<string, unknown>;
    await store.write([
      {
        type: 'put',
        key: 'person/slot',
        value: encodeSlot({ ...slot, publicBytes: encode(change(open) as never) }),
      },
    ]);
    await store.close();
  };
  const openAs = (directory: string, passphrase: string) =>
    codeOf(async () => {
      const store = await openSqliteStore({ path: directory });
      try {
        await (await openPerson({ passphrase, store })).close();
      } finally {
        await store.close();
      }
    });

  it('a wrong passphrase opens nothing and breaks nothing', async () => {
    const { directory, reopen } = await settle('wrong-passphrase');
    for (const wrong of ['x', passphraseOf('someone else'), `${passphraseOf('wrong-passphrase')} `]) {
      expect(await openAs(directory, wrong)).toBe('access/wrong-passphrase');
    }
    const person = await reopen();
    expect(person.vaults()[0]?.documents.list()).toHaveLength(2);
    expect(await codeOf(() => person.createRecoveryPhrase({ passphrase: 'wrong' }))).toBe(
      'access/wrong-passphrase',
    );
    await person.close();
  });

  it.each([
    ['too little memory', { memory: 8 * 1024, passes: 3 }],
    ['too little by a byte', { memory: 64 * 2 ** 20 - 1, passes: 3 }],
    ['too few passes', { memory: 64 * 2 ** 20, passes: 1 }],
    ['so much memory that the device would die', { memory: 2 ** 42, passes: 3 }],
    ['so many passes that it would never end', { memory: 64 * 2 ** 20, passes: 2 ** 31 }],
  ])('A22 R07 a slot whose cost is %s is refused before any work', async (_name, cost) => {
    const { directory, reopen } = await copyDisk(`cost ${JSON.stringify(cost)}`);
    let workers = 0;
    const count = () => {
      workers += 1;
    };
    process.on('worker', count);
    await (await reopen()).close();
    expect(workers).toBe(1);
    await rewriteSlot(directory, (open) => ({ ...open, kdf: { ...(open.kdf as object), ...cost } }));
    expect(await openAs(directory, 'whatever')).toBe('format/kdf-policy');
    expect(workers).toBe(1);
    process.off('worker', count);
  });

  it.each([
    ['version', { v: 2 }],
    ['version 0', { v: 0 }],
    ['suite', { suite: 2 }],
    ['suite 255', { suite: 255 }],
  ])('A03 R07 a slot of an unknown %s is refused', async (name, change) => {
    const { directory } = await copyDisk(`slot ${name}`);
    await rewriteSlot(directory, (open) => ({ ...open, ...change }));
    expect(await openAs(directory, 'whatever')).toBe('format/unsupported');
  });

  it('damage in any row of the store is named, never opens something else, and never throws anything untyped (I6)', async () => {
    const { directory, reopen } = await copyDisk('damaged-rows');
    const path = directory;
    const all = await withStore(path, (store) => store.scan({ prefix: '' }));
    expect(all.length).toBeGreaterThan(10);
    const damages: Record<string, (value: Uint8Array) => Uint8Array> = {
      flipped: (value) => value.map((byte, i) => (i === value.length >> 1 ? byte ^ 1 : byte)),
      cut: (value) => value.slice(0, value.length >> 1),
    };
    const families = new Map<string, (typeof all)[0]>();
    for (const entry of all)
      families.set(entry.key.replaceAll(/[0-9a-f]{16,}|\d{6,}(-[0-9a-f]+)?/g, '*'), entry);
    for (const [family, { key, value }] of families) {
      for (const [name, damage] of Object.entries(damages)) {
        await withStore(path, (store) => store.write([{ type: 'put', key, value: damage(value) }]));
        const code = await codeOf(async () => {
          const store = await openSqliteStore({ path });
          try {
            const person = await reopen({ store });
            for (const document of person.vaults()[0]?.documents.list() ?? []) {
              const expected = `${document.title} 1.0`;
              expect(['TSH', 'Scan']).toContain(document.title);
              const shown = await bytesOf(
                person.vaults()[0]?.documents.read(document.id) as AsyncIterable<Uint8Array>,
              );
              expect(new TextDecoder().decode(shown)).toBe(expected);
            }
            await person.close();
          } finally {
            await store.close();
          }
        });
        expect(code, `${family} ${name}`).toMatch(
          /^(ok|store\/damaged|access\/wrong-passphrase|format\/\w+(-\w+)?|integrity\/[\w-]+)$/,
        );
      }
      await withStore(path, (store) => store.write([{ type: 'put', key, value }]));
    }
    const person = await reopen();
    expect(person.vaults()[0]?.documents.list()).toHaveLength(2);
    await person.close();
  });

  it('a record whose ciphertext is damaged on disk is counted, and the rest is readable', async () => {
    const { directory, reopen } = await copyDisk('damaged-record');
    const ops = (await withStore(directory, (store) => store.scan({ prefix: 'log/' }))).filter(({ key }) =>
      key.includes('/op/'),
    );
    const largest = ops
      .filter(({ value }) => value.length > 1000)
      .toSorted((a, b) => a.value.length - b.value.length);
    let hidden = 0;
    for (const { key, value } of largest) {
      // The last byte of an op is in its last body.
      const damaged = value.map((byte, i) => (i === value.length - 1 ? byte ^ 1 : byte));
      await withStore(directory, (store) => store.write([{ type: 'put', key, value: damaged }]));
      const person = await reopen();
      const titles =
        person
          .vaults()[0]
          ?.documents.list()
          .map(({ title }) => title) ?? [];
      if (titles.length === 1) {
        hidden += 1;
        expect((await person.health()).damaged).toBe(1);
        const [left] = person.vaults()[0]?.documents.list() ?? [];
        expect(
          await bytesOf(
            person.vaults()[0]?.documents.read(left?.id as `itm_${string}`) as AsyncIterable<Uint8Array>,
          ),
        ).toEqual(text(`${left?.title} 1.0`));
      }
      await person.close();
      await withStore(directory, (store) => store.write([{ type: 'put', key, value }]));
    }
    expect(hidden).toBe(2);
  });

  it.each([
    [
      'flipped',
      (file: string, bytes: Uint8Array) =>
        writeFile(
          file,
          bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte)),
        ),
    ],
    ['cut', (file: string) => truncate(file, 100)],
    ['emptied', (file: string) => truncate(file, 0)],
  ])('a file on disk that was %s says so, and the other opens', async (name, damage) => {
    const { directory, reopen } = await copyDisk(`blob-${name}`);
    const blobs = join(directory, 'blobs');
    const files = await filesIn(blobs);
    expect(files).toHaveLength(2);
    const [file = ''] = files;
    await damage(join(blobs, file), await readFile(join(blobs, file)));
    await stage.crash();
    const person = await reopen();
    const documents = person.vaults()[0]?.documents;
    const codes = [];
    for (const { id } of documents?.list() ?? []) codes.push(await codeOf(() => documents?.blob(id)));
    expect(codes.sort()).toEqual([expect.stringMatching(/^(integrity\/blob|store\/damaged)$/), 'ok']);
    await person.close();
    await stage.restart();
  });

  it('a server that is down loses nothing; one that comes back gets everything', async () => {
    const { reopen } = await settle('server-down');
    const person = await reopen();
    await stage.crash();
    await person
      .vaults()[0]
      ?.documents.add(text('Offline 1.0'), { category: 'laboratory', title: 'Offline' });
    expect(await codeOf(() => person.sync())).toBe('sync/offline');
    expect(person.vaults()[0]?.documents.list()).toHaveLength(3);
    expect((await person.health()).status).toBe('offline');
    await stage.restart();
    expect(await person.sync()).toMatchObject({ pending: 0, failed: [] });
    await person.close();
  });

  it('a server that never answers is given up; one that speaks another language is told from one that is away', async () => {
    const strangers: readonly (readonly [name: string, code: string, answer: RequestListener])[] = [
      ['silent', 'sync/timeout', () => {}],
      [
        'hotel',
        'sync/bad-answer',
        (_, response) =>
          response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hotel wifi</html>'),
      ],
      [
        'elsewhere',
        'sync/bad-answer',
        (_, response) => response.writeHead(302, { location: 'https://elsewhere.invalid/' }).end(),
      ],
      ['rude', 'sync/offline', (request) => request.socket.destroy()],
    ];
    // Side by side: each waits between its attempts.
    await Promise.all(
      strangers.map(async ([name, code, answer]) => {
        const { directory } = await copyDisk(name);
        const strange = createServer(answer).listen(0, '127.0.0.1');
        await new Promise((ready) => strange.once('listening', ready));
        const baseUrl = `http://127.0.0.1:${(strange.address() as AddressInfo).port}`;
        const patience = code === 'sync/timeout' ? { timeoutMs: 300 } : {};
        const transport = createHttpTransport({ baseUrl, now: Date.now, random: systemRandom, ...patience });
        const person = await openPerson({
          passphrase: passphraseOf('settled'),
          store: await openSqliteStore({ path: directory }),
          transport,
        });
        const outcome = await codeOf(async () => {
          const { failed } = await person.sync();
          expect(new Set(failed.map((failure) => failure.code)), name).toEqual(new Set([code]));
        });
        expect(outcome, name).toMatch(new RegExp(`^(ok|${code})$`));
        expect(person.vaults()[0]?.documents.list()).toHaveLength(2);
        await person.close();
        strange.closeAllConnections();
        strange.close();
      }),
    );
  });

  it('a clock that is a day wrong says so in words, and all is well when it is right again', async () => {
    const { directory } = await settle('wrong-clock');
    for (const wrong of [DAY_MS, -DAY_MS]) {
      let offset = wrong;
      const now = () => Date.now() + offset;
      const person = await openPerson({
        passphrase: passphraseOf('wrong-clock'),
        store: await openSqliteStore({ path: directory }),
        now,
      });
      await person.vaults()[0]?.documents.add(text('Late'), { category: 'imaging', title: `Late ${wrong}` });
      expect(await codeOf(() => person.sync())).toBe('sync/clock');
      expect(explain('sync/clock', 'en')).toMatch(/clock.*date and time/);
      expect(explain('sync/clock', 'fr')).toMatch(/horloge.*date et l'heure/);
      offset = 0;
      expect(await person.sync()).toMatchObject({ pending: 0, failed: [] });
      await person.close();
    }
  });

  describe('a file that is not what it was', () => {
    const LENGTH = 3 * 2 ** 20;
    const chunks = (sizes: readonly number[]) => ({
      size: 1000,
      async *stream() {
        for (const size of sizes) yield new Uint8Array(size);
      },
    });
    let person: Person;
    let directory = '';
    beforeAll(async () => {
      const settled = await settle('changing-file');
      directory = settled.directory;
      person = await settled.reopen();
    });
    afterAll(() => person?.close());
    const add = (
      file: Parameters<NonNullable<ReturnType<Person['vault']>>['documents']['add']>[0],
      onProgress?: () => void,
    ) =>
      codeOf(() =>
        person.vaults()[0]?.documents.add(file, { category: 'other', title: 'Changing' }, { onProgress }),
      );
    const nothingStored = async () => {
      expect(person.vaults()[0]?.documents.list({ category: 'other' })).toEqual([]);
      expect(await filesIn(join(directory, 'blobs'))).toHaveLength(2);
      expect((await person.health()).unsent).toBe(0);
    };

    it.each([
      ['shorter', [400, 500]],
      ['longer', [400, 700]],
      ['empty', []],
      ['endless', Array.from({ length: 5_000 }, () => 1000)],
    ])('a stream that is %s (it was told to be 1000 bytes) is refused', async (_name, sizes) => {
      expect(await add(chunks(sizes))).toBe('usage/file-changed');
      await nothingStored();
    });

    it('a stream that breaks is refused', async () => {
      const broken = {
        size: 1000,
        // biome-ignore lint/correctness/useYield: it breaks before it yields
        async *stream(): AsyncGenerator<Uint8Array> {
          throw new Error('the USB stick was pulled out: TSH 2.1');
        },
      };
      expect(await add(broken)).toBe('usage/file-unreadable');
      await nothingStored();
    });

    it.each([
      ['cut', (path: string) => truncate(path, 1_000_000)],
      ['rewritten', (path: string) => writeFile(path, new Uint8Array(LENGTH).fill(9))],
      ['grown', (path: string) => writeFile(path, new Uint8Array(LENGTH + 77).fill(9))],
    ])('a real file that is %s while it is read is refused', async (name, change) => {
      const path = join(stage.directory, `file-${name}`);
      await writeFile(path, new Uint8Array(LENGTH).fill(1));
      const blob = await openAsBlob(path);
      let changed: Promise<void> | null = null;
      const file = {
        size: blob.size,
        async *stream() {
          for await (const piece of blob.stream()) {
            changed ??= change(path);
            await changed;
            yield piece;
          }
        },
      };
      expect(await add(file)).toBe('usage/file-changed');
      await nothingStored();
    });

    it('a file changed before it is read is refused, too', async () => {
      const path = join(stage.directory, 'file-before');
      await writeFile(path, new Uint8Array(LENGTH).fill(1));
      const blob = await openAsBlob(path);
      await writeFile(path, new Uint8Array(LENGTH - 1).fill(2));
      expect(await add(blob)).toBe('usage/file-changed');
      await nothingStored();
    });
  });
});

async function withStore<T>(path: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqliteStore({ path });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Stored files and parts of files, without what the store itself keeps there. */
async function filesIn(blobs: string): Promise<string[]> {
  return (await readdir(blobs)).filter((file) => /^[0-9a-f]{32}/.test(file));
}
