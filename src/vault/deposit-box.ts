import { equalBytes } from '../crypto/hash.js';
import { Secret } from '../crypto/secret.js';
import { checkStoredBlob } from '../envelope/blob.js';
import { isVaultError, VaultError } from '../errors.js';
import type { BlobReference } from '../formats/blob-reference.js';
import { type Id, parseId, printId } from '../formats/id.js';
import { depositKeyFromSeed, deriveAdoptedItem, type KemSeed } from '../keys/hierarchy.js';
import { Kept } from '../live/kept.js';
import { isSameList, type Live } from '../live/live.js';
import { nameOf } from '../log/collection-log.js';
import { WIRE_LIMITS } from '../protocol/limits.js';
import { encodeMessage, putTicketRequest } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import { type DocumentCategory, isDocumentCategory } from '../records/category.js';
import { DOCUMENT_KIND, type DocumentContent, decodeDocument } from '../records/document.js';
import { isIndexKind } from '../records/index-entry.js';
import { checkKnownContent } from '../records/known-kinds.js';
import { filesOf, type SealedFile, withoutFiles } from '../records/record-files.js';
import { checkKind, decodeFields, isRecordCollection, type RecordKind } from '../records/record-kind.js';
import { printVaultCard } from '../sharing/contacts.js';
import {
  type OpenedDeposit,
  openDeposit,
  readDepositHeader,
  signDepositReceipt,
} from '../sharing/deposits.js';
import { makeMessage } from '../sharing/messages.js';
import { blobName, collectionLane } from '../sync/outbox.js';
import { appendRecords } from './collection-writer.js';
import { depositId } from './depositor.js';
import { fetchFile, type WorkOptions } from './document-files.js';
import { sendToInbox } from './inbox.js';
import { type Audience, audienceOf, type MaskOptions, maskNewDocument } from './masks.js';
import { blobsNamedBy } from './named-blobs.js';
import { fileView, type RecordFile } from './record-files.js';
import { attempt } from './record-item.js';
import type { OwnedVault, Session } from './session.js';
import { sessionLoaded, versionOfAll } from './session-live.js';
import { type CollectionPurpose, ensureCollection, renewEpoch } from './shares.js';
import { depositCursorKey, depositPrefix } from './sync-host.js';
import type { Transaction } from './transaction.js';

const TICKET_BYTES_MAX = 2 ** 33;
const TICKET_COUNT_MAX = 10_000;
const DEPOSIT_KEY = new Uint8Array([1]);

/** A deposit that waits for the owner's decision. */
export interface WaitingDeposit {
  readonly id: Id<'deposit'>;
  readonly from: Id<'person'>;
  readonly title: string;
  /** The category that the depositor proposes. */
  readonly category: DocumentCategory;
  readonly date: string | null;
  readonly bytes: number;
  readonly time: number;
}

/** A record of an app's or a module's kind that waits for the owner's decision. */
export interface WaitingRecord<T> {
  readonly id: Id<'deposit'>;
  readonly from: Id<'person'>;
  /** What the kind's `parse` made of it. */
  readonly value: T;
  /** What came with it; to be read once it is taken in. */
  readonly files: readonly RecordFile[];
  readonly time: number;
}

interface Waiting {
  readonly id: Id<'deposit'>;
  readonly key: string;
  readonly opened: OpenedDeposit;
  /** The files it came with, whatever it is. */
  readonly blobs: readonly BlobReference[];
}

/** Where a deposit is to be kept, and from whom it is masked there. */
interface DepositPlace {
  readonly purpose: CollectionPurpose;
  readonly audience: Audience | null;
}

/** Where people without any right to read leave documents for the holder. */
export class DepositBox {
  readonly #session: Session;
  readonly #owned: OwnedVault;

  /** @internal */
  constructor(session: Session, owned: OwnedVault) {
    this.#session = session;
    this.#owned = owned;
  }

  /**
   * Prints a card with which one depositor, or anyone who holds it, can leave documents; nothing can be read with it.
   *
   * It carries a ticket that `revokeCard` ends, or `expires` (milliseconds since 1970). The server learns that there
   * is a ticket, and for whom.
   */
  async card(
    options: { readonly depositor?: Id<'person'>; readonly expires?: number } = {},
  ): Promise<string> {
    const session = this.#session;
    const { vault, index } = this.#owned;
    const depositor = options.depositor === undefined ? null : parseId('person', options.depositor);
    const expires = options.expires ?? null;
    const ticket = session.random(16);
    await session.transact((transaction) => {
      index.put(transaction, 'index.ticket', ticket, { ticket, depositor, expires, revoked: null });
      const request = { depositor, expires, bytesMax: TICKET_BYTES_MAX, countMax: TICKET_COUNT_MAX };
      const body = encodeMessage(putTicketRequest, request);
      transaction.send(this.#lane, {
        kind: 'request',
        method: 'PUT',
        path: paths.ticket(vault, ticket),
        body,
      });
    });
    const { server, serverKey } = session.profile;
    const card = {
      vault,
      key: this.#keys().publicKey,
      ticket,
      server,
      serverKey,
      time: session.now(),
      expires,
    };
    return printVaultCard(session.author, session.identity, card);
  }

  /** Ends every ticket for this depositor, or all tickets. Deposits already made stay. */
  async revokeCards(depositor?: Id<'person'>): Promise<void> {
    const only = depositor === undefined ? null : parseId('person', depositor);
    await this.#session.transact((transaction) => {
      for (const entry of this.#owned.index.list('index.ticket')) {
        if (
          entry.revoked !== null ||
          (only !== null && (entry.depositor === null || !equalBytes(entry.depositor, only)))
        )
          continue;
        this.#owned.index.put(transaction, 'index.ticket', entry.ticket, {
          ...entry,
          revoked: this.#session.now(),
        });
        const path = paths.ticket(this.#owned.vault, entry.ticket);
        transaction.send(this.#lane, { kind: 'request', method: 'DELETE', path, body: null });
      }
    });
  }

  /** Deposits that have arrived and verify, oldest first. One that does not verify is left out. */
  async list(): Promise<WaitingDeposit[]> {
    const waiting: WaitingDeposit[] = [];
    for (const { id, opened } of await this.#waiting()) {
      const content = documentIn(opened);
      if (content === null) continue;
      waiting.push({
        id,
        from: printId('person', opened.header.person),
        title: content.title,
        category: isDocumentCategory(content.category) ? content.category : 'other',
        date: content.date,
        bytes: content.blob.bytes,
        time: opened.header.time,
      });
    }
    return waiting.sort((a, b) => a.time - b.time);
  }

  /** As `list`, and every list that follows. */
  liveWaiting(): Live<readonly WaitingDeposit[]> {
    return this.#live('deposits', () => this.list());
  }

  /**
   * Takes a deposit into the record, after fetching its file and checking every byte of it; the depositor gets a
   * signed receipt. Taking it twice is one document. Returns the document's id.
   *
   * What its source asks to be masked from professionals is masked from its first moment on, unless `mask` says otherwise; null is
   * from nobody.
   *
   * Throws `usage/not-found`, `integrity/blob` for a file that is not what was signed, `sync/*`.
   */
  async adopt(
    id: Id<'deposit'>,
    options: WorkOptions & { readonly category?: DocumentCategory; readonly mask?: MaskOptions | null } = {},
  ): Promise<Id<'item'>> {
    const audience = options.mask == null ? null : audienceOf(options.mask);
    return this.#adopt(id, options, (opened) => {
      const content = documentIn(opened);
      if (content === null) return null;
      const own = isDocumentCategory(content.category) ? content.category : 'other';
      const isAsked = options.mask === undefined && content.about?.maskedFromProfessionals === true;
      return {
        purpose: { category: options.category ?? own },
        audience: isAsked ? audienceOf({ from: 'professionals' }) : audience,
      };
    });
  }

  /** Records of a kind that were deposited and that the kind can read, oldest first. Throws `usage/invalid`. */
  async waitingRecords<T extends object>(kind: RecordKind<T>): Promise<WaitingRecord<T>[]> {
    checkKind(kind);
    const waiting: WaitingRecord<T>[] = [];
    for (const { id, opened } of await this.#waiting()) {
      const record = recordIn(opened, kind);
      if (record === null) continue;
      const { identityOf } = this.#session.context;
      const { vault, person, time } = opened.header;
      const files = record.files.map((file) => fileView(file, vault, identityOf));
      waiting.push({ id, from: printId('person', person), value: record.value, files, time });
    }
    return waiting.sort((a, b) => a.time - b.time);
  }

  /** As `waitingRecords`, and every list that follows. */
  liveWaitingRecords<T extends object>(kind: RecordKind<T>): Live<readonly WaitingRecord<T>[]> {
    return this.#live(`deposited ${kind.kind}`, () => this.waitingRecords(kind));
  }

  /**
   * As `adopt`, for a record: it goes to the collection of its kind, or to another one, with its author's proof.
   *
   * Throws as `adopt`, and `usage/invalid` for a name that no collection of records may have.
   */
  async adoptRecord<T extends object>(
    id: Id<'deposit'>,
    kind: RecordKind<T>,
    options: WorkOptions & { readonly collection?: string } = {},
  ): Promise<Id<'item'>> {
    const { collection = kind.collection } = options;
    if (!isRecordCollection(collection)) throw new VaultError('usage/invalid', { argument: 'collection' });
    return this.#adopt(id, options, (opened) =>
      recordIn(opened, kind) === null ? null : { purpose: { records: collection }, audience: null },
    );
  }

  async #adopt(
    id: Id<'deposit'>,
    work: WorkOptions,
    placeOf: (opened: OpenedDeposit) => DepositPlace | null,
  ): Promise<Id<'item'>> {
    const session = this.#session;
    const { vault, index } = this.#owned;
    const known = index.list('index.adopted').find(({ digest }) => depositId(digest) === normal(id));
    if (known !== undefined) return printId('item', known.item);
    const { opened, blobs, key } = await this.#require(id);
    const place = placeOf(opened);
    if (place === null) throw new VaultError('usage/not-found', { id });
    for (const blob of blobs) {
      await fetchFile(session, vault, blob, work);
      await this.#checkFile(blob);
    }
    const depositor = await session.requireIdentity(opened.header.person);
    const { digest } = opened;
    const item = deriveAdoptedItem(this.#keys().adoptionKey, digest);
    await session.transact((transaction) => {
      // Fetching took a while: another device, or this one, may have decided by now.
      if (index.get('index.adopted', digest) !== null) return;
      if (!this.#isOpen(opened)) throw new VaultError('usage/not-found', { id });
      const { purpose, audience } = place;
      const wanted = audience === null ? purpose : ({ masked: true } as const);
      const collection = ensureCollection(session, transaction, this.#owned, wanted);
      renewEpoch(session, transaction, this.#owned, collection);
      // The author's proof is over the content as they wrote it, so it is filed as it came.
      const { kind, schema, body } = opened.content;
      const record = { item, base: [], kind, schema, body, authored: opened.authored };
      appendRecords(transaction, collection, [record], {
        add: blobs.map((blob) => [blob.id, blob.stored]),
        drop: [],
      });
      if (audience !== null && 'category' in purpose) {
        const source = { collection, item };
        const mask = { category: purpose.category, audience };
        maskNewDocument(session, transaction, this.#owned, source, mask);
      }
      const adopted = {
        deposit: opened.header.deposit,
        depositor: depositor.person,
        collection: collection.id,
        item,
        digest,
        time: session.now(),
      };
      index.put(transaction, 'index.adopted', digest, adopted);
      this.#sendReceipt(transaction, collectionLane(collection.id), opened, depositor);
      const path = paths.deposit(vault, opened.header.deposit);
      transaction.send(collectionLane(collection.id), {
        kind: 'request',
        method: 'DELETE',
        path,
        body: null,
      });
      transaction.delete(key);
    });
    return printId('item', item);
  }

  /** Turns a deposit away: it is deleted, here, on the server and on every device. Throws `usage/not-found`. */
  async refuse(id: Id<'deposit'>): Promise<void> {
    const { key, opened } = await this.#require(id);
    const { digest, header } = opened;
    await this.#session.transact((transaction) => {
      if (!this.#isOpen(opened)) throw new VaultError('usage/not-found', { id });
      const { index } = this.#owned;
      index.put(transaction, 'index.refused', digest, { digest, time: this.#session.now() });
      transaction.delete(key);
      transaction.send(this.#lane, {
        kind: 'request',
        method: 'DELETE',
        path: paths.deposit(this.#owned.vault, header.deposit),
        body: null,
      });
    });
  }

  #live<T extends object>(name: string, list: () => Promise<T[]>): Live<readonly T[]> {
    const session = this.#session;
    const { vault, index } = this.#owned;
    const kept = new Kept<T>();
    let known: { readonly state: string; readonly list: readonly T[] } | null = null;
    const version = () => versionOfAll([index.collection]);
    const load = async (): Promise<readonly T[]> => {
      // What arrives moves the cursor, and what is decided is in the index.
      const cursor = await session.store.get(depositCursorKey(vault));
      const state = `${index.collection.version} ${String(cursor)}`;
      if (known?.state !== state) known = { state, list: Object.freeze(kept.all(await list())) };
      return known.list;
    };
    return sessionLoaded(session, `${name} ${printId('vault', vault)}`, { version, load }, isSameList);
  }

  get #lane(): string {
    return `deposits-${blobName(this.#owned.vault)}`;
  }

  #keys(): {
    readonly seed: KemSeed;
    readonly publicKey: Uint8Array;
    readonly adoptionKey: Secret<'adoption-key'>;
  } {
    const entry = this.#owned.index.get('index.deposit-key', DEPOSIT_KEY);
    if (entry === null) throw new VaultError('access/no-key');
    return {
      ...depositKeyFromSeed(entry.seed),
      adoptionKey: Secret.of('adoption-key', entry.adoptionKey.slice()),
    };
  }

  async #waiting(): Promise<Waiting[]> {
    const session = this.#session;
    session.requireOpen();
    const { seed, publicKey } = this.#keys();
    const waiting: Waiting[] = [];
    for (const { key, value } of await session.store.scan({ prefix: depositPrefix(this.#owned.vault) })) {
      try {
        const depositor = await session.requireIdentity(readDepositHeader(value).person);
        const { vault } = this.#owned;
        const opened = openDeposit({
          bytes: value,
          vault,
          depositor,
          depositSeed: seed,
          depositKey: publicKey,
        });
        const { kind, schema, body } = opened.content;
        if (!this.#isOpen(opened) || isIndexKind(kind)) continue;
        checkKnownContent({ kind, schema, body });
        const blobs = blobsNamedBy({ kind, body });
        if (namesExactly(opened.header, blobs))
          waiting.push({ id: depositId(opened.digest), key, opened, blobs });
      } catch (error) {
        // Anyone with a ticket may send anything: what does not verify is not shown.
        if (!isVaultError(error) || !/^(format|integrity|share)\//.test(error.code)) throw error;
      }
    }
    seed.wipe();
    return waiting;
  }

  async #require(id: Id<'deposit'>): Promise<Waiting> {
    const wanted = normal(id);
    const found = (await this.#waiting()).find((waiting) => waiting.id === wanted);
    if (found === undefined) throw new VaultError('usage/not-found', { id });
    return found;
  }

  /** Whether a deposit was made with a ticket of this vault, and nobody has decided about it. SPEC R-DEP-3. */
  #isOpen({ header, digest }: OpenedDeposit): boolean {
    const { index } = this.#owned;
    const decided = index.get('index.adopted', digest) ?? index.get('index.refused', digest);
    const ticket = index.get('index.ticket', header.ticket);
    if (decided !== null || ticket === null) return false;
    if (ticket.depositor !== null && !equalBytes(ticket.depositor, header.person)) return false;
    return [ticket.expires, ticket.revoked].every(
      (end) => end === null || header.time < end + WIRE_LIMITS.clockWindowMs,
    );
  }

  async #checkFile(blob: BlobReference): Promise<void> {
    const { blobs } = this.#session.store;
    const name = blobName(blob.id);
    try {
      await checkStoredBlob(blob, (offset, length) => blobs.read(name, offset, length));
    } catch (error) {
      if (isVaultError(error, 'integrity/blob')) await blobs.remove(name);
      throw error;
    }
  }

  #sendReceipt(
    transaction: Transaction,
    lane: string,
    opened: OpenedDeposit,
    depositor: Parameters<typeof makeMessage>[0]['recipient'],
  ): void {
    const { author, random, now } = this.#session;
    const { vault, deposit } = opened.header;
    const content = signDepositReceipt(author, {
      vault,
      deposit,
      digest: opened.digest,
      person: author.person,
      time: now(),
    });
    const { bytes } = makeMessage({
      kind: 'deposit-receipt',
      author,
      recipient: depositor,
      content,
      random,
      time: now(),
    });
    sendToInbox(transaction, depositor.person, bytes, lane);
  }
}

/** Makes the keys of a new vault's deposit box. */
export function foundDepositBox(session: Session, transaction: Transaction, owned: OwnedVault): void {
  const seed = session.random(32);
  const adoptionKey = session.random(32);
  owned.index.put(transaction, 'index.deposit-key', DEPOSIT_KEY, { seed, adoptionKey });
}

/** What the server was told to keep for a deposit is what its content needs, and nothing else. SPEC R-DEP-4. */
function namesExactly({ blobs }: OpenedDeposit['header'], needed: readonly BlobReference[]): boolean {
  const named = new Map(blobs.map(([blob, stored]) => [nameOf(blob), stored]));
  const wanted = new Map(needed.map(({ id, stored }) => [nameOf(id), stored]));
  return (
    blobs.length === wanted.size &&
    named.size === wanted.size &&
    [...wanted].every(([name, stored]) => named.get(name) === stored)
  );
}

/** The document that was deposited, or null for something else. */
function documentIn({ content: { kind, body } }: OpenedDeposit): DocumentContent | null {
  return kind === DOCUMENT_KIND ? decodeDocument(body) : null;
}

/** The record of a kind that was deposited; null for something else, and for what the kind cannot read. */
function recordIn<T extends object>(
  { content }: OpenedDeposit,
  kind: RecordKind<T>,
): { readonly value: T; readonly files: readonly SealedFile[] } | null {
  if (content.kind !== kind.kind || content.schema > kind.schema) return null;
  return attempt(() => {
    const fields = decodeFields(content.body);
    return { value: kind.parse(withoutFiles(fields), content.schema), files: filesOf(fields) };
  });
}

function normal(id: Id<'deposit'>): Id<'deposit'> {
  return printId('deposit', parseId('deposit', id));
}
