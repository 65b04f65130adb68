import type { AgendaEvent, AgendaItem } from '../../../src/agenda/index.js';

/** An event as if it were in an agenda. */
export function itemOf(value: Partial<AgendaEvent> & Pick<AgendaEvent, 'when'>, number = 1): AgendaItem {
  const bytes = String.fromCharCode(...new Uint8Array(16).fill(number));
  return {
    id: `itm_${btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`,
    version: 'chg_AAAAAAAAAAAAAAAAAAAAAA',
    value: { type: 'appointment', title: 'Event', status: 'booked', busy: true, ...value },
    created: Date.UTC(2026, 0, 1),
    changed: Date.UTC(2026, 0, 1),
    author: 'per_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    synced: true,
    conflicts: [],
    files: [],
    versions: 1,
  };
}
