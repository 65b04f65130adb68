import { VaultError, type VaultErrorCode } from '../errors.js';
import { ARGON2_WORKER, type Argon2Job, computeArgon2id } from './argon2-job.js';
import { requireBytes } from './bytes.js';
import { startTrustedWorker } from './worker-start.js';

/** The limits of the cost, checked before any work: a server must be able neither to weaken nor to stall a client. */
export const ARGON2_POLICY = {
  memoryBytesMin: 64 * 2 ** 20,
  memoryBytesMax: 2 ** 30,
  passesMin: 3,
  passesMax: 10,
} as const;

// For Node, and not in one piece with its path: a bundler would take that for one more file that a page needs.
const here: string = import.meta.url;

const SALT_BYTES = 16;
const PASSWORD_BYTES_MAX = 4096;

/**
 * Stretches a password into 32 bytes with Argon2id 1.3, one lane (RFC 9106).
 *
 * Runs in a worker that ends with the call, so that the memory, which WebAssembly never gives back, goes with it;
 * where no worker can start, in this thread. `password` has 1 to 4096 bytes, `salt` 16, `memoryBytes` is a multiple of
 * 1024. Throws `format/kdf-policy` before any work when the cost is outside `ARGON2_POLICY`, `usage/invalid`,
 * `usage/no-webassembly`, `usage/not-loaded`.
 */
export async function argon2id(job: Argon2Job): Promise<Uint8Array> {
  const { password, salt, memoryBytes, passes } = job;
  requireBytes(password, 'password');
  requireBytes(salt, 'salt', SALT_BYTES);
  if (password.length === 0 || password.length > PASSWORD_BYTES_MAX) {
    throw new VaultError('usage/invalid', { argument: 'password' });
  }
  const allowed =
    Number.isInteger(memoryBytes) &&
    memoryBytes % 1024 === 0 &&
    memoryBytes >= ARGON2_POLICY.memoryBytesMin &&
    memoryBytes <= ARGON2_POLICY.memoryBytesMax &&
    Number.isInteger(passes) &&
    passes >= ARGON2_POLICY.passesMin &&
    passes <= ARGON2_POLICY.passesMax;
  if (!allowed) throw new VaultError('format/kdf-policy');
  const checked = { password, salt, memoryBytes, passes };
  return (await inWorker(checked)) ?? (await computeArgon2id(checked));
}

/** The two kinds of worker, behind what is used of them. */
interface JobWorker {
  post(job: Argon2Job): void;
  onMessage(listener: (value: unknown) => void): void;
  onError(listener: () => void): void;
  end(): void;
}

/** Resolves to null when no worker can start here or find its code; one that fails at the work has the last word. */
async function inWorker(job: Argon2Job): Promise<Uint8Array | null> {
  const worker = startWorker();
  if (worker === null) return null;
  try {
    return await new Promise<Uint8Array | null>((resolve, reject) => {
      worker.onMessage((value) => {
        if (value instanceof Uint8Array) resolve(value);
        else if (value === 'usage/not-loaded') resolve(null);
        else reject(new VaultError(value as VaultErrorCode));
      });
      worker.onError(() => resolve(null));
      worker.post(job);
    });
  } finally {
    worker.end();
  }
}

function startWorker(): JobWorker | null {
  try {
    return typeof Worker === 'function' ? startWebWorker() : startNodeWorker();
  } catch {
    return null;
  }
}

function startWebWorker(): JobWorker {
  const worker = startTrustedWorker(
    () => new Worker(new URL('./argon2-worker.js', import.meta.url), { type: 'module', name: ARGON2_WORKER }),
  );
  return {
    post: (job) => worker.postMessage(job),
    onMessage: (listener) => worker.addEventListener('message', (event) => listener(event.data)),
    onError: (listener) => {
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        listener();
      });
      worker.addEventListener('messageerror', listener);
    },
    end: () => worker.terminate(),
  };
}

function startNodeWorker(): JobWorker | null {
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (threads === undefined) return null;
  const worker = new threads.Worker(new URL('./argon2-worker.js', here), {
    name: ARGON2_WORKER,
    workerData: ARGON2_WORKER,
  });
  return {
    post: (job) => worker.postMessage(job),
    onMessage: (listener) => worker.on('message', listener),
    onError: (listener) => worker.on('error', listener).on('exit', listener),
    end: () => void worker.terminate(),
  };
}
