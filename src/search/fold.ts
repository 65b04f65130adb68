const MARKS = /[\p{M}\u00AD\u200B-\u200D\u2060\uFEFF]/gu;
const LETTERS: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ß: 'ss',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  ı: 'i',
  ς: 'σ',
};
const LETTER = /[œæßøđłıς]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the bytes of plain text.
const PLAIN = /^[\u0000-\u007F]*$/;

/**
 * A text as it is compared: in small letters, without accents, ligatures taken apart (`Œdème` is `oedeme`).
 *
 * Folding twice is folding once.
 */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  // By way of capitals: several small letters may have one (σ and ς, ß and ss).
  const apart = text.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD');
  return apart.replace(MARKS, '').replace(LETTER, (letter) => LETTERS[letter] ?? letter);
}
