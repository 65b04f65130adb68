import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  createPerson,
  type Document,
  type DocumentCategory,
  type DocumentMetadata,
  type Holder,
  type Id,
  type MaskOptions,
  openPerson,
  type Person,
  type Progress,
  type ReceivedShare,
  recoverPerson,
  type SyncProgress,
} from 'coffret';
import { openSqliteStore } from 'coffret/store';
import { createHealthVerbs } from './health-verbs.js';
import { createRecordVerbs } from './record-verbs.js';

/** What an actor tells while it works. */
export type ActorEvent = Progress | SyncProgress;

/** A file as the director names it to an actor. */
export interface FileOnDisk extends DocumentMetadata {
  readonly path: string;
  readonly size: number;
}

/** Where a person's own things are, and what unlocks them. */
export interface Home {
  readonly directory: string;
  readonly passphrase: string;
}

type Kind = 'patient' | 'professional' | 'institution';

/**
 * One person in a process of their own: a store, a passphrase, and the package.
 *
 * The director calls these verbs over the process's channel; arguments and results are plain JSON, and no key is
 * among them, because the package never hands one out.
 */
export function createActor(tell: (event: ActorEvent) => void) {
  let person: Person | null = null;
  const me = (): Person => {
    if (person === null) throw new Error('nobody is unlocked here');
    return person;
  };
  const vault = () => me().vaults()[0]!;
  const onProgress = tell;

  return {
    ...createHealthVerbs(me, vault),
    ...createRecordVerbs(me, vault, { open, onProgress }),

    async create(options: Home & { server: string; name: string; kind: Kind }): Promise<Id<'person'>> {
      const { directory, ...rest } = options;
      person = await createPerson({ ...rest, store: await openSqliteStore({ path: directory }) });
      return person.id;
    },

    async open({ directory, passphrase }: Home): Promise<Id<'person'>> {
      person = await openPerson({ passphrase, store: await openSqliteStore({ path: directory }) });
      return person.id;
    },

    async recover(options: Home & { server: string; words: string }): Promise<Id<'person'>> {
      const { directory, ...rest } = options;
      person = await recoverPerson({ ...rest, store: await openSqliteStore({ path: directory }) });
      return person.id;
    },

    sync: () => me().sync({ onProgress }),

    health: () => me().health(),

    words: ({ passphrase }: { passphrase: string }) =>
      me().createRecoveryPhrase({ passphrase, language: 'en' }),

    card: async () => me().contactCard(),

    learn: ({ card }: { card: string }) => me().people.add(card),

    async found(holder: Holder): Promise<void> {
      await me().createVault({ holder });
    },

    async add({ path, size, ...metadata }: FileOnDisk & { mask?: MaskOptions }): Promise<Id<'item'>> {
      const { id } = await vault().documents.add(open(path, size), metadata, { onProgress });
      return id;
    },

    async replace({ id, path, size }: { id: Id<'item'>; path: string; size: number }): Promise<void> {
      await vault().documents.replace(id, open(path, size), { onProgress });
    },

    documents: async () => vault().documents.list().map(listed),

    /** Reads a document, or its first version, to its end and hashes what comes out. */
    async digest({ id, version }: { id: Id<'item'>; version: 'first' | 'last' }): Promise<string> {
      const { documents } = vault();
      const wanted = version === 'first' ? { version: documents.history(id)[0]!.version } : {};
      return digest(documents.read(id, { ...wanted, onProgress }));
    },

    async share(what: {
      with: Id<'person'>;
      category?: DocumentCategory;
      document?: Id<'item'>;
    }): Promise<void> {
      await vault().share(what);
    },

    readers: async ({ id }: { id: Id<'item'> }) =>
      vault()
        .documents.whoCanRead(id)
        .map((reader) => reader.person),

    async revoke({ from }: { from: Id<'person'> }): Promise<number> {
      const grants = vault()
        .grants()
        .filter((grant) => grant.with === from);
      for (const grant of grants) await vault().revoke(grant);
      return grants.length;
    },

    shares: async () => me().sharedWithMe().map(share),

    /** The same, for what someone else shared with this person. */
    async sharedDigest({ grant, id }: { grant: Id<'grant'>; id: Id<'item'> }): Promise<string> {
      const found = me()
        .sharedWithMe()
        .find((received) => received.grant === grant);
      if (found === undefined) throw new Error('no such share');
      return digest(found.read(id, { onProgress }));
    },

    depositCard: ({ depositor }: { depositor: Id<'person'> }) => vault().deposits.card({ depositor }),

    async deposit({ card, path, size, ...metadata }: FileOnDisk & { card: string }): Promise<void> {
      await me().deposit(card, open(path, size), metadata, { onProgress });
    },

    deposits: async () => (await vault().deposits.list()).map(({ id, title, from }) => ({ id, title, from })),

    adopt: ({ id }: { id: Id<'deposit'> }) => vault().deposits.adopt(id, { onProgress }),

    receipts: async () =>
      me()
        .deposited()
        .map(({ title, receipt }) => ({ title, bytes: receipt?.length ?? 0 })),

    vaults: async () => me().vaults().length,

    async close(): Promise<void> {
      await person?.close();
      person = null;
    },
  };
}

/** The verbs, for the director's side of the channel. */
export type Verbs = ReturnType<typeof createActor>;

function open(path: string, size: number) {
  return { size, stream: () => createReadStream(path) };
}

async function digest(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

function listed({ id, title, name, category, bytes, synced }: Document) {
  return { id, title, name, category, bytes, synced };
}

function share(received: ReceivedShare) {
  const { grant, category, status } = received;
  return { grant, category, status, documents: received.list().map(listed) };
}
