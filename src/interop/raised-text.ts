const DIGITS: Readonly<Record<'sup' | 'sub', string>> = { sup: '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾', sub: '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎' };
const PLAIN = '0123456789+-=()';

/**
 * What stands high or low, in plain text: numbers keep their place by their characters, for 10⁹ is not 109, and a limit
 * of 4.8 with the number of a note is not 4.82. Words are left as they are.
 *
 * @internal
 */
export function raisedText(name: string, text: string): string {
  if ((name !== 'sup' && name !== 'sub') || !/^[\d\s+\-−–=(),.;*/]+$/.test(text)) return text;
  const characters = [...DIGITS[name]];
  return text.replace(
    /[\d+\-−–=()]/g,
    (letter) => characters[PLAIN.indexOf(/[−–]/.test(letter) ? '-' : letter)] ?? letter,
  );
}
