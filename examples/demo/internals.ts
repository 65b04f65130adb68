/** Doors that are shut to everyone else: what `attack.ts` needs from inside the built package. */
import type { Store } from 'coffret/store';
import type { BlobReference } from '../../src/formats/blob-reference.js';
import type { Binding } from '../../src/formats/sealed.js';
import type { Session } from '../../src/vault/session.js';

// A bare `coffret/…` would be refused by the package's `exports`; the files are there all the same.
function inside<T>(path: string): Promise<T> {
  return import(new URL(`./${path}`, import.meta.resolve('coffret')).href);
}

/** What the three kinds of envelope say in the open; each has its id under its own name. */
interface EnvelopeHeader {
  readonly type: 'grant' | 'deposit' | 'message';
  readonly vault?: Uint8Array;
  readonly collection?: Uint8Array;
  readonly epoch?: number;
  readonly person: Uint8Array;
  readonly device: Uint8Array;
  readonly grant?: Uint8Array;
  readonly deposit?: Uint8Array;
  readonly message?: Uint8Array;
}

export async function loadInternals() {
  const [slots, keystore, sessions, books, transports, randomness, secrets, hierarchy] = await Promise.all([
    inside<typeof import('../../src/keys/slots.js')>('keys/slots.js'),
    inside<typeof import('../../src/vault/local-keystore.js')>('vault/local-keystore.js'),
    inside<typeof import('../../src/vault/session.js')>('vault/session.js'),
    inside<typeof import('../../src/vault/identity-book.js')>('vault/identity-book.js'),
    inside<typeof import('../../src/sync/http.js')>('sync/http.js'),
    inside<typeof import('../../src/crypto/random.js')>('crypto/random.js'),
    inside<typeof import('../../src/crypto/secret.js')>('crypto/secret.js'),
    inside<typeof import('../../src/keys/hierarchy.js')>('keys/hierarchy.js'),
  ]);
  const [ops, data, recipient, wrapping, codec, record, named, chunks, blobs, payloads, ids, grants] =
    await Promise.all([
      inside<typeof import('../../src/formats/op.js')>('formats/op.js'),
      inside<typeof import('../../src/envelope/data.js')>('envelope/data.js'),
      inside<typeof import('../../src/envelope/recipient.js')>('envelope/recipient.js'),
      inside<typeof import('../../src/formats/wrapped.js')>('formats/wrapped.js'),
      inside<typeof import('../../src/formats/codec.js')>('formats/codec.js'),
      inside<typeof import('../../src/formats/record.js')>('formats/record.js'),
      inside<typeof import('../../src/vault/named-blobs.js')>('vault/named-blobs.js'),
      inside<typeof import('../../src/crypto/chunks.js')>('crypto/chunks.js'),
      inside<typeof import('../../src/envelope/blob.js')>('envelope/blob.js'),
      inside<typeof import('../../src/vault/op-payloads.js')>('vault/op-payloads.js'),
      inside<typeof import('../../src/formats/id.js')>('formats/id.js'),
      inside<typeof import('../../src/formats/grant.js')>('formats/grant.js'),
    ]);
  const { expose, Secret } = secrets;
  const hex = ids.bytesToHex;

  /** Opens a store as its owner would, down to the session that holds the keys. */
  const unlock = async (store: Store, passphrase: string): Promise<Session> => {
    await inside<typeof import('../../src/crypto/sodium.js')>('crypto/sodium.js').then(({ loadSodium }) =>
      loadSodium(),
    );
    const slot = await keystore.readLocalSlot(store);
    const { personalRoot } = await slots.openPassphraseSlot(slot!, passphrase);
    const profile = await keystore.openDevice(store, personalRoot);
    const random = randomness.systemRandom;
    const transport = transports.createHttpTransport({ baseUrl: profile.server, now: Date.now, random });
    const book = await books.IdentityBook.load(store);
    return sessions.Session.open({ store, transport, profile, personalRoot, book, random, now: Date.now });
  };

  /** Every secret of a session, whatever it is for, and what it can read. */
  const keysOf = (session: Session) => {
    const { personalRoot, profile, kem, index } = session;
    const references = session.collections.flatMap(({ view }) =>
      view.list().flatMap(({ item }) => view.history(item).flatMap(named.blobsNamedBy)),
    );
    const derived = [
      ...[1, 2, 3].map((epoch) => hierarchy.derivePersonalIndexKey(personalRoot, epoch)),
      hierarchy.derivePersonalRosterKey(personalRoot),
      hierarchy.deriveLocalStoreKey(personalRoot),
    ];
    const symmetric = [
      ...index.list('index.key').map(({ key }) => key),
      ...[personalRoot, profile.seed, kem.seed, ...derived].map((secret) => expose(secret)),
      ...references.map(({ key }) => key),
    ].map((key) => key.slice());
    const collections = new Set(session.collections.map(({ id }) => hex(id)));
    return { symmetric, references, collections };
  };

  /** The key in a grant, the content of a message or deposit, or `null` when it is not for this person. */
  const openEnvelope = (session: Session, bytes: Uint8Array): Uint8Array | null => {
    const wrapped = wrapping.decodeWrapped(bytes);
    const header = codec.decode(wrapped.headerBytes, { maxBytes: 64 * 1024 }) as unknown as EnvelopeHeader;
    const { type: label, vault = null, collection = null, epoch = null, person, device } = header;
    const type = label === 'message' ? 'receipt' : label;
    const object = header[label] as Uint8Array;
    const binding: Binding = { type, vault, collection, epoch, person, device, object };
    const kemSeed = session.kem.seed;
    try {
      const plaintext = recipient.openFromSender({ label, wrapped, senderDevice: device, kemSeed, binding });
      return label === 'grant' ? grants.decodeGrantBody(plaintext).key.slice() : plaintext;
    } catch {
      return null;
    }
  };

  /** The files that a record names: that of a document, those of a message. */
  const openRecord = (plaintext: Uint8Array): BlobReference[] =>
    named.blobsNamedBy(record.decodeRecord(plaintext));

  /** The file in a blob, its first chunk when nothing says how long it is, or `null` when the key is another. */
  const openBlobFile = async (options: {
    readonly stored: Buffer;
    readonly vault: string;
    readonly blob: string;
    readonly key: Uint8Array;
    readonly reference: BlobReference | null;
  }): Promise<Uint8Array | null> => {
    const { stored, vault, blob, key, reference } = options;
    const context = Buffer.from(vault + blob, 'hex');
    const prefix = new Uint8Array(stored.subarray(0, chunks.CHUNKS_PREFIX_BYTES));
    try {
      await chunks.createChunkOpener({ key: key.slice(), prefix, context, params: chunks.COFFRET_CHUNKS });
    } catch {
      return null;
    }
    if (reference === null) return prefix;
    const read = async (offset: number, length: number) =>
      new Uint8Array(stored.subarray(offset, offset + length));
    const pieces: Uint8Array[] = [];
    const opened = blobs.openBlob({
      reference: { ...reference, key },
      vault: Buffer.from(vault, 'hex'),
      read,
    });
    for await (const piece of opened) pieces.push(piece);
    return Buffer.concat(pieces);
  };

  return {
    ...{ hex, Secret, unlock, keysOf, openEnvelope, openRecord, openBlobFile },
    ...{ decodeOp: ops.decodeOp, decodeOpHeader: ops.decodeOpHeader },
    ...{ openData: data.openData, bodyBinding: payloads.bodyBinding },
  };
}
