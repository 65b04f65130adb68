import { isVaultError, type VaultErrorCode } from '../errors.js';
import { ARGON2_WORKER, type Argon2Job, computeArgon2id } from './argon2-job.js';

/** Answers one message: the result, or the code of an error. Does nothing unless this is that worker. */
function serve(): void {
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  const answer = (job: Argon2Job, reply: (result: Uint8Array | VaultErrorCode) => void) =>
    computeArgon2id(job).then(reply, (error: unknown) =>
      reply(isVaultError(error) ? error.code : 'usage/no-webassembly'),
    );
  if (threads?.workerData === ARGON2_WORKER) {
    const port = threads.parentPort;
    port?.once('message', (job: Argon2Job) => answer(job, (result) => port.postMessage(result)));
  } else if (typeof document === 'undefined' && (globalThis as { name?: unknown }).name === ARGON2_WORKER) {
    globalThis.addEventListener('message', (event) => {
      void answer((event as MessageEvent<Argon2Job>).data, (result) => globalThis.postMessage(result));
    });
  }
}

serve();
