import type { Workload } from '../row.js';
import { PASSPHRASE } from './browser.js';
import { withChosenFile } from './file-to-stored.js';

const MB = 1_000_000;

/** What an app's own thread feels of a large file: it draws a progress bar while the worker encrypts. */
export const pageThread: Workload = {
  name: 'page-thread',
  about: 'how long the page thread is ever busy while a large File is encrypted',
  async run({ quick }) {
    const megabytes = quick ? 50 : 512;
    const record = await withChosenFile(megabytes * MB, async (browser) => {
      await browser.call('create', { name: 'thread', server: browser.syncServer, passphrase: PASSPHRASE });
      return browser.call('watchAdd');
    });
    const { longTasks, longestGap, longestFrame, frames, watched } = record;
    console.log(`  ${JSON.stringify(record)}`);
    const longest = Math.max(0, ...longTasks.map(({ duration }) => duration));
    return [
      {
        workload: `page while ${String(megabytes)} MB are encrypted`,
        figure: 'longest long task (Chromium reports those of 50 ms and more)',
        ...{ value: longest, unit: 'ms', budget: { atMost: 50 } },
        from: `${String(longTasks.length)} long tasks in ${(watched / 1000).toFixed(1)} s`,
      },
      {
        workload: `page while ${String(megabytes)} MB are encrypted`,
        figure: 'longest time between two turns of a timer',
        ...{ value: longestGap, unit: 'ms', budget: null },
        from: `${String(frames)} frames, the longest ${longestFrame.toFixed(1)} ms`,
      },
    ];
  },
};
