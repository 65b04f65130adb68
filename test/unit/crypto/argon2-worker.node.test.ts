import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { argon2id } from '../../../src/crypto/argon2.js';
import { fromHex, toHex } from '../../support/hex.js';
import floor from '../../vectors/argon2id/floor.json' with { type: 'json' };

it('runs in one worker thread, which answers and ends', async () => {
  const workers: Worker[] = [];
  const answers: unknown[] = [];
  const ends: Promise<unknown>[] = [];
  const watch = (worker: Worker) => {
    workers.push(worker);
    worker.on('message', (value) => answers.push(value));
    ends.push(once(worker, 'exit'));
  };
  process.on('worker', watch);
  const { memoryBytes, passes } = floor;
  const output = await argon2id({
    password: fromHex(floor.password),
    salt: fromHex(floor.salt),
    memoryBytes,
    passes,
  });
  process.off('worker', watch);
  expect(toHex(output)).toBe(floor.output);
  expect(workers).toHaveLength(1);
  expect(answers).toEqual([output]);
  await Promise.all(ends);
});
