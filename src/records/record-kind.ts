import { VaultError } from '../errors.js';
import { decode, type Encodable, encode } from '../formats/codec.js';
import { LIMITS } from '../formats/limits.js';
import { isDocumentCategory } from './category.js';
import { DOCUMENT_KIND } from './document.js';

const KIND = /^[a-z][a-z0-9.-]{0,63}$/;
const COLLECTION = /^[a-z][a-z0-9-]{0,63}$/;
const CONTENT_BYTES_MAX = 1024 * 1024;

/**
 * A kind of record that an app or a module keeps: declaring it is all it takes to store, sync, share and follow such
 * records. Declare each once, and pass the same object everywhere.
 *
 * A record is a plain object. Its fields hold `null`, booleans, whole numbers, text, bytes, and arrays and objects of
 * these, nested at most 16 deep, 1 MiB in all. There are no fractions: write 37.5 °C as 375 tenths, or as text.
 */
export interface RecordKind<T extends object> {
  /** The name sealed with each record: lower-case letters, digits, `.` and `-`, at most 64. */
  readonly kind: string;
  /** The version of its fields, from 1. Records of a later one are kept and not shown. */
  readonly schema: number;
  /** The collection it is kept in, with the name rules of `kind` less `.`: what is shared as one. Kinds may have one in common. */
  readonly collection: string;
  /**
   * Checks what a record holds and gives it its type; throws on anything else. `schema` is that of the record, this
   * one or an earlier one. It must not change what it is given, and depend on nothing else.
   */
  parse(value: unknown, schema: number): T;
}

/** Declares a kind of record. Throws `usage/invalid` for names or a version that it may not have. */
export function defineKind<T extends object>(kind: RecordKind<T>): RecordKind<T> {
  checkKind(kind);
  return Object.freeze({ ...kind });
}

/** Throws `usage/invalid` unless a kind has names and a version that it may have. */
export function checkKind({ kind, schema, collection, parse }: RecordKind<object>): void {
  if (typeof kind !== 'string' || !KIND.test(kind) || kind === DOCUMENT_KIND || kind.startsWith('index.'))
    throw new VaultError('usage/invalid', { argument: 'kind' });
  if (!Number.isSafeInteger(schema) || schema < 1)
    throw new VaultError('usage/invalid', { argument: 'schema' });
  if (!isRecordCollection(collection)) throw new VaultError('usage/invalid', { argument: 'collection' });
  if (typeof parse !== 'function') throw new VaultError('usage/invalid', { argument: 'parse' });
}

/** Whether a text may name a collection of records: document categories are something else. */
export function isRecordCollection(text: unknown): text is string {
  return typeof text === 'string' && COLLECTION.test(text) && !isDocumentCategory(text);
}

/** Whether a collection of records is shared with nobody: its name starts with `own-`. @internal */
export function isOwnersAlone(collection: string): boolean {
  return collection.startsWith('own-');
}

/** The fields of a record as they are sealed. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Encodes the fields of a record; one that is `undefined` is left out.
 *
 * Throws `usage/invalid` for anything that cannot be kept (see `RecordKind`), `format/too-large` above 1 MiB.
 */
export function encodeFields(fields: Fields): Uint8Array {
  if (!isPlain(fields)) throw new VaultError('usage/invalid', { argument: 'value' });
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  const body = encode(Object.fromEntries(present) as Encodable);
  if (body.length > CONTENT_BYTES_MAX) throw new VaultError('format/too-large', { bytes: body.length });
  return body;
}

/** Decodes the fields of a record. Throws `format/malformed`, `format/too-large`. */
export function decodeFields(body: Uint8Array): Fields {
  const value = decode(body, { maxBytes: LIMITS.bodyBytesMax });
  if (!isPlain(value)) throw new VaultError('format/malformed');
  return value;
}

/** Throws `usage/invalid` for fields that no kind may have: those that start with `@` are the record's own. */
export function checkFields(fields: Fields): void {
  if (!isPlain(fields)) throw new VaultError('usage/invalid', { argument: 'value' });
  const reserved = Object.keys(fields).find((name) => name.startsWith('@'));
  if (reserved !== undefined) throw new VaultError('usage/invalid', { argument: reserved });
}

function isPlain(value: unknown): value is Fields {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}
