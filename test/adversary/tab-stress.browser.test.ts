import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIndexedDbStore } from '../../src/store/index.js';
import { openStage, type Stage } from '../support/actors.js';
import { SeededChance } from '../support/seeded-chance.js';
import { openTab, type Tab } from '../support/tab.js';

const TABS = 3;
/** Acts of each tab. `VITE_TAB_ACTS=200 npx vitest run --project chromium test/adversary/tab-stress` runs longer. */
const ACTS = Number(import.meta.env.VITE_TAB_ACTS ?? 14);
const SEED = String(import.meta.env.VITE_TAB_SEED ?? Math.floor(Math.random() * 1e9));

/** What a tab was told of its writes: those that were acknowledged, and those nobody answered for. */
class Account {
  readonly sure: string[] = [];
  readonly open: string[] = [];
  /** Removals, alike. */
  removed = 0;
  removedPerhaps = 0;
}

describe(`tabs that lock, unlock, die, freeze and rob one another at will (seed ${SEED})`, () => {
  const place = crypto.randomUUID();
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await (await openIndexedDbStore({ name: place })).destroy();
    await stage.close();
  });

  it('R23 A49 never lose or double a change, and agree in the end', async () => {
    const account = new Account();
    const first = await openTab(place);
    await first.do('create', stage.url);
    await first.do('add', 'kept from the start');
    account.sure.push('kept from the start');
    const last = await Promise.all(
      Array.from({ length: TABS }, (_, number) => play(number, number === 0 ? first : null, account)),
    );
    // Who came to rest first may have been locked by who did last, whose notice may still be under way: whoever sent
    // one was locked as well, so it has arrived when a whole round finds nobody locked.
    for (let locked = [...last]; locked.length > 0; ) {
      const found = await Promise.all(last.map((tab) => tab.do('isLocked')));
      locked = last.filter((_, number) => found[number]);
      for (const tab of locked) await open(tab);
    }
    const [judge] = last as [Tab];
    // Whoever leads now sends all there is; what somebody else sent meanwhile shows as well.
    await expect.poll(async () => (await judge.do('sync')).pending).toBe(0);
    const versions = await judge.do('versions');
    for (const tab of last) {
      await tab.do('sync');
      expect(await tab.do('versions')).toEqual(versions);
      expect(await tab.do('health')).toMatchObject({ frozen: [], damaged: 0, unsent: 0 });
    }
    judgeVersions(versions, account);
    // What the server has is the same: a device that starts from nothing sees it.
    const words = await judge.do('words');
    await judge.do('sync');
    for (const tab of last) tab.kill();
    const elsewhere = `${place}-new`;
    const recovered = await openTab(elsewhere);
    await recovered.do('recover', stage.url, words);
    expect(await recovered.do('versions')).toEqual(versions);
    await recovered.do('lock');
    recovered.kill();
    await (await openIndexedDbStore({ name: elsewhere })).destroy();
  }, 900_000);

  async function play(number: number, given: Tab | null, account: Account): Promise<Tab> {
    const chance = new SeededChance(`${SEED} ${number}`);
    let tab = given ?? (await openAgain());
    for (let act = 0; act < ACTS; act++) {
      const name = `${number}.${act}`;
      try {
        await chance.pick<() => Promise<unknown>>([
          () => write(name, () => tab.do('add', name)),
          () => write(name, () => tab.do('add', name)),
          () => write(name, () => rename(name)),
          () => remove(),
          () => tab.do('sync'),
          () => tab.do('start'),
          () => tab.do('rob'),
          () => tab.do('freeze', chance.below(300)),
          async () => {
            await tab.do('lock');
            await unlocked(tab);
          },
          async () => {
            if (chance.below(3) === 0) await tab.do('lockEverywhere');
          },
          async () => {
            // In the middle of a write, as likely as not.
            void write(name, () => tab.do('add', name)).catch(() => {});
            if (chance.below(2) === 0) await tab.do('titles').catch(() => {});
            tab.kill();
            tab = await openAgain();
          },
        ])();
      } catch (error) {
        const code = (error as Error).message;
        // Another tab locked this one, or its sync, or has removed what was to be renamed.
        expect(code).toMatch(
          /^(access\/locked|usage\/(closed|aborted|not-found)|store\/closed|Error: no |Error: not open)/,
        );
        await unlocked(tab);
      }
    }
    return tab;

    async function openAgain(): Promise<Tab> {
      const fresh = await openTab(place);
      await open(fresh);
      return fresh;
    }

    async function write(title: string, act: () => Promise<unknown>): Promise<void> {
      account.open.push(title);
      await act();
      account.open.splice(account.open.indexOf(title), 1);
      account.sure.push(title);
    }

    async function rename(next: string): Promise<void> {
      const titles = await tab.do('titles');
      await tab.do('rename', chance.pick(titles), next);
    }

    async function remove(): Promise<void> {
      const titles = (await tab.do('titles')).filter((title) => title !== 'kept from the start');
      if (titles.length === 0) return;
      account.removedPerhaps++;
      await tab.do('remove', chance.pick(titles));
      account.removedPerhaps--;
      account.removed++;
    }
  }
});

async function unlocked(tab: Tab): Promise<void> {
  if (await tab.do('isLocked')) await open(tab);
}

/** Opens a tab, again if another one locks all of them meanwhile. */
async function open(tab: Tab): Promise<void> {
  for (;;) {
    try {
      return await tab.do('open');
    } catch (error) {
      if ((error as Error).message !== 'access/locked') throw error;
    }
  }
}

/** Every acknowledged write is there once; one that nobody answered for at most once; and nothing else is. */
function judgeVersions(versions: readonly string[], { sure, open, removed, removedPerhaps }: Account): void {
  const titles = versions.filter((title) => title !== '—');
  expect(new Set(titles).size).toBe(titles.length);
  expect(sure.filter((title) => !titles.includes(title))).toEqual([]);
  expect(titles.filter((title) => !sure.includes(title) && !open.includes(title))).toEqual([]);
  const removals = versions.length - titles.length;
  expect(removals).toBeGreaterThanOrEqual(removed);
  expect(removals).toBeLessThanOrEqual(removed + removedPerhaps);
}
