import { addDocuments, documentRecords } from './documents.js';
import { measure, timed } from './measure.js';
import { confirmAll, createParty, reopenParty } from './party.js';
import type { Row, Workload } from './row.js';

/** From an unlocked store to the first list. There is no list snapshot yet: all of it comes from the log. */
export const coldOpen: Workload = {
  name: 'cold-open',
  about: 'open a store, key at hand, and list every document, from the log',
  async run({ quick }) {
    const rows: Row[] = [];
    for (const [count, atMost] of quick
      ? ([[1000, 0.15]] as const)
      : ([
          [10_000, 0.15],
          [100_000, 1.3],
        ] as const)) {
      const party = await createParty();
      for (let start = 0; start < count; start += 10_000) {
        await addDocuments(party, documentRecords(Math.min(10_000, count - start)));
        await confirmAll(party);
      }
      const ms = await measure(quick ? 1 : 3, async () => {
        let listed = 0;
        const time = await timed(async () => {
          const { person } = await reopenParty(party);
          listed = person.vaults()[0]?.documents.list().length ?? 0;
        });
        if (listed !== count) throw new Error(`listed ${String(listed)} of ${String(count)}`);
        return time;
      });
      const workload = `cold open ${String(count)} records`;
      rows.push({
        workload,
        figure: 'time to the first list',
        value: ms / 1000,
        unit: 's',
        budget: { atMost },
        from: `${ms.toFixed(0)} ms`,
      });
    }
    return rows;
  },
};
