import { isVaultError, VaultError } from '../errors.js';
import { bytesToHex, type Id, printId } from '../formats/id.js';
import {
  type DocumentContent,
  decodeDocument,
  DOCUMENT_KIND,
  isDocumentSchema,
} from '../records/document.js';
import { type DocumentAbout, isDocumentAbout } from '../records/document-about.js';
import type { DocumentCategory } from '../records/category.js';
import type { Mask } from './masks.js';
import type { Item, Revision } from './record-view.js';

const NAME_MAX = 255;
const TITLE_MAX = 200;

/** What an app says about a document when it adds it. */
export interface DocumentMetadata {
  readonly category: DocumentCategory;
  /** At most 200 characters; the file's name if left out. */
  readonly title?: string;
  /** The document's own day, `YYYY-MM-DD`. */
  readonly date?: string | null;
  /** File name; taken from the file if left out. */
  readonly name?: string;
  /** Media type; taken from the file if left out. */
  readonly mediaType?: string;
  /** What a health record says of it: types, authors, dates, confidentiality. */
  readonly about?: DocumentAbout;
}

/** A document as shown; a plain value that a page can keep. */
export interface Document {
  readonly id: Id<'item'>;
  readonly version: Id<'change'>;
  readonly title: string;
  readonly category: DocumentCategory;
  readonly date: string | null;
  readonly name: string;
  readonly mediaType: string;
  /** Size of the file. */
  readonly bytes: number;
  /** When this version was added, in milliseconds since 1970, by the clock of the device that did. */
  readonly added: number;
  /** Who wrote the content, by a proof that was verified; without one, who signed for it being here. */
  readonly author: Id<'person'>;
  /** False until the server has confirmed it. */
  readonly synced: boolean;
  /** Other versions made at the same time on another device; see `history`. */
  readonly conflicts: readonly Id<'change'>[];
  readonly versions: number;
  /** From whom it is masked, for its owner; else null. */
  readonly masked: Mask | null;
  /**
   * The same for the same file: SHA-256 of the SHA-256 of each 256 KiB of it, in hexadecimal, as its author's app computed it. Null
   * for what an older version added.
   */
  readonly digest: string | null;
  /** As its source tells; null when nothing more is said. */
  readonly about: DocumentAbout | null;
}

/** One version of a document. */
export interface Version {
  readonly version: Id<'change'>;
  readonly time: number;
  /** As `author` of a document. */
  readonly by: Id<'person'>;
  readonly removed: boolean;
  readonly title: string | null;
  readonly bytes: number | null;
}

/**
 * The document that an item shows, or `null` when there is nothing of it that this version can read.
 *
 * It is of the category it is filed in; what its author called it counts only where there is no such place.
 */
export function documentOf(
  item: Item,
  history: readonly Revision[],
  category: string | null,
): Document | null {
  const { current, conflicts } = item;
  const shown = current.body === null ? history.findLast(({ body }) => body !== null) : current;
  const content = shown === undefined ? null : contentOf(shown);
  if (shown === undefined || content === null) return null;
  return {
    id: printId('item', item.item),
    version: printId('change', shown.change),
    title: content.title,
    category: (category ?? content.category) as DocumentCategory,
    date: content.date,
    name: content.name,
    mediaType: content.mediaType,
    bytes: content.blob.bytes,
    added: content.added,
    author: printId('person', authorOf(shown)),
    synced: current.position !== null,
    conflicts: Object.freeze(conflicts.map(({ change }) => printId('change', change))),
    versions: history.length,
    masked: null,
    digest: content.digest === undefined ? null : bytesToHex(content.digest),
    about: content.about ?? null,
  };
}

/** One version as listed; what cannot be read has no title and no size. */
export function versionOf(revision: Revision): Version {
  const content = contentOf(revision);
  return {
    version: printId('change', revision.change),
    time: revision.time,
    by: printId('person', authorOf(revision)),
    removed: revision.body === null,
    title: content?.title ?? null,
    bytes: content?.blob.bytes ?? null,
  };
}

/** The content of a revision that is not a removal. Throws `usage/not-found`, `format/malformed`, `format/unsupported`. */
export function bodyOfRevision({ body, kind, schema }: Revision): DocumentContent {
  if (body === null) throw new VaultError('usage/not-found');
  if (kind !== DOCUMENT_KIND || !isDocumentSchema(schema)) throw new VaultError('format/unsupported');
  return decodeDocument(body);
}

/** As `bodyOfRevision`, or `null`: one document that cannot be read must not keep others from being shown. */
export function contentOf(revision: Revision): DocumentContent | null {
  try {
    return bodyOfRevision(revision);
  } catch (error) {
    if (!isVaultError(error)) throw error;
    return null;
  }
}

/** Who a revision is by: a claim of authorship counts only when its proof was verified. */
export function authorOf({ authored, person, proven }: Revision): Uint8Array {
  return proven && authored !== null ? authored[1] : person;
}

/** Metadata as it will be sealed. Throws `usage/invalid` for a title or name too long or a day that is none. */
export function describe(metadata: {
  readonly category: string;
  readonly title?: string;
  readonly date?: string | null;
  readonly name?: string;
  readonly mediaType?: string;
  readonly about?: DocumentAbout | undefined;
}): Omit<DocumentContent, 'added' | 'blob'> {
  const name = metadata.name ?? '';
  const title = metadata.title ?? (name === '' ? 'Document' : name.slice(0, TITLE_MAX));
  const date = metadata.date ?? null;
  const mediaType =
    metadata.mediaType === undefined || metadata.mediaType === ''
      ? 'application/octet-stream'
      : metadata.mediaType;
  if (title.length === 0 || title.length > TITLE_MAX)
    throw new VaultError('usage/invalid', { argument: 'title' });
  if (name.length > NAME_MAX || mediaType.length > 127)
    throw new VaultError('usage/invalid', { argument: 'name' });
  if (date !== null && !isDay(date)) throw new VaultError('usage/invalid', { argument: 'date' });
  const { about } = metadata;
  if (about !== undefined && !isDocumentAbout(about))
    throw new VaultError('usage/invalid', { argument: 'about' });
  return {
    title,
    category: metadata.category,
    date,
    name,
    mediaType,
    ...(about === undefined ? {} : { about }),
  };
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
  );
}
