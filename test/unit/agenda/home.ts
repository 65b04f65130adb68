import type { AgendaEvent, AgendaItem } from '../../../src/agenda/index.js';
import { createPerson, type Person, type Vault } from '../../../src/index.js';
import { createMemoryStore } from '../../../src/store/index.js';
import { FLOOR, passphraseOf } from '../../support/actors.js';

/** A person with a vault, who never goes online. */
export async function createHome(
  name = 'alice',
): Promise<{ readonly person: Person; readonly vault: Vault }> {
  const person = await createPerson({
    passphrase: passphraseOf(name),
    store: createMemoryStore(),
    server: 'http://127.0.0.1:9',
    name,
    cost: FLOOR,
  });
  return { person, vault: await person.createVault({ holder: { birthName: 'Martel' } }) };
}

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
    versions: 1,
  };
}
