import { describe, expect, it } from 'vitest';
import { isVaultError } from '../../../src/errors.js';
import { SECTION_KINDS } from '../../../src/profile/list-section.js';
import type { SectionKind } from '../../../src/profile/section-kind.js';

const ITEM = `itm_${'A'.repeat(22)}`;
const PERSON = `per_${'A'.repeat(43)}`;
const text = (length: number) => 'x'.repeat(length);
const named = { text: 'Penicillin', code: '91936005', system: 'http://snomed.info/sct' };

/** For each section: what it takes at its fullest, and what it refuses, by the field that is named for it. */
const CASES: Record<
  keyof typeof SECTION_KINDS,
  { readonly full: object; readonly least: object; readonly wrong: readonly (readonly [string, object])[] }
> = {
  allergies: {
    least: { substance: { text: 'Penicillin' } },
    full: {
      ...{
        substance: named,
        type: 'allergy',
        category: 'medication',
        criticality: 'high',
        severity: 'severe',
      },
      ...{ reactions: [{ text: 'Urticaria' }], status: 'active', onset: '2019-05', comment: text(3000) },
    },
    wrong: [
      ['substance', { substance: undefined }],
      ['substance.text', { substance: { text: ' ' } }],
      ['substance.text', { substance: { text: text(301) } }],
      ['substance', { substance: { text: 'Penicillin', system: 'http://snomed.info/sct' } }],
      ['substance.system', { substance: { ...named, system: 'snomed' } }],
      ['type', { type: 'Allergy' }],
      ['criticality', { criticality: 'toString' }],
      ['reactions', { reactions: [] }],
      ['reactions', { reactions: Array.from({ length: 21 }, () => ({ text: 'x' })) }],
      ['onset', { onset: '2023-02-29' }],
      ['onset', { onset: '2019-13' }],
      ['comment', { comment: text(3001) }],
      ['comment', { comment: 'a\u0000b' }],
      ['entry', { colour: 'red' }],
    ],
  },
  conditions: {
    least: { condition: { text: 'Asthma' } },
    full: {
      ...{ condition: { text: 'Asthma', code: 'J45.9', system: 'http://hl7.org/fhir/sid/icd-10' } },
      ...{ type: 'disease', status: 'remission', severity: 'mild', start: '2001', end: '2001-12-31' },
      comment: 'since childhood\nbetter now',
    },
    wrong: [
      ['end', { start: '2001-05', end: '2001-04-30' }],
      ['status', { status: 'cured' }],
      ['start', { start: 2001 }],
    ],
  },
  treatments: {
    least: { medication: { text: 'Paracetamol' } },
    full: {
      ...{ medication: { text: 'Paracetamol', code: 'N02BE01', system: 'http://www.whocc.no/atc' } },
      ...{ dosage: text(1000), reason: { text: 'Pain' }, status: 'active', start: '2026-01-01' },
      ...{ end: '2026', prescriber: 'Dr Martin', comment: text(3000) },
    },
    wrong: [
      ['dosage', { dosage: text(1001) }],
      ['comment', { comment: text(3001) }],
      ['prescriber', { prescriber: 'two\nlines' }],
      ['end', { start: '2026-01-02', end: '2026-01-01' }],
    ],
  },
  hospitalisations: {
    least: { type: 'surgery', reason: { text: 'Appendicectomy' } },
    full: {
      ...{ type: 'hospitalisation', reason: named, start: '2010-02-03', end: '2010-02-09' },
      ...{ facility: 'CHU de Nantes', comment: 'x' },
    },
    wrong: [
      ['type', { type: 'visit' }],
      ['end', { start: '2010-02-03', end: '2010-02-02' }],
      ['facility', { facility: text(201) }],
    ],
  },
  vaccinations: {
    least: { vaccine: { text: 'Boostrixtetra' }, date: '2021' },
    full: {
      ...{
        vaccine: named,
        date: '2021-06-12',
        lot: 'AC39B',
        dose: 'booster',
        doseNumber: 2,
        site: 'left-arm',
      },
      ...{ route: 'intramuscular', performer: 'Dr Martin', diseases: [{ text: 'Tetanus' }], cis: '60303264' },
      ...{ atc: 'J07CA02', mandatory: true, comment: 'x' },
    },
    wrong: [
      ['date', { date: undefined }],
      ['dose', { dose: 'second' }],
      ['doseNumber', { doseNumber: 0 }],
      ['doseNumber', { doseNumber: 1.5 }],
      ['doseNumber', { doseNumber: 21 }],
      ['cis', { cis: '6030326' }],
      ['atc', { atc: 'J07CA2' }],
      ['lot', { lot: text(51) }],
      ['diseases', { diseases: [] }],
      ['mandatory', { mandatory: 'yes' }],
    ],
  },
  results: {
    least: { test: { text: 'TSH' }, at: '2026-06-12', value: '< 0.05' },
    full: {
      test: { text: 'TSH', code: '3016-3', system: 'http://loinc.org' },
      ...{ at: '2026-06-12T08:30:00+02:00', value: '1.950', unit: 'm[IU]/L', range: '0.27 - 4.20' },
      ...{ interpretation: 'N', method: 'ECL', performer: 'Laboratoire des Quais', comment: 'x' },
    },
    wrong: [
      ['test', { test: undefined }],
      ['at', { at: '2026-06' }],
      ['at', { at: '2026-02-30' }],
      ['value', { value: 1.95 }],
      ['value', { value: ' ' }],
      ['value', { value: text(301) }],
      ['unit', { unit: text(61) }],
      ['interpretation', { interpretation: 'normal' }],
    ],
  },
  measures: {
    least: { measure: 'weight', at: '2026-06-12', value: 72.5 },
    full: {
      measure: 'glucose',
      at: '2026-06-12T08:30:00+02:00',
      value: '0.95',
      unit: 'g/L',
      context: 'fasting',
      comment: 'x',
    },
    wrong: [
      ['measure', { measure: 'bmi', value: 22 }],
      ['measure', { measure: 'mood' }],
      ['at', { at: 'yesterday' }],
      ['at', { at: new Date(Number.NaN) }],
      ['at', { at: '2026-02-30T08:00:00Z' }],
      ['value', { value: 0.1 + 0.2 }],
      ['value', { value: Number.POSITIVE_INFINITY }],
      ['value', { value: '7,5' }],
      ['value', { value: 700 }],
      ['value', { value: '72.5001' }],
      ['unit', { unit: 'stone' }],
      ['unit', { unit: 'toString' }],
      ['entry', { value: undefined }],
      ['entry', { systolic: 12, diastolic: 8 }],
      ['context', { context: 'fasting' }],
      ['days', { days: 7 }],
    ],
  },
  'family-history': {
    least: { relationship: 'mother', condition: { text: 'Breast cancer' } },
    full: { relationship: 'other', condition: named, onsetAge: 0, deceased: false, comment: 'x' },
    wrong: [
      ['relationship', { relationship: 'neighbour' }],
      ['onsetAge', { onsetAge: -1 }],
      ['onsetAge', { onsetAge: 131 }],
      ['deceased', { deceased: 1 }],
    ],
  },
  disabilities: {
    least: { disability: { text: 'Deafness' } },
    full: { disability: named, start: '2001', end: '2002', rate: 80, aids: ['hearing aid'], comment: 'x' },
    wrong: [
      ['rate', { rate: 101 }],
      ['aids', { aids: Array.from({ length: 21 }, () => 'x') }],
      ['aids.0', { aids: [text(201)] }],
    ],
  },
  professionals: {
    least: { role: 'attending-doctor', name: 'Dr Martin' },
    full: {
      ...{ role: 'specialist', name: 'Dr Petit', speciality: 'Cardiology', rpps: '10003461033' },
      ...{
        phones: ['+33 1 23 45 67 89'],
        email: 'a@b.fr',
        address: '1 rue\nNantes',
        person: PERSON,
        comment: 'x',
      },
    },
    wrong: [
      ['role', { role: 'doctor' }],
      ['name', { name: '' }],
      ['rpps', { rpps: '1000346103' }],
      ['phones', { phones: ['1', '2', '3', '4', '5', '6'] }],
      ['person', { person: ITEM }],
    ],
  },
  contacts: {
    least: { roles: ['emergency'], name: 'Karim' },
    full: {
      ...{ roles: ['emergency', 'trusted-person', 'carer', 'help'], name: 'Karim', relationship: 'brother' },
      ...{ phones: ['1'], email: 'a@b.fr', address: 'x', designatedOn: '2024-02-29', document: ITEM },
      ...{ person: PERSON, comment: 'x' },
    },
    wrong: [
      ['roles', { roles: [] }],
      ['roles', { roles: ['carer', 'carer'] }],
      ['roles.0', { roles: ['friend'] }],
      ['designatedOn', { designatedOn: '2024-02' }],
      ['document', { document: 'itm_x' }],
    ],
  },
};

describe.each(Object.keys(CASES) as (keyof typeof CASES)[])('a %s entry', (section) => {
  const kind = SECTION_KINDS[section] as unknown as SectionKind<object, object>;
  const { full, least, wrong } = CASES[section];

  it('takes the least and the most there is to say, as sealed records hold it, and says it in two languages', () => {
    for (const entry of [least, full]) {
      const content = kind.check(entry);
      const stored = { ...content, source: { by: 'patient' as const } };
      expect(kind.kind.parse(stored, 1)).toEqual(stored);
      expect(kind.verify(content)).toEqual(content);
      expect(JSON.stringify(content)).not.toMatch(/\d\.\d+[,}]/);
      for (const language of ['en', 'fr'] as const) {
        const { text: said, details } = kind.print(content, language);
        expect(said).not.toBe('');
        for (const detail of details) expect([detail.label, detail.text]).not.toContain('');
      }
    }
  });

  it.each(wrong)('refuses a wrong %s, by name and without what it said: %j', (argument, entry) => {
    let thrown: unknown;
    try {
      kind.check({ ...least, ...entry });
    } catch (error) {
      thrown = error;
    }
    expect(isVaultError(thrown, 'usage/invalid') ? thrown.details.argument : thrown).toBe(argument);
  });

  it('refuses a record with more in it, without a source, or of another section', () => {
    const stored = { ...kind.check(least), source: { by: 'patient' } };
    const bad = [
      { ...stored, more: 1 },
      { ...stored, source: undefined },
      { ...stored, source: { by: 'nobody' } },
      { ...stored, source: { by: 'document' } },
      { ...stored, also: [] },
      { source: { by: 'patient' } },
    ];
    for (const value of bad) expect(() => kind.kind.parse(value, 1)).toThrow('format/malformed');
  });
});

it('an empty blood pressure, half of one, or one upside down is none', () => {
  const check = (entry: object) =>
    SECTION_KINDS.measures.check({ measure: 'blood-pressure', at: '2026-06-12', ...entry });
  expect(check({ systolic: 12, diastolic: '8', unit: 'cm[Hg]' })).toEqual({
    ...{ measure: 'blood-pressure', at: '2026-06-12' },
    ...{ systolic: { value: '12', unit: 'cm[Hg]' }, diastolic: { value: '8', unit: 'cm[Hg]' } },
  });
  for (const entry of [{}, { systolic: 120 }, { value: 120 }, { systolic: 80, diastolic: 120 }])
    expect(() => check(entry)).toThrow('usage/invalid');
});

it('the body mass index is refused as computed', () => {
  const write = () => SECTION_KINDS.measures.check({ measure: 'bmi', value: 22, at: '2026-06-12' });
  expect(write).toThrow(expect.objectContaining({ details: { argument: 'measure', reason: 'computed' } }));
});

it('a record that holds a body mass index is none, whoever wrote it', () => {
  const quantity = { value: '22', unit: 'kg/m2' };
  const record = { measure: 'bmi', at: '2026-06-12', quantity, source: { by: 'patient' } };
  expect(() => SECTION_KINDS.measures.kind.parse(record, 1)).toThrow('format/malformed');
});
