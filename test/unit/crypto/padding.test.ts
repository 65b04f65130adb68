import { describe, expect, it } from 'vitest';
import { pad, paddedLength, unpad } from '../../../src/crypto/padding.js';
import table from '../../vectors/padding/classes.json' with { type: 'json' };

describe('padding', () => {
  it('has the classes of the published table (R20)', () => {
    const classes = table.classes as [number, number][];
    expect(classes.map(([content]) => paddedLength(content))).toEqual(classes.map(([, padded]) => padded));
  });

  it('has six lengths up to 8 KiB, and few above', () => {
    const count = (end: number) => new Set(Array.from({ length: end }, (_, n) => paddedLength(n))).size;
    expect(count(8192)).toBe(6);
    expect(count(2 ** 20)).toBeLessThan(200);
  });

  it('adds at most 12 % above the buckets', () => {
    for (let n = 8192; n < 2 ** 40; n = Math.ceil(n * 1.37)) {
      expect(paddedLength(n)).toBeGreaterThan(n);
      expect(paddedLength(n)).toBeLessThan(n * 1.12);
    }
  });

  it('refuses a padding that pad does not make', () => {
    const content = Uint8Array.of(1, 2, 3, 0x80, 0, 0);
    const padded = pad(content);
    expect(padded).toHaveLength(256);
    expect(unpad(padded)).toEqual(content);
    const change = (at: number, byte: number) => {
      const changed = padded.slice();
      changed[at] = byte;
      return unpad(changed);
    };
    expect(change(255, 1)).toBeNull();
    expect(change(6, 0x81)).toBeNull();
    expect(unpad(new Uint8Array(256))).toBeNull();
    expect(unpad(new Uint8Array(0))).toBeNull();
    expect(unpad(padded.subarray(0, 255))).toBeNull();
    const long = new Uint8Array(512);
    long[3] = 0x80;
    expect(unpad(long)).toBeNull();
  });

  it('refuses what has no length', () => {
    for (const length of [-1, 0.5, Number.NaN, 2 ** 52 + 1]) {
      expect(() => paddedLength(length)).toThrow('usage/invalid');
    }
    expect(() => pad('text' as never)).toThrow('usage/invalid');
    expect(() => unpad('text' as never)).toThrow('usage/invalid');
  });
});
