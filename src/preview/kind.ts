/** What a document is shown as. There are no others: what is none of the first three can only be saved. */
export type PreviewKind = 'image' | 'text' | 'pdf' | 'download';

/** The images that are shown, as the type that the browser is told; never SVG, which is a program. @internal */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif' | 'image/bmp';

/** How much of a file decides what it is, at most. @internal */
export const HEAD_BYTES = 4096;

type Signature = readonly (readonly [offset: number, bytes: readonly number[]])[];

const ascii = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));

const IMAGES: readonly (readonly [ImageType, Signature])[] = [
  ['image/png', [[0, [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a]]]],
  ['image/jpeg', [[0, [0xff, 0xd8, 0xff]]]],
  ['image/gif', [[0, ascii('GIF87a')]]],
  ['image/gif', [[0, ascii('GIF89a')]]],
  [
    'image/webp',
    [
      [0, ascii('RIFF')],
      [8, ascii('WEBP')],
    ],
  ],
  ['image/avif', [[4, ascii('ftypavif')]]],
  ['image/avif', [[4, ascii('ftypavis')]]],
  // "BM" alone would take texts in: the reserved bytes are zero, and the header has one of the known lengths.
  ...[12, 40, 52, 56, 64, 108, 124].map((headerBytes): readonly [ImageType, Signature] => [
    'image/bmp',
    [
      [0, ascii('BM')],
      [6, [0, 0, 0, 0]],
      [14, [headerBytes, 0, 0, 0]],
    ],
  ]),
];

const PDF: Signature = [[0, ascii('%PDF-')]];

/**
 * Tells what a file is shown as, from its first bytes (4096 are enough) and from nothing else.
 *
 * The type that somebody claimed plays no part: a page of HTML called `image/png` is text, and is shown as its source.
 * An image is one of PNG, JPEG, GIF, WebP, AVIF, BMP; text is what has no byte that texts do not have.
 */
export function previewKindOf(head: Uint8Array): PreviewKind {
  if (imageTypeOf(head) !== null) return 'image';
  if (matches(head, PDF)) return 'pdf';
  return looksLikeText(head.subarray(0, HEAD_BYTES)) ? 'text' : 'download';
}

/** The exact type of an image, or null when the bytes are none that is shown. @internal */
export function imageTypeOf(head: Uint8Array): ImageType | null {
  return IMAGES.find(([, signature]) => matches(head, signature))?.[0] ?? null;
}

/** Whether bytes have no control character but tab, line feeds, form feed; UTF-16 is told by its mark. */
function looksLikeText(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || utf16Of(bytes) !== null) return true;
  return bytes.every((byte) =>
    byte >= 0x20 ? byte !== 0x7f : byte === 9 || byte === 10 || byte === 12 || byte === 13,
  );
}

/** The label of the UTF-16 that a byte order mark announces, or null. @internal */
export function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
}

function matches(head: Uint8Array, signature: Signature): boolean {
  return signature.every(([offset, bytes]) => bytes.every((byte, i) => head[offset + i] === byte));
}
