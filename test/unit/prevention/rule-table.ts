import {
  type DoneBefore,
  type PreventionEdition,
  type PreventionFacts,
  type PreventionItem,
  preventionFor,
} from '../../../src/prevention/index.js';

/** A day, what is expected on it, and what is known besides the birth: nothing, and no record. */
export type Row = readonly [on: string, expected: string, facts?: Partial<PreventionFacts>];

/** What a rule answers for some births, one row for each case. */
export interface RuleTable {
  readonly rule: string;
  readonly born: string;
  readonly rows: readonly Row[];
}

/** Records of one thing on several days. */
export function had(what: string | readonly string[], ...dates: readonly string[]): readonly DoneBefore[] {
  return dates.map((date) => ({ what, date }));
}

/** Everything that an item says in a word: `due 2/3 2025-07-10..2025-08-09`, `-` when there is none. */
export function stateOf(
  rule: string,
  facts: PreventionFacts,
  on: string,
  edition?: PreventionEdition,
): string {
  const options = { on, ahead: 'P90Y', ...(edition === undefined ? {} : { edition }) };
  const item = preventionFor(facts, options).find((each) => each.rule === rule);
  return item === undefined ? '-' : print(item);
}

/** An item in a word. */
export function print({ status, dose, window, missing }: PreventionItem): string {
  const words = [
    status,
    dose === null ? '' : `${dose.number}/${dose.of}`,
    window === null ? '' : `${window.from}..${window.to ?? ''}`,
    missing.length === 0 ? '' : `? ${missing.join(' ')}`,
  ];
  return words.filter((word) => word !== '').join(' ');
}
