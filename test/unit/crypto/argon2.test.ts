import { afterEach, describe, expect, it, vi } from 'vitest';
import { ARGON2_POLICY, argon2id } from '../../../src/crypto/argon2.js';
import { computeArgon2id } from '../../../src/crypto/argon2-job.js';
import { fromHex, toHex } from '../../support/hex.js';
import floor from '../../vectors/argon2id/floor.json' with { type: 'json' };

const job = {
  password: fromHex(floor.password),
  salt: fromHex(floor.salt),
  memoryBytes: floor.memoryBytes,
  passes: floor.passes,
};

afterEach(() => vi.unstubAllGlobals());

/** Counts each way to start a worker of either kind, so that a refusal can prove that it started none. */
function watchWorkers(): { readonly started: number } {
  const seen = { started: 0 };
  vi.stubGlobal('Worker', function Watched() {
    seen.started++;
    throw new Error('no worker here');
  });
  return seen;
}

describe('argon2id', () => {
  it('equals an independent implementation at the floor', async () => {
    expect(floor.memoryBytes).toBe(ARGON2_POLICY.memoryBytesMin);
    expect(floor.passes).toBe(ARGON2_POLICY.passesMin);
    expect(toHex(await argon2id(job))).toBe(floor.output);
    // What was passed stays the caller's.
    expect(toHex(job.password)).toBe(floor.password);
  });

  it('gives the same where no worker can start', async () => {
    const seen = watchWorkers();
    expect(toHex(await argon2id(job))).toBe(floor.output);
    expect(seen.started).toBe(1);
    expect(toHex(await computeArgon2id(job))).toBe(floor.output);
  });

  it.each([
    ['less memory', { memoryBytes: 64 * 2 ** 20 - 1024 }],
    ['fewer passes', { passes: 2 }],
    ['more memory', { memoryBytes: 2 ** 30 + 1024 }],
    ['more passes', { passes: 11 }],
    ['a part of a pass', { passes: 3.5 }],
    ['a part of a block', { memoryBytes: 64 * 2 ** 20 + 1 }],
    ['no number', { memoryBytes: Number.NaN }],
    ['a text', { passes: '3' as never }],
  ])('refuses %s before any work (A03, R07)', async (_, change) => {
    const seen = watchWorkers();
    await expect(argon2id({ ...job, ...change })).rejects.toThrow('format/kdf-policy');
    expect(seen.started).toBe(0);
  });

  it('takes bytes only, a password that is not empty, a salt of 16', async () => {
    for (const change of [
      { password: 'correct horse' as never },
      { password: new Uint8Array(0) },
      { password: new Uint8Array(4097) },
      { salt: new Uint8Array(15) },
      { salt: 'x'.repeat(16) as never },
    ]) {
      await expect(argon2id({ ...job, ...change })).rejects.toThrow('usage/invalid');
    }
  });
});
