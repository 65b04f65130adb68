import * as z from 'zod/mini';
import { type BlobReference, isBlobReference } from '../formats/blob-reference.js';
import { encode } from '../formats/codec.js';
import { decodeAs, hasFields, isText, isWhole } from '../formats/shape.js';

/** The kind under which documents are sealed, and the version of their schema. */
export const DOCUMENT_KIND = 'document';
export const DOCUMENT_SCHEMA = 1;

/** What is sealed about a document; the file itself is a blob under a key that only this record holds. */
export type DocumentContent = {
  readonly title: string;
  readonly category: string;
  /** Calendar day of the document, `YYYY-MM-DD`, or null. */
  readonly date: string | null;
  readonly name: string;
  readonly mediaType: string;
  readonly added: number;
  readonly blob: BlobReference;
};

// Checked by hand: opening a vault and listing it do it for every document, and a schema takes ten times as long.
const document = z.custom<DocumentContent>((value) => {
  if (!hasFields(value, 7)) return false;
  const { title, category, date, name, mediaType, added, blob } = value;
  return (
    isText(title, 200) &&
    isText(category, 64) &&
    (date === null || (typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date))) &&
    isText(name, 255) &&
    isText(mediaType, 127) &&
    isWhole(added) &&
    isBlobReference(blob)
  );
});

export function encodeDocument(content: DocumentContent): Uint8Array {
  return encode(content);
}

/** Decodes a document's content. Throws `format/malformed`. */
export function decodeDocument(bytes: Uint8Array): DocumentContent {
  return decodeAs(document, bytes, 64 * 1024);
}
