import { median } from '../measure.js';
import type { Workload } from '../row.js';
import { openBrowser, PASSPHRASE } from './browser.js';
import { printProfile } from './profile.js';
import { publishVault } from './stored-vault.js';

/** A long list on its way from the worker to the page. */
export const lists: Workload = {
  name: 'lists',
  about: 'get the list of all documents from the worker to the page',
  async run({ quick, profile }) {
    const documents = quick ? 1000 : 10_000;
    const browser = await openBrowser();
    try {
      const url = await publishVault(browser.site, { documents, passphrase: PASSPHRASE });
      await browser.call('fill', { name: 'lists', url });
      await browser.call('coldOpen', { name: 'lists', passphrase: PASSPHRASE });
      const rounds = quick ? 2 : 9;
      const times: number[] = [];
      let longestGap = 0;
      let longestTask = 0;
      for (let round = 0; round <= rounds; round++) {
        const { ms, listed, thread } = await browser.call('list');
        if (listed !== documents) throw new Error(`listed ${String(listed)} of ${String(documents)}`);
        if (round === 0) continue;
        times.push(ms);
        longestGap = Math.max(longestGap, thread.longestGap);
        longestTask = Math.max(longestTask, ...thread.longTasks.map(({ duration }) => duration));
      }
      if (profile) await printProfile(browser.page, 'list', () => browser.call('list'));
      const workload = `list ${String(documents)} documents in Chromium`;
      return [
        {
          workload,
          figure: 'time from the question of the page to the list',
          ...{ value: median(times), unit: 'ms', budget: null },
          from: times.map((ms) => ms.toFixed(0)).join(' '),
        },
        {
          workload,
          figure: 'longest time that the page does nothing else',
          ...{ value: longestGap, unit: 'ms', budget: { atMost: 50 } },
          from: longestTask === 0 ? 'no long task' : `longest long task ${longestTask.toFixed(0)} ms`,
        },
      ];
    } finally {
      await browser.close();
    }
  },
};
