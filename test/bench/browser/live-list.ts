import { median } from '../measure.js';
import type { Row, Workload } from '../row.js';
import { openBrowser, PASSPHRASE } from './browser.js';
import { publishVault } from './stored-vault.js';

/** A long list that the page follows while documents in it, and elsewhere, are changed. */
export const liveList: Workload = {
  name: 'live-list',
  about: 'follow a list of documents on the page while one of them changes, and while none does',
  async run({ quick }) {
    const documents = quick ? 1000 : 10_000;
    const browser = await openBrowser();
    try {
      const url = await publishVault(browser.site, { documents, passphrase: PASSPHRASE });
      await browser.call('fill', { name: 'live', url });
      await browser.call('coldOpen', { name: 'live', passphrase: PASSPHRASE });
      const { first, alone, elsewhere, inIt, longestGap, snapshot } = await browser.call('followList', {
        rounds: quick ? 3 : 15,
      });
      const workload = `live list of ${String(documents)} documents in Chromium`;
      const row = (figure: string, value: number, unit: Row['unit'], from: string): Row => ({
        ...{ workload, figure, value, unit, budget: null, from },
      });
      const each = (times: readonly number[]) => times.map((ms) => ms.toFixed(0)).join(' ');
      return [
        row('until the page has it for the first time', first, 'ms', ''),
        row('change of one of them, until the page has the next list', median(inIt), 'ms', each(inIt)),
        row(
          'what following adds to a change elsewhere',
          median(elsewhere) - median(alone),
          'ms',
          `${median(elsewhere).toFixed(1)} ms, ${median(alone).toFixed(1)} ms with nothing followed`,
        ),
        {
          ...row('longest time that the page does nothing else', longestGap, 'ms', ''),
          budget: { atMost: 50 },
        },
        row('asking again when nothing changed', snapshot * 1000, 'µs', 'getSnapshot()'),
      ];
    } finally {
      await browser.close();
    }
  },
};
