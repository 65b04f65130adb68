import { expect, it } from 'vitest';
import { bytesToBase64url } from '../../../src/formats/id.js';
import { GivenPasskey } from '../../../src/passkey/given-passkey.js';
import { codeOf } from '../../support/code-of.js';

const credential = Uint8Array.of(1, 2, 3);
const given = () => new GivenPasskey(credential, new Uint8Array(32).fill(0xa5));

it('hands its secret over once', async () => {
  const passkey = given();
  expect(passkey.credentialId).toBe(bytesToBase64url(credential));
  expect(passkey.take()).toEqual(new Uint8Array(32).fill(0xa5));
  expect(await codeOf(async () => passkey.take())).toBe('usage/closed');
});

it('prints and clones as nothing (R30)', () => {
  const passkey = given();
  expect(String(passkey)).toBe('<redacted>');
  expect(JSON.stringify({ passkey })).toBe('{"passkey":"<redacted>"}');
  expect(structuredClone({ ...passkey })).toEqual({ credentialId: passkey.credentialId });
  expect(structuredClone(passkey)).toEqual({ credentialId: passkey.credentialId });
  expect(Object.entries(passkey)).toEqual([['credentialId', passkey.credentialId]]);
});
