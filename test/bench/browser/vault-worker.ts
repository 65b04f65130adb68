/** The worker of the page: a person, and the whole core with them. */
import { createPerson, openPerson, type Person, type Vault } from 'coffret';
import { openIndexedDbStore } from 'coffret/store';
import { serve } from './calls.js';

const COST = { memoryBytes: 64 * 2 ** 20, passes: 3 };
let person: Person | null = null;

function theVault(): Vault {
  const vault = person?.vaults()[0];
  if (vault === undefined) throw new Error('no vault is open');
  return vault;
}

const CALLS = {
  /** Answers once the code is here. */
  ready: () => true,

  async create({ name, server, passphrase }: { name: string; server: string; passphrase: string }) {
    const store = await openIndexedDbStore({ name });
    person = await createPerson({ store, server, passphrase, cost: COST });
    await person.createVault({ holder: { birthName: 'Bench' } });
  },

  async open({ name, passphrase }: { name: string; passphrase: string }) {
    person = await openPerson({ store: await openIndexedDbStore({ name }), passphrase });
  },

  /** Encrypts and stores; `tell` hears how far it is. */
  async add({ file }: { file: File }, tell: (progress: unknown) => void) {
    const { name } = file;
    await theVault().documents.add(file, { category: 'imaging', title: name }, { onProgress: tell });
  },

  list: () => theVault().documents.list(),

  async close() {
    await person?.close();
    person = null;
  },
};

export type VaultCalls = typeof CALLS;
serve(CALLS);
