import * as z from 'zod/mini';
import { type BlobReference, isBlobReference } from '../formats/blob-reference.js';
import { type Encodable, encode } from '../formats/codec.js';
import { type DocumentAbout, isDocumentAbout } from './document-about.js';
import { decodeAs, hasFields, isBytes, isText, isWhole } from '../formats/shape.js';

/** The kind under which documents are sealed, and the version of their schema. */
export const DOCUMENT_KIND = 'document';
export const DOCUMENT_SCHEMA = 1;
/** The version of their schema for documents of which more is said, or the digest of the file is kept. */
const DOCUMENT_SCHEMA_ABOUT = 2;

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
  readonly about?: DocumentAbout;
  /** The digest of the file (SPEC §7.3), by which the same file is recognised; what was written before has none. */
  readonly digest?: Uint8Array;
};

// Checked by hand: opening a vault and listing it do it for every document, and a schema takes ten times as long.
const document = z.custom<DocumentContent>((value) => {
  const more = countOf(value, 'about') + countOf(value, 'digest');
  if (!hasFields(value, 7 + more)) return false;
  const { title, category, date, name, mediaType, added, blob, about, digest } = value;
  return (
    isText(title, 200) &&
    isText(category, 64) &&
    (date === null || (typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date))) &&
    isText(name, 255) &&
    isText(mediaType, 127) &&
    isWhole(added) &&
    isBlobReference(blob) &&
    (about === undefined || isDocumentAbout(about)) &&
    (digest === undefined || isBytes(digest, 32))
  );
});

function countOf(value: unknown, field: string): number {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, field) ? 1 : 0;
}

/** The version of the schema that a content is of. */
export function schemaOfDocument({ about, digest }: DocumentContent): number {
  return about === undefined && digest === undefined ? DOCUMENT_SCHEMA : DOCUMENT_SCHEMA_ABOUT;
}

/** Whether this version reads documents of a schema. */
export function isDocumentSchema(schema: number): boolean {
  return schema === DOCUMENT_SCHEMA || schema === DOCUMENT_SCHEMA_ABOUT;
}

export function encodeDocument({ about, ...content }: DocumentContent): Uint8Array {
  if (about === undefined) return encode(content);
  const said = Object.entries(about).filter(([, value]) => value !== undefined);
  return encode({ ...content, about: Object.fromEntries(said) as Encodable });
}

/** Decodes a document's content. Throws `format/malformed`. */
export function decodeDocument(bytes: Uint8Array): DocumentContent {
  return decodeAs(document, bytes, 64 * 1024);
}
