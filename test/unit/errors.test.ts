import { describe, expect, it } from 'vitest';
import { explain, isVaultError, VaultError } from '../../src/errors.js';

describe('VaultError', () => {
  it('carries its code, and a message that begins with the code', () => {
    const error = new VaultError('access/locked');
    expect(error.code).toBe('access/locked');
    expect(error.message).toMatch(/^access\/locked/);
  });

  it('is recognised by shape, so that a second copy of the package works too', () => {
    const foreign = Object.assign(new Error('access/locked'), { name: 'VaultError', code: 'access/locked' });
    expect(isVaultError(foreign)).toBe(true);
    expect(isVaultError(foreign, 'access/locked')).toBe(true);
    expect(isVaultError(foreign, 'access/no-key')).toBe(false);
    expect(isVaultError(new TypeError('no'))).toBe(false);
    expect(isVaultError(null)).toBe(false);
    // An object of another window has none of this window's prototypes.
    const ofAnIframe = Object.assign(Object.create(null), { name: 'VaultError', code: 'access/locked' });
    expect(isVaultError(ofAnIframe)).toBe(true);
  });

  it('takes no word that is not in the table for a code', () => {
    expect(isVaultError({ name: 'VaultError', code: 'toString' })).toBe(false);
    expect(isVaultError({ name: 'VaultError', code: 'access/none-such' })).toBe(false);
  });

  it('explains itself in English and in French', () => {
    expect(explain('access/expired', 'en')).toBe('This access has ended.');
    expect(explain('access/expired', 'fr')).toBe('Cet accès est terminé.');
  });
});
