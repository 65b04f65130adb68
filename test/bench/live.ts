import { defineKind } from '../../src/records/record-kind.js';
import { addDocuments, documentRecords } from './documents.js';
import { compare, timed } from './measure.js';
import { confirmAll, createParty, type Party, reopenParty } from './party.js';
import type { Row, Workload } from './row.js';

const NOTICES = 1000;

const MEASURE = defineKind<{ readonly at: number; readonly value: number }>({
  kind: 'measure',
  schema: 1,
  collection: 'measures',
  parse: (value) => value as { readonly at: number; readonly value: number },
});

/** What a live list costs at each notice: when nothing changed, and when one record did. */
export const live: Workload = {
  name: 'live',
  about: 'follow a list of records, against making it anew at every notice',
  async run({ quick }) {
    const count = quick ? 1000 : 10_000;
    const rounds = quick ? 2 : 7;
    const rows: Row[] = [];
    for (const kind of ['documents', 'records'] as const) {
      const party = await createParty();
      await fill(party, kind, count);
      const list = follow(party, kind);
      const idle = await compare(rounds, {
        ours: async () => {
          const ms = await timed(() => {
            for (let i = 0; i < NOTICES; i++) list.snapshot();
          });
          return ms / NOTICES;
        },
        peer: () => fromCold(party, kind),
      });
      const what = `${String(count)} ${kind}`;
      rows.push({
        workload: `notice without a change, ${what}`,
        figure: 'time ÷ making the list anew',
        value: idle.ours / idle.peer,
        unit: '×',
        budget: null,
        from: `${(idle.ours * 1000).toFixed(1)} µs, ${idle.peer.toFixed(1)} ms`,
      });
      const changed = await compare(rounds, {
        ours: async () => {
          await list.change();
          return timed(() => list.snapshot());
        },
        peer: () => fromCold(party, kind),
      });
      rows.push({
        workload: `one changed of ${what}`,
        figure: 'time ÷ making the list anew',
        value: changed.ours / changed.peer,
        unit: '×',
        budget: null,
        from: `${changed.ours.toFixed(1)} ms, ${changed.peer.toFixed(1)} ms`,
      });
      await party.person.close();
    }
    return rows;
  },
};

async function fill(party: Party, kind: 'documents' | 'records', count: number): Promise<void> {
  if (kind === 'documents') await addDocuments(party, documentRecords(count));
  else
    await party.vault
      .records(MEASURE)
      .addAll(Array.from({ length: count }, (_, at) => ({ at, value: at % 100 })));
  await confirmAll(party);
}

function follow({ vault }: Party, kind: 'documents' | 'records') {
  if (kind === 'documents') {
    const list = vault.documents.live();
    const [first] = vault.documents.list();
    if (first === undefined) throw new Error('nothing to follow');
    let day = 0;
    const date = () => new Date(Date.UTC(2026, 0, ++day)).toISOString().slice(0, 10);
    return {
      snapshot: list.getSnapshot,
      change: () => vault.documents.update(first.id, { date: date() }),
    };
  }
  const measures = vault.records(MEASURE);
  const list = measures.live();
  const [first] = measures.list();
  if (first === undefined) throw new Error('nothing to follow');
  return {
    snapshot: list.getSnapshot,
    change: () => measures.update(first.id, ({ value }) => ({ value: value + 1 })),
  };
}

/** The list of a session that has shown none before; opening it is not counted. */
async function fromCold(party: Party, kind: 'documents' | 'records'): Promise<number> {
  const { person } = await reopenParty(party);
  const [vault] = person.vaults();
  if (vault === undefined) throw new Error('no vault');
  const ms = await timed(() =>
    kind === 'documents' ? vault.documents.list() : vault.records(MEASURE).list(),
  );
  await person.lock();
  return ms;
}
