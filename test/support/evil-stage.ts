import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '../../src/crypto/random.js';
import { loadSodium } from '../../src/crypto/sodium.js';
import { createPerson, openPerson, type Person } from '../../src/index.js';
import { openSqliteStore, type Store } from '../../src/store/index.js';
import { createHttpTransport } from '../../src/sync/http.js';
import { FLOOR, passphraseOf } from './actors.js';
import { becomeOperator, type Operator } from './evil-operator.js';
import { createEvilTransport, type EvilTransport, type Lie } from './evil-transport.js';
import { type ServerProcess, startServerProcess } from './server-process.js';

/** A person whose every request passes through the operator's hands. */
export interface Watched {
  readonly person: Person;
  readonly transport: EvilTransport;
  readonly store: Store;
}

/** A real server in its own process, run by a liar, and people with SQLite stores who use it. */
export interface EvilStage {
  readonly seed: string;
  readonly url: string;
  readonly directory: string;
  readonly dataDir: string;
  readonly server: ServerProcess;
  readonly operator: Operator;
  /** Every byte that left a client: line and headers of each request, then its body. */
  readonly wire: Uint8Array[];
  enter(
    name: string,
    options?: { readonly kind?: 'patient' | 'professional'; readonly now?: () => number },
  ): Promise<Watched>;
  /** Opens what the disk of `name` holds, or a copy of it under another name: then both can go on. */
  reopen(
    name: string,
    options?: {
      readonly as?: string;
      readonly plan?: readonly Lie[];
      readonly now?: () => number;
      readonly url?: string;
    },
  ): Promise<Watched>;
  /** A watched transport to the server, for someone opened by hand. */
  transport(seed: string, options?: { readonly now?: () => number; readonly url?: string }): EvilTransport;
  /** Starts a second server with the same data and the same keys: from here on there are two truths. */
  fork(): Promise<ServerProcess>;
  close(): Promise<void>;
}

/** Sets the stage; `seed` decides every lie that leaves something to chance. */
export async function openEvilStage(seed: string): Promise<EvilStage> {
  await loadSodium();
  const directory = await mkdtemp(join(tmpdir(), 'coffret-evil-'));
  const dataDir = join(directory, 'server');
  const servers = [await startServerProcess({ dataDir })];
  const [server] = servers as [ServerProcess];
  const { url } = server;
  const people: Person[] = [];
  const wire: Uint8Array[] = [];
  const recorded: typeof fetch = (input, init) => {
    const { method, headers, body } = init ?? {};
    wire.push(new TextEncoder().encode(`${method} ${String(input)} ${JSON.stringify(headers)}`));
    if (body instanceof Uint8Array) wire.push(new Uint8Array(body));
    return fetch(input, init);
  };
  const transport: EvilStage['transport'] = (name, { now = Date.now, url: baseUrl = url } = {}) =>
    createEvilTransport({
      inner: createHttpTransport({ baseUrl, now, random: systemRandom, fetch: recorded }),
      seed: `${seed} ${name}`,
    });
  return {
    ...{ seed, url, directory, dataDir, server, transport, wire },
    operator: await becomeOperator(dataDir),
    async enter(name, { kind = 'patient', now = Date.now } = {}) {
      const watched = transport(name, { now });
      const store = await openSqliteStore({ path: join(directory, name) });
      const options = {
        passphrase: passphraseOf(name),
        store,
        server: url,
        name,
        kind,
        cost: FLOOR,
        transport: watched,
        now,
      };
      const person = await createPerson(options);
      people.push(person);
      return { person, transport: watched, store };
    },
    async reopen(name, { as = name, plan = [], now = Date.now, url: baseUrl = url } = {}) {
      if (as !== name) await cp(join(directory, name), join(directory, as), { recursive: true });
      // The clock of a person may go wrong without the one that signs requests.
      const watched = transport(as, { url: baseUrl });
      watched.plan = plan;
      const store = await openSqliteStore({ path: join(directory, as) });
      const person = await openPerson({
        passphrase: passphraseOf(name.replace(/-\d+$/, '')),
        ...{ store, transport: watched, now },
      });
      people.push(person);
      return { person, transport: watched, store };
    },
    async fork() {
      const copy = join(directory, `server-${servers.length}`);
      // As an operator would: stop, copy, start both.
      await cp(dataDir, copy, { recursive: true });
      const twin = await startServerProcess({ dataDir: copy });
      servers.push(twin);
      return twin;
    },
    async close() {
      for (const person of people) await person.close();
      for (const each of servers) await each.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
