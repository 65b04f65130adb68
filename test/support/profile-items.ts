import { printId } from '../../src/formats/id.js';
import type { Fact } from '../../src/profile/fact.js';
import type { KeptProposal } from '../../src/profile/proposal.js';
import type { RecordItem } from '../../src/vault/record-item.js';

const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);

/** A record as a vault would show it, of something there is one of. */
export function factItem(options: {
  readonly id: number;
  readonly value: unknown;
  readonly changed: number;
  readonly author?: string;
  /** What other devices wrote over it at the same time. */
  readonly hidden?: readonly { readonly said: unknown; readonly time: number }[];
}): RecordItem<Fact> {
  const { id, value, changed, author = 'alice', hidden = [] } = options;
  const person = printId('person', bytes(32, author.length));
  const version = printId('change', bytes(16, id));
  return {
    ...{ id: printId('item', bytes(16, id)), version, created: 0, changed, author: person },
    ...{ synced: true, versions: 1 + hidden.length, files: [] },
    value: { fact: 'blood.abo', said: { value: value as Fact['said']['value'], source: { by: 'patient' } } },
    conflicts: hidden.map(({ said, time }) => ({
      field: 'said',
      value: said,
      version,
      author: person,
      time,
    })),
  };
}

/** A record as a vault would show it, of something that a document seems to say. */
export function proposalItem(options: {
  readonly id: number;
  readonly key: string;
  readonly status: string;
  /** What another device made of it at the same time. */
  readonly other?: string | null;
}): RecordItem<KeptProposal> {
  const { id, key, status, other = null } = options;
  const item = printId('item', bytes(16, id));
  const version = printId('change', bytes(16, id));
  const author = printId('person', bytes(32, 1));
  return {
    ...{ id: item, version, created: 0, changed: 0, author, synced: true, versions: 1, files: [] },
    value: {
      key,
      section: 'conditions',
      entry: {},
      document: item,
      status: status as KeptProposal['status'],
    },
    conflicts: other === null ? [] : [{ field: 'status', value: other, version, author, time: 0 }],
  };
}
