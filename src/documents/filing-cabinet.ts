import { VaultError } from '../errors.js';
import { type Id, parseId } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import { isSameList, type Live } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import { type DocumentCategory, isDocumentCategory } from '../records/category.js';
import type { DocumentAbout } from '../records/document-about.js';
import type { WorkOptions } from '../vault/document-files.js';
import type { DocumentMetadata } from '../vault/document-view.js';
import type { FileSource } from '../vault/file-source.js';
import type { MaskOptions } from '../vault/masks.js';
import type { RecordItem } from '../vault/record-item.js';
import type { DocumentsHome } from './documents-home.js';
import { type FiledDocument, FiledDocuments, type FiledFrom } from './filed-document.js';
import { FILING, type Filing } from './filing.js';
import { FOLDER, type Folder } from './folder.js';
import { RELATION, type RelationType } from './relation.js';
import { nameOfIdentifier } from './replaced.js';

/** Which documents to list. */
export interface FiledFilter {
  readonly category?: DocumentCategory;
  /** Of one folder; null for those of none. */
  readonly folder?: Id<'item'> | null;
  readonly pinned?: boolean;
  /** True leaves out what a later version takes the place of. */
  readonly current?: boolean;
}

/** How sure one is that a document is about the holder, and what a person said about it. */
export interface FileOptions {
  readonly identity: { readonly verdict: 'match' | 'mismatch' | 'uncertain' };
  /** The verdict that a person has looked at, and files the document all the same. */
  readonly acknowledged?: 'mismatch' | 'uncertain';
  /** True files it although the same is here. */
  readonly again?: boolean;
}

const VERDICTS: readonly unknown[] = ['match', 'mismatch', 'uncertain'];

type Identifier = NonNullable<NonNullable<FiledDocument['about']>['setId']>;

/** How documents are filed in a vault: titles, folders, pins, notes, relations, chains of versions. */
export class FilingCabinet {
  readonly #home: DocumentsHome;
  readonly #lives = new LiveCache();
  readonly #filed = new FiledDocuments();

  /** @internal */
  constructor(home: DocumentsHome) {
    this.#home = home;
  }

  /** The documents, pinned ones first, then the newest by their own day. Throws `usage/invalid` for an unknown category. */
  async list(filter: FiledFilter = {}): Promise<FiledDocument[]> {
    checkFilter(filter);
    return chosen(await this.#all(), filter);
  }

  /** As `list`, and every list that follows; a document is the same object until something about it changes. */
  live(filter: FiledFilter = {}): Live<readonly FiledDocument[]> {
    checkFilter(filter);
    const { category = '', folder = '', pinned = '', current = false } = filter;
    return this.#lives.get(JSON.stringify(['list', category, folder, pinned, current]), () =>
      deriveLive([this.#liveAll()], (all) => chosen(all, filter), isSameList),
    );
  }

  /** One document, or `null`. Throws `usage/invalid` for no id. */
  async get(id: Id<'item'>): Promise<FiledDocument | null> {
    parseId('item', id);
    return (await this.#all()).find((document) => document.id === id) ?? null;
  }

  /** As `get`, and all that follows. Throws `usage/invalid` for no id. */
  liveOne(id: Id<'item'>): Live<FiledDocument | null> {
    parseId('item', id);
    return this.#lives.get(`one ${id}`, () => deriveLive([this.#liveById()], (byId) => byId.get(id) ?? null));
  }

  /**
   * Files a document that says whom it is about, unless it may be about someone else: a document in the wrong record is dangerous.
   *
   * `identity` is the comparison with the holder (`compareIdentity` of `coffret/interop`). Unless it is a `match`, this throws
   * `usage/wrong-holder` with the `verdict`, until a person has looked and `acknowledged` names that verdict. Throws as
   * `documents.add`, and `usage/duplicate` with the `id` of one that is the same by its bytes or by what it says (`duplicatesOf`),
   * unless `again` is set; then nothing is stored. The file is read once, while it is encrypted.
   *
   * What its source asks to be masked from professionals (`about.maskedFromProfessionals`) is masked from its first moment on, and
   * so is the next version of what is masked, unless `mask` says otherwise; null is from nobody.
   */
  async file(
    source: FileSource,
    metadata: DocumentMetadata & { readonly mask?: MaskOptions | null },
    options: FileOptions,
    work: WorkOptions = {},
  ): Promise<FiledDocument> {
    const { identity, acknowledged, again = false } = options;
    // What is no verdict must not pass for one.
    if (!VERDICTS.includes(identity?.verdict))
      throw new VaultError('usage/invalid', { argument: 'identity' });
    if (identity.verdict !== 'match' && acknowledged !== identity.verdict)
      throw new VaultError('usage/wrong-holder', { verdict: identity.verdict });
    const { about, mask: wanted, ...said } = metadata;
    const here = about === undefined ? [] : await this.list();
    const mask = wanted === undefined ? maskFor(about, here) : wanted;
    const same = again ? undefined : here.find((document) => isDuplicate(document, { about: about ?? null }));
    if (same !== undefined) throw new VaultError('usage/duplicate', { id: same.id });
    const { id } = await this.#home.documents.add(
      source,
      { ...said, ...(about !== undefined && { about }), ...(mask !== null && { mask }), once: !again },
      work,
    );
    return this.#require(id);
  }

  /** Gives a document another title than its author's; null takes it back. Throws `usage/not-found`, `usage/invalid`. */
  async setTitle(id: Id<'item'>, title: string | null): Promise<FiledDocument> {
    return this.#say(id, { title: title ?? undefined });
  }

  /** Puts a document on top of the list, or back into it. Throws `usage/not-found`. */
  async pin(id: Id<'item'>, pinned: boolean): Promise<FiledDocument> {
    return this.#say(id, { pinned: pinned ? true : undefined });
  }

  /** Writes a note beside a document, at most 5000 characters; null takes it away. Throws `usage/not-found`. */
  async setNote(id: Id<'item'>, note: string | null): Promise<FiledDocument> {
    return this.#say(id, { note: note ?? undefined });
  }

  /** Puts a document into a folder, or into none. Throws `usage/not-found` for either. */
  async moveTo(id: Id<'item'>, folder: Id<'item'> | null): Promise<FiledDocument> {
    if (folder !== null && (await this.#home.records(FOLDER).get(folder)) === null)
      throw new VaultError('usage/not-found', { id: folder });
    return this.#say(id, { folder: folder ?? undefined });
  }

  /** The holder wants to see what was not announced to them so far. Throws `usage/not-found`. */
  async acknowledge(id: Id<'item'>): Promise<FiledDocument> {
    return this.#say(id, { acknowledged: Date.now() });
  }

  /** The folders, by name. */
  async folders(): Promise<RecordItem<Folder>[]> {
    return (await this.#home.records(FOLDER).list()).sort(byName);
  }

  /** As `folders`, and every list that follows. */
  liveFolders(): Live<readonly RecordItem<Folder>[]> {
    return this.#lives.get('folders', () =>
      deriveLive([this.#home.records(FOLDER).live()], (all) => all.toSorted(byName), isSameList),
    );
  }

  /** Makes a folder. Throws `usage/invalid` for a name that is empty, over 50 characters, or taken. */
  async createFolder(name: string): Promise<RecordItem<Folder>> {
    await this.#requireFreeName(name, null);
    return this.#home.records(FOLDER).add({ name });
  }

  /** Renames a folder. Throws as `createFolder`, `usage/not-found`. */
  async renameFolder(id: Id<'item'>, name: string): Promise<RecordItem<Folder>> {
    await this.#requireFreeName(name, id);
    return this.#home.records(FOLDER).update(id, { name });
  }

  /** Removes a folder; its documents are in none then. Throws `usage/not-found`. */
  async removeFolder(id: Id<'item'>): Promise<void> {
    await this.#home.records(FOLDER).remove(id);
  }

  /** Says that a document has to do with another item of the vault. Twice is once. Throws `usage/not-found` for the document. */
  async relate(document: Id<'item'>, to: Id<'item'>, type: RelationType): Promise<Id<'item'>> {
    const { relations } = await this.#require(document);
    const known = relations.find((relation) => relation.to === to && relation.type === type);
    return known?.id ?? (await this.#home.records(RELATION).add({ document, to, type })).id;
  }

  /** Takes a relation back. Throws `usage/not-found`. */
  async unrelate(relation: Id<'item'>): Promise<void> {
    await this.#home.records(RELATION).remove(relation);
  }

  /**
   * The documents that are the same as this one, in the order of `list`: the same bytes, the same document id, or the same version
   * of one set. Found on this device; the server learns nothing.
   *
   * Of a file that is not filed, say `digest` (`documents.digest` computes it), `about`, or both; of a document here, give the document:
   * it is not among those. What an older version added has no digest. Digests and ids are as the author of each document says.
   */
  async duplicatesOf(what: {
    readonly id?: Id<'item'>;
    readonly digest?: string | null;
    readonly about?: DocumentAbout | null;
  }): Promise<FiledDocument[]> {
    return (await this.list()).filter((document) => isDuplicate(document, what));
  }

  async #all(): Promise<FiledDocument[]> {
    return this.#filed.of(await this.#read());
  }

  async #read(): Promise<FiledFrom> {
    const home = this.#home;
    return {
      documents: await home.documents.list(),
      filings: await home.records(FILING).list(),
      folders: await home.records(FOLDER).list(),
      relations: await home.records(RELATION).list(),
    };
  }

  #liveAll(): Live<readonly FiledDocument[]> {
    const home = this.#home;
    return this.#lives.get('all', () =>
      deriveLive(
        [
          home.documents.live(),
          home.records(FILING).live(),
          home.records(FOLDER).live(),
          home.records(RELATION).live(),
        ],
        (documents, filings, folders, relations) =>
          this.#filed.of({ documents, filings, folders, relations }),
        isSameList,
      ),
    );
  }

  #liveById(): Live<ReadonlyMap<Id<'item'>, FiledDocument>> {
    return this.#lives.get('by id', () =>
      deriveLive([this.#liveAll()], (all) => new Map(all.map((document) => [document.id, document]))),
    );
  }

  async #require(id: Id<'item'>): Promise<FiledDocument> {
    const found = await this.get(id);
    if (found === null) throw new VaultError('usage/not-found', { id });
    return found;
  }

  /** Writes about a document: in one record, whoever of two devices made another. */
  async #say(id: Id<'item'>, change: Partial<Filing>): Promise<FiledDocument> {
    await this.#require(id);
    const records = this.#home.records(FILING);
    const [first, ...others] = (await records.list({ where: { document: id } })).sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
    if (first === undefined) await records.add({ document: id, ...change });
    else {
      const all = [first, ...others].sort((a, b) => a.changed - b.changed);
      await records.update(first.id, Object.assign({}, ...all.map(({ value }) => value), change));
      for (const other of others) await records.remove(other.id);
    }
    return this.#require(id);
  }

  async #requireFreeName(name: string, except: Id<'item'> | null): Promise<void> {
    const taken = (await this.folders()).some(
      (folder) => folder.id !== except && folded(folder.value.name) === folded(name),
    );
    if (typeof name !== 'string' || name.trim() === '' || name.length > 50 || taken)
      throw new VaultError('usage/invalid', { argument: 'name', ...(taken && { reason: 'taken' }) });
  }
}

function isDuplicate(
  document: FiledDocument,
  { id, digest, about }: Parameters<FilingCabinet['duplicatesOf']>[0],
): boolean {
  if (document.id === id) return false;
  if (document.digest !== null && document.digest === digest) return true;
  if (about === null || about === undefined || document.about === null) return false;
  const { documentId, setId, versionNumber } = document.about;
  if (isSame(documentId, about.documentId)) return true;
  return isSame(setId, about.setId) && versionNumber === about.versionNumber;
}

/** From whom to mask what is filed now: as its source asks, and as the versions are masked whose place it takes. */
function maskFor(about: DocumentAbout | undefined, here: readonly FiledDocument[]): MaskOptions | null {
  const from = new Set<'professionals' | Id<'person'>>();
  if (about?.maskedFromProfessionals === true) from.add('professionals');
  const { setId, replaces = [] } = about ?? {};
  const named = new Set(replaces.map(nameOfIdentifier));
  for (const { masked, about: other } of here) {
    if (masked === null || !isEarlier(other, setId, named)) continue;
    if (masked.professionals) from.add('professionals');
    for (const person of masked.people) from.add(person);
  }
  return from.size === 0 ? null : { from: [...from] };
}

function isEarlier(
  about: FiledDocument['about'],
  setId: Identifier | undefined,
  replaced: ReadonlySet<string>,
): boolean {
  const isNamed = about?.documentId !== undefined && replaced.has(nameOfIdentifier(about.documentId));
  const isOfSet = setId !== undefined && about?.setId !== undefined;
  return isNamed || (isOfSet && nameOfIdentifier(about.setId as Identifier) === nameOfIdentifier(setId));
}

const cabinets = /* @__PURE__ */ new WeakMap<object, FilingCabinet>();

/** How documents are filed in a vault, here or in a worker; the same object for the same vault. */
export function documentsOf(vault: DocumentsHome): FilingCabinet {
  const known = cabinets.get(vault) ?? new FilingCabinet(vault);
  cabinets.set(vault, known);
  return known;
}

function chosen(all: readonly FiledDocument[], filter: FiledFilter): FiledDocument[] {
  const { category, folder, pinned, current = false } = filter;
  return all.filter(
    (document) =>
      (category === undefined || document.category === category) &&
      (folder === undefined || document.folder === folder) &&
      (pinned === undefined || document.pinned === pinned) &&
      !(current && document.supersededBy !== null),
  );
}

function checkFilter({ category }: FiledFilter): void {
  if (category !== undefined && !isDocumentCategory(category))
    throw new VaultError('usage/invalid', { argument: 'category' });
}

function isSame(a: DocumentAbout['setId'], b: DocumentAbout['setId']): boolean {
  return a !== undefined && b !== undefined && a.system === b.system && a.value === b.value;
}

function byName(a: RecordItem<Folder>, b: RecordItem<Folder>): number {
  return a.value.name.localeCompare(b.value.name) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function folded(name: string): string {
  return String(name).normalize('NFD').replaceAll(/\p{M}/gu, '').trim().toLowerCase();
}
