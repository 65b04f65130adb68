import { describe, expect, it } from 'vitest';
import { nextPreventionChange, preventionFor } from '../../../src/prevention/index.js';
import { PEOPLE } from './people.js';
import { print } from './rule-table.js';

/** What is expected of each of them, most urgent first, after the next day on which something changes. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'A child born on 10 March 2025, with records': [
    '2027-02-10',
    'menacwy-inf: overdue 2/2 2026-03-10..2026-04-09',
    'menb: overdue 3/3 2026-03-10..2026-07-09',
    'child-exams: overdue 11/20 2026-07-10..2026-10-09',
    'mmr: overdue 2/2 2026-07-10..2026-10-09',
    'flu-child: not-yet 2027-09-01..2027-11-30',
    'mt-dents: not-yet 2028-03-10..2029-03-09',
    'hexa: done',
    'pcv-inf: done',
  ],
  'The same child, without records': [
    '2027-02-10',
    'hexa: unknown 1/3 2025-05-10..2025-06-09 ? history',
    'pcv-inf: unknown 1/3 2025-05-10..2025-06-09 ? history',
    'menb: unknown 1/3 2025-06-10..2025-07-09 ? history',
    'menacwy-inf: unknown 1/1 2025-09-10..2025-10-09 ? history',
    'mmr: unknown 1/2 2026-03-10..2026-04-09 ? history',
    'child-exams: unknown 11/20 2026-07-10..2026-10-09 ? history',
    'flu-child: not-yet 2027-09-01..2027-11-30',
    'mt-dents: not-yet 2028-03-10..2029-03-09',
  ],
  'A girl of 12 who had the first dose against HPV': [
    '2026-12-01',
    'dtcap-11: due 2025-05-02..2028-05-01',
    'menacwy-ado: due 2025-05-02..2029-05-01',
    'flu-child: due 2026-09-01..2026-11-30',
    'hpv: not-yet 2/2 2027-02-21..2027-10-20',
    'child-exams: done 19/20 2029-05-02..2031-05-01',
    'hepb-catch: done',
    'mmr-adult: done',
    'mt-dents: done 2027-05-02..2028-05-01',
  ],
  'A boy of 12 with no record, of whom nothing else is told': [
    '2027-03-01',
    'child-exams: unknown 19/20 2025-09-14..2028-09-13 ? history',
    'covid: unknown 2026-09-01..2026-11-30 ? covid-risk immunodepression covid-very-high-risk',
    'flu: unknown 2026-09-01..2026-11-30 ? chronic-disease',
    'dtcap-11: unknown 2025-09-14..2028-09-13 ? history',
    'hpv: unknown 1/2 2025-09-14..2029-09-13 ? history',
    'menacwy-ado: unknown 2025-09-14..2029-09-13 ? history',
    'bcg: unknown 1/1 2014-10-14.. ? tuberculosis-risk',
    'hepb-catch: unknown 1/2 2014-09-14.. ? history',
    'mmr-adult: unknown 1/2 2015-09-14.. ? history',
    'var: unknown 1/2 2026-09-14.. ? no-varicella',
    'flu-child: unknown 2026-09-01..2026-11-30 ? history',
    'mt-dents: unknown 2026-09-14..2027-09-13 ? history',
  ],
  'A man of 26 without records': [
    '2027-01-31',
    'hpv: unknown 1/3 2011-01-31..2015-01-30 ? history',
    'dtcap-adult: unknown 2025-01-31..2026-01-30 ? history',
    'covid: unknown 2026-09-01..2026-11-30 ? covid-risk immunodepression covid-very-high-risk carer',
    'flu: unknown 2026-09-01..2026-11-30 ? chronic-disease bmi-40 carer health-professional',
    'hepa: unknown 1/2 2018-01-31.. ? hepatitis-a-risk',
    'hepb-risk: unknown 1/3 2016-01-31.. ? hepatitis-b-risk health-professional',
    'mmr-adult: unknown 1/2 2001-01-31.. ? history',
    'pneumo-65: unknown 1/1 2018-01-31.. ? pneumococcal-risk',
    'zoster: unknown 1/2 2018-01-31.. ? immunodepression',
  ],
  'The same man, who says that nothing was ever done and that he has nothing particular': [
    '2027-01-31',
    'hpv: overdue 1/3 2011-01-31..2015-01-30',
    'dtcap-adult: overdue 2025-01-31..2026-01-30',
    'mmr-adult: due 1/2 2001-01-31..',
  ],
  'A woman of 30, in the 24th week of a pregnancy': [
    '2026-12-01',
    'covid: due 2026-09-01..2026-11-30',
    'flu: due 2026-09-01..2026-11-30',
    'cervix-30: due 2026-06-20..2026-12-19',
    'dtcap-preg: due 2026-10-26..2027-02-21',
    'mt-dents-preg: due 2026-09-21..2027-09-21',
    'rsv-preg: not-yet 2027-01-18..2027-01-31',
    'mmr-adult: not-yet 2/2 2027-03-22..',
    'dtcap-adult: done 2041-06-20..2042-06-19',
  ],
  'A woman of 51 whose mammography was in May 2025': [
    '2027-05-06',
    'colorectal: overdue 2025-04-04..2025-10-03',
    'cervix-30: overdue 2025-10-01..2026-03-31',
    'dtcap-adult: unknown 2020-04-04..2021-04-03 ? history',
    'breast: done 2027-05-06..2027-11-05',
  ],
  'A woman of 66 vaccinated against influenza this autumn': [
    '2026-12-01',
    'colorectal: overdue 2025-12-31..2026-06-29',
    'breast: overdue 2026-03-01..2026-08-31',
    'covid: due 2026-09-01..2026-11-30',
    'pneumo-65: due 1/1 2025-09-01..',
    'zoster: due 1/2 2025-09-01..',
    'dtcap-adult: unknown 2025-09-01..2026-08-31 ? history',
    'flu: done 2027-09-01..2027-11-30',
  ],
  'A person of 76 whose sex is not told, with records since 2024': [
    '2026-12-01',
    'flu: due 2026-09-01..2026-11-30',
    'zoster: due 2/2 2026-10-03..2027-02-02',
    'rsv-adult: due 1/1 2025-06-15..',
    'dtcap-adult: unknown 2025-06-15..2026-06-14 ? history',
    'pneumo-65: unknown 1/1 2015-06-15.. ? history',
    'covid: done 2027-09-01..2027-11-30',
  ],
  'A premature twin of four months': [
    '2026-12-20',
    'menb: overdue 1/3 2026-10-20..2026-11-19',
    'rota: overdue 1/2 2026-09-20..2026-10-19',
    'child-exams: due 6/20 2026-11-20..2026-12-19',
    'hexa: due 3/4 2026-11-20..2026-12-19',
    'pcv-inf: due 3/4 2026-11-20..2026-12-19',
    'menacwy-inf: not-yet 1/2 2027-01-20..2027-02-19',
    'mmr: not-yet 1/2 2027-07-20..2027-08-19',
    'flu-child: not-yet 2028-09-01..2028-11-30',
    'rsv-mab: done',
  ],
  'A child of 18 months in French Guiana, vaccinated there at 9 months': [
    '2026-12-05',
    'menb: overdue 1/3 2025-08-05..2025-09-04',
    'menacwy-inf: overdue 1/1 2025-11-05..2025-12-04',
    'mmr: due 2/2 2026-09-05..2026-12-04',
    'flu-child: not-yet 2027-09-01..2027-11-30',
    'mt-dents: not-yet 2028-05-05..2029-05-04',
    'child-exams: done 11/20 2027-04-05..2027-06-04',
    'hexa: done',
    'pcv-inf: done',
  ],
  'A child born on 29 February 2024, on the day before the third birthday': [
    '2027-02-28',
    'hexa: unknown 1/3 2024-04-29..2024-05-28 ? history',
    'pcv-inf: unknown 1/3 2024-04-29..2024-05-28 ? history',
    'mmr: unknown 1/2 2025-02-28..2025-03-28 ? history',
    'child-exams: unknown 13/20 2026-02-28..2027-02-27 ? history',
    'flu-child: unknown 2026-09-01..2026-11-30 ? history',
    'mt-dents: not-yet 2027-02-28..2028-02-28',
  ],
  'The same child, on the third birthday': [
    '2027-03-01',
    'hexa: unknown 1/3 2024-04-29..2024-05-28 ? history',
    'pcv-inf: unknown 1/3 2024-04-29..2024-05-28 ? history',
    'mmr: unknown 1/2 2025-02-28..2025-03-28 ? history',
    'child-exams: unknown 14/20 2027-02-28..2028-02-28 ? history',
    'flu-child: unknown 2026-09-01..2026-11-30 ? history',
    'mt-dents: unknown 2027-02-28..2028-02-28 ? history',
  ],
};

describe('the examples', () => {
  it('are all expected', () => {
    expect(PEOPLE.map(({ who }) => who)).toEqual(Object.keys(EXPECTED));
  });

  it.each(PEOPLE)('$who, on $on', ({ who, on, facts }) => {
    const lines = preventionFor(facts, { on }).map((item) => `${item.rule}: ${print(item)}`);
    expect([nextPreventionChange(facts, { on }), ...lines]).toEqual(EXPECTED[who]);
  });
});
