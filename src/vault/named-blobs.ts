import { isVaultError } from '../errors.js';
import type { BlobReference } from '../formats/blob-reference.js';
import { decodeDocument, DOCUMENT_KIND } from '../records/document.js';
import { FILES_FIELD, filesOf, type SealedFile } from '../records/record-files.js';
import { decodeFields } from '../records/record-kind.js';
import type { Revision } from './record-view.js';

const FILES_NAME = /* @__PURE__ */ new TextEncoder().encode(FILES_FIELD);

/**
 * The blobs that a revision names: the file of a document, the files of a record of any kind.
 *
 * None for a removal, nor for what this version cannot read: that may name any blob, but none it could open.
 */
export function blobsNamedBy({ kind, body }: Pick<Revision, 'kind' | 'body'>): BlobReference[] {
  if (kind !== DOCUMENT_KIND || body === null) return filesIn(body).map(({ content }) => content.blob);
  try {
    return [decodeDocument(body).blob];
  } catch (error) {
    if (!isVaultError(error)) throw error;
    return [];
  }
}

/** Who is named as the author of the files of a record, proven or not. */
export function fileAuthors({ kind, body }: Pick<Revision, 'kind' | 'body'>): Uint8Array[] {
  if (kind === DOCUMENT_KIND) return [];
  return filesIn(body).flatMap(({ authored }) => (authored === null ? [] : [authored[1]]));
}

function filesIn(body: Uint8Array | null): SealedFile[] {
  // Most records have no files: looking for the name is far quicker than decoding.
  if (body === null || !contains(body, FILES_NAME)) return [];
  try {
    return filesOf(decodeFields(body));
  } catch (error) {
    if (!isVaultError(error)) throw error;
    return [];
  }
}

/** Whether bytes hold others in a row. */
export function contains(bytes: Uint8Array, part: Uint8Array): boolean {
  const [first] = part as unknown as [number];
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at + part.length <= bytes.length && part.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}
