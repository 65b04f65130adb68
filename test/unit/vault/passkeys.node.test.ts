import { expect, it } from 'vitest';
import { openStage, passphraseOf } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { softPasskey } from '../../support/soft-passkey.js';

it('a person has room for eight passkeys, and the server for their words being replaced', async () => {
  const stage = await openStage();
  const karim = await stage.enter('karim');
  const passphrase = passphraseOf('karim');
  await karim.createRecoveryPhrase({ passphrase });
  for (let i = 1; i <= 8; i++)
    await karim.passkeys.add({ passphrase, passkey: softPasskey(`${i}`).ask(), label: `${i}` });
  const ninth = { passphrase, passkey: softPasskey('9').ask(), label: '9' };
  expect(await codeOf(() => karim.passkeys.add(ninth))).toBe('usage/invalid');
  const again = { passphrase, passkey: softPasskey('8').ask(), label: 'eighth' };
  expect(await karim.passkeys.add(again)).toMatchObject({ label: 'eighth' });
  expect(await karim.passkeys.list()).toHaveLength(8);
  await karim.createRecoveryPhrase({ passphrase });
  expect((await karim.sync()).failed).toEqual([]);
  expect((await karim.health()).recoverable).toBe(true);
  await stage.close();
});
