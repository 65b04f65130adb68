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
  /** Also AVIF and others of its container, by `mediaType`. */
  | 'heic'
  | 'bmp'
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
  heic: 'image/heic',
  bmp: 'image/bmp',
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
  json: 'application/json',
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
  heic: ['heic'],
  heif: ['heic'],
  avif: ['heic'],
  bmp: ['bmp'],
  dcm: ['dicom'],
  rtf: ['rtf'],
  htm: ['html'],
  html: ['html'],
  xml: ['xml', 'cda'],
  json: ['json'],
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

/** ISO base media files that are pictures. */
const BRANDS: Readonly<Record<string, string>> = {
  ...{ heic: 'image/heic', heix: 'image/heic', heim: 'image/heic', heis: 'image/heic', hevc: 'image/heic' },
  ...{ mif1: 'image/heif', msf1: 'image/heif', avif: 'image/avif', avis: 'image/avif' },
};

/**
 * What kind of file this is: by its first bytes, never by its name, which is only compared.
 *
 * A file may be more than one thing to more than one program; what is told is how it should be handled, with HTML before
 * plain text. `bytes` may be the beginning of a file, of `SNIFF_BYTES` or more.
 */
export function sniff(bytes: Uint8Array, name?: string): Sniffed {
  const head = bytes.subarray(0, SNIFF_BYTES);
  const found = kindOf(head);
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

function kindOf(head: Uint8Array): Found | null {
  const binary = binaryKind(head);
  if (binary !== null) return binary;
  const text = textKindOf(head, head.length === SNIFF_BYTES);
  // A mark anywhere in the first kilobyte makes a PDF to those that show it, unless it is a text that speaks of one.
  const start = latin1(head.subarray(0, 1024));
  const isPdf = text === null ? start.includes('%PDF-') : text.kind === 'text' && /^\s*%PDF-/m.test(start);
  return isPdf && !isHtml(start) ? { kind: 'pdf' } : text;
}

function binaryKind(head: Uint8Array): Found | null {
  for (const [kind, at, signature] of BYTES)
    if (startsWith(head, signature, at) && (kind !== 'webp' || startsWith(head, 'RIFF', 0))) return { kind };
  const brand = startsWith(head, 'ftyp', 4) ? latin1(head.subarray(8, 12)) : '';
  const heic = Object.hasOwn(BRANDS, brand) ? BRANDS[brand] : undefined;
  if (heic !== undefined) return { kind: 'heic', mediaType: heic };
  // The size of its second header parts a picture from a text that begins so.
  if (startsWith(head, 'BM', 0) && head[15] === 0 && head[16] === 0 && head[17] === 0) return { kind: 'bmp' };
  // Without the mark: its first element is of group 2 or 8, with how its value is written.
  const [group, ...rest] = head.subarray(0, 4);
  const isTag = (group === 2 || group === 8) && rest[0] === 0 && rest[2] === 0;
  if (isTag && /^(UL|CS|UI|OB|LO|DA|SH)/.test(latin1(head.subarray(4, 6)))) return { kind: 'dicom' };
  return archiveType(head);
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
