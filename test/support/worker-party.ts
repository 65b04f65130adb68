import type { Endpoint } from 'comlink';
import { createMemoryStore, type Store } from '../../src/store/index.js';
import type { Person, RecordKind } from '../../src/index.js';
import { Link } from '../../src/worker/link.js';
import type { InWorker } from '../../src/worker/remote-object.js';
import { serve } from '../../src/worker/host/host.js';
import type { SearchSetup } from '../../src/worker/host/searches.js';
import { FLOOR, passphraseOf, type Stage } from './actors.js';

/** A page and a worker in one thread, with a port between them: what crosses does so as between two threads. */
export interface WorkerParty {
  readonly link: Link;
  /** Everything that was posted to the page, as it arrives. */
  readonly posted: unknown[];
  /** The page's end of the port, to say what no page would. */
  readonly port: MessagePort;
  enter(name: string): Promise<InWorker<Person>>;
  /** What the worker holds for the page. */
  held(): Promise<Held>;
  /** Whatever was locked from within the worker. */
  readonly lockedFromWithin: Promise<void>;
  close(): void;
}

/** Lists cross in pages of so many, so that short ones do. */
export const ELEMENTS_MAX = 3;

/** Numbers of things that the worker holds. */
export interface Held {
  readonly objects: number;
  readonly scopes: number;
  readonly watches: number;
  readonly rests: number;
}

/** Opens a page with a worker beside it, which knows these kinds of record and finds what it is told to. */
export function openWorkerParty(
  stage: Stage,
  kinds: readonly RecordKind<object>[] = [],
  search: SearchSetup = {},
): WorkerParty {
  const { port1, port2 } = new MessageChannel();
  const stores = new Map<string, Promise<Store>>();
  serve({
    page: port2 as unknown as Endpoint,
    openStore: (name) => {
      const store = stores.get(name) ?? Promise.resolve(createMemoryStore());
      stores.set(name, store);
      return store;
    },
    stayAlive: async () => {},
    elementsMax: ELEMENTS_MAX,
    kinds,
    search,
  });
  const posted: unknown[] = [];
  port1.addEventListener('message', ({ data }) => posted.push(data));
  let lock = () => {};
  const lockedFromWithin = new Promise<void>((resolve) => {
    lock = resolve;
  });
  const link = new Link({
    worker: port1 as unknown as Endpoint,
    onLock: async () => {},
    onLocked: lock,
  });
  return {
    ...{ link, posted, port: port1, lockedFromWithin },
    async enter(name) {
      const options = { passphrase: passphraseOf(name), server: stage.url, name, cost: FLOOR };
      return (await link.open('createPerson', name, options)) as InWorker<Person>;
    },
    held: async () => (await link.ask('held', {})) as Held,
    close() {
      port1.close();
      port2.close();
    },
  };
}
