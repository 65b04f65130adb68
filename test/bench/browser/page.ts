/** The page: what each workload does in a browser, to be called from Node. */
import type { Live } from 'coffret';
import { openVaultInWorker, type PersonInWorker, type VaultInWorker } from 'coffret/worker';
import { type CallableWorker, startWorker } from './calls.js';
import type { PlainCalls } from './plain-worker.js';
import { type ThreadRecord, watchThread } from './watch-thread.js';

const COST = { memoryBytes: 64 * 2 ** 20, passes: 3 };

/** What waits on the page for the next call. */
interface Opened {
  readonly device: VaultInWorker;
  readonly person: PersonInWorker;
  readonly vault: Awaited<ReturnType<PersonInWorker['vaults']>>[number];
}

let opened: Opened | null = null;
let plain: CallableWorker<PlainCalls> | null = null;

function besides(): CallableWorker<PlainCalls> {
  plain ??= startWorker<PlainCalls>('/plain-worker.js');
  return plain;
}

function theVault(): Opened['vault'] {
  if (opened === null) throw new Error('no vault is open');
  return opened.vault;
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

/** One round to warm up, then as many as are asked for. */
async function series(rounds: number, work: (round: number) => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) times.push(await work(round));
  return times.slice(1);
}

/** Hears of a live value, and can be waited for. */
function follow(live: Pick<Live<unknown>, 'subscribe'>) {
  let wake: () => void = () => {};
  const follower = {
    heard: 0,
    next: () => new Promise<void>((resolve) => (wake = resolve)),
    stop: live.subscribe(() => {
      follower.heard++;
      wake();
    }),
  };
  return follower;
}

async function add(): Promise<void> {
  const file = chosenFile();
  const bar = document.querySelector('progress') as HTMLProgressElement;
  await theVault().documents.add(
    file,
    { category: 'imaging', title: file.name },
    {
      onProgress: ({ done, total }) => {
        bar.value = done / total;
      },
    },
  );
}

const BENCH = {
  /** How long the chosen file takes to be read and stored as it is. */
  storePlain: () => timed(() => besides().call('storePlain', { file: chosenFile() })),

  /** Someone new, with a vault. */
  async create({ name, server, passphrase }: { name: string; server: string; passphrase: string }) {
    const device = await openVaultInWorker({ name });
    const person = await device.createPerson({ passphrase, server, cost: COST });
    const vault = await person.createVault({ holder: { birthName: 'Bench' } });
    opened = { device, person, vault };
  },

  /** How long the chosen file takes to be encrypted and stored in the vault that is open. */
  addFile: () => timed(add),

  /** The same, while this thread is watched. */
  watchAdd: (): Promise<ThreadRecord> => watchThread(add),

  fill: (argument: { name: string; url: string }) => besides().call('fill', argument),

  /** Starts a worker, opens a store in it, and asks for the list: how long until this page has it, and its length. */
  async coldOpen({ name, passphrase }: { name: string; passphrase: string }) {
    let listed = 0;
    const ms = await timed(async () => {
      const device = await openVaultInWorker({ name });
      const person = await device.openPerson({ passphrase });
      const [vault] = await person.vaults();
      if (vault === undefined) throw new Error('a person without a vault');
      opened = { device, person, vault };
      listed = (await vault.documents.list()).length;
    });
    return { ms, listed };
  },

  /** Asks for the whole list again. */
  async list() {
    let listed = 0;
    let ms = 0;
    const thread = await watchThread(async () => {
      ms = await timed(async () => {
        listed = (await theVault().documents.list()).length;
      });
    });
    return { ms, listed, thread };
  },

  /** Follows the list of a category while a document in it changes, and while one of another category does. */
  async followList({ rounds }: { rounds: number }) {
    const { documents } = theVault();
    const other = await documents.add(new Blob(['elsewhere']), { category: 'imaging', title: 'Elsewhere' });
    const change = (id: typeof other.id, round: number) => documents.update(id, { title: `Round ${round}` });
    const changes = (id: typeof other.id) => series(rounds, (round) => timed(() => change(id, round)));
    const alone = await changes(other.id);
    const list = documents.live({ category: 'laboratory' });
    const follower = follow(list);
    const first = await timed(() => follower.next());
    const elsewhere = await changes(other.id);
    if (follower.heard !== 1) throw new Error('told of a change elsewhere');
    let inIt: number[] = [];
    const thread = await watchThread(async () => {
      inIt = await series(rounds, async (round) => {
        const before = list.getSnapshot() ?? [];
        const { id } = before[before.length >> 1] as typeof other;
        const ms = await timed(() => Promise.all([follower.next(), change(id, round)]));
        const after = list.getSnapshot() ?? [];
        const kept = new Set(before);
        const same = after.filter((document) => kept.has(document)).length;
        if (same !== before.length - 1) throw new Error(`${same} of ${before.length} are the same objects`);
        return ms;
      });
    });
    const asked = 100_000;
    const asking = await timed(async () => {
      for (let i = 0; i < asked; i++) list.getSnapshot();
    });
    follower.stop();
    return { first, alone, elsewhere, inIt, longestGap: thread.longestGap, snapshot: asking / asked };
  },

  /** Ends the worker; the store stays. */
  async close() {
    await opened?.device.close();
    opened = null;
  },

  /** Deletes the store of the vault that is open. */
  async destroy() {
    await opened?.device.destroy();
    opened = null;
  },

  /** How long until a worker is there that could open a vault. */
  async start() {
    let device: VaultInWorker | null = null;
    const ms = await timed(async () => {
      device = await openVaultInWorker({ name: 'start' });
    });
    await (device as VaultInWorker | null)?.close();
    return ms;
  },
};

export type Bench = typeof BENCH;
Object.assign(globalThis, { bench: BENCH });
