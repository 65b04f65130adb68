import { median } from '../measure.js';
import type { Row, Workload } from '../row.js';
import { openBrowser } from './browser.js';

/** How long an app waits for its worker: on the first visit, and when browser and page have it in their caches. */
export const workerStart: Workload = {
  name: 'worker-start',
  about: 'start the worker that holds the vault, until it answers',
  async run({ quick }) {
    const cold: number[] = [];
    const warm: number[] = [];
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      const browser = await openBrowser();
      try {
        cold.push(await browser.call('start'));
        for (let again = 0; again < 5; again++) warm.push(await browser.call('start'));
      } finally {
        await browser.close();
      }
    }
    const row = (visit: string, times: readonly number[]): Row => ({
      workload: 'start of the worker in Chromium',
      figure: `until it answers, ${visit}`,
      ...{ value: median(times), unit: 'ms', budget: null },
      from: times.map((ms) => ms.toFixed(0)).join(' '),
    });
    return [row('first visit', cold), row('later', warm)];
  },
};
