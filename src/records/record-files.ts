import * as z from 'zod/mini';
import { LIMITS } from '../formats/limits.js';
import { type Authored, authored, type Link, link } from '../formats/record.js';
import { boundedBytes, checkShape } from '../formats/shape.js';
import { type DocumentContent, decodeDocument } from './document.js';
import type { Fields } from './record-kind.js';

/** The field of a record that holds its files; no kind has one of this name. SPEC §7.2. */
export const FILES_FIELD = '@files';

/** So many files in one record. */
export const RECORD_FILES_MAX = 64;

/** A file of a record: a document's content, who wrote it if that is proven, and what it was taken from. */
export interface SealedFile {
  readonly content: DocumentContent;
  /** As encoded: what `authored` is over. */
  readonly body: Uint8Array;
  readonly authored: Authored | null;
  readonly link: Link | null;
}

const sealedFiles = z
  .array(z.tuple([boundedBytes(LIMITS.bodyBytesMax), z.nullable(authored), z.nullable(link)]))
  .check(z.maxLength(RECORD_FILES_MAX));

/** What is kept under `FILES_FIELD`. */
export function encodeFiles(files: readonly Omit<SealedFile, 'content'>[]): unknown {
  // The very bytes that the proof is over.
  return files.map(({ body, authored: proof, link: from }) => [body, proof, from]);
}

/** The files of a record. Throws `format/malformed`. */
export function filesOf(fields: Fields): SealedFile[] {
  if (!Object.hasOwn(fields, FILES_FIELD)) return [];
  return checkShape(sealedFiles, fields[FILES_FIELD]).map(([body, proof, from]) => ({
    content: decodeDocument(body),
    body,
    authored: proof,
    link: from,
  }));
}

/** The fields of a record that its kind knows of. */
export function withoutFiles(fields: Fields): Fields {
  const { [FILES_FIELD]: _, ...rest } = fields;
  return rest;
}
