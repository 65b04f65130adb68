import { createPerson, openPerson, type Person, recoverPerson } from '../../src/index.js';
import { createMemoryStore, type Store } from '../../src/store/index.js';
import type { StageServer } from './stage-server.js';

/** The floor: scenarios use it through the public option, there is nothing lower. */
export const FLOOR = { memoryBytes: 64 * 2 ** 20, passes: 3 };

/** What differs between Node and Chromium: how the server is started and where a disk is. */
export interface Backstage {
  readonly server: StageServer;
  storeOf(name: string): Promise<Store>;
}

/** A stage for a story: the real server in its own process, and people with a store each. */
export interface Stage extends Omit<StageServer, 'close'> {
  /** A person with a store of their own: on disk (SQLite, or IndexedDB in Chromium), or in memory. */
  enter(
    name: string,
    options?: { readonly kind?: 'patient' | 'professional' | 'institution'; readonly disk?: boolean },
  ): Promise<Person>;
  /** The same person again, from what their disk holds. */
  reopen(name: string): Promise<Person>;
  /** The same person on an empty disk. */
  recover(name: string, words: string): Promise<Person>;
  /** The disk of a person; a new one when they have none. */
  storeOf(name: string): Promise<Store>;
  /** The disk of a person falls into the lake, with everything on it. */
  lose(name: string): Promise<void>;
  /** Everyone leaves, the server ends, nothing is left behind. */
  close(): Promise<void>;
}

export const passphraseOf = (name: string) => `${name} keeps four long words`;

/** Sets the stage, in Node or in Chromium. `args` go to the server. */
export async function openStage(options: { readonly args?: readonly string[] } = {}): Promise<Stage> {
  const { server, storeOf } = await openBackstage(options.args ?? []);
  const { url } = server;
  const open: { readonly name: string; readonly person: Person }[] = [];
  const keep = (name: string, person: Person) => {
    open.push({ name, person });
    return person;
  };
  return {
    ...server,
    storeOf,
    async enter(name, { kind = 'patient', disk = false } = {}) {
      const store = disk ? await storeOf(name) : createMemoryStore();
      return keep(
        name,
        await createPerson({ passphrase: passphraseOf(name), store, server: url, name, kind, cost: FLOOR }),
      );
    },
    async reopen(name) {
      return keep(name, await openPerson({ passphrase: passphraseOf(name), store: await storeOf(name) }));
    },
    async recover(name, words) {
      const store = await storeOf(`${name}-new`);
      return keep(
        name,
        await recoverPerson({ words, passphrase: passphraseOf(name), store, server: url, cost: FLOOR }),
      );
    },
    async lose(name) {
      for (const entered of open) if (entered.name === name) await entered.person.close();
      await (await storeOf(name)).destroy();
    },
    async close() {
      for (const { person } of open) await person.close();
      await server.close();
    },
  };
}

/** All bytes of a document, as a reader gets them. */
export async function bytesOf(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) chunks.push(piece.slice());
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

async function openBackstage(args: readonly string[]): Promise<Backstage> {
  const isPage = typeof document !== 'undefined';
  const platform = isPage ? await import('./backstage-browser.js') : await import('./backstage-node.js');
  return platform.openBackstage(args);
}
