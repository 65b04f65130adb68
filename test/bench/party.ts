import { systemRandom } from '../../src/crypto/random.js';
import { expose, Secret } from '../../src/crypto/secret.js';
import { signingKeyPairFromSeed } from '../../src/crypto/sign.js';
import {
  derivePersonalIndexKey,
  derivePersonalRosterKey,
  type PersonalRoot,
} from '../../src/keys/hierarchy.js';
import { generateIdentity, personalVaultId } from '../../src/keys/identity.js';
import { encodeMessage, foundPersonRequest } from '../../src/protocol/messages.js';
import { paths } from '../../src/protocol/paths.js';
import { createMemoryStore } from '../../src/store/memory.js';
import type { Store } from '../../src/store/port.js';
import { IDENTITY_LANE } from '../../src/sync/outbox.js';
import type { Transport } from '../../src/sync/transport.js';
import { foundCollection } from '../../src/vault/collection-writer.js';
import { IdentityBook } from '../../src/vault/identity-book.js';
import type { DeviceProfile } from '../../src/vault/local-keystore.js';
import { Person } from '../../src/vault/person.js';
import { Session } from '../../src/vault/session.js';
import type { Vault } from '../../src/vault/vault.js';

/** A person made without a passphrase: its cost is a setting and no part of any of these figures. */
export interface Party {
  readonly person: Person;
  readonly session: Session;
  readonly vault: Vault;
  readonly store: Store;
  /** What opens this party's store again; each call gives fresh secrets, since closing wipes them. */
  secrets(): {
    readonly profile: DeviceProfile;
    readonly personalRoot: PersonalRoot;
    readonly rootSeed: Uint8Array;
  };
}

const SILENT: Transport = { send: () => Promise.reject(new Error('this benchmark has no network')) };

/** Creates a person with one vault, in memory. `remote` is where it syncs; without it nothing is ever sent. */
export async function createParty(remote?: {
  readonly transport: Transport;
  readonly serverKey: Uint8Array;
}): Promise<Party> {
  const store = createMemoryStore();
  const { transport = SILENT, serverKey = signingKeyPairFromSeed(systemRandom(32)).publicKey } = remote ?? {};
  const { identity, rootSeed, personalRoot, deviceSeed } = generateIdentity(systemRandom, Date.now());
  const root = expose(personalRoot).slice();
  const seed = expose(deviceSeed).slice();
  let index: Uint8Array = new Uint8Array(32);
  const secrets = () => ({
    profile: {
      ...{
        seed: Secret.of('device-seed', seed.slice()),
        person: identity.person,
        index,
        server: 'http://localhost',
        serverKey,
      },
      ...{ name: 'bench', kind: 'patient', recovered: false },
    } satisfies DeviceProfile,
    personalRoot: Secret.of('personal-root', root.slice()),
    rootSeed: expose(rootSeed).slice(),
  });
  const book = new IdentityBook(store);
  await book.learn(identity);
  const options = { store, transport, ...secrets(), book, random: systemRandom, now: Date.now };
  const session = await Session.open(options, (opening, transaction) => {
    const collection = foundCollection(transaction, opening.context, {
      vault: personalVaultId(identity.person),
      server: serverKey,
      key: derivePersonalIndexKey(personalRoot, 1),
      rosterKey: derivePersonalRosterKey(personalRoot),
    });
    index = collection.id;
    const body = encodeMessage(foundPersonRequest, { entry: identity.entries[0] as Uint8Array });
    transaction.send(IDENTITY_LANE, { kind: 'request', method: 'POST', path: paths.people, body });
    return collection;
  });
  const person = new Person(session);
  const vault = await person.createVault({ holder: { birthName: 'Bench' } });
  return { person, session, vault, store, secrets };
}

/** Opens a party's store again, from what it holds. */
export async function reopenParty(
  party: Party,
): Promise<{ readonly session: Session; readonly person: Person }> {
  const { store } = party;
  const book = await IdentityBook.load(store);
  const session = await Session.open({
    store,
    transport: SILENT,
    ...party.secrets(),
    book,
    random: systemRandom,
    now: Date.now,
  });
  return { session, person: new Person(session) };
}

/** Takes everything queued into the verified logs, as a server that accepts it all would have it. */
export async function confirmAll({ session }: Party): Promise<void> {
  for (const { id } of await session.outbox.list()) {
    const queued = await session.outbox.read(id);
    await session.transact((transaction) => {
      transaction.writes.push(...session.outbox.remove(id));
      if (queued?.entry.kind !== 'found' && queued?.entry.kind !== 'append') return;
      const { entry } = queued;
      const ops = entry.kind === 'found' ? [entry.op] : entry.ops;
      session.requireCollection(entry.collection).ingest(transaction, { ops, head: null, more: false });
    });
  }
}
