/** One tab of Alice's, as a dedicated worker with a session of its own over the store that all her tabs share. */
import {
  createPerson,
  isVaultError,
  openPerson,
  type Person,
  recoverPerson,
  type Vault,
} from '../../src/index.js';
import { openIndexedDbStore, type Store } from '../../src/store/index.js';
import { FLOOR, passphraseOf } from './actors.js';

/** Something that can be waited for. */
class Gate {
  open!: () => void;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/** What a tab can be told to do; each answers with something that can be cloned. */
const VERBS = {
  async create(server: string) {
    person = await createPerson({ ...(await ways()), server, cost: FLOOR });
    await person.createVault({ holder: { birthName: 'Martel' } });
  },
  async open() {
    person = await openPerson(await ways());
  },
  async recover(server: string, words: string) {
    person = await recoverPerson({ ...(await ways()), server, words, cost: FLOOR });
  },
  words: () => alice().createRecoveryPhrase({ passphrase: passphraseOf('alice') }),
  lock: () => alice().lock(),
  lockEverywhere: () => alice().lockEverywhere(),
  isLocked: () => {
    try {
      alice().vaults();
      return false;
    } catch (error) {
      return isVaultError(error, 'access/locked');
    }
  },
  async add(title: string) {
    await vault().documents.add(new TextEncoder().encode(title), { category: 'laboratory', title });
  },
  async rename(title: string, next: string) {
    await vault().documents.update(find(title), { title: next });
  },
  async remove(title: string) {
    await vault().documents.remove(find(title));
  },
  titles: () => titlesOf(vault()),
  /** Every revision that anybody made, as the history of each document tells them. */
  versions: () => {
    const { documents } = vault();
    return [...documents.list(), ...documents.list({ removed: true })]
      .flatMap(({ id }) => documents.history(id).map(({ title }) => title ?? '—'))
      .sort();
  },
  sync: () => alice().sync(),
  async syncAborted() {
    const controller = new AbortController();
    const running = alice().sync({ signal: controller.signal });
    controller.abort();
    await running;
  },
  health: () => alice().health(),
  start: () => void alice().startSync(),
  /** Resolves when the list shows a title, or no longer does. */
  async sees(title: string, isThere = true) {
    for await (const documents of vault().documents.live())
      if (documents.some((document) => document.title === title) === isThere) return;
  },
  /** Whether this tab holds the lock of the leader. */
  async leads() {
    const probe = crypto.randomUUID();
    return navigator.locks.request(probe, async () => {
      const { held = [] } = await navigator.locks.query();
      const own = held.find(({ name }) => name === probe)?.clientId;
      return held.some(
        ({ name, clientId }) => name === `coffret/coffret-${place}/leader` && clientId === own,
      );
    });
  },
  /** Takes the leader's lock away, as a tab does that thinks it is frozen. */
  async rob() {
    let robbed = (): void => {};
    await new Promise<void>((taken) => {
      void navigator.locks
        .request(`coffret/coffret-${place}/leader`, { steal: true }, () => {
          taken();
          return new Promise<void>((resolve) => {
            robbed = resolve;
          });
        })
        .catch(() => {});
    });
    robbed();
  },
  /** Answers nothing and runs nothing for a while, like a frozen page. */
  freeze(ms: number) {
    const until = performance.now() + ms;
    while (performance.now() < until);
  },
  /** From now on writes wait, just before they reach the disk. */
  hold: () => {
    held ??= new Gate();
  },
  /** Resolves when a write waits. */
  holding: () => waiting.opened,
  release: () => {
    held?.open();
    held = null;
    waiting = new Gate();
  },
};

export type TabVerb = keyof typeof VERBS;
export type TabVerbs = typeof VERBS;

let place = '';
let person: Person | null = null;
let held: Gate | null = null;
let waiting = new Gate();

function alice(): Person {
  if (person === null) throw new Error('not open');
  return person;
}

function vault(): Vault {
  const [own] = alice().vaults();
  if (own === undefined) throw new Error('no vault');
  return own;
}

const titlesOf = ({ documents }: Vault) =>
  documents
    .list()
    .map(({ title }) => title)
    .sort();

function find(title: string) {
  const found = vault()
    .documents.list()
    .find((document) => document.title === title);
  if (found === undefined) throw new Error(`no ${title}`);
  return found.id;
}

async function ways() {
  return { store: slow(await openIndexedDbStore({ name: place })), passphrase: passphraseOf('alice') };
}

/** The same store, on a disk that can be made to wait. */
function slow(store: Store): Store {
  return new Proxy(store, {
    get(target, key) {
      if (key === 'write')
        return async (...args: Parameters<Store['write']>) => {
          if (held !== null) {
            waiting.open();
            await held.opened;
          }
          return target.write(...args);
        };
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

addEventListener('message', async ({ data }: MessageEvent) => {
  const { id, verb, args } = data as { id: number; verb: TabVerb | 'place'; args: never[] };
  try {
    if (verb === 'place') place = args[0] as unknown as string;
    const value = verb === 'place' ? null : await (VERBS[verb] as (...all: never[]) => unknown)(...args);
    postMessage({ id, value });
  } catch (error) {
    postMessage({ id, code: isVaultError(error) ? error.code : String(error) });
  }
});
