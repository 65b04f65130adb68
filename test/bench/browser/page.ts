/** The page: what each workload does in a browser, to be called from Node. */
import { type CallableWorker, startWorker } from './calls.js';
import type { PlainCalls } from './plain-worker.js';
import type { VaultCalls } from './vault-worker.js';
import { type ThreadRecord, watchThread } from './watch-thread.js';

const PASSPHRASE = 'four words I remember';
let plain: CallableWorker<PlainCalls> | null = null;
let vault: CallableWorker<VaultCalls> | null = null;

function inWorker(): CallableWorker<VaultCalls> {
  vault ??= startWorker<VaultCalls>('/vault-worker.js');
  return vault;
}

function besides(): CallableWorker<PlainCalls> {
  plain ??= startWorker<PlainCalls>('/plain-worker.js');
  return plain;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function chosenFile(): File {
  const file = document.querySelector('input')?.files?.[0];
  if (file === undefined) throw new Error('no file was chosen');
  return file;
}

function showProgress(value: unknown): void {
  const { done, total } = value as { readonly done: number; readonly total: number };
  const bar = document.querySelector('progress');
  if (bar !== null) bar.value = done / total;
}

const BENCH = {
  /** How long the chosen file takes to be read and stored as it is. */
  storePlain: () => timed(() => besides().call('storePlain', { file: chosenFile() })),

  /** Someone new, with a vault. */
  create: ({ name, server }: { name: string; server: string }): Promise<void> =>
    inWorker().call('create', { name, server, passphrase: PASSPHRASE }),

  /** How long it takes to be encrypted and stored, in the vault of someone new. */
  async addFile({ name, server }: { name: string; server: string }): Promise<number> {
    await inWorker().call('create', { name, server, passphrase: PASSPHRASE });
    return timed(() => inWorker().call('add', { file: chosenFile() }, showProgress));
  },

  /** Adds it to the vault that is open, and watches this thread meanwhile. */
  watchAdd: (): Promise<ThreadRecord> =>
    watchThread(() => inWorker().call('add', { file: chosenFile() }, showProgress)),

  /** Lets go of the vault and deletes its store. */
  async destroy({ name }: { name: string }): Promise<void> {
    await inWorker().call('close');
    await besides().call('destroy', { name });
  },

  fill: (argument: { name: string; url: string }): Promise<void> => besides().call('fill', argument),

  /** Opens a store; how long until this page has the first list, and how long the list is. */
  async coldOpen(argument: {
    name: string;
    passphrase: string;
  }): Promise<{ readonly ms: number; readonly listed: number }> {
    let listed = 0;
    const ms = await timed(async () => {
      await inWorker().call('open', argument);
      listed = (await inWorker().call('list')).length;
    });
    return { ms, listed };
  },

  /** Asks once more for the whole list. */
  async list(): Promise<{ readonly ms: number; readonly listed: number; readonly thread: ThreadRecord }> {
    let listed = 0;
    let ms = 0;
    const thread = await watchThread(async () => {
      ms = await timed(async () => {
        listed = (await inWorker().call('list')).length;
      });
    });
    return { ms, listed, thread };
  },

  close: () => inWorker().call('close'),

  /** Ends the worker that holds the vault, and starts another: how long until it answers. */
  async restart(): Promise<number> {
    vault?.terminate();
    vault = null;
    return timed(() => inWorker().call('ready'));
  },
};

export type Bench = typeof BENCH;
Object.assign(globalThis, { bench: BENCH });
