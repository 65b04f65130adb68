import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, openPerson, type Person, recoverPerson } from '../../src/index.js';
import { createMemoryStore, openSqliteStore, type Store } from '../../src/store/index.js';
import { type ServerProcess, startServerProcess } from './server-process.js';

/** The floor: scenarios use it through the public option, there is nothing lower. */
export const FLOOR = { memoryBytes: 64 * 2 ** 20, passes: 3 };

/** A stage for a story: the real server in its own process, and people with a store each. */
export interface Stage {
  readonly url: string;
  readonly server: ServerProcess;
  readonly directory: string;
  /** A person with a store of their own: SQLite on disk, or memory. */
  enter(name: string, options?: { readonly kind?: 'patient' | 'professional' | 'institution'; readonly disk?: boolean }): Promise<Person>;
  /** The same person again, from what their disk holds. */
  reopen(name: string): Promise<Person>;
  /** The same person on an empty disk. */
  recover(name: string, words: string): Promise<Person>;
  storeOf(name: string): Promise<Store>;
  /** Kills the server, as the power would. */
  crash(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const passphraseOf = (name: string) => `${name} keeps four long words`;

/** Sets the stage. `args` go to the server. */
export async function openStage(options: { readonly args?: readonly string[] } = {}): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'coffret-stage-'));
  const dataDir = join(directory, 'server');
  const start = (port: number) => startServerProcess({ dataDir, port, ...(options.args ? { args: options.args } : {}) });
  let server = await start(0);
  const { url } = server;
  const open: Person[] = [];
  const keep = (person: Person) => {
    open.push(person);
    return person;
  };
  const storeOf = (name: string) => openSqliteStore({ path: join(directory, name) });
  return {
    url,
    directory,
    get server() {
      return server;
    },
    storeOf,
    async enter(name, { kind = 'patient', disk = false } = {}) {
      const store = disk ? await storeOf(name) : createMemoryStore();
      return keep(await createPerson({ passphrase: passphraseOf(name), store, server: url, name, kind, cost: FLOOR }));
    },
    async reopen(name) {
      return keep(await openPerson({ passphrase: passphraseOf(name), store: await storeOf(name) }));
    },
    async recover(name, words) {
      const store = await storeOf(`${name}-new`);
      return keep(await recoverPerson({ words, passphrase: passphraseOf(name), store, server: url, cost: FLOOR }));
    },
    crash: () => server.kill('SIGKILL'),
    async restart() {
      server = await start(Number(new URL(url).port));
    },
    async close() {
      for (const person of open) await person.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** All bytes of a document, as a reader gets them. */
export async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const piece of pieces) chunks.push(piece);
  return new Uint8Array(Buffer.concat(chunks));
}
