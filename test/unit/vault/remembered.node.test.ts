import { expect, it } from 'vitest';
import { openPerson } from '../../../src/index.js';
import { openStage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';

it('Node has no keystore: it cannot stay unlocked, and says so', async () => {
  const stage = await openStage();
  const alice = await stage.enter('alice', { disk: true });
  expect(await codeOf(() => alice.stayUnlocked({ forMs: 1000 }))).toBe('store/unavailable');
  await alice.forgetUnlock();
  expect(await alice.lockedElsewhere()).toBe(false);
  await alice.lockEverywhere();
  await alice.close();
  const store = await stage.storeOf('alice');
  expect(await codeOf(() => openPerson({ store, remembered: true }))).toBe('access/not-remembered');
  await store.close();
  await stage.close();
});
