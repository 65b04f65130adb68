import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanFileName } from '../../../src/preview/index.js';

describe('a file name that somebody else chose', () => {
  it.each([
    ['TSH, 12 juin 2026.pdf', 'TSH, 12 juin 2026.pdf'],
    ['résultat é.txt', 'résultat é.txt'],
    ['e\u0301.txt', '\u00e9.txt'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\system32\\evil.dll', 'evil.dll'],
    ['a\0b\nc\rd\te.txt', 'abcde.txt'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['\u2066a\u2069\u200b\u200f\ufeff.txt', 'a.txt'],
    ['a\u2028b\u2029c.txt', 'abc.txt'],
    ['half \ud800 pair.txt', 'half pair.txt'],
    ['name:stream.txt', 'name_stream.txt'],
    ['<a href="x">?|*.html', '_a href=_x_____.html'],
    ['.bashrc', 'bashrc'],
    ['report.pdf. . ', 'report.pdf'],
    ['CON', 'CON_'],
    ['nul.txt', 'nul_.txt'],
    ['lpt1.pdf', 'lpt1_.pdf'],
    ['console.txt', 'console.txt'],
    ['', 'document'],
    ['/', 'document'],
    ['...', 'document'],
    ['\u202e', 'document'],
  ])('%j becomes %j', (name, clean) => {
    expect(cleanFileName(name)).toBe(clean);
  });

  it('keeps at most 120 characters, and the extension', () => {
    const clean = cleanFileName(`${'é'.repeat(300)}.pdf`);
    expect(Array.from(clean)).toHaveLength(120);
    expect(clean.endsWith('é.pdf')).toBe(true);
    expect(cleanFileName('𝒜'.repeat(300)).isWellFormed()).toBe(true);
  });

  it('is the same when it is cleaned again, and never leaves its folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const clean = cleanFileName(name);
        expect(cleanFileName(clean)).toBe(clean);
        expect(clean).toMatch(/^[^/\\:*?"<>|\p{Cc}\p{Cf}\p{Cs}]{1,120}$/u);
        expect(clean).not.toMatch(/^[. ]|[. ]$/);
      }),
    );
  });
});
