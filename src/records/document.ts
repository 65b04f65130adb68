import * as z from 'zod/mini';
import { encode } from '../formats/codec.js';
import { blobReference } from '../formats/blob-reference.js';
import { boundedText, decodeAs, whole } from '../formats/shape.js';

/** The kind under which documents are sealed, and the version of their schema. */
export const DOCUMENT_KIND = 'document';
export const DOCUMENT_SCHEMA = 1;

const document = z.strictObject({
  title: boundedText(200),
  category: boundedText(64),
  /** Calendar day of the document, `YYYY-MM-DD`, or null. */
  date: z.nullable(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))),
  name: boundedText(255),
  mediaType: boundedText(127),
  added: whole,
  blob: blobReference,
});

/** What is sealed about a document; the file itself is a blob under a key that only this record holds. */
export type DocumentContent = z.infer<typeof document>;

export function encodeDocument(content: DocumentContent): Uint8Array {
  return encode(content);
}

/** Decodes a document's content. Throws `format/malformed`. */
export function decodeDocument(bytes: Uint8Array): DocumentContent {
  return decodeAs(document, bytes, 64 * 1024);
}
