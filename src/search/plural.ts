const IRREGULAR: Readonly<Record<string, string>> = {
  yeux: 'oeil',
  travaux: 'travail',
  emaux: 'email',
  coraux: 'corail',
  baux: 'bail',
  vitraux: 'vitrail',
};
const LETTERS_MIN = 4;

/**
 * What the singular and the plural of a folded word have in common, in French and in English.
 *
 * It is no stemmer: only the plural goes, and `-y` is `-ie`, so that `allergy`, `allergies` and `allergie` are one. Two words
 * that differ may become one (`mois`, `moi`).
 */
export function singular(word: string): string {
  const irregular = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined;
  if (irregular !== undefined) return irregular;
  if (word.length < LETTERS_MIN || /\d/.test(word)) return word;
  if (word.endsWith('y')) return `${word.slice(0, -1)}ie`;
  if (/(?:eau|ou|eu)x$/.test(word) && word.length > LETTERS_MIN) return word.slice(0, -1);
  if (word.endsWith('aux') && word.length > LETTERS_MIN) return `${word.slice(0, -2)}l`;
  if (word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1);
  return word;
}
