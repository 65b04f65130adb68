import { isHtml, type TextKind, textKindOf } from './sniff-text.js';
import { archiveType } from './sniff-zip.js';

/** What a file can be, by its bytes. */
export type FileKind =
  | 'pdf'
  | 'jpeg'
  | 'png'
  | 'gif'
  | 'webp'
  | 'tiff'
  | 'dicom'
  | 'office'
  | 'zip'
  | TextKind
  | 'unknown';

/** What a file is, by its bytes alone. */
export interface Sniffed {
  readonly kind: FileKind;
  /** `application/octet-stream` where the kind is not known. */
  readonly mediaType: string;
  /** How its characters are written, for text of any kind; null for all else. */
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | null;
  /** Whether the end of the name says the same; null where no name was given or its end says nothing. */
  readonly isNamedSo: boolean | null;
}

const MEDIA_TYPES: Readonly<Record<FileKind, string>> = {
  pdf: 'application/pdf',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  tiff: 'image/tiff',
  dicom: 'application/dicom',
  office: 'application/octet-stream',
  zip: 'application/zip',
  rtf: 'application/rtf',
  html: 'text/html',
  cda: 'application/xml',
  xml: 'application/xml',
  hl7v2: 'application/hl7-v2',
  ics: 'text/calendar',
  vcard: 'text/vcard',
  text: 'text/plain',
  unknown: 'application/octet-stream',
};

const ENDINGS: Readonly<Record<string, readonly FileKind[]>> = {
  pdf: ['pdf'],
  jpg: ['jpeg'],
  jpeg: ['jpeg'],
  png: ['png'],
  gif: ['gif'],
  webp: ['webp'],
  tif: ['tiff'],
  tiff: ['tiff'],
  dcm: ['dicom'],
  rtf: ['rtf'],
  htm: ['html'],
  html: ['html'],
  xml: ['xml', 'cda'],
  hl7: ['hl7v2'],
  ics: ['ics'],
  vcf: ['vcard'],
  zip: ['zip'],
  doc: ['office'],
  docx: ['office'],
  xls: ['office'],
  xlsx: ['office'],
  ppt: ['office'],
  pptx: ['office'],
  odt: ['office'],
  ods: ['office'],
  txt: ['text'],
};

/** How many bytes `sniff` looks at: a part of a file of this size is enough. */
export const SNIFF_BYTES = 256 * 1024;

const BYTES: readonly (readonly [kind: FileKind, at: number, bytes: string])[] = [
  ['jpeg', 0, '\xff\xd8\xff'],
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['gif', 0, 'GIF87a'],
  ['gif', 0, 'GIF89a'],
  ['webp', 8, 'WEBP'],
  ['tiff', 0, 'II*\0'],
  ['tiff', 0, 'MM\0*'],
  ['tiff', 0, 'II+\0'],
  ['tiff', 0, 'MM\0+'],
  ['dicom', 128, 'DICM'],
];

/**
 * What kind of file this is: by its first bytes, never by its name, which is only compared.
 *
 * A file may be more than one thing to more than one program; what is told is how it should be handled, with HTML before
 * plain text. `bytes` may be the beginning of a file, of `SNIFF_BYTES` or more.
 */
export function sniff(bytes: Uint8Array, name?: string): Sniffed {
  const head = bytes.subarray(0, SNIFF_BYTES);
  const found: Found | null = binaryKind(head) ?? textKindOf(head, head.length === SNIFF_BYTES);
  const kind = found?.kind ?? 'unknown';
  return {
    kind,
    mediaType: found?.mediaType ?? MEDIA_TYPES[kind],
    encoding: found?.encoding ?? null,
    isNamedSo: namedSo(kind, name),
  };
}

interface Found {
  readonly kind: FileKind;
  readonly mediaType?: string;
  readonly encoding?: Sniffed['encoding'];
}

function binaryKind(head: Uint8Array): Found | null {
  for (const [kind, at, signature] of BYTES)
    if (startsWith(head, signature, at) && (kind !== 'webp' || startsWith(head, 'RIFF', 0))) return { kind };
  const archive = archiveType(head);
  if (archive !== null) return archive;
  // A mark anywhere in the first kilobyte makes a PDF to those that show it, unless it is a page that speaks of one.
  const start = latin1(head.subarray(0, 1024));
  return start.includes('%PDF-') && !isHtml(start) ? { kind: 'pdf' } : null;
}

function namedSo(kind: FileKind, name: string | undefined): boolean | null {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name ?? '')?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(ENDINGS, ending) ? (ENDINGS[ending]?.includes(kind) ?? false) : null;
}

function startsWith(bytes: Uint8Array, signature: string, at: number): boolean {
  for (let index = 0; index < signature.length; index += 1)
    if (bytes[at + index] !== signature.charCodeAt(index)) return false;
  return true;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
