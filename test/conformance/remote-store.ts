import { VaultError, type VaultErrorCode } from '../../src/errors.js';
import type { BlobSink, BlobStore, Store } from '../../src/store/index.js';
import type { Answer, Request } from './store-worker.js';

/** Opens stores inside a dedicated worker and lets the page use them as its own. */
export function createStoreWorker(): { open(name: string): Promise<Store>; terminate(): void } {
  const worker = new Worker(new URL('./store-worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, (answer: Answer) => void>();
  let calls = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    waiting.get(data.call)?.(data);
    waiting.delete(data.call);
  });

  const ask = (target: number | null, method: string, parameters: readonly unknown[]) => {
    calls += 1;
    const request: Request = { call: calls, target, method, parameters };
    worker.postMessage(request);
    return new Promise<Answer>((resolve) => waiting.set(request.call, resolve));
  };
  const call = async (target: number | null, method: string, ...parameters: unknown[]) => {
    const answer = await ask(target, method, parameters);
    if (answer.failure) throw new VaultError(answer.failure.code as VaultErrorCode);
    return answer;
  };
  const value = async <T>(target: number, method: string, ...parameters: unknown[]) =>
    (await call(target, method, ...parameters)).value as T;

  const sinkOf = (target: number, start: number): BlobSink => {
    let offset = start;
    return {
      get offset() {
        return offset;
      },
      append: async (bytes) => {
        offset = (await call(target, 'append', bytes)).offset ?? offset;
      },
      commit: () => value(target, 'commit'),
      suspend: () => value(target, 'suspend'),
      abort: () => value(target, 'abort'),
    };
  };
  const blobsOf = (target: number): BlobStore => ({
    write: async (id, mode) => {
      const { opened, offset } = await call(target, 'blobs.write', id, mode);
      return sinkOf(opened as number, offset as number);
    },
    size: (id) => value(target, 'blobs.size', id),
    read: (id, offset, length) => value(target, 'blobs.read', id, offset, length),
    remove: (id) => value(target, 'blobs.remove', id),
    list: () => value(target, 'blobs.list'),
  });

  return {
    open: async (name) => {
      const target = (await call(null, 'open', name)).opened as number;
      return {
        get: (key) => value(target, 'get', key),
        getMany: (keys) => value(target, 'getMany', keys),
        scan: (options) => value(target, 'scan', options),
        write: (batch, expect) => value(target, 'write', batch, expect),
        blobs: blobsOf(target),
        close: () => value(target, 'close'),
        destroy: () => value(target, 'destroy'),
      };
    },
    terminate: () => worker.terminate(),
  };
}
