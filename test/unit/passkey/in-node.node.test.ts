import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { GivenPasskey } from '../../../src/passkey/given-passkey.js';
import { askPasskey, createPasskey, isPasskeySupported } from '../../../src/passkey/index.js';
import { codeOf } from '../../support/code-of.js';

it('has no passkeys to ask for, and says so', async () => {
  expect(await isPasskeySupported()).toBe(false);
  expect(await codeOf(() => askPasskey())).toBe('usage/no-passkey');
  expect(await codeOf(() => createPasskey({ name: 'Karim' }))).toBe('usage/no-passkey');
});

it('logs a passkey as nothing', () => {
  const passkey = new GivenPasskey(Uint8Array.of(1), new Uint8Array(32).fill(0xa5));
  expect(inspect(passkey)).toBe('<redacted>');
  expect(inspect({ passkey }, { depth: 5, showHidden: true })).not.toContain('165');
});
