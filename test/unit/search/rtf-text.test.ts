import { describe, expect, it } from 'vitest';
import { RTF_TEXT } from '../../../src/search/index.js';

const read = (text: string) => RTF_TEXT.extract(new Blob([text], { type: 'text/rtf' }), {});

describe('rich text', () => {
  it.each([
    [
      "{\\rtf1\\ansi{\\fonttbl{\\f0 Helvetica;}}\\f0 M\\'e9decin {\\b g\\'e9n\\'e9ral}iste\\par Suite}",
      'Médecin généraliste\nSuite',
    ],
    ["{\\rtf1\\uc1 Na\\u239 ?f \\u339 ?d\\u232\\'e8me}", 'Naïf œdème'],
    ['{\\rtf1{\\uc2 \\u8217 ??a}{\\u233 ?}}', '’aé'],
    ['{\\rtf1 a\\{b\\}\\\\c\\~d{\\*\\generator Word;}{\\pict 0102}{\\info{\\author X}}e}', 'a{b}\\c de'],
    ['{\\rtf1 un\ndeux\\tab trois\\cell\\row}', 'undeux trois'],
    ['{\\rtf1 }}}}}} fin', 'fin'],
    ['{\\rtf1 \\u-4051 ?x}', '\uf02dx'],
  ])('%s', async (rtf, text) => {
    expect(await read(rtf)).toBe(text);
  });

  it('is null for what is none', async () => {
    expect(await read('plain')).toBeNull();
    expect(await read('')).toBeNull();
  });

  it('of a hostile author is read in time', async () => {
    const start = performance.now();
    await read(`{\\rtf1${'{'.repeat(2_000_000)}`);
    await read(`{\\rtf1${'\\a'.repeat(2_000_000)}`);
    await read(`{\\rtf1${"\\'".repeat(2_000_000)}`);
    expect((await read(`{\\rtf1${'mot '.repeat(1_000_000)}`))?.length).toBeLessThanOrEqual(200_000);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
