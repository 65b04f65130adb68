import { describe, expect, it } from 'vitest';
import { isVaultError } from '../../../src/errors.js';
import { decode, type Encodable, encode } from '../../../src/formats/codec.js';
import { fromHex, toHex } from '../../support/hex.js';
import malformed from '../../vectors/cbor/malformed.json' with { type: 'json' };
import valid from '../../vectors/cbor/valid.json' with { type: 'json' };

const maxBytes = 10_000_000;

function repeated(hex: string, count: number): Uint8Array {
  const unit = fromHex(hex);
  const bytes = new Uint8Array(unit.length * count);
  for (let at = 0; at < bytes.length; at += unit.length) bytes.set(unit, at);
  return bytes;
}

describe('decode', () => {
  it.each(malformed.cases)('refuses $name: $comment (R-CBOR-1, A56)', (vector) => {
    const bytes = repeated(vector.hex, vector.repeat ?? 1);
    const limits = { maxBytes, ...(vector.depthMax === undefined ? {} : { depthMax: vector.depthMax }) };
    const error = thrownBy(() => decode(bytes, limits));
    expect(isVaultError(error, 'format/malformed')).toBe(true);
  });

  it.each(valid.cases)('and encode agree on $name', ({ hex, value }) => {
    expect(toHex(encode(value as Encodable))).toBe(hex);
    expect(decode(fromHex(hex), { maxBytes })).toEqual(value);
  });

  it('refuses more bytes than the caller allows, before it looks at them', () => {
    expect(
      isVaultError(
        thrownBy(() => decode(fromHex('ffff'), { maxBytes: 1 })),
        'format/too-large',
      ),
    ).toBe(true);
    expect(decode(fromHex('00'), { maxBytes: 1 })).toBe(0);
  });

  it('gives byte strings that do not share memory with the input', () => {
    const input = fromHex('43010203');
    const bytes = decode(input, { maxBytes }) as Uint8Array;
    input.fill(9);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
    expect(bytes.buffer.byteLength).toBe(3);
  });

  it('reads bytes from the middle of a larger buffer', () => {
    const input = fromHex('ffff8101ff').subarray(2, 4);
    expect(decode(input, { maxBytes })).toEqual([1]);
  });

  it('makes plain objects that pollute nothing', () => {
    const map = decode(fromHex(valid.cases.find((one) => one.name.startsWith('names'))?.hex ?? ''), {
      maxBytes,
    });
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
    expect(Object.keys(map as object)).toEqual(['toString', 'constructor']);
  });

  it('takes bytes only, and limits that are limits', () => {
    for (const call of [
      () => decode('00' as never, { maxBytes }),
      () => decode([0] as never, { maxBytes }),
      () => decode(fromHex('00'), { maxBytes: Number.POSITIVE_INFINITY }),
      () => decode(fromHex('00'), { maxBytes, depthMax: 17 }),
      () => decode(fromHex('00'), { maxBytes, depthMax: Number.NaN }),
    ]) {
      expect(isVaultError(thrownBy(call), 'usage/invalid')).toBe(true);
    }
  });
});

describe('encode', () => {
  it('writes byte strings', () => {
    for (const length of [0, 1, 23, 24, 64, 65, 255, 256, 70_000]) {
      const bytes = new Uint8Array(length).fill(0xab);
      expect(decode(encode({ bytes }), { maxBytes })).toEqual({ bytes });
    }
    expect(toHex(encode(Uint8Array.of(1, 2)))).toBe('420102');
    expect(toHex(encode(new Uint8Array(fromHex('ff0102ff').buffer, 1, 2)))).toBe('420102');
  });

  it('sorts keys whatever their order in the object', () => {
    const sorted = toHex(encode({ a: 1, b: 2, aa: { c: [], d: null }, bb: 'x' }));
    expect(toHex(encode({ bb: 'x', aa: { d: null, c: [] }, b: 2, a: 1 }))).toBe(sorted);
    expect(decode(fromHex(sorted), { maxBytes })).toEqual({ a: 1, b: 2, aa: { c: [], d: null }, bb: 'x' });
  });

  it('takes objects without a prototype, and -0 as 0', () => {
    expect(toHex(encode(Object.assign(Object.create(null), { a: 1 })))).toBe('a1616101');
    expect(toHex(encode(-0))).toBe('00');
  });

  it.each([
    ['a fraction', 1.5],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['2^53', 2 ** 53],
    ['-2^53', -(2 ** 53)],
    ['a bigint', 1n],
    ['undefined', undefined],
    ['undefined in a map', { a: undefined }],
    ['a hole in an array', new Array(1)],
    ['a function', () => 0],
    ['a symbol', Symbol('x')],
    ['a date', new Date(0)],
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set([1])],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['another typed array', new Uint16Array(1)],
    ['an instance of a class', new (class Point {})()],
    ['a lone high surrogate', 'a\ud800'],
    ['another lone high surrogate', 'a\udbff'],
    ['a lone low surrogate', '\udc00a'],
    ['a lone surrogate in long text', `${'a'.repeat(100)}\ud800`],
    ['a lone surrogate in a key', { '\ud800': 1 }],
    ['a key of 65 bytes', { ['a'.repeat(65)]: 1 }],
    ['a key of 33 characters and 66 bytes', { ['é'.repeat(33)]: 1 }],
    ['a key __proto__', JSON.parse('{"__proto__":1}')],
    ['17 levels', JSON.parse(`${'['.repeat(17)}${']'.repeat(17)}`)],
  ])('refuses %s', (_, value) => {
    expect(
      isVaultError(
        thrownBy(() => encode(value as never)),
        'usage/invalid',
      ),
    ).toBe(true);
    expect(toHex(encode([1]))).toBe('8101');
  });

  it('refuses a value that contains itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(
      isVaultError(
        thrownBy(() => encode(loop as never)),
        'usage/invalid',
      ),
    ).toBe(true);
  });

  it('stands a getter that encodes something else meanwhile', () => {
    const value = {
      get a() {
        return encode({ inner: 'x'.repeat(50) });
      },
      b: 'after',
    };
    const inner = encode({ inner: 'x'.repeat(50) });
    expect(decode(encode(value), { maxBytes })).toEqual({ a: inner, b: 'after' });
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
}
