import { afterEach, expect, it, vi } from 'vitest';
import { argon2id } from '../../../src/crypto/argon2.js';
import { codeOf } from '../../support/code-of.js';
import { fromHex, toHex } from '../../support/hex.js';
import floor from '../../vectors/argon2id/floor.json' with { type: 'json' };

afterEach(() => vi.unstubAllGlobals());

const { memoryBytes, passes } = floor;
const job = { password: fromHex(floor.password), salt: fromHex(floor.salt), memoryBytes, passes };

/** A worker that starts, and answers with the code of what is wrong. */
const workerThatSays = (code: string) =>
  class extends EventTarget {
    postMessage(): void {
      queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data: code })));
    }
    terminate(): void {}
  };

it('runs in this thread when the worker does not find its code', async () => {
  vi.stubGlobal('Worker', workerThatSays('usage/not-loaded'));
  expect(toHex(await argon2id(job))).toBe(floor.output);
});

it('fails as its worker does when that lacks the memory', async () => {
  vi.stubGlobal('Worker', workerThatSays('usage/no-webassembly'));
  expect(await codeOf(() => argon2id(job))).toBe('usage/no-webassembly');
});

it('runs in one worker, which answers and ends', async () => {
  const answers: unknown[] = [];
  let started = 0;
  let ended = 0;
  class Watched extends Worker {
    constructor(url: URL, options: WorkerOptions) {
      super(url, options);
      started++;
      this.addEventListener('message', (event) => answers.push(event.data));
    }
    override terminate(): void {
      ended++;
      super.terminate();
    }
  }
  vi.stubGlobal('Worker', Watched);
  const output = await argon2id(job);
  expect(toHex(output)).toBe(floor.output);
  expect(answers).toEqual([output]);
  expect([started, ended]).toEqual([1, 1]);
});
