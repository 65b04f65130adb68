import { describe, expect, it } from 'vitest';
import { pooledRandom, systemRandom } from '../../../src/crypto/random.js';

/** Fills with 1, 2, 3 … so that each byte tells where it came from. */
function countingFill() {
  const calls: Uint8Array[] = [];
  let next = 0;
  return {
    calls,
    fill: (target: Uint8Array) => {
      calls.push(target);
      for (let i = 0; i < target.length; i++) target[i] = (next++ % 255) + 1;
    },
  };
}

describe('pooledRandom', () => {
  it('asks for 64 KiB once and hands the bytes out in order, each once', () => {
    const { fill, calls } = countingFill();
    const random = pooledRandom(fill);
    expect(calls).toHaveLength(0);
    expect([...random(3), ...random(2)]).toEqual([1, 2, 3, 4, 5]);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toHaveLength(65536);
  });

  it('keeps nothing of what it handed out, and hands out copies', () => {
    const { fill, calls } = countingFill();
    const random = pooledRandom(fill);
    const bytes = random(16);
    expect(calls[0]?.subarray(0, 17)).toEqual(Uint8Array.from([...new Array(16).fill(0), 17]));
    bytes.fill(0xff);
    expect(calls[0]?.subarray(0, 16)).toEqual(new Uint8Array(16));
    expect(bytes.buffer.byteLength).toBe(16);
  });

  it('never returns the zeros of a used pool', () => {
    const { fill } = countingFill();
    const random = pooledRandom(fill);
    for (let i = 0; i < 3000; i++) expect(random(24 + (i % 40)).includes(0)).toBe(false);
  });

  it('fills long requests directly, at most 64 KiB at a time', () => {
    const { fill, calls } = countingFill();
    expect(pooledRandom(fill)(150_000).includes(0)).toBe(false);
    expect(calls.map((call) => call.length)).toEqual([65536, 65536, 18928]);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 24 + 1])('refuses a length of %s', (length) => {
    expect(() => systemRandom(length)).toThrow('usage/invalid');
  });
});

describe('systemRandom', () => {
  it('gives different bytes each time', () => {
    const seen = new Set(Array.from({ length: 5000 }, () => systemRandom(16).join()));
    expect(seen.size).toBe(5000);
    expect(systemRandom(0)).toEqual(new Uint8Array(0));
  });
});
