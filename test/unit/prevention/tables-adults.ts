import { had, type RuleTable } from './rule-table.js';

const unknown = { history: 'unknown' } as const;
const pregnant = { sex: 'female', pregnancies: [{ start: '2026-01-05' }] } as const;
const has = (...names: readonly string[]) => ({
  conditions: Object.fromEntries(names.map((name) => [name, true])),
});
const hasNot = (...names: readonly string[]) => ({
  conditions: Object.fromEntries(names.map((name) => [name, false])),
});

const FLU = ['chronic-disease', 'bmi-40', 'carer', 'health-professional'];
const COVID = ['covid-risk', 'immunodepression', 'covid-very-high-risk', 'carer'];

/** Health.md 5.2. */
export const ADULTS: readonly RuleTable[] = [
  {
    rule: 'dtcap-adult',
    born: '1960-05-20',
    rows: [
      ['1985-05-19', 'not-yet 1985-05-20..1986-05-19'],
      ['1985-05-20', 'due 1985-05-20..1986-05-19'],
      ['1986-05-20', 'overdue 1985-05-20..1986-05-19'],
      ['2005-05-20', 'due 2005-05-20..2006-05-19'],
      ['2025-05-20', 'due 2025-05-20..2026-05-19'],
      ['2026-05-20', 'overdue 2025-05-20..2026-05-19'],
      ['2026-05-20', 'done 2035-05-20..2036-05-19', { history: had('dtcap-ipv', '2025-06-01') }],
      ['2025-05-20', 'done 2035-05-20..2036-05-19', { history: had('dtcap-ipv', '2020-05-20') }],
      ['2025-05-20', 'due 2025-05-20..2026-05-19', { history: had('dtcap-ipv', '2020-05-19') }],
      ['2006-05-20', 'done 2025-05-20..2026-05-19', { history: had('revaxis', '2005-06-01') }],
      ['2035-05-20', 'due 2035-05-20..2036-05-19'],
      ['2045-05-20', 'due 2045-05-20..2046-05-19'],
      ['2026-05-20', 'unknown 2025-05-20..2026-05-19 ? history', unknown],
      ['2026-05-20', 'overdue 2025-05-20..2026-05-19', { history: [], recordedSince: '2020-05-20' }],
      [
        '2026-05-20',
        'unknown 2025-05-20..2026-05-19 ? history',
        { history: [], recordedSince: '2020-05-21' },
      ],
    ],
  },
  {
    rule: 'dtcap-preg',
    born: '1996-05-20',
    rows: [
      ['2026-05-24', '-'],
      ['2026-05-24', 'not-yet 2026-05-25..2026-09-20', pregnant],
      ['2026-05-25', 'due 2026-05-25..2026-09-20', pregnant],
      ['2026-09-21', 'overdue 2026-05-25..2026-09-20', pregnant],
      ['2026-10-19', '-', pregnant],
      ['2026-05-25', 'due 2026-05-25..2026-09-20', { pregnancies: [{ dueDate: '2026-10-19' }] }],
      ['2026-08-01', '-', { pregnancies: [{ start: '2026-01-05', end: '2026-07-30' }] }],
      ['2026-06-01', 'done', { ...pregnant, history: had('dtcap-ipv', '2026-04-13') }],
      ['2026-06-01', 'due 2026-05-25..2026-09-20', { ...pregnant, history: had('dtcap-ipv', '2026-04-12') }],
      [
        '2026-09-05',
        'not-yet 2026-09-15..2026-09-20',
        { ...pregnant, history: had('abrysvo', '2026-09-01') },
      ],
    ],
  },
  {
    rule: 'flu',
    born: '1950-06-15',
    rows: [
      ['2026-08-31', 'not-yet 2026-09-01..2026-11-30'],
      ['2026-09-01', 'due 2026-09-01..2026-11-30'],
      ['2026-12-01', 'overdue 2026-09-01..2026-11-30'],
      ['2027-03-01', 'not-yet 2027-09-01..2027-11-30'],
      ['2026-10-20', 'done 2027-09-01..2027-11-30', { history: had('efluelda', '2026-10-15') }],
      ['2026-10-20', 'due 2026-09-01..2026-11-30', { history: had('efluelda', '2025-10-15') }],
      ['2026-10-20', 'unknown 2026-09-01..2026-11-30 ? history', unknown],
      ['2026-10-20', 'due 2026-09-01..2026-11-30', { history: [], recordedSince: '2026-09-01' }],
    ],
  },
  {
    rule: 'flu',
    born: '1961-10-15',
    rows: [
      ['2026-09-20', 'unknown 2026-09-01..2026-11-30 ? chronic-disease bmi-40 carer health-professional'],
      ['2026-09-20', 'not-yet 2026-10-15..2026-11-30', hasNot(...FLU)],
      ['2026-10-15', 'due 2026-10-15..2026-11-30', hasNot(...FLU)],
      [
        '2026-10-15',
        'done 2027-09-01..2027-11-30',
        { ...hasNot(...FLU), history: had('influenza', '2026-09-20') },
      ],
    ],
  },
  {
    rule: 'flu',
    born: '1990-01-01',
    rows: [
      ['2026-10-01', '-', hasNot(...FLU)],
      ...FLU.map((name) => ['2026-10-01', 'due 2026-09-01..2026-11-30', has(name)] as const),
      ['2026-09-20', 'due 2026-09-01..2026-10-18', { ...hasNot(...FLU), ...pregnant }],
      ['2026-10-19', '-', { ...hasNot(...FLU), ...pregnant }],
      ['2026-10-01', 'done 2027-09-01..2027-11-30', { history: had('influenza', '2026-09-20') }],
    ],
  },
  {
    rule: 'covid',
    born: '1950-06-15',
    rows: [
      ['2026-08-31', 'not-yet 2026-09-01..2026-11-30'],
      ['2026-09-01', 'due 2026-09-01..2026-11-30'],
      ['2026-10-20', 'done 2027-09-01..2027-11-30', { history: had('covid-19', '2026-10-15') }],
      ['2026-09-20', 'not-yet 2026-11-10..2026-11-30', { history: had('covid-19', '2026-05-10') }],
      ['2026-09-20', 'not-yet 2026-11-10..2026-11-30', { history: had('covid-19-infection', '2026-05-10') }],
      [
        '2026-09-20',
        'due 2026-09-01..2026-11-30',
        { ...has('covid-very-high-risk'), history: had('covid-19', '2026-05-10') },
      ],
    ],
  },
  {
    rule: 'covid',
    born: '1990-01-01',
    rows: [
      ['2026-10-01', `unknown 2026-09-01..2026-11-30 ? ${COVID.join(' ')}`],
      ['2026-10-01', '-', hasNot(...COVID)],
      ...COVID.map((name) => ['2026-10-01', 'due 2026-09-01..2026-11-30', has(name)] as const),
      ['2026-09-20', 'due 2026-09-01..2026-10-18', { ...hasNot(...COVID), ...pregnant }],
    ],
  },
  {
    rule: 'covid',
    born: '2020-01-01',
    rows: [
      ['2025-10-01', 'due 2025-09-01..2025-11-30', has('covid-risk')],
      ['2025-10-01', '-', hasNot('covid-risk')],
    ],
  },
  {
    rule: 'covid-spring',
    born: '1940-06-15',
    rows: [
      ['2026-02-28', 'not-yet 2026-03-01..2026-05-31'],
      ['2026-03-01', 'due 2026-03-01..2026-05-31'],
      ['2026-06-01', 'not-yet 2027-03-01..2027-05-31'],
      ['2026-03-10', 'not-yet 2026-04-15..2026-05-31', { history: had('covid-19', '2025-10-15') }],
      ['2026-03-10', 'not-yet 2027-03-01..2027-05-31', { history: had('covid-19', '2025-12-15') }],
      ['2026-05-10', 'done 2027-03-01..2027-05-31', { history: had('covid-19', '2025-10-15', '2026-05-01') }],
      ['2026-05-10', 'unknown 2026-03-01..2026-05-31 ? history', unknown],
    ],
  },
  {
    rule: 'covid-spring',
    born: '1960-06-15',
    rows: [
      ['2026-03-10', 'unknown 2026-03-01..2026-05-31 ? immunodepression covid-very-high-risk nursing-home'],
      ['2026-03-10', 'due 2026-03-01..2026-05-31', has('nursing-home')],
      ['2026-03-10', 'due 2026-03-01..2026-05-31', has('immunodepression')],
    ],
  },
  {
    rule: 'pneumo-65',
    born: '1961-06-15',
    rows: [
      ['2026-06-14', 'not-yet 1/1 2026-06-15..', hasNot('pneumococcal-risk')],
      ['2026-06-14', 'unknown 1/1 1979-06-15.. ? pneumococcal-risk'],
      ['2026-06-15', 'due 1/1 2026-06-15..', hasNot('pneumococcal-risk')],
      ['2026-06-14', 'due 1/1 1979-06-15..', has('pneumococcal-risk')],
      ['2026-07-01', 'done', { history: had('pcv20', '2020-01-01') }],
      [
        '2026-07-01',
        'due 1/1 2026-06-15..',
        { ...hasNot('pneumococcal-risk'), history: had('pcv13', '2020-01-01') },
      ],
      ['2026-07-01', 'unknown 1/1 2026-06-15.. ? history', { ...hasNot('pneumococcal-risk'), ...unknown }],
    ],
  },
  {
    rule: 'zoster',
    born: '1961-06-15',
    rows: [
      ['2026-06-14', 'not-yet 1/2 2026-06-15..', hasNot('immunodepression')],
      ['2026-06-15', 'due 1/2 2026-06-15..', hasNot('immunodepression')],
      ['2026-06-14', 'due 1/2 1979-06-15..', has('immunodepression')],
      ['2026-06-14', 'unknown 1/2 1979-06-15.. ? immunodepression'],
      ['2026-08-01', 'not-yet 2/2 2026-09-01..2026-12-31', { history: had('shingrix', '2026-07-01') }],
      ['2027-01-01', 'overdue 2/2 2026-09-01..2026-12-31', { history: had('shingrix', '2026-07-01') }],
      [
        '2026-09-01',
        'due 2/2 2026-09-01..2026-12-31',
        { history: had('shingrix', '2026-07-01', '2026-07-31') },
      ],
      ['2026-09-01', 'done', { history: had('shingrix', '2026-07-01', '2026-08-01') }],
      ['2026-07-01', 'not-yet 1/2 2027-02-01..', { history: had('zoster-illness', '2026-02-01') }],
      ['2026-07-01', 'not-yet 1/2 2027-02-01..', { history: had('zostavax', '2026-02-01') }],
    ],
  },
  {
    rule: 'rsv-adult',
    born: '1951-06-15',
    rows: [
      ['2026-06-14', 'not-yet 1/1 2026-06-15..', hasNot('chronic-lung-or-heart')],
      ['2026-06-15', 'due 1/1 2026-06-15..'],
      ['2026-06-14', 'due 1/1 2016-06-15..', has('chronic-lung-or-heart')],
      ['2016-06-14', 'not-yet 1/1 2016-06-15..', has('chronic-lung-or-heart')],
      ['2026-06-14', 'unknown 1/1 2016-06-15.. ? chronic-lung-or-heart'],
      ['2027-01-01', 'done', { history: had('arexvy', '2026-10-01') }],
    ],
  },
  {
    rule: 'rsv-preg',
    born: '1996-05-20',
    rows: [
      ['2026-08-17', '-'],
      ['2026-08-17', 'not-yet 2026-09-01..2026-09-20', pregnant],
      ['2026-09-01', 'due 2026-09-01..2026-09-20', pregnant],
      ['2026-09-21', '-', pregnant],
      ['2026-09-10', 'done', { ...pregnant, history: had('abrysvo', '2026-09-02') }],
      [
        '2026-09-02',
        'not-yet 2026-09-15..2026-09-20',
        { ...pregnant, history: had('dtcap-ipv', '2026-09-01') },
      ],
      ['2026-05-01', '-', { pregnancies: [{ start: '2025-09-20' }] }],
    ],
  },
  {
    rule: 'mmr-adult',
    born: '1980-01-01',
    rows: [
      ['1980-12-31', 'not-yet 1/2 1981-01-01..'],
      ['2026-01-01', 'due 1/2 1981-01-01..'],
      ['2026-01-01', 'unknown 1/2 1981-01-01.. ? history', unknown],
      ['2026-01-01', 'due 2/2 1990-02-01..', { history: had('mmr-vaccine', '1990-01-01') }],
      ['2026-01-01', 'due 2/2 1990-02-01..', { history: had('mmr-vaccine', '1990-01-01', '1990-01-31') }],
      ['2026-01-01', 'done', { history: had('mmr-vaccine', '1990-01-01', '1990-02-01') }],
      ['2026-01-01', 'due 2/2 1990-02-01..', { history: had('mmr-vaccine', '1990-01-01', '1990-01-01') }],
      ['2026-03-01', 'not-yet 1/2 2026-10-19..', pregnant],
    ],
  },
  { rule: 'mmr-adult', born: '1979-12-31', rows: [['2026-01-01', '-']] },
  { rule: 'mmr-adult', born: '2018-01-01', rows: [['2026-01-01', '-']] },
  {
    rule: 'hepb-risk',
    born: '1990-01-01',
    rows: [
      ['2026-01-01', 'unknown 1/3 2006-01-01.. ? hepatitis-b-risk health-professional'],
      ['2026-01-01', '-', hasNot('hepatitis-b-risk', 'health-professional')],
      ['2026-01-01', 'due 1/3 2006-01-01..', has('hepatitis-b-risk')],
      [
        '2026-01-20',
        'not-yet 2/3 2026-02-01..',
        { ...has('hepatitis-b-risk'), history: had('hepatitis-b', '2026-01-01') },
      ],
      [
        '2026-05-01',
        'not-yet 3/3 2026-07-01..',
        { ...has('health-professional'), history: had('hepatitis-b', '2026-01-01', '2026-02-01') },
      ],
      [
        '2026-07-02',
        'done',
        {
          ...has('health-professional'),
          history: had('hepatitis-b', '2026-01-01', '2026-02-01', '2026-07-01'),
        },
      ],
      [
        '2026-02-01',
        'not-yet 4/4 2027-01-22..',
        {
          ...has('health-professional'),
          history: had(
            ['hepatitis-b', 'hepatitis-b-fast-schedule'],
            '2026-01-01',
            '2026-01-08',
            '2026-01-22',
          ),
        },
      ],
    ],
  },
  {
    rule: 'hepa',
    born: '1990-01-01',
    rows: [
      ['2026-01-01', 'unknown 1/2 2008-01-01.. ? hepatitis-a-risk'],
      ['2026-01-01', 'due 1/2 2008-01-01..', has('hepatitis-a-risk')],
      [
        '2026-03-01',
        'not-yet 2/2 2026-07-01..2026-12-31',
        { ...has('hepatitis-a-risk'), history: had('hepatitis-a', '2026-01-01') },
      ],
      [
        '2027-01-01',
        'overdue 2/2 2026-07-01..2026-12-31',
        { ...has('hepatitis-a-risk'), history: had('hepatitis-a', '2026-01-01') },
      ],
      [
        '2026-08-01',
        'done',
        { ...has('hepatitis-a-risk'), history: had('hepatitis-a', '2026-01-01', '2026-07-01') },
      ],
    ],
  },
];
