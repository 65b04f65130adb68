import { VaultError } from '../errors.js';

/**
 * The text of an argument, or null when it is longer than anything it could be: nothing looks at it before this.
 *
 * Throws `usage/invalid` for what is no text.
 */
export function boundedText(argument: string, value: unknown, lengthMax: number): string | null {
  if (typeof value !== 'string') throw new VaultError('usage/invalid', { argument });
  return value.length <= lengthMax ? value : null;
}

/** The error for text that is not what it should be. It tells which argument and why, never the text. */
export function malformed(argument: string, problem: string): VaultError {
  return new VaultError('format/malformed', { argument, problem });
}

/** Without the spaces that people and programs put between groups of digits; other separators stay. */
export function withoutSpaces(text: string): string {
  return text.replaceAll(/[ \u00a0\u2009\u202f]/g, '');
}
