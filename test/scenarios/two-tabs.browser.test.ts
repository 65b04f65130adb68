import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openIndexedDbStore } from '../../src/store/index.js';
import { isNotice } from '../../src/tabs/notices.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { openTab, type Tab } from '../support/tab.js';

describe('Alice has two tabs open', () => {
  let stage: Stage;
  let place: string;
  const tabs: Tab[] = [];
  const open = async () => {
    const tab = await openTab(place);
    tabs.push(tab);
    return tab;
  };

  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());
  beforeEach(() => {
    place = crypto.randomUUID();
  });
  afterEach(async () => {
    for (const tab of tabs.splice(0)) tab.kill();
    await (await openIndexedDbStore({ name: place })).destroy();
  });

  /** One tab that made the person, and a second one. */
  const two = async () => {
    const [first, second] = [await open(), await open()];
    await first.do('create', stage.url);
    await second.do('open');
    return [first, second] as const;
  };

  it('sees in each what was done in the other, before and after sync; one of them syncs', async () => {
    const [first, second] = await two();
    expect([await first.do('leads'), await second.do('leads')]).toEqual([true, false]);
    await first.do('add', 'TSH');
    await second.do('sees', 'TSH');
    await second.do('rename', 'TSH', 'TSH, corrected');
    await first.do('sees', 'TSH, corrected');
    await second.do('add', 'Ferritin');
    // Asked for where it does not run.
    const report = await second.do('sync');
    expect(report.failed).toEqual([]);
    for (const tab of [first, second]) {
      expect(await tab.do('titles')).toEqual(['Ferritin', 'TSH, corrected']);
      expect((await tab.do('health')).unsent).toBe(0);
    }
    await second.do('remove', 'Ferritin');
    await first.do('sees', 'Ferritin', false);
    expect((await first.do('sync')).failed).toEqual([]);
    expect((await second.do('health')).unsent).toBe(0);
  });

  it('closes the one that syncs: the other goes on', async () => {
    const [first, second] = await two();
    await first.do('add', 'TSH');
    first.kill();
    await second.do('add', 'Ferritin');
    expect((await second.do('sync')).failed).toEqual([]);
    expect(await second.do('leads')).toBe(true);
    expect((await second.do('health')).unsent).toBe(0);
    expect(await second.do('titles')).toEqual(['Ferritin', 'TSH']);
  });

  it('R23 A49 has a tab that loses its lock in the middle of a write: the write is made again on top, once', async () => {
    const [first, second] = await two();
    await first.do('sync');
    await first.do('hold');
    const slow = first.do('add', 'slow');
    await first.do('holding');
    await second.do('rob');
    await second.do('add', 'quick');
    await second.do('sync');
    await first.do('release');
    await slow;
    expect((await first.do('sync')).failed).toEqual([]);
    for (const tab of [first, second]) {
      expect(await tab.do('titles')).toEqual(['quick', 'slow']);
      expect(await tab.do('versions')).toEqual(['quick', 'slow']);
      expect((await tab.do('health')).frozen).toEqual([]);
    }
  });

  it('R23 has a leader that is frozen: the other takes over, and what the frozen one wakes to is one history', async () => {
    const [first, second] = await two();
    await first.do('add', 'before');
    const frozen = first.do('freeze', 14_000);
    await second.do('add', 'meanwhile');
    expect((await second.do('sync')).failed).toEqual([]);
    expect(await second.do('leads')).toBe(true);
    await frozen;
    await first.do('add', 'awake');
    expect((await first.do('sync')).failed).toEqual([]);
    for (const tab of [first, second])
      expect(await tab.do('versions')).toEqual(['awake', 'before', 'meanwhile']);
  });

  it('locks one: the other works on; locks all: none does', async () => {
    const [first, second] = await two();
    await first.do('lock');
    await expect(first.do('titles')).rejects.toThrow('access/locked');
    await second.do('add', 'TSH');
    expect((await second.do('sync')).failed).toEqual([]);
    await first.do('open');
    expect(await first.do('titles')).toEqual(['TSH']);
    const third = await open();
    await third.do('open');
    await third.do('lockEverywhere');
    await expect
      .poll(() => Promise.all([first, second, third].map((tab) => tab.do('isLocked'))))
      .toEqual([true, true, true]);
  });

  it('creates a person in both at once: one of them is told that there is one', async () => {
    const [first, second] = [await open(), await open()];
    const made = await Promise.allSettled([first.do('create', stage.url), second.do('create', stage.url)]);
    const refused = made.flatMap((one) => (one.status === 'rejected' ? [one.reason.message] : []));
    expect(refused).toEqual(['store/not-empty']);
    const third = await open();
    await third.do('open');
    await third.do('add', 'TSH');
    expect((await third.do('sync')).failed).toEqual([]);
  });

  it('aborts a sync that runs in the other', async () => {
    const [, second] = await two();
    await expect(second.do('syncAborted')).rejects.toThrow('usage/aborted');
    expect((await second.do('sync')).failed).toEqual([]);
  });

  it('I1 says nothing on the channel that the tabs share: no word of hers, no key, only notices', async () => {
    const heard: unknown[] = [];
    const ear = new BroadcastChannel(`coffret/coffret-${place}`);
    ear.addEventListener('message', ({ data }) => heard.push(data));
    const [first, second] = await two();
    await first.do('add', 'Haemoglobin electrophoresis');
    await second.do('sees', 'Haemoglobin electrophoresis');
    await second.do('rename', 'Haemoglobin electrophoresis', 'Sickle cell trait');
    await second.do('sync');
    const words = await first.do('words');
    await first.do('sync');
    await second.do('lockEverywhere');
    await expect.poll(() => heard.some((said) => isNotice(said) && said.type === 'lock')).toBe(true);
    ear.close();
    expect(heard.filter((said) => !isNotice(said))).toEqual([]);
    expect(new Set(heard.map((said) => (isNotice(said) ? said.type : '')))).toContain('done');
    const said = JSON.stringify(heard);
    for (const secret of ['Haemoglobin', 'Sickle', 'Martel', passphraseOf('alice'), ...words.split(' ')])
      expect(said).not.toContain(secret);
    // Bytes would show as objects with numbers for keys; ids and counts are short.
    expect(said).not.toMatch(/"\d+":\d+/);
    for (const text of said.match(/"[^"]*"/g) ?? []) expect(text.length).toBeLessThanOrEqual(80);
  });
});
