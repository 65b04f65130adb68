import { currentEdition, type PreventionFacts } from '../../../src/prevention/index.js';
import { had } from './rule-table.js';

/** Someone, and the day that is asked about. */
export interface Example {
  readonly who: string;
  readonly on: string;
  readonly facts: PreventionFacts;
}

const DAY = '2026-11-23';
const healthy = Object.fromEntries(Object.keys(currentEdition().conditions).map((name) => [name, false]));
const infantDoses = [
  ...had(['hexyon', 'pcv15'], '2025-05-12', '2025-07-15', '2026-02-16'),
  ...had('rotarix', '2025-05-12', '2025-06-13'),
  ...had('bexsero', '2025-06-13', '2025-08-18'),
  ...had('nimenrix', '2025-09-22'),
  ...had('mmr-vaccine', '2026-03-16'),
];

/** The people of the release note. */
export const PEOPLE: readonly Example[] = [
  {
    who: 'A child born on 10 March 2025, with records',
    on: DAY,
    facts: { birthDate: '2025-03-10', sex: 'female', history: infantDoses, conditions: healthy },
  },
  {
    who: 'The same child, without records',
    on: DAY,
    facts: { birthDate: '2025-03-10', sex: 'female', history: 'unknown', conditions: healthy },
  },
  {
    who: 'A girl of 12 who had the first dose against HPV',
    on: DAY,
    facts: {
      birthDate: '2014-05-02',
      sex: 'female',
      history: [
        ...had('infanrix-hexa', '2014-07-02', '2014-09-02', '2015-04-02'),
        ...had('mmr-vaccine', '2015-05-04', '2015-10-02'),
        ...had('dtcap-ipv', '2020-06-03'),
        ...had('hpv9', '2026-09-21'),
        ...had('dental-check', '2026-06-10'),
        ...had('child-exam', '2026-05-20'),
      ],
      conditions: healthy,
    },
  },
  {
    who: 'A boy of 12 with no record, of whom nothing else is told',
    on: DAY,
    facts: { birthDate: '2014-09-14', sex: 'male', history: 'unknown' },
  },
  {
    who: 'A man of 26 without records',
    on: DAY,
    facts: { birthDate: '2000-01-31', sex: 'male', history: 'unknown' },
  },
  {
    who: 'The same man, who says that nothing was ever done and that he has nothing particular',
    on: DAY,
    facts: { birthDate: '2000-01-31', sex: 'male', history: 'none', conditions: healthy },
  },
  {
    who: 'A woman of 30, in the 24th week of a pregnancy',
    on: DAY,
    facts: {
      birthDate: '1996-06-20',
      sex: 'female',
      history: [
        ...had('dtcap-ipv', '2021-07-02'),
        ...had('mmr-vaccine', '1997-08-01'),
        ...had('cervical-cytology', '2022-01-10', '2023-02-06'),
      ],
      conditions: healthy,
      pregnancies: [{ dueDate: '2027-03-22' }],
    },
  },
  {
    who: 'A woman of 51 whose mammography was in May 2025',
    on: DAY,
    facts: {
      birthDate: '1975-04-04',
      sex: 'female',
      history: [...had('mammography', '2025-05-06'), ...had('hpv-test', '2020-10-01')],
      recordedSince: '2020-01-01',
      conditions: healthy,
    },
  },
  {
    who: 'A woman of 66 vaccinated against influenza this autumn',
    on: DAY,
    facts: {
      birthDate: '1960-09-01',
      sex: 'female',
      history: [...had('influenza', '2026-10-20'), ...had('mammography', '2024-03-01')],
      recordedSince: '2024-01-01',
      conditions: healthy,
    },
  },
  {
    who: 'A person of 76 whose sex is not told, with records since 2024',
    on: DAY,
    facts: {
      birthDate: '1950-06-15',
      history: [...had('shingrix', '2026-08-03'), ...had('covid-19', '2026-10-05')],
      recordedSince: '2024-01-01',
      conditions: healthy,
    },
  },
  {
    who: 'A premature twin of four months',
    on: DAY,
    facts: {
      birthDate: '2026-07-20',
      history: [...had(['hexyon', 'pcv15'], '2026-09-21', '2026-10-22'), ...had('nirsevimab', '2026-09-02')],
      conditions: { ...healthy, preterm: true },
    },
  },
  {
    who: 'A child of 18 months in French Guiana, vaccinated there at 9 months',
    on: DAY,
    facts: {
      birthDate: '2025-05-05',
      sex: 'male',
      place: 'FR-GF',
      history: [
        ...had(['hexyon', 'pcv15'], '2025-07-07', '2025-09-08', '2026-04-07'),
        ...had('yellow-fever', '2026-02-06'),
        ...had('mmr-vaccine', '2026-05-11'),
        ...had('child-exam', '2026-09-10'),
      ],
      conditions: healthy,
    },
  },
  {
    who: 'A child born on 29 February 2024, on the day before the third birthday',
    on: '2027-02-27',
    facts: { birthDate: '2024-02-29', history: 'unknown', conditions: healthy },
  },
  {
    who: 'The same child, on the third birthday',
    on: '2027-02-28',
    facts: { birthDate: '2024-02-29', history: 'unknown', conditions: healthy },
  },
];
