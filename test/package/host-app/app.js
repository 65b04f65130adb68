import { explain, isVaultError } from 'coffret';

export const STORE = 'alice';
export const PASSPHRASE = 'alice keeps four long words';
const COST = { memoryBytes: 64 * 2 ** 20, passes: 3 };

/**
 * What a test asks of this app, one call after the other.
 *
 * `openDoor` gives `createPerson` and `openPerson`, of the core or of a worker.
 */
export function createApp(openDoor) {
  let alice;
  const documents = async () => (await alice.vaults())[0].documents;
  const steps = {
    async create(server) {
      const { createPerson } = await openDoor();
      alice = await createPerson({ server, passphrase: PASSPHRASE, cost: COST });
      await alice.createVault({ holder: { birthName: 'Martel' } });
    },
    async open() {
      const { openPerson } = await openDoor();
      alice = await openPerson({ passphrase: PASSPHRASE });
    },
    add: async (title, text, times = 1) =>
      void (await (await documents()).add(new Blob([text.repeat(times)]), { category: 'laboratory', title })),
    sync: async () => (await alice.sync()).failed,
    async read() {
      const found = [];
      for (const { id, title, synced } of await (await documents()).list()) {
        const text = await (await (await documents()).blob(id)).text();
        found.push({ title, text: text.slice(0, 40), synced });
      }
      return found.sort((a, b) => (a.title < b.title ? -1 : 1));
    },
    close: () => alice.close(),
  };
  return Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [name, (...args) => attempt(() => step(...args))]),
  );
}

/** Runs one step and says how it went, in a form that crosses to the test. */
export async function attempt(step) {
  try {
    return { value: await step() };
  } catch (error) {
    if (!isVaultError(error)) return { error: String(error?.stack ?? error) };
    const { code, details } = error;
    return { code, details, said: [explain(code, 'en'), explain(code, 'fr')] };
  }
}
