import { systemRandom } from '../crypto/random.js';
import { startTrustedWorker } from '../crypto/worker-start.js';
import { VaultError } from '../errors.js';
import { bytesToHex } from '../formats/id.js';
import { whenGone } from './alive.js';
import { CONTRACT, type Ending } from './contract.js';
import { Link } from './link.js';

/** A worker that says nothing for so long is none of ours, or never will be ready. */
const START_MS_MAX = 30_000;
/** Sessions get so long to wipe their keys and come to rest before the worker is ended. */
const GRACE_MS = 2000;

/** What a worker is started with. */
export interface RunningOptions {
  /** Starts the worker in another way than by default. */
  readonly worker?: (() => Worker) | undefined;
  /** The page asks to lock. */
  readonly onLock: (how: Ending) => Promise<void>;
  /** A session was locked from within the worker. */
  readonly onLocked: () => void;
  /** The worker ended by itself. */
  readonly onGone: () => void;
}

/** A worker that runs, and the link to it. */
export class Running {
  readonly link: Link;
  readonly #worker: Worker;
  readonly #over = new AbortController();

  private constructor(worker: Worker, options: RunningOptions) {
    this.#worker = worker;
    this.link = new Link({ worker, onLock: options.onLock, onLocked: options.onLocked });
  }

  /** Starts a worker, and waits until it answers. Throws `usage/no-worker`. */
  static async start(options: RunningOptions): Promise<Running> {
    const running = new Running(startWorker(options.worker), options);
    try {
      await running.#greet(options.onGone);
      return running;
    } catch (error) {
      running.#over.abort();
      running.#worker.terminate();
      throw error;
    }
  }

  /** Ends every call with what `because` makes, then the sessions in the worker, unless it is gone, then the worker. */
  async stop(because: () => VaultError, how: Ending | 'gone'): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    const rested = this.link.end(because, how === 'gone' ? 'close' : how);
    if (how === 'gone') return this.#worker.terminate();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE_MS);
    });
    await Promise.race([rested, late]);
    clearTimeout(timer);
    this.#worker.terminate();
  }

  async #greet(onGone: () => void): Promise<void> {
    const worker = this.#worker;
    const { signal } = this.#over;
    const alive = `coffret-worker-${bytesToHex(systemRandom(16))}`;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const failed = new Promise<never>((_, reject) => {
      const fail = (reason: string) => () => reject(new VaultError('usage/no-worker', { reason }));
      worker.addEventListener('error', fail('failed'), { once: true, signal });
      timer = setTimeout(fail('silent'), START_MS_MAX);
    });
    try {
      const version = await Promise.race([this.link.ask('hello', { alive }), failed]);
      if (version !== CONTRACT) throw new VaultError('usage/no-worker', { reason: 'version' });
    } finally {
      clearTimeout(timer);
    }
    whenGone(alive, signal, onGone);
    worker.addEventListener('messageerror', onGone, { signal });
  }
}

function startWorker(start: (() => Worker) | undefined): Worker {
  try {
    if (start !== undefined) return start();
    // In just this form, or bundlers do not see that there is a worker.
    return startTrustedWorker(
      () => new Worker(new URL('./vault-worker.js', import.meta.url), { type: 'module', name: 'coffret' }),
    );
  } catch {
    throw new VaultError('usage/no-worker', { reason: 'refused' });
  }
}
