import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { type Id, parseId, printId } from '../formats/id.js';
import type { Link, RecordEnvelope } from '../formats/record.js';
import { type IdentityOf, nameOf } from '../log/collection-log.js';
import type { DocumentCategory } from '../records/category.js';
import {
  DOCUMENT_KIND,
  type DocumentContent,
  encodeDocument,
  schemaOfDocument,
} from '../records/document.js';
import { RECORD_FILES_MAX, type SealedFile } from '../records/record-files.js';
import { type AuthoredContent, checkAuthorship } from '../sharing/authorship.js';
import { blobName } from '../sync/outbox.js';
import { storeFile, type WorkOptions } from './document-files.js';
import { contentOf, type DocumentMetadata, describe } from './document-view.js';
import { type FileSource, openSource } from './file-source.js';
import type { LinkSource } from './links.js';
import type { Session } from './session.js';

/** A file to put into a record: a file, one with what is to be said about it, or the id of a document of the vault. */
export type RecordFileSource =
  | FileSource
  | ({ readonly file: FileSource } & Partial<DocumentMetadata>)
  | Id<'item'>;

/** A file of a record as shown. */
export interface RecordFile {
  /** Names it in `read`, `blob` and `saveFile`. */
  readonly id: Id<'blob'>;
  readonly title: string;
  readonly name: string;
  readonly mediaType: string;
  /** Size of the file. */
  readonly bytes: number;
  /** The category its author proposes. */
  readonly category: string;
  /** Calendar day of the document, `YYYY-MM-DD`, or null. */
  readonly date: string | null;
  /** Who wrote it, by a proof of their own that was verified here; else null, and it is by the record's author. */
  readonly author: Id<'person'> | null;
  /** The document it was taken from, or null. */
  readonly source: Id<'item'> | null;
}

/** What is needed to put files into a record of a place. @internal */
export interface FilePlace {
  /** The vault whose blobs they are. */
  readonly vault: Uint8Array;
  /** The author's proof over a document, where one is needed. */
  prove(content: AuthoredContent): RecordEnvelope['authored'];
  /** Where a document of the vault is. Throws `usage/not-found`, `access/not-allowed`. */
  locate(id: Id<'item'>): LinkSource;
}

/** Files on their way into a record: encrypted and kept, and not yet named by anything. @internal */
export interface PreparedFiles {
  /** As they are sealed. */
  readonly files: readonly SealedFile[];
  /** The blobs that are new, to be uploaded first. */
  readonly fresh: readonly Uint8Array[];
  /** Removes what is new; to be called when the record could not be written. */
  discard(): Promise<void>;
}

/**
 * Encrypts the files of a record; those that are documents of the vault already are named, not copied.
 *
 * Throws `usage/invalid` for more than 64, and as `storeFile`; then nothing stays.
 */
export async function prepareFiles(
  session: Session,
  place: FilePlace,
  sources: readonly RecordFileSource[],
  work: WorkOptions,
): Promise<PreparedFiles> {
  if (sources.length > RECORD_FILES_MAX) throw new VaultError('usage/invalid', { argument: 'files' });
  const opened = sources.map((source) => (typeof source === 'string' ? source : openFile(source)));
  const files: SealedFile[] = [];
  const fresh: Uint8Array[] = [];
  const discard = async () => {
    for (const blob of fresh) await session.store.blobs.remove(blobName(blob));
  };
  try {
    for (const source of opened) {
      if (typeof source === 'string') {
        files.push(linkedFile(place, source));
        continue;
      }
      const stored = await storeFile(session, place.vault, source.opened, work);
      fresh.push(stored.blob.id);
      const content: DocumentContent = { ...source.described, added: session.now(), ...stored };
      const body = encodeDocument(content);
      const authored = place.prove({ kind: DOCUMENT_KIND, schema: schemaOfDocument(content), body });
      files.push({ content, body, authored, link: null });
    }
  } catch (error) {
    await discard();
    throw error;
  }
  return { files, fresh, discard };
}

function openFile(source: Exclude<RecordFileSource, string>) {
  const { file, ...metadata } =
    source !== null && typeof source === 'object' && 'file' in source ? source : { file: source };
  const opened = openSource(file);
  const { name, mediaType } = opened;
  return { opened, described: describe({ name, mediaType, category: 'other', ...metadata }) };
}

/** A document of the vault as it is now: its file stays where it is, its author's proof goes with it. */
function linkedFile(place: FilePlace, id: Id<'item'>): SealedFile {
  const { collection, item } = place.locate(id);
  const source = collection.view.get(item)?.current;
  const content = source === undefined ? null : contentOf(source);
  if (source === undefined || source.body === null || content === null)
    throw new VaultError('usage/not-found', { id });
  const link: Link = [place.vault, collection.id, item, source.change];
  return { content, body: source.body, authored: source.authored, link };
}

/** A file as shown; keys stay here. */
export function fileView(file: SealedFile, vault: Uint8Array, identityOf: IdentityOf): RecordFile {
  const { title, name, mediaType, date, category, blob } = file.content;
  return Object.freeze({
    id: printId('blob', blob.id),
    ...{ title, name, mediaType, date, category, bytes: blob.bytes },
    author: provenAuthor(file, vault, identityOf),
    source: file.link === null ? null : printId('item', file.link[2]),
  });
}

function provenAuthor(
  { authored, body, content }: SealedFile,
  vault: Uint8Array,
  identityOf: IdentityOf,
): Id<'person'> | null {
  const author = authored === null ? null : identityOf(authored[1]);
  if (authored === null || author === null) return null;
  try {
    checkAuthorship(
      authored,
      vault,
      { kind: DOCUMENT_KIND, schema: schemaOfDocument(content), body },
      author,
    );
    return printId('person', author.person);
  } catch {
    return null; // R-REC-6
  }
}

/** The file of this id. Throws `usage/not-found`, `usage/invalid`. */
export function requireFile(files: readonly SealedFile[], id: Id<'blob'>): SealedFile {
  const blob = parseId('blob', id);
  const found = files.find(({ content }) => equalBytes(content.blob.id, blob));
  if (found === undefined) throw new VaultError('usage/not-found', { id });
  return found;
}

/** The references that an op has to carry for these files, each once. */
export function referencesTo(files: readonly SealedFile[]): [blob: Uint8Array, stored: number][] {
  const blobs = new Map(files.map(({ content: { blob } }) => [nameOf(blob.id), blob]));
  return [...blobs.values()].map(({ id, stored }) => [id, stored]);
}

/** Where a file is to be filed. */
export interface SaveOptions {
  readonly category: DocumentCategory;
}
