import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openPerson } from '../../src/index.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await (await stage.enter('alice', { disk: true })).close();
});
afterAll(() => stage.close());

const openTab = async () =>
  openPerson({ store: await stage.storeOf('alice'), passphrase: passphraseOf('alice') });

it('a tab that was frozen while everything was locked finds out, and can no longer stay unlocked', async () => {
  const frozen = await openTab();
  const other = await openTab();
  expect(await frozen.lockedElsewhere()).toBe(false);
  // A frozen tab hears nothing.
  const silence = vi.spyOn(BroadcastChannel.prototype, 'postMessage').mockImplementation(() => {});
  await other.lockEverywhere();
  silence.mockRestore();
  expect(await frozen.lockedElsewhere()).toBe(true);
  expect(await codeOf(() => frozen.stayUnlocked({ forMs: 1000 }))).toBe('access/locked');
  expect(await codeOf(async () => frozen.vaults())).toBe('access/locked');
  const after = { store: await stage.storeOf('alice'), remembered: true } as const;
  expect(await codeOf(() => openPerson(after))).toBe('access/not-remembered');

  // Who opens afterwards is not locked.
  const next = await openTab();
  expect(await next.lockedElsewhere()).toBe(false);
  await next.stayUnlocked({ forMs: 1000 });
  await next.close();
});
