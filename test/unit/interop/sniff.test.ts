import { describe, expect, it } from 'vitest';
import { SNIFF_BYTES, sniff } from '../../../src/interop/index.js';
import { cdaText, prefixed, selfPresenting } from '../../support/cda-fixtures.js';

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);
function utf16(text: string, { isBig = false, mark = true } = {}): Uint8Array {
  const marked = mark ? `\ufeff${text}` : text;
  const bytes = new Uint8Array(marked.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < marked.length; at += 1) view.setUint16(at * 2, marked.charCodeAt(at), !isBig);
  return bytes;
}

/** A ZIP of stored entries, as far as it is looked at. */
function zip(...entries: (readonly [name: string, content: string])[]): Uint8Array {
  return latin1(
    entries
      .map(([name, content]) => {
        const u16 = (value: number) => String.fromCharCode(value & 255, value >> 8);
        const size = u16(content.length) + u16(0);
        return `PK\x03\x04${u16(20)}${u16(0)}${u16(0)}${u16(0)}${u16(0)}${u16(0)}${u16(0)}${size}${size}${u16(name.length)}${u16(0)}${name}${content}`;
      })
      .join(''),
  );
}

const kindOf = (bytes: Uint8Array) => sniff(bytes).kind;

describe('what a file is', () => {
  it.each([
    ['pdf', 'application/pdf', latin1('%PDF-1.7\n')],
    ['pdf', 'application/pdf', latin1('\x00junk\n%PDF-1.4')],
    ['jpeg', 'image/jpeg', latin1('\xff\xd8\xff\xe0\x00\x10JFIF')],
    ['png', 'image/png', latin1('\x89PNG\r\n\x1a\n\x00\x00')],
    ['gif', 'image/gif', latin1('GIF89a\x01\x00')],
    ['webp', 'image/webp', latin1('RIFF\x10\x00\x00\x00WEBPVP8 ')],
    ['tiff', 'image/tiff', latin1('II*\x00\x08\x00')],
    ['tiff', 'image/tiff', latin1('MM\x00*\x00\x00')],
    ['dicom', 'application/dicom', latin1(`${'\x00'.repeat(128)}DICM\x02\x00`)],
    ['rtf', 'application/rtf', latin1('{\\rtf1\\ansi Bonjour}')],
    ['html', 'text/html', utf8('<!DOCTYPE html><p>x')],
    ['html', 'text/html', utf8('\ufeff \n<!-- x --><HTML lang="fr">')],
    ['html', 'text/html', utf8('<script>alert(1)</script>')],
    ['html', 'text/html', utf8('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">')],
    ['xml', 'application/fhir+xml', utf8('<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"/>')],
    ['xml', 'application/fhir+xml', utf8('<f:Bundle xmlns:f="http://hl7.org/fhir"/>')],
    ['xml', 'application/xml', utf8('<Bundle xmlns:f="http://hl7.org/fhir"/>')],
    ['json', 'application/fhir+json', utf8('{"resourceType":"Bundle","type":"document"}')],
    ['json', 'application/fhir+json', utf8('\ufeff {\n "id": "1", "resourceType" : "Patient"}')],
    ['json', 'application/json', utf8('{"a":1}')],
    ['json', 'application/json', utf8('[{"a":1}]')],
    ['text', 'text/plain', utf8('{à revoir}')],
    ['text', 'text/plain', utf8('[Note] tout va bien')],
    ['heic', 'image/heic', latin1('\0\0\0\x18ftypheic\0\0\0\0mif1heic')],
    ['heic', 'image/heif', latin1('\0\0\0\x18ftypmif1\0\0\0\0mif1heic')],
    ['heic', 'image/avif', latin1('\0\0\0\x18ftypavif\0\0\0\0mif1')],
    ['unknown', 'application/octet-stream', latin1('\0\0\0\x18ftypisom\0\0\0\0isom')],
    ['bmp', 'image/bmp', latin1('BM\x36\0\x0c\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0')],
    ['text', 'text/plain', utf8('BM : bilan martial, à refaire')],
    ['dicom', 'application/dicom', latin1('\x08\0\x05\0CS\x0a\0ISO_IR 100')],
    ['xml', 'application/xml', utf8('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['xml', 'application/xml', utf8('<ClinicalDocument xmlns="urn:hl7-org:v2"/>')],
    ['hl7v2', 'application/hl7-v2', latin1('MSH|^~\\&|LAB|X\rPID|1')],
    ['hl7v2', 'application/hl7-v2', latin1('\x0bMSH|^~\\&|LAB\r\x1c\r')],
    ['ics', 'text/calendar', utf8('BEGIN:VCALENDAR\r\nVERSION:2.0')],
    ['vcard', 'text/vcard', utf8('begin:vcard\nVERSION:4.0')],
    ['text', 'text/plain', utf8('Compte rendu : tout va bien.')],
    ['text', 'text/plain', utf8('<3 et 4>')],
    ['zip', 'application/zip', zip(['IHE_XDM/SUBSET01/METADATA.XML', '<x/>'], ['README.TXT', 'x'])],
    ['zip', 'application/zip', latin1('PK\x05\x06'.padEnd(22, '\x00'))],
    [
      'office',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      zip(['[Content_Types].xml', '<Types/>'], ['_rels/.rels', ''], ['word/document.xml', '<w/>']),
    ],
    [
      'office',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      zip(['[Content_Types].xml', '<Types/>'], ['xl/workbook.xml', '']),
    ],
    [
      'office',
      'application/vnd.oasis.opendocument.text',
      zip(['mimetype', 'application/vnd.oasis.opendocument.text'], ['content.xml', '']),
    ],
    ['office', 'application/x-ole-storage', latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00')],
    ['unknown', 'application/octet-stream', latin1('\x7fELF\x02\x01\x01\x00')],
    ['unknown', 'application/octet-stream', latin1('\x00\x01\x02')],
    ['unknown', 'application/octet-stream', new Uint8Array()],
  ])('%s, %s', (kind, mediaType, bytes) => {
    expect(sniff(bytes)).toMatchObject({ kind, mediaType, isNamedSo: null });
  });

  it('is a clinical document with any prefix, encoding, and also in its style sheet', () => {
    const text = cdaText();
    for (const bytes of [
      utf8(text),
      utf8(`\ufeff${text}`),
      utf8(prefixed(text)),
      utf8(prefixed(text, 'hl7.x-1')),
      utf8(selfPresenting(text)),
      utf8(text.replace('<ClinicalDocument', `<!-- ${'x'.repeat(100_000)} <html> --><ClinicalDocument`)),
      utf8(text.replaceAll(' xmlns="urn:hl7-org:v3"', "\n  xmlns = 'urn:hl7-org:v3'")),
      utf16(text),
      utf16(text, { isBig: true }),
      utf16(text, { mark: false }),
      latin1(
        '<?xml version="1.0" encoding="ISO-8859-1"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>\xe9</title>',
      ),
    ])
      expect(kindOf(bytes)).toBe('cda');
  });

  it('says how text is written', () => {
    expect(sniff(utf8('é')).encoding).toBe('utf-8');
    expect(sniff(latin1('caf\xe9')).encoding).toBe('windows-1252');
    expect(sniff(utf16('é'))).toMatchObject({ kind: 'text', encoding: 'utf-16le' });
    expect(sniff(utf16('é', { isBig: true }))).toMatchObject({ kind: 'text', encoding: 'utf-16be' });
    expect(sniff(latin1('%PDF-1.4')).encoding).toBeNull();
    // A character cut at the end of what is looked at is no fault.
    expect(sniff(utf8(`${'x'.repeat(SNIFF_BYTES - 1)}é`)).encoding).toBe('utf-8');
  });

  it('is never told by its name, which is only compared', () => {
    const page = utf8('<!doctype html><script>alert(1)</script>');
    expect(sniff(page, 'ordonnance.pdf')).toMatchObject({
      kind: 'html',
      mediaType: 'text/html',
      isNamedSo: false,
    });
    expect(sniff(page, 'page.HTM')).toMatchObject({ kind: 'html', isNamedSo: true });
    expect(sniff(utf8(cdaText()), 'cr.xml')).toMatchObject({ kind: 'cda', isNamedSo: true });
    for (const name of ['x', 'x.', 'x.unknown', 'x.constructor', 'x.pdf/', ''])
      expect(sniff(page, name).isNamedSo).toBeNull();
  });

  it('is a page and no PDF where a page speaks of one', () => {
    expect(kindOf(utf8('<html><body>%PDF-1.4</body></html>'))).toBe('html');
  });

  it('is no PDF because it speaks of one, which would hide a clinical document', () => {
    const cda = cdaText().replace('<ClinicalDocument', '<!-- %PDF-1.4\n%PDF-1.4 --><ClinicalDocument');
    expect(kindOf(utf8(cda))).toBe('cda');
    expect(kindOf(utf8('{"resourceType":"Binary","data":"%PDF-1.4"}'))).toBe('json');
    expect(kindOf(utf8('MSH|^~\\&|LAB\rOBX|1|ED|%PDF-1.4'))).toBe('hl7v2');
    expect(kindOf(utf8('Un PDF commence par %PDF-1.4.'))).toBe('text');
    expect(kindOf(utf8('Content-Type: application/pdf\r\n\r\n%PDF-1.4\n'))).toBe('pdf');
    expect(kindOf(latin1(`${' '.repeat(900)}%PDF-1.4\n\0\x01`))).toBe('pdf');
    expect(kindOf(latin1('<html>%PDF-1.4\n\0\x01'))).not.toBe('pdf');
  });

  it('is told quickly, whatever it is made of', () => {
    const hostile = [
      '<!---->'.repeat(40_000),
      '<!--'.repeat(60_000),
      ' '.repeat(SNIFF_BYTES),
      '<'.repeat(SNIFF_BYTES),
      '<a '.repeat(80_000),
      '<?'.repeat(120_000),
      '{ "'.repeat(60_000),
      `{"${' '.repeat(SNIFF_BYTES)}`,
      '\n '.repeat(100_000),
      `<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform">${'<a:'.repeat(80_000)}`,
      `<a:ClinicalDocument ${'xmlns:a '.repeat(30_000)}`,
    ];
    const start = performance.now();
    for (const text of hostile) sniff(utf8(text));
    sniff(zip(...Array.from({ length: 5000 }, (_, at) => [`f${at}`, 'x'] as const)));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
