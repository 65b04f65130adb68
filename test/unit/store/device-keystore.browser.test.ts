import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  countLock,
  findKey,
  forgetKey,
  type KeptKey,
  keepKey,
  readLockCount,
} from '../../../src/store/device-keystore.js';
import { codeOf } from '../../support/code-of.js';
import { answerOf, openDatabase } from '../../support/origin-scan.js';

const DATABASE = 'coffret-device';
const bytes = Uint8Array.of(1, 2, 3);
let kept: KeptKey;
let scope: string;

const makeKey = (extractable = false) =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, extractable, ['encrypt', 'decrypt']);

beforeEach(async () => {
  kept = { key: await makeKey(), bytes };
  scope = `coffret-${crypto.randomUUID()}`;
});
afterAll(() => answerOf(indexedDB.deleteDatabase(DATABASE)));

describe('the keystore of a device', () => {
  it('keeps a key that works and that nobody can read', async () => {
    expect(await keepKey(scope, kept, 0)).toBe(true);
    const { kept: found } = await findKey(scope);
    expect(found?.bytes).toEqual(bytes);
    const key = found?.key as CryptoKey;
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
    const iv = new Uint8Array(12);
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, kept.key, bytes);
    expect(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed))).toEqual(bytes);
  });

  it('keeps one for each store, the newest, until it is forgotten', async () => {
    const other = `${scope}-other`;
    await keepKey(scope, kept, 0);
    await keepKey(scope, { ...kept, bytes: Uint8Array.of(4) }, 0);
    await keepKey(other, kept, 0);
    expect((await findKey(scope)).kept?.bytes).toEqual(Uint8Array.of(4));
    await forgetKey(scope);
    await forgetKey(scope);
    expect((await findKey(scope)).kept).toBeNull();
    expect((await findKey(other)).kept?.bytes).toEqual(bytes);
  });

  it('counts locks and forgets the key with each', async () => {
    expect(await readLockCount(scope)).toBe(0);
    await keepKey(scope, kept, 0);
    expect(await countLock(scope)).toBe(1);
    expect(await findKey(scope)).toEqual({ kept: null, locks: 1 });
    expect(await countLock(scope)).toBe(2);
    expect(await readLockCount(scope)).toBe(2);
    expect(await readLockCount(`${scope}-other`)).toBe(0);
  });

  it('keeps nothing for a tab that was not told of a lock', async () => {
    await countLock(scope);
    expect(await keepKey(scope, kept, 0)).toBe(false);
    expect((await findKey(scope)).kept).toBeNull();
    expect(await keepKey(scope, kept, 1)).toBe(true);
  });

  it('counts every lock of tabs that lock at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => countLock(scope)));
    expect(await readLockCount(scope)).toBe(20);
  });

  it('keeps the bytes meant, not the buffer behind them', async () => {
    const large = new Uint8Array(1000).fill(7);
    await keepKey(scope, { ...kept, bytes: large.subarray(0, 3) }, 0);
    expect((await findKey(scope)).kept?.bytes.buffer.byteLength).toBe(3);
  });

  it('holds no connection that would keep the database from being deleted', async () => {
    await keepKey(scope, kept, 0);
    const database = await openDatabase(DATABASE);
    database.close();
    await answerOf(indexedDB.deleteDatabase(DATABASE));
    expect((await findKey(scope)).kept).toBeNull();
  });

  it('says so when a newer version of the package made it', async () => {
    await answerOf(indexedDB.deleteDatabase(DATABASE));
    const newer = await answerOf(indexedDB.open(DATABASE, 99));
    newer.close();
    expect(await codeOf(() => readLockCount(scope))).toBe('format/unsupported');
    await answerOf(indexedDB.deleteDatabase(DATABASE));
  });
});
