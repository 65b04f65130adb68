import { createPerson, openPerson, type Person, recoverPerson } from '../../src/index.js';
import type { PersonSource } from '../../src/react/index.js';
import type { Store } from '../../src/store/index.js';

/** What was asked of a source. */
export interface PageSource extends PersonSource {
  createPerson(options: Parameters<PersonSource['createPerson']>[0]): Promise<Person>;
  readonly calls: string[];
  /** The person who is open, if any. */
  readonly person: Person | null;
}

/** The core on the page's own thread, over one store, in the shape of what a worker offers; it counts its calls. */
export function createPageSource(store: Store): PageSource {
  const calls: string[] = [];
  let person: Person | null = null;
  const open = async (call: string, opening: Promise<Person>) => {
    calls.push(call);
    person = await opening;
    return person;
  };
  const end = async (call: 'lock' | 'lockEverywhere' | 'close') => {
    calls.push(call);
    // A memory store that is closed would hold nobody the next time.
    await person?.[call === 'close' ? 'lock' : call]();
    person = null;
  };
  return {
    calls,
    get person() {
      return person;
    },
    async isEmpty() {
      calls.push('isEmpty');
      return (await store.scan({ prefix: '', limit: 1 })).length === 0;
    },
    createPerson: (options) => open('createPerson', createPerson({ ...options, store })),
    openPerson: (options) => open('openPerson', openPerson({ ...options, store })),
    recoverPerson: (options) => open('recoverPerson', recoverPerson({ ...options, store })),
    lock: () => end('lock'),
    lockEverywhere: () => end('lockEverywhere'),
    close: () => end('close'),
  };
}
