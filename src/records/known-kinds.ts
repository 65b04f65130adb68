import { VaultError } from '../errors.js';
import { decodeDocument, DOCUMENT_KIND, isDocumentSchema } from './document.js';
import { decodeIndexEntry, INDEX_SCHEMA, isIndexKind } from './index-entry.js';

/** A kind of record that this version reads: the schema it knows, and what throws on any other content. */
interface KnownKind {
  reads(schema: number): boolean;
  check(body: Uint8Array): void;
}

/**
 * Checks that content of a kind known here can be read, so that one bad record never stands in the way of the others.
 *
 * Content of other kinds passes: it is for modules that come later. Throws `format/malformed`, and
 * `format/unsupported` for another schema of a known kind.
 */
export function checkKnownContent(content: {
  readonly kind: string;
  readonly schema: number;
  readonly body: Uint8Array;
}): void {
  const { kind, schema, body } = content;
  const known = knownKind(kind);
  if (known === null) return;
  if (!known.reads(schema)) throw new VaultError('format/unsupported', { kind, schema });
  known.check(body);
}

function knownKind(kind: string): KnownKind | null {
  if (kind === DOCUMENT_KIND) return { reads: isDocumentSchema, check: (body) => decodeDocument(body) };
  if (isIndexKind(kind))
    return { reads: (schema) => schema === INDEX_SCHEMA, check: (body) => decodeIndexEntry(kind, body) };
  return null;
}
