import { VaultError } from '../errors.js';

/** How the characters of an XML file are written, and where they begin. @internal */
export interface XmlEncoding {
  readonly name: 'utf-8' | 'utf-16le' | 'utf-16be' | 'us-ascii' | SingleByte;
  readonly offset: number;
}

type SingleByte = 'iso-8859-1' | 'iso-8859-15' | 'windows-1252';

const NAMES: Readonly<Record<string, XmlEncoding['name']>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'us-ascii',
  ascii: 'us-ascii',
  'iso-8859-1': 'iso-8859-1',
  'iso8859-1': 'iso-8859-1',
  l1: 'iso-8859-1',
  latin1: 'iso-8859-1',
  'iso-8859-15': 'iso-8859-15',
  'iso8859-15': 'iso-8859-15',
  latin9: 'iso-8859-15',
  'windows-1252': 'windows-1252',
  cp1252: 'windows-1252',
  'cp-1252': 'windows-1252',
  'x-cp1252': 'windows-1252',
};

/** What Windows puts at 0x80 to 0x9F; zero where it puts nothing. */
const WINDOWS = [
  0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17d, 0,
  0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e,
  0x178,
];

/** Where ISO 8859-15 differs from ISO 8859-1. */
const LATIN_9: Readonly<Record<number, number>> = {
  164: 0x20ac,
  166: 0x160,
  168: 0x161,
  180: 0x17d,
  184: 0x17e,
  188: 0x152,
  189: 0x153,
  190: 0x178,
};

/**
 * How an XML file is written: by its byte order mark, else by its first bytes, else by what it declares, else UTF-8.
 *
 * Throws `format/unsupported` with `why: 'encoding'` for an encoding that is not known here, `format/malformed` for no
 * bytes at all.
 *
 * @internal
 */
export function xmlEncodingOf(bytes: Uint8Array): XmlEncoding {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  if (bytes.length === 0) throw new VaultError('format/malformed', { why: 'empty' });
  if (a === 0xef && b === 0xbb && c === 0xbf) return { name: 'utf-8', offset: 3 };
  // UTF-32, whose little mark begins as that of UTF-16.
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && (c === 0xfe || d === 0x3c)))
    throw new VaultError('format/unsupported', { why: 'encoding' });
  if (a === 0xff && b === 0xfe) return { name: 'utf-16le', offset: 2 };
  if (a === 0xfe && b === 0xff) return { name: 'utf-16be', offset: 2 };
  if (a === 0x3c && b === 0 && c !== 0 && d === 0) return { name: 'utf-16le', offset: 0 };
  if (a === 0 && b === 0x3c && c === 0 && d !== 0) return { name: 'utf-16be', offset: 0 };
  const head = String.fromCharCode(...bytes.subarray(0, 256));
  const declared = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]*)["']/
    .exec(head)?.[1]
    ?.toLowerCase()
    .replace(/_/g, '-');
  // It says UTF-16 and is not: it was written as UTF-8 by something that did not look at its first line.
  if (declared === undefined || /^utf-?16/.test(declared)) return { name: 'utf-8', offset: 0 };
  const name = Object.hasOwn(NAMES, declared) ? NAMES[declared] : undefined;
  if (name === undefined) throw new VaultError('format/unsupported', { why: 'encoding' });
  return { name, offset: 0 };
}

/**
 * The text of a file, slice by slice; a character is never cut.
 *
 * Throws `format/malformed` with `why: 'encoding'` for bytes that are no text in this encoding.
 *
 * @internal
 */
export function* decodeXml(
  bytes: Uint8Array,
  { name, offset }: XmlEncoding,
  sliceBytes: number,
): Generator<{ readonly text: string; readonly done: number }> {
  const decode = decoderOf(name);
  for (let at = offset; at < bytes.length; at += sliceBytes) {
    const end = Math.min(at + sliceBytes, bytes.length);
    yield { text: decode(bytes.subarray(at, end), end < bytes.length), done: end };
  }
}

function decoderOf(name: XmlEncoding['name']): (slice: Uint8Array, stream: boolean) => string {
  if (name === 'utf-8' || name === 'utf-16le' || name === 'utf-16be') {
    const decoder = new TextDecoder(name, { fatal: true, ignoreBOM: true });
    return (slice, stream) => {
      try {
        return decoder.decode(slice, { stream });
      } catch {
        throw new VaultError('format/malformed', { why: 'encoding', encoding: name });
      }
    };
  }
  return (slice) => {
    const units = new Uint16Array(slice.length);
    for (const [at, byte] of slice.entries()) units[at] = byte < 0x80 ? byte : upper(name, byte);
    return new TextDecoder('utf-16le').decode(units);
  };
}

/** What is called ISO 8859-1 is read as Windows wrote it, as browsers do. */
function upper(name: SingleByte | 'us-ascii', byte: number): number {
  if (name === 'us-ascii') throw new VaultError('format/malformed', { why: 'encoding', encoding: name });
  if (name === 'iso-8859-15') return LATIN_9[byte] ?? byte;
  return (byte < 0xa0 ? WINDOWS[byte - 0x80] : 0) || byte;
}
