import { describe, expect, it } from 'vitest';
import { currentEdition } from '../../../src/prevention/index.js';
import { type RuleTable, stateOf } from './rule-table.js';
import { ADULTS } from './tables-adults.js';
import { INFANTS } from './tables-infants.js';
import { SCREENING } from './tables-screening.js';
import { YOUTH } from './tables-youth.js';

const TABLES: readonly RuleTable[] = [...INFANTS, ...YOUTH, ...ADULTS, ...SCREENING];
const { rules } = JSON.parse(JSON.stringify(currentEdition())) as { rules: readonly { id: string }[] };

describe('the rules of the edition', () => {
  it('have a table each', () => {
    expect([...new Set(TABLES.map(({ rule }) => rule))].sort()).toEqual(rules.map(({ id }) => id).sort());
  });
});

describe.each(TABLES)('$rule for who was born on $born', ({ rule, born, rows }) => {
  it.each(rows.map(([on, expected, facts = {}]) => ({ on, expected, facts })))(
    'on $on: $expected, knowing $facts',
    ({ on, expected, facts }) => {
      expect(stateOf(rule, { birthDate: born, history: 'none', ...facts }, on)).toBe(expected);
    },
  );
});
