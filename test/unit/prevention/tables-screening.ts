import { had, type RuleTable } from './rule-table.js';

const unknown = { history: 'unknown' } as const;
const woman = { sex: 'female' } as const;
const man = { sex: 'male' } as const;

/** Health.md 5.3, 5.4, and 5.6 in pregnancy. */
export const SCREENING: readonly RuleTable[] = [
  {
    rule: 'breast',
    born: '1974-11-20',
    rows: [
      ['2024-11-19', 'not-yet 2024-11-20..2025-05-19', woman],
      ['2024-11-20', 'due 2024-11-20..2025-05-19', woman],
      ['2025-05-20', 'overdue 2024-11-20..2025-05-19', woman],
      ['2025-05-20', '-', man],
      ['2025-05-20', 'unknown 2024-11-20..2025-05-19 ? sex'],
      ['2025-05-20', 'unknown 2024-11-20..2025-05-19 ? sex', { sex: 'other' }],
      ['2025-05-20', '-', { ...woman, conditions: { 'breast-cancer-risk': true } }],
      ['2025-05-20', 'done 2026-12-05..2027-06-04', { ...woman, history: had('mammography', '2024-12-05') }],
      ['2026-12-05', 'due 2026-12-05..2027-06-04', { ...woman, history: had('mammography', '2024-12-05') }],
      ['2024-11-20', 'done 2025-06-01..2025-11-30', { ...woman, history: had('mammography', '2023-06-01') }],
      ['2025-05-20', 'unknown 2024-11-20..2025-05-19 ? history', { ...woman, ...unknown }],
      [
        '2026-11-18',
        'unknown 2024-11-20..2025-05-19 ? history',
        { ...woman, history: [], recordedSince: '2024-11-20' },
      ],
      ['2026-11-19', 'due 2026-11-19..2027-05-18', { ...woman, history: [], recordedSince: '2024-11-20' }],
      [
        '2027-05-19',
        'overdue 2026-11-19..2027-05-18',
        { ...woman, history: [], recordedSince: '2024-11-20' },
      ],
      ['2049-11-19', 'overdue 2024-11-20..2025-05-19', woman],
      ['2049-11-20', '-', woman],
      ['2049-11-19', 'done', { ...woman, history: had('mammography', '2048-01-01') }],
    ],
  },
  {
    rule: 'colorectal',
    born: '1974-11-20',
    rows: [
      ['2024-11-19', 'not-yet 2024-11-20..2025-05-19'],
      ['2024-11-20', 'due 2024-11-20..2025-05-19', man],
      ['2024-11-20', 'due 2024-11-20..2025-05-19', woman],
      ['2024-11-20', 'due 2024-11-20..2025-05-19'],
      ['2024-11-20', '-', { conditions: { 'colorectal-cancer-risk': true } }],
      [
        '2025-12-01',
        'done 2027-01-05..2027-07-04',
        { history: had('fecal-immunochemical-test', '2025-01-05') },
      ],
      [
        '2027-07-05',
        'overdue 2027-01-05..2027-07-04',
        { history: had('fecal-immunochemical-test', '2025-01-05') },
      ],
      ['2049-11-20', '-'],
      ['2025-01-01', 'unknown 2024-11-20..2025-05-19 ? history', unknown],
    ],
  },
  {
    rule: 'cervix-25',
    born: '2000-03-15',
    rows: [
      ['2025-03-14', 'not-yet 2025-03-15..2025-09-14', woman],
      ['2025-03-15', 'due 2025-03-15..2025-09-14', woman],
      ['2025-09-15', 'overdue 2025-03-15..2025-09-14', woman],
      ['2025-09-15', '-', man],
      [
        '2025-06-01',
        'done 2026-04-01..2026-09-30',
        { ...woman, history: had('cervical-cytology', '2025-04-01') },
      ],
      [
        '2026-04-01',
        'due 2026-04-01..2026-09-30',
        { ...woman, history: had('cervical-cytology', '2025-04-01') },
      ],
      [
        '2026-06-01',
        'done 2029-04-10..2029-10-09',
        { ...woman, history: had('cervical-cytology', '2025-04-01', '2026-04-10') },
      ],
      [
        '2026-06-01',
        'overdue 2025-03-15..2025-09-14',
        { ...woman, history: had('cervical-cytology', '2025-03-14') },
      ],
      ['2026-06-01', 'unknown 2025-03-15..2025-09-14 ? sex'],
      ['2030-03-15', '-', woman],
    ],
  },
  {
    rule: 'cervix-30',
    born: '1990-03-15',
    rows: [
      ['2020-03-14', 'not-yet 2020-03-15..2020-09-14', woman],
      ['2020-03-15', 'due 2020-03-15..2020-09-14', woman],
      [
        '2020-03-15',
        'done 2022-05-01..2022-10-31',
        { ...woman, history: had('cervical-cytology', '2019-05-01') },
      ],
      [
        '2022-05-01',
        'due 2022-05-01..2022-10-31',
        { ...woman, history: had('cervical-cytology', '2019-05-01') },
      ],
      ['2024-05-01', 'done 2027-05-02..2027-11-01', { ...woman, history: had('hpv-test', '2022-05-02') }],
      ['2027-05-02', 'due 2027-05-02..2027-11-01', { ...woman, history: had('hpv-test', '2022-05-02') }],
      ['2024-05-01', '-', { ...woman, conditions: { 'cervical-cancer-risk': true } }],
      [
        '2024-05-01',
        'overdue 2020-03-15..2020-09-14',
        { ...woman, history: had('hpv9', '2005-01-01', '2005-07-01') },
      ],
      ['2024-05-01', 'unknown 2020-03-15..2020-09-14 ? history', { ...woman, ...unknown }],
      ['2056-03-14', 'overdue 2020-03-15..2020-09-14', woman],
      ['2056-03-15', '-', woman],
    ],
  },
  {
    rule: 'bilan',
    born: '2000-03-15',
    rows: [
      ['2023-12-31', '-'],
      ['2024-01-01', 'due 2018-03-15..2026-03-14'],
      ['2026-03-14', 'due 2018-03-15..2026-03-14'],
      ['2026-03-15', 'not-yet 2045-03-15..2051-03-14'],
      ['2025-01-01', 'done 2045-03-15..2051-03-14', { history: had('prevention-checkup', '2024-06-01') }],
      ['2046-01-01', 'due 2045-03-15..2051-03-14', { history: had('prevention-checkup', '2024-06-01') }],
      ['2060-03-15', 'due 2060-03-15..2066-03-14'],
      ['2070-03-15', 'due 2070-03-15..2076-03-14'],
      ['2076-03-15', '-'],
      ['2025-01-01', 'unknown 2018-03-15..2026-03-14 ? history', unknown],
    ],
  },
  {
    rule: 'mt-dents-preg',
    born: '1996-05-20',
    rows: [
      ['2026-04-19', '-'],
      ['2026-04-19', 'not-yet 2026-04-20..2027-04-18', { pregnancies: [{ start: '2026-01-05' }] }],
      ['2026-04-20', 'due 2026-04-20..2027-04-18', { pregnancies: [{ start: '2026-01-05' }] }],
      ['2027-04-18', 'due 2026-04-20..2027-04-18', { pregnancies: [{ start: '2026-01-05' }] }],
      ['2027-04-19', '-', { pregnancies: [{ start: '2026-01-05' }] }],
      [
        '2026-12-01',
        'due 2026-04-20..2027-03-29',
        { pregnancies: [{ start: '2026-01-05', end: '2026-09-30' }] },
      ],
      [
        '2026-06-01',
        'done',
        { pregnancies: [{ start: '2026-01-05' }], history: had('dental-check', '2026-05-05') },
      ],
    ],
  },
];
