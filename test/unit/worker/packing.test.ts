import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/crypto/secret.js';
import { isVaultError, VaultError } from '../../../src/errors.js';
import { isSameData, pack, unpack } from '../../../src/worker/packing.js';
import { packError, unpackError } from '../../../src/worker/packed-error.js';
import { codeOf } from '../../support/code-of.js';

const noMark = () => null;

/** Through a real port, as between a page and its worker. */
async function across<T>(value: T): Promise<T> {
  const { port1, port2 } = new MessageChannel();
  const arrived = new Promise<T>((resolve) => {
    port2.addEventListener('message', ({ data }) => resolve(data), { once: true });
  });
  port2.start();
  port1.postMessage(value);
  const result = await arrived;
  port1.close();
  return result;
}

class Key {
  readonly bytes = new Uint8Array(32);
}

describe('what crosses', () => {
  it('is plain data, as it was, and unmarked the same object', async () => {
    const value = {
      ...{ text: 'é', number: 1.5, none: null, missing: undefined, yes: true },
      ...{ list: [1, [2]], day: new Date(5), bytes: Uint8Array.of(1, 2), bare: Object.create(null) },
    };
    const packed = pack(value, noMark);
    expect(packed.marked).toBe(false);
    expect(packed.value).toBe(value);
    expect(unpack(await across(packed), noMark)).toEqual({ ...value, bare: {} });
  });

  it('is a file or a blob without being copied here', async () => {
    const packed = pack({ file: new Blob(['abc'], { type: 'text/plain' }) }, noMark);
    const { file } = unpack(await across(packed), noMark) as { file: Blob };
    expect([file.type, await file.text()]).toEqual(['text/plain', 'abc']);
  });

  it('is the part of a buffer that a view shows, and not what else is in it', async () => {
    const buffer = new Uint8Array(1000).fill(7);
    const { value } = await across(pack({ view: buffer.subarray(10, 12) }, noMark));
    const { view } = value as { view: Uint8Array };
    expect(view).toEqual(Uint8Array.of(7, 7));
    expect(view.buffer.byteLength).toBe(2);
  });

  it('is a mark for what is marked, wherever it is, and nothing else is touched', () => {
    const signal = new AbortController().signal;
    const rest = { a: 1 };
    const packed = pack({ deep: [{ signal }], rest }, (value) => (value === signal ? { kind: 'it' } : null));
    expect(packed.marked).toBe(true);
    const back = unpack(packed, (mark) => [mark]) as { deep: unknown[]; rest: unknown };
    expect(back.deep).toEqual([{ signal: [{ kind: 'it' }] }]);
    expect(back.rest).toBe(rest);
  });

  it.each<[string, unknown]>([
    ['an object of a class', new Key()],
    ['a secret', Secret.of('collection-key', new Uint8Array(32))],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a map', new Map()],
    ['a buffer', new ArrayBuffer(8)],
    ['another view', new DataView(new ArrayBuffer(8))],
    ['an error', new Error('no')],
    ['a promise', Promise.resolve()],
    ['what looks like a mark', { 'coffret:mark': { kind: 'object' } }],
    [
      'what contains itself',
      (() => {
        const ring: { inner?: unknown } = {};
        ring.inner = ring;
        return ring;
      })(),
    ],
  ])('is never %s', async (_, value) => {
    expect(await codeOf(() => pack({ deep: [value] }, noMark))).toBe('usage/invalid');
  });

  it('is never a key of WebCrypto', async () => {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
    expect(await codeOf(() => pack({ key }, noMark))).toBe('usage/invalid');
  });
});

describe('an error that crosses', () => {
  it('keeps code and details, and is a VaultError', async () => {
    const thrown = new VaultError('access/no-key', { documentId: 'd1' });
    const error = unpackError(await across(packError(thrown)));
    expect(error).toBeInstanceOf(VaultError);
    expect(isVaultError(error, 'access/no-key') && error.details).toEqual({ documentId: 'd1' });
    expect(error.message).toBe(thrown.message);
  });

  it('keeps name and message when it is a foreign one', async () => {
    const error = unpackError(await across(packError(new TypeError('x is not a function'))));
    expect(error).not.toBeInstanceOf(VaultError);
    expect([error.name, error.message]).toEqual(['TypeError', 'x is not a function']);
    expect(error).toBeInstanceOf(Error);
  });

  it('is one whatever was thrown', async () => {
    expect(unpackError(await across(packError('oh'))).message).toBe('oh');
  });
});

describe('isSameData', () => {
  const a = { id: 'x', list: [1, { b: null }], bytes: Uint8Array.of(1) };
  it.each<[string, unknown, boolean]>([
    ['a copy', structuredClone(a), true],
    ['another number', { ...a, list: [2, { b: null }] }, false],
    ['other bytes', { ...a, bytes: Uint8Array.of(2) }, false],
    ['a field more', { ...a, more: undefined }, false],
    ['a field instead', { id: 'x', list: a.list, byte: a.bytes }, false],
    ['a shorter list', { ...a, list: [1] }, false],
    ['nothing', null, false],
  ])('compares with %s', (_, b, same) => expect(isSameData(a, b)).toBe(same));

  it('holds two objects of a class for two', () => expect(isSameData(new Key(), new Key())).toBe(false));
});
