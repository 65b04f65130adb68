import { median } from '../measure.js';
import type { Row, Workload } from '../row.js';
import { openBrowser, PASSPHRASE } from './browser.js';
import { printProfile } from './profile.js';
import { publishVault } from './stored-vault.js';

/** From a store on the disk, and a passphrase, to the first list in the page. */
export const coldOpenInBrowser: Workload = {
  name: 'cold-open',
  about: 'open a vault from IndexedDB in a worker, up to the first list in the page',
  async run({ quick, profile }) {
    const rows: Row[] = [];
    const rounds = quick ? 1 : 5;
    const browser = await openBrowser();
    try {
      const open = async (documents: number) => {
        const name = `cold-${String(documents)}`;
        const url = await publishVault(browser.site, { documents, passphrase: PASSPHRASE });
        await browser.call('fill', { name, url });
        const times: number[] = [];
        for (let round = 0; round <= rounds; round++) {
          const { ms, listed } = await browser.call('coldOpen', { name, passphrase: PASSPHRASE });
          if (listed !== documents) throw new Error(`listed ${String(listed)} of ${String(documents)}`);
          if (round > 0) times.push(ms);
          await browser.call('close');
        }
        if (profile)
          await printProfile(browser.page, `open ${String(documents)}`, () =>
            browser.call('coldOpen', { name, passphrase: PASSPHRASE }),
          );
        await browser.call('close');
        return median(times);
      };
      // What the passphrase costs is a choice, and has no part in what a vault of some size costs.
      const empty = await open(0);
      for (const [documents, atMost] of quick
        ? ([[1000, null]] as const)
        : ([
            [1000, null],
            [10_000, 0.15],
          ] as const)) {
        const ms = await open(documents);
        rows.push({
          workload: `cold open ${String(documents)} records in Chromium`,
          figure: 'time to the first list in the page, above that of an empty vault',
          ...{ value: (ms - empty) / 1000, unit: 's', budget: atMost === null ? null : { atMost } },
          from: `${ms.toFixed(0)} ms, empty ${empty.toFixed(0)} ms, Argon2id of 64 MiB in both`,
        });
      }
    } finally {
      await browser.close();
    }
    return rows;
  },
};
