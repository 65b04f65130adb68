import { decodeBase64 } from './base64.js';
import type { Pace } from './pace.js';
import { type FileKind, sniff } from './sniff.js';
import { type UnpackRoom, unpack } from './unpack.js';
import { lineOf, type XmlElement } from './xml-element.js';

/** A file that a document carries. */
export interface CdaFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What it is, by its bytes; what is declared only where they do not tell. */
  readonly mediaType: string;
  readonly declaredType: string | null;
  readonly kind: FileKind;
  /** A name to keep it under, made of its place in the document. */
  readonly name: string;
  /** The `ID` that the text of a section shows it by, or null. */
  readonly id: string | null;
  /** The section it stands in, as `path` of it; null for the body itself. */
  readonly section: string | null;
}

/** Something of a document that could not be read; the rest of it was. */
export interface CdaProblem {
  /**
   * Of a file: no Base64, packed in a way that is not known or that is broken, larger unpacked than is accepted, kept
   * elsewhere, without any content, one of too many. Of the document: about more than one patient.
   */
  readonly why:
    | 'base64'
    | 'compressed'
    | 'too-large'
    | 'external'
    | 'empty'
    | 'too-many'
    | 'several-patients';
  /** The section, or null for the document. */
  readonly section: string | null;
}

/** @internal */
export type EmbeddedFile = { readonly file: CdaFile } | { readonly problem: CdaProblem };

interface Place {
  readonly section: string | null;
  readonly id: string | null;
  /** Which file of the document it is, from one. */
  readonly number: number;
}

/** What goes on over all files of a document. @internal */
export interface FileWork {
  readonly pace: Pace;
  readonly room: UnpackRoom;
}

const ENDINGS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/tiff': 'tif',
  'image/bmp': 'bmp',
  'image/heic': 'heic',
  'image/heif': 'heif',
  'image/avif': 'avif',
  'application/dicom': 'dcm',
  'application/rtf': 'rtf',
  'text/rtf': 'rtf',
  'text/plain': 'txt',
  'text/html': 'html',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/json': 'json',
  'application/fhir+json': 'json',
  'application/fhir+xml': 'xml',
  'application/zip': 'zip',
};

/**
 * The file in an element of encapsulated data (HL7 ED): Base64, or text as it stands.
 *
 * One that lies elsewhere is never fetched. One that is packed is unpacked as far as there is room; some only say that
 * it is.
 *
 * @internal
 */
export async function embeddedFile(
  element: XmlElement,
  place: Place,
  { pace, room }: FileWork,
): Promise<EmbeddedFile> {
  const problem = (why: CdaProblem['why']): EmbeddedFile => ({ problem: { why, section: place.section } });
  const parts = element.children.filter((each) => typeof each === 'string');
  const isEmpty = !parts.some(isWritten);
  if (isEmpty) return problem(element.child('reference') === null ? 'empty' : 'external');
  const declaredType = mediaTypeOf(element.get('mediaType'));
  const representation = element.get('representation')?.toUpperCase();
  const isText = (declaredType ?? 'text/plain').startsWith('text/');
  // Base64 is what is said; some say nothing, and mean it where it can be nothing else.
  const isBase64 = representation === 'B64' || (representation === undefined && !isText);
  const given = isBase64 ? await decodeBase64(parts, pace) : new TextEncoder().encode(parts.join('').trim());
  if (given === null) return problem('base64');
  const compression = element.get('compression')?.toUpperCase() ?? null;
  const unpacked = compression === null ? given : await unpack(given, compression, room, pace);
  if (unpacked === 'too-large') return problem('too-large');
  const bytes = unpacked === 'broken' ? given : unpacked;
  if (bytes.length === 0) return problem('empty');
  const sniffed = sniff(bytes);
  if (unpacked === 'broken' && sniffed.kind === 'unknown') return problem('compressed');
  const mediaType =
    sniffed.kind === 'unknown' || isNearlySame(sniffed.kind, declaredType)
      ? (declaredType ?? sniffed.mediaType)
      : sniffed.mediaType;
  return {
    file: {
      bytes: bytes as Uint8Array<ArrayBuffer>,
      mediaType,
      declaredType,
      kind: sniffed.kind,
      name: `${nameOf(place)}.${ENDINGS[mediaType] ?? 'bin'}`,
      id: place.id,
      section: place.section,
    },
  };
}

/** Whether what is written in an element is a file in Base64, and no text. @internal */
export function isEncapsulated(element: XmlElement): boolean {
  return element.get('representation')?.toUpperCase() === 'B64' && element.children.some(isWritten);
}

function isWritten(each: XmlElement | string): boolean {
  return typeof each === 'string' && /\S/.test(each);
}

/** Where the bytes can be told no better than what is declared. */
function isNearlySame(kind: FileKind, declared: string | null): boolean {
  if (kind === 'text') return declared !== null && /^text\/(?!html)/.test(declared);
  if (kind === 'rtf') return declared === 'text/rtf' || declared === 'application/rtf';
  return (kind === 'xml' || kind === 'cda') && (declared === 'text/xml' || declared === 'application/xml');
}

function mediaTypeOf(text: string | null): string | null {
  const type = lineOf(text, 100)?.toLowerCase().replace(/;.*/s, '').trim() ?? '';
  return /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/.test(type) ? type : null;
}

function nameOf({ id, section, number }: Place): string {
  const words = (id ?? '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  if (words !== '') return words;
  return section === null ? 'document' : `file-${number}`;
}
