import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/preview/text.js';

const TEXT = 'Résultat définitif : 2,1 mUI/L, 45 €';
const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('the text of a document', () => {
  it('is UTF-8 where it can be, whatever was claimed', () => {
    expect(decodeText(new TextEncoder().encode(TEXT), 'iso-8859-1')).toBe(TEXT);
  });

  it('is the charset that was claimed where it is no UTF-8', () => {
    expect(decodeText(latin('prix 45 \xa4'), 'iso-8859-15')).toBe('prix 45 €');
  });

  it.each([null, 'utf-7', 'x-nobody-knows'])(
    'is Windows-1252 where nothing better is known (%s)',
    (charset) => {
      expect(decodeText(latin('d\xe9finitif, 45 \x80'), charset)).toBe('définitif, 45 €');
    },
  );

  it('is UTF-16 where the mark says so', () => {
    const units = Uint16Array.from(`\ufeff${TEXT}`, (letter) => letter.charCodeAt(0));
    expect(decodeText(new Uint8Array(units.buffer), null)).toBe(TEXT);
  });

  it('leaves out the character that a cut went through', () => {
    const bytes = new TextEncoder().encode('45 €');
    expect(decodeText(bytes.subarray(0, -1), null)).toBe('45 ');
  });
});
