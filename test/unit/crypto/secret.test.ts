import { describe, expect, it } from 'vitest';
import { expose, keyBytes, Secret } from '../../../src/crypto/secret.js';

const bytes = () => Uint8Array.from({ length: 32 }, (_, i) => i + 101);

describe('Secret', () => {
  it('gives its bytes to expose only', () => {
    const secret = Secret.of('collection-key', bytes());
    expect(expose(secret)).toEqual(bytes());
    expect(secret.kind).toBe('collection-key');
    expect(Reflect.ownKeys(secret)).toEqual([]);
  });

  it('prints and serialises as nothing (R30)', () => {
    const secret = Secret.of('root-seed', bytes());
    expect(String(secret)).toBe('<redacted>');
    expect(`${JSON.stringify({ secret })}`).toBe('{"secret":"<redacted>"}');
    expect(structuredClone({ secret })).toEqual({ secret: {} });
    const inspect = Reflect.get(secret, Symbol.for('nodejs.util.inspect.custom'));
    expect(inspect.call(secret)).toBe('<redacted>');
  });

  it('takes the array itself, so that wiping leaves no copy', () => {
    const own = bytes();
    const secret = Secret.of('kem-seed', own);
    secret.wipe();
    expect(own).toEqual(new Uint8Array(32));
    expect(() => expose(secret)).toThrow('access/locked');
    expect(() => keyBytes(secret, 32)).toThrow('access/locked');
    secret.wipe();
  });

  it('refuses what is no key material', () => {
    expect(() => Secret.of('derived', new Uint8Array(0))).toThrow('usage/invalid');
    expect(() => Secret.of('derived', 'a string of thirty-two characters' as never)).toThrow('usage/invalid');
    expect(() => expose({} as never)).toThrow('usage/invalid');
    expect(() => expose(bytes() as never)).toThrow('usage/invalid');
  });
});

describe('keyBytes', () => {
  it('checks the length of secrets and of plain bytes', () => {
    expect(keyBytes(bytes(), 32, 64)).toEqual(bytes());
    expect(keyBytes(Secret.of('derived', bytes()), 32)).toEqual(bytes());
    expect(() => keyBytes(bytes(), 16)).toThrow('usage/invalid');
    expect(() => keyBytes(Secret.of('derived', bytes()), 64)).toThrow('usage/invalid');
    expect(() => keyBytes('12345678901234567890123456789012' as never, 32)).toThrow('usage/invalid');
  });
});
