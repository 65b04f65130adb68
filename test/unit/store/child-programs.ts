/** Programs that use a store in a process of their own; see `child.ts`. */
import { isVaultError } from '../../../src/errors.js';
import { openSqliteStore, type Store } from '../../../src/store/index.js';

const PROGRAMS: Record<string, (store: Store) => Promise<void>> = {
  /** Adds one to a counter a hundred times, taking turns with whoever does the same. */
  async count(store) {
    for (let done = 0; done < 100; ) {
      const value = await store.get('counter');
      const next = Uint8Array.of((value?.[0] ?? 0) + 1, 0);
      const write = { type: 'put', key: 'counter', value: next } as const;
      // SQLite's lock is not fair: who waits in vain for five seconds, on a slow disk, asks again.
      const code = await codeOf(async () => {
        if (await store.write([write], [{ key: 'counter', value }])) done += 1;
      });
      if (code !== 'none' && code !== 'store/busy') throw new Error(code);
    }
  },

  /** Begins a blob, writes rows until one is refused, then goes on with the blob until it is refused too. */
  async fill(store) {
    const piece = new Uint8Array(65_536).fill(7);
    const sink = await store.blobs.write('blob', 'new');
    for (let count = 0; count < 4; count += 1) await sink.append(piece);
    let rows = 0;
    const rowCode = await codeOf(async () => {
      for (; ; rows += 1) await store.write([{ type: 'put', key: `row/${rows}`, value: piece }]);
    });
    const kept = (await store.scan({ prefix: 'row/' })).length;
    const blobCode = await codeOf(async () => {
      for (;;) await sink.append(piece);
    });
    await sink.suspend();
    say(JSON.stringify({ rowCode, rows, kept, blobCode, offset: sink.offset }));
  },

  /** Writes batches of three rows that belong together, printing the number of each once it is safe. */
  async 'write-rows'(store) {
    for (let batch = 0; ; batch += 1) {
      const value = Uint8Array.of(batch & 0xff, batch >> 8);
      const keys = [`a/${batch}`, `b/${batch}`, `c/${batch}`];
      await store.write(keys.map((key) => ({ type: 'put', key, value })));
      say(String(batch));
    }
  },

  /** Writes a blob without end, in pieces filled with their number, printing the offset after each. */
  async 'write-blob'(store) {
    const sink = await store.blobs.write('blob', 'new');
    for (let piece = 0; ; piece += 1) {
      await sink.append(new Uint8Array(1024 * 1024).fill(piece));
      say(String(sink.offset));
    }
  },
};

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'none';
  } catch (error) {
    if (isVaultError(error)) return error.code;
    throw error;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const [program = '', path = ''] = process.argv.slice(2);
const store = await openSqliteStore({ path });
await PROGRAMS[program]?.(store);
await store.close();
