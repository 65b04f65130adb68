import { describe, expect, it } from 'vitest';
import { startTrustedWorker } from '../../../src/crypto/worker-start.js';

const native = globalThis.Worker;

describe('a worker started under Trusted Types', () => {
  it('is the one asked for, with its options, and the page keeps its own Worker', async () => {
    const worker = startTrustedWorker(
      () => new Worker(new URL('./echo-worker.ts', import.meta.url), { type: 'module', name: 'echo' }),
    );
    const answer = new Promise((resolve) => worker.addEventListener('message', ({ data }) => resolve(data)));
    worker.postMessage('hello');
    expect(await answer).toEqual({ name: 'echo', heard: 'hello' });
    worker.terminate();
    expect(worker).toBeInstanceOf(native);
    expect(globalThis.Worker).toBe(native);
  });

  it.each(['https://elsewhere.example/worker.js', 'data:text/javascript,postMessage(1)'])(
    'is never %s',
    (url) => {
      expect(() => startTrustedWorker(() => new Worker(url, { type: 'module' }))).toThrow(TypeError);
      expect(globalThis.Worker).toBe(native);
    },
  );

  it('leaves the page its own Worker when the start fails', () => {
    const start = () => {
      throw new RangeError('no');
    };
    expect(() => startTrustedWorker(start)).toThrow(RangeError);
    expect(globalThis.Worker).toBe(native);
  });
});
