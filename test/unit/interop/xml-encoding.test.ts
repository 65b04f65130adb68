import { describe, expect, it } from 'vitest';
import { readCda } from '../../../src/interop/index.js';
import { cdaText, HEAD } from '../../support/cda-fixtures.js';

const TITLE = 'Compte rendu d’œil : été, 5 €, Ÿ, 𝛼';
const LATIN = 'Été à Noël, ÿ';
const withTitle = (title: string, encoding: string) =>
  cdaText({ head: HEAD.replace(/<title>.*<\/title>/, `<title>${title}</title>`) }).replace(
    'encoding="UTF-8"',
    encoding,
  );

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
function utf16(text: string, isLittle: boolean): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), isLittle);
  return bytes;
}
const utf8 = (text: string) => new TextEncoder().encode(text);
const titleOf = async (bytes: Uint8Array) => (await readCda(bytes)).title;
const whyOf = (bytes: Uint8Array) =>
  readCda(bytes).then(
    ({ title }) => title,
    ({ code, details }) => `${code} ${details.why}`,
  );

describe('a clinical document may be written', () => {
  it.each([
    ['UTF-8', utf8(withTitle(TITLE, 'encoding="UTF-8"'))],
    ['UTF-8 with a mark', utf8(`\ufeff${withTitle(TITLE, 'encoding="utf-8"')}`)],
    ['UTF-8 and say nothing', utf8(withTitle(TITLE, ''))],
    ['UTF-8 without a declaration', utf8(withTitle(TITLE, '').replace(/<\?xml[^v][^>]*>\s*/, ''))],
    ['UTF-8 and say UTF-16', utf8(withTitle(TITLE, 'encoding="UTF-16"'))],
    ['UTF-8 with a mark and say ISO 8859-1', utf8(`\ufeff${withTitle(TITLE, 'encoding="ISO-8859-1"')}`)],
    ['UTF-16 with a mark', utf16(`\ufeff${withTitle(TITLE, 'encoding="UTF-16"')}`, true)],
    ['UTF-16 with the other mark', utf16(`\ufeff${withTitle(TITLE, 'encoding="UTF-16"')}`, false)],
    ['UTF-16 without a mark', utf16(withTitle(TITLE, 'encoding="UTF-16"'), true)],
    ['UTF-8 after blanks', utf8(`\r\n  ${withTitle(TITLE, 'encoding="UTF-8"')}`)],
    ['UTF-8 with a mark, then blanks', utf8(`\ufeff\n${withTitle(TITLE, 'encoding="UTF-8"')}`)],
    ['UTF-16 with a mark, then blanks', utf16(`\ufeff\n${withTitle(TITLE, 'encoding="UTF-16"')}`, true)],
    ['UTF-16BE without a mark', utf16(withTitle(TITLE, 'encoding="UTF-16BE"'), false)],
  ])('in %s', async (_, bytes) => {
    expect(await titleOf(bytes)).toBe(TITLE);
  });

  it('in the encodings of one byte', async () => {
    expect(await titleOf(latin1(withTitle(LATIN, 'encoding="ISO-8859-1"')))).toBe(LATIN);
    expect(await titleOf(latin1(withTitle(LATIN, "encoding='latin1'")))).toBe(LATIN);
    expect(await titleOf(latin1(withTitle(LATIN, 'encoding="ISO_8859-1"')))).toBe(LATIN);
    expect(await titleOf(latin1(`\n ${withTitle(LATIN, 'encoding="ISO-8859-1"')}`))).toBe(LATIN);
    expect(await titleOf(latin1(withTitle('\x9cil \x80', 'encoding="CP-1252"')))).toBe('œil €');
    expect(await titleOf(latin1(withTitle('\x9cil \x80 \xe9', 'encoding="windows-1252"')))).toBe('œil € é');
    expect(await titleOf(latin1(withTitle('\xbdil \xa4 \xe9', 'encoding="ISO-8859-15"')))).toBe('œil € é');
    expect(await titleOf(utf8(withTitle('Titre', 'encoding="US-ASCII"').replace(/[^ -~\n]/g, '?')))).toBe(
      'Titre',
    );
  });

  it('with characters that lie across the slices it is read in', async () => {
    const long = `${'é€𝛼'.repeat(60_000)}`;
    const document = await readCda(
      utf8(
        cdaText({ tail: '' }).replace(
          '<structuredBody>',
          `<structuredBody><component><section><text>${long}</text></section></component>`,
        ),
      ),
    );
    expect(document.sections[0]?.text).toBe(long);
  });
});

describe('a clinical document is refused', () => {
  it.each([
    [
      'says UTF-8 and is Latin 1',
      latin1(withTitle('\xe9t\xe9', 'encoding="UTF-8"')),
      'format/malformed encoding',
    ],
    [
      'says US-ASCII and is not',
      latin1(withTitle('\xe9', 'encoding="us-ascii"')),
      'format/malformed encoding',
    ],
    [
      'has half a character of UTF-16',
      utf16(`\ufeff${withTitle('\ud835', '')}`, true),
      'format/malformed encoding',
    ],
    [
      'has an odd byte of UTF-16',
      utf16(`\ufeff${withTitle('x', '')}`, true).slice(0, -1),
      'format/malformed encoding',
    ],
    [
      'is in an encoding nobody knows',
      utf8(withTitle('x', 'encoding="EBCDIC-FR"')),
      'format/unsupported encoding',
    ],
    [
      'is in an encoding named as a property',
      utf8(withTitle('x', 'encoding="constructor"')),
      'format/unsupported encoding',
    ],
    ['is in UTF-7', utf8(withTitle('+ADw-x+AD4-', 'encoding="UTF-7"')), 'format/unsupported encoding'],
    ['is in UTF-32', latin1('\xff\xfe\0\0<\0\0\0'), 'format/unsupported encoding'],
    ['is in the other UTF-32', latin1('\0\0\xfe\xff\0\0\0<'), 'format/unsupported encoding'],
    ['has a long form of a short character', latin1(withTitle('\xc0\xbc', '')), 'format/malformed encoding'],
    ['has a byte that is zero', utf8(withTitle('a\0b', '')), 'format/malformed xml'],
    ['has half a character by number', utf8(withTitle('&#xD800;', '')), 'format/malformed xml'],
    [
      'has a control character by number',
      utf8(withTitle('&#1;', '').replace('version="1.0"', 'version="1.1"')),
      'format/malformed xml',
    ],
  ])('where it %s', async (_, bytes, why) => {
    expect(await whyOf(bytes)).toBe(why);
  });
});
