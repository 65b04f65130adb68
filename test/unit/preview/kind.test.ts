import { describe, expect, it } from 'vitest';
import { previewKindOf } from '../../../src/preview/index.js';
import { imageTypeOf } from '../../../src/preview/kind.js';

const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const AVIF = '\0\0\0\x20ftypavif\0\0\0\0';
const BMP = 'BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0';

describe('what a document is shown as', () => {
  it.each([
    ['image/png', '\x89PNG\r\n\x1a\n....'],
    ['image/jpeg', '\xff\xd8\xff\xe0....'],
    ['image/gif', 'GIF87a....'],
    ['image/gif', 'GIF89a....'],
    ['image/webp', 'RIFF\x01\x02\x03\x04WEBPVP8 '],
    ['image/avif', AVIF],
    ['image/avif', AVIF.replace('avif', 'avis')],
    ['image/bmp', BMP],
  ])('is an image of exactly the type %s for its bytes', (type, text) => {
    expect(imageTypeOf(bytesOf(text))).toBe(type);
    expect(previewKindOf(bytesOf(text))).toBe('image');
  });

  it.each([
    ['a PNG with the line ends of a text', '\x89PNG\n\x1a\n....'],
    ['a TIFF', 'II*\0\x08\0\0\0'],
    ['a sound in the same wrapping as WebP', 'RIFF\x01\x02\x03\x04WAVEfmt '],
    ['a film in the same wrapping as AVIF', '\0\0\0\x20ftypisom\0\0\0\0'],
    ['a HEIC', '\0\0\0\x20ftypheic\0\0\0\0'],
    ['an archive', 'PK\x03\x04\x14\0\0\0'],
    ['a DICOM file', `${'\0'.repeat(128)}DICM`],
    ['an icon', '\0\0\x01\0\x01\0'],
    ['a program', '\x7fELF\x02\x01\x01\0'],
    ['WebAssembly', '\0asm\x01\0\0\0'],
    ['a text with a zero byte', '<html>\0<script>'],
    ['a text with an escape', '\x1b[2J<html>'],
  ])('is a download for %s', (_, text) => {
    expect(previewKindOf(bytesOf(text))).toBe('download');
  });

  it.each([
    ['a page', '<!doctype html><script src=//x></script>'],
    ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'],
    ['a structured report', '<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>'],
    ['a letter', '{\\rtf1\\ansi}'],
    ['values', 'date;TSH\r\n2026-06-12;2.1\r\n'],
    ['Latin-1', 'R\xe9sultat d\xe9finitif'],
    ['UTF-16', '\xff\xfe<\0p\0'],
    ['a word that begins like a BMP', 'BMI 24.1, weight 70 kg, height 170 cm'],
    ['a PDF behind anything', ' %PDF-1.7'],
    ['nothing at all', ''],
  ])('is text for %s', (_, text) => {
    expect(previewKindOf(bytesOf(text))).toBe('text');
  });

  it('is a PDF only when it begins as one', () => {
    expect(previewKindOf(bytesOf('%PDF-1.4\n%\xe2\xe3\xcf\xd3'))).toBe('pdf');
    expect(previewKindOf(bytesOf('%PDF'))).toBe('text');
  });

  it('looks at no more than the first 4096 bytes', () => {
    const long = new Uint8Array(5000).fill(0x20);
    long[4999] = 0;
    expect(previewKindOf(long)).toBe('text');
    long[4095] = 0;
    expect(previewKindOf(long)).toBe('download');
  });
});
