import { type Matricule, printMatricule } from './matricule.js';

const GROUPS = [1, 2, 2, 2, 3, 3, 2] as const;
const SHOWN_WHEN_MASKED = 5;
const NO_BREAK_SPACE = '\u00a0';

/**
 * A matricule as people write it, in groups with no-break spaces: `1 85 05 75 123 456 73`.
 *
 * It must not be shown without the strict traits (INS guide).
 */
export function formatMatricule(matricule: Matricule): string {
  return inGroups(printMatricule(matricule));
}

/**
 * A matricule with all but sex, year and month hidden: `1 85 05 •• ••• ••• ••`.
 *
 * For lists and confirmations. It still tells when a person was born, so it is not anonymous.
 */
export function maskMatricule(matricule: Matricule): string {
  const text = printMatricule(matricule);
  return inGroups(text.slice(0, SHOWN_WHEN_MASKED).padEnd(text.length, '•'));
}

function inGroups(text: string): string {
  let from = 0;
  return GROUPS.map((length) => {
    from += length;
    return text.slice(from - length, from);
  }).join(NO_BREAK_SPACE);
}
