import { boundedText, malformed } from './argument.js';

/** As long as a name may be in a datamatrix (v2.2). */
export const NAME_MAX = 100;

const GIVEN_MAX = 400;

/** Latin letters that no decomposition takes apart. Those without a capital of one letter become two. */
const LETTERS: Readonly<Record<string, string>> = {
  Æ: 'AE',
  Œ: 'OE',
  Ø: 'O',
  Đ: 'D',
  Ð: 'D',
  Ł: 'L',
  Þ: 'TH',
  ẞ: 'SS',
  Ħ: 'H',
};

/**
 * A name as the strict traits have it: capital letters without accents or ligatures, spaces, hyphens and apostrophes.
 *
 * Two apostrophes or hyphens that look alike become one character, several spaces one. The rule is that of the INS
 * datamatrix (capitals, no accents, at most 100); that hyphens and apostrophes stay is known from practice. Throws
 * `usage/invalid` for what is no text, `format/malformed` with `length`, `empty` or `characters` as its `problem`.
 */
export function normaliseTraitName(name: string, argument = 'name'): string {
  const given = boundedText(argument, name, GIVEN_MAX);
  if (given === null) throw malformed(argument, 'length');
  // Before the decomposition, which makes a space of some of them.
  const plain = given
    .replaceAll(/[‘’ʼ´`′]/g, "'")
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toUpperCase()
    .replaceAll(/[ÆŒØĐÐŁÞẞĦ]/g, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(/[‐‑‒–—−]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (plain === '') throw malformed(argument, 'empty');
  if (plain.length > NAME_MAX) throw malformed(argument, 'length');
  if (!/^[A-Z' -]+$/.test(plain) || !/[A-Z]/.test(plain)) throw malformed(argument, 'characters');
  return plain;
}

/** A name for comparing only: hyphens and apostrophes count as spaces, and several as one. */
export function foldedName(name: string): string {
  return name.replaceAll(/[' -]+/g, ' ').trim();
}
