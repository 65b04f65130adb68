import { afterEach, expect, it, vi } from 'vitest';
import { argon2id } from '../../../src/crypto/argon2.js';
import { fromHex, toHex } from '../../support/hex.js';
import floor from '../../vectors/argon2id/floor.json' with { type: 'json' };

afterEach(() => vi.unstubAllGlobals());

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
  const { memoryBytes, passes } = floor;
  const output = await argon2id({
    password: fromHex(floor.password),
    salt: fromHex(floor.salt),
    memoryBytes,
    passes,
  });
  expect(toHex(output)).toBe(floor.output);
  expect(answers).toEqual([output]);
  expect([started, ended]).toEqual([1, 1]);
});
