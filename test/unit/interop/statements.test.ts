import { describe, expect, it } from 'vitest';
import { type CdaProposal, readCda } from '../../../src/interop/index.js';
import type { ProposalInput } from '../../../src/profile/index.js';
import { SECTION_KINDS } from '../../../src/profile/list-section.js';
import { MEASURE_NAMES, measureCode } from '../../../src/profile/measure-code.js';
import {
  ALLERGY,
  bytesOf,
  cdaText,
  concern,
  entries,
  LAB_SECTION,
  PROBLEM,
  SUMMARY_SECTIONS,
  section,
  VACCINATION_SECTION,
  VITALS_SECTION,
} from '../../support/cda-fixtures.js';

const read = (sections: string) => readCda(bytesOf(cdaText({ sections })));
const proposed = async (sections: string) => (await read(sections)).proposals;

/** Throws where the profile would refuse it. */
function verify({ section: name, entry, locator }: CdaProposal): void {
  const kind = SECTION_KINDS[name] as unknown as { check(entry: unknown): unknown };
  kind.check(entry);
  expect(locator.length).toBeLessThanOrEqual(200);
  expect(locator).toMatch(/^section \d/);
}

describe('results of the laboratory', () => {
  it('are read with unit, range, interpretation and date; what was not done is none', async () => {
    const { results } = await read(LAB_SECTION);
    expect(results).toHaveLength(3);
    expect(results[0]).toEqual({
      code: {
        ...{ code: '3016-3', system: '2.16.840.1.113883.6.1', systemName: null },
        ...{ display: 'Thyréostimuline', text: 'TSH', translations: [] },
      },
      value: { type: 'quantity', value: '1.950', unit: 'm[IU]/L' },
      range: {
        low: { value: '0.270', unit: 'm[IU]/L' },
        high: { value: '4.200', unit: 'm[IU]/L' },
        text: null,
      },
      interpretation: expect.objectContaining({ code: 'N', display: 'Normal' }),
      time: '2014-04-02T14:55:21+02:00',
      status: 'completed',
      method: 'ECL Modular',
      locator: 'section 1 (18719-5) entry[1]/act/entryRelationship[1]/observation',
    });
    expect(results[1]).toMatchObject({ code: { code: '4548-4' }, time: '2014-04-03', range: null });
    expect(results[2]).toMatchObject({
      value: { type: 'coded', code: { code: '260385009', display: 'négatif' } },
    });
  });

  it.each([
    ['<value xsi:type="PQ" value="7.67" unit="pg/mL"/>', { type: 'quantity', value: '7.67', unit: 'pg/mL' }],
    ['<value xsi:type="INT" value="3"/>', { type: 'quantity', value: '3', unit: null }],
    ['<value xsi:type="REAL" value="-0.5" unit="1"/>', { type: 'quantity', value: '-0.5', unit: null }],
    ['<value value="4" unit="g"/>', { type: 'quantity', value: '4', unit: 'g' }],
    ['<value xsi:type="BL" value="false"/>', { type: 'boolean', value: false }],
    ['<value xsi:type="ST">positif</value>', { type: 'text', text: 'positif' }],
    ['<value xsi:type="ED"><reference value="#r1"/></value>', { type: 'text', text: 'TSH' }],
    ['<value xsi:type="CD"><originalText>paille</originalText></value>', { type: 'text', text: 'paille' }],
    ['<value xsi:type="TS" value="20200102"/>', { type: 'time', time: '2020-01-02' }],
    [
      '<value xsi:type="IVL_PQ"><high value="0.014" unit="ug/mL"/></value>',
      { type: 'range', low: null, high: { value: '0.014', unit: 'ug/mL' } },
    ],
    [
      '<value xsi:type="RTO_PQ_PQ"><numerator value="1"/><denominator value="128"/></value>',
      { type: 'text', text: '1 / 128' },
    ],
    [
      '<value xsi:type="RTO"><numerator value="3.5" unit="mg"/><denominator value="24" unit="h"/></value>',
      { type: 'text', text: '3.5 mg / 24 h' },
    ],
    ['<value xsi:type="PQ" value="12,5" unit="g"/>', { type: 'text', text: '12,5' }],
  ])('hold %s', async (value, expected) => {
    const changed = LAB_SECTION.replace('<value xsi:type="PQ" value="1.950" unit="m[IU]/L"/>', value);
    expect((await read(changed)).results[0]?.value).toEqual(expected);
  });

  it.each(['<value xsi:type="PQ" nullFlavor="NA"/>', '<value xsi:type="BL" value="maybe"/>', '<value/>', ''])(
    'are none where nothing was found: %s',
    async (value) => {
      const changed = LAB_SECTION.replace('<value xsi:type="PQ" value="1.950" unit="m[IU]/L"/>', value);
      expect((await read(changed)).results.map(({ code }) => code.code)).toEqual(['4548-4', '78012-2']);
    },
  );

  it('are proposed, once: as a measure where the profile has it, else as they were written', async () => {
    const at = (place: string) => `section 1 (18719-5) entry[1]/act/entryRelationship${place}observation`;
    expect(await proposed(LAB_SECTION)).toEqual([
      {
        section: 'measures',
        entry: { measure: 'hba1c', at: '2014-04-03', value: '6.1', unit: '%' },
        locator: at('[2]/organizer/component[1]/'),
      },
      {
        section: 'results',
        entry: {
          test: { text: 'Thyréostimuline', code: '3016-3', system: 'http://loinc.org' },
          ...{ at: '2014-04-02T14:55:21+02:00', value: '1.950', unit: 'm[IU]/L' },
          ...{ range: '0.270 - 4.200 m[IU]/L', interpretation: 'N', method: 'ECL Modular' },
        },
        locator: at('[1]/'),
      },
      {
        section: 'results',
        entry: {
          test: { text: 'Streptocoque', code: '78012-2', system: 'http://loinc.org' },
          ...{ at: '2014-04-02', value: 'négatif' },
        },
        locator: at('[3]/'),
      },
    ]);
    for (const proposal of await proposed(LAB_SECTION)) verify(proposal);
  });

  it.each([
    ['<low value="4" unit="g/L"/>', '≥ 4 g/L'],
    ['<high value="4.20"/>', '≤ 4.20'],
    ['<low value="400" unit="mg/L"/><high value="4" unit="g/L"/>', '400 mg/L - 4 g/L'],
  ])('say what is expected: %s', async (ends, range) => {
    const before = '<low value="0.270" unit="m[IU]/L"/><high value="4.200" unit="m[IU]/L"/>';
    const [, result] = await proposed(LAB_SECTION.replace(before, ends));
    expect(result?.entry).toMatchObject({ range });
  });

  it.each([
    [
      'is not final',
      '<statusCode code="completed"/><effectiveTime',
      '<statusCode code="active"/><effectiveTime',
    ],
    ['has no date', '<effectiveTime value="20140402145521+0200"/>', ''],
    [
      'is known to the month',
      '<effectiveTime value="20140402145521+0200"/>',
      '<effectiveTime value="201404"/>',
    ],
    [
      'is yes or no',
      '<value xsi:type="PQ" value="1.950" unit="m[IU]/L"/>',
      '<value xsi:type="BL" value="true"/>',
    ],
  ])('are not proposed where one %s', async (_, before, after) => {
    const proposals = await proposed(LAB_SECTION.replace(before, after));
    expect(proposals.map(({ locator }) => locator)).not.toContain(
      'section 1 (18719-5) entry[1]/act/entryRelationship[1]/observation',
    );
    expect(proposals).toHaveLength(2);
  });
});

describe('vaccinations', () => {
  it('are read with product, lot, date, dose, route, site and who gave them', async () => {
    const { vaccinations, proposals, results, sections } = await read(VACCINATION_SECTION);
    expect(results).toEqual([]);
    expect(sections[0]?.text).toContain('Revaxis');
    expect(vaccinations).toHaveLength(2);
    expect(vaccinations[0]).toMatchObject({
      ...{ name: 'REVAXIS, suspension', cis: '61077869', cip: '3400936466425', atc: 'J07CA01' },
      ...{ lot: '235421176', time: '2009-08-28', doseNumber: 3, dose: { value: '0.5', unit: 'mL' } },
      ...{ series: { code: 'BOOSTER' }, route: { code: '20035000' }, site: { code: '16217701000119102' } },
      ...{ performer: { rpps: '10003461033', name: { text: 'DR Ana LOPES' } }, comment: 'Bien supporté' },
    });
    expect(vaccinations[0]?.vaccine?.text).toBe('Revaxis');
    // Without a date it is read, but the profile takes none; what was refused is not there at all.
    expect(vaccinations[1]).toMatchObject({ time: null, comment: null });
    expect(proposals).toEqual([
      {
        section: 'vaccinations',
        entry: {
          vaccine: {
            text: 'REVAXIS, suspension',
            code: '3400936466425',
            system: 'urn:oid:1.2.250.1.213.2.3.3',
          },
          ...{ date: '2009-08-28', lot: '235421176', dose: 'booster', doseNumber: 3, site: 'left-arm' },
          ...{ route: 'intramuscular', performer: 'DR Ana LOPES', cis: '61077869', atc: 'J07CA01' },
          comment: 'Bien supporté',
        },
        locator: 'section 1 (11369-6) entry[1]/substanceAdministration',
      },
    ]);
  });

  it.each([
    ['Non', 'answered No'],
    ['Non fait', 'not done'],
    ['Aucune', 'none'],
  ])('are none where the text says %s', async (answer) => {
    const said = VACCINATION_SECTION.replace('>Revaxis<', `>${answer}<`);
    expect(await read(said)).toMatchObject({ vaccinations: [], proposals: [] });
  });

  it('are none where they are planned, called off or not known', async () => {
    for (const [from, to] of [
      ['moodCode="EVN" >', 'moodCode="INT" >'],
      ['<statusCode code="completed"/>', '<statusCode code="cancelled"/>'],
      ['code="61077869"', 'code="no-immunization-info"'],
    ] as const)
      expect(await read(VACCINATION_SECTION.replaceAll(from, to)), to).toMatchObject({ vaccinations: [] });
  });
});

describe('measures', () => {
  it('are taken with UCUM units, the two of a blood pressure as one, and none that cannot be', async () => {
    const { measures, proposals } = await read(VITALS_SECTION);
    const at = '2023-11-20T08:30+01:00';
    expect(measures).toHaveLength(9);
    expect(proposals.map(({ entry }) => entry)).toEqual([
      { measure: 'weight', at, value: '72.5', unit: 'kg' },
      { measure: 'height', at, value: '1.7', unit: 'm' },
      { measure: 'blood-pressure', at, systolic: '120', diastolic: '80', unit: 'mm[Hg]' },
      { measure: 'temperature', at, value: '37.2', unit: 'Cel' },
      { measure: 'heart-rate', at, value: '60', unit: '/min' },
    ]);
  });

  it('have a date, and only as much of it as is sure', async () => {
    const at = async (time: string) => {
      const [first] = await proposed(VITALS_SECTION.replace('value="202311200830+0100"', time));
      return first?.entry;
    };
    expect(await at('value="202311200830"')).toMatchObject({ at: '2023-11-20' });
    expect(await at('value="20231120"')).toMatchObject({ at: '2023-11-20' });
    for (const time of ['value="202311"', 'value="2023"', 'nullFlavor="NASK"', 'value="20231131"'])
      expect(await at(time)).toBeUndefined();
  });

  it('leave out one blood pressure without the other, or the wrong way round', async () => {
    const measures = async (from: string, to: string) =>
      (await proposed(VITALS_SECTION.replace(from, to))).map(
        ({ entry }) => 'measure' in entry && entry.measure,
      );
    expect(await measures('code="8480-6"', 'code="8480-0"')).not.toContain('blood-pressure');
    expect(await measures('value="120"', 'value="70"')).not.toContain('blood-pressure');
    expect(await measures('value="120"', 'value="130"')).toContain('blood-pressure');
    const at = VITALS_SECTION.indexOf('code="8480-6"');
    const later =
      VITALS_SECTION.slice(0, at) +
      VITALS_SECTION.slice(at).replace('nullFlavor="NASK"', 'value="202311200900+0100"');
    expect((await proposed(later)).some(({ entry }) => 'systolic' in entry)).toBe(false);
  });

  it.each([
    ['8302-2', '2.16.840.1.113883.6.96', '170', 'cm'],
    ['8302-2', '2.16.840.1.113883.6.1', '-170', 'cm'],
    ['8302-2', '2.16.840.1.113883.6.1', '1e2', 'cm'],
    ['8302-2', '2.16.840.1.113883.6.1', '170.123', 'cm'],
    ['8302-2', '2.16.840.1.113883.6.1', '170', ''],
    ['8302-2', '2.16.840.1.113883.6.1', '2.9', 'm'],
    ['8867-4', '2.16.840.1.113883.6.1', '60.5', '/min'],
    ['4548-4', '2.16.840.1.113883.6.1', '6', 'g/L'],
  ])('take no %s of %s with %s %s', async (code, system, value, unit) => {
    const one = section(
      '8716-3',
      'x',
      `<observation classCode="OBS" moodCode="EVN"><code code="${code}" codeSystem="${system}"/><effectiveTime value="20200101"/><value xsi:type="PQ" value="${value}" unit="${unit}"/></observation>`,
    );
    expect(await proposed(one)).toEqual([]);
  });

  it('are all that the profile has, at the edges of what it takes, in each of its units', async () => {
    for (const measure of MEASURE_NAMES) {
      if (measure === 'bmi' || measure === 'blood-pressure') continue;
      const { code, units } = measureCode(measure);
      const system = code.startsWith('MED-') ? '1.2.250.1.213.1.1.4.322' : '2.16.840.1.113883.6.1';
      for (const unit of units) {
        if (unit === '[lb_av]' || unit === '[in_i]') continue;
        const values = [
          '0',
          '0.1',
          '0.2',
          '1',
          '2',
          '10',
          '20',
          '36',
          '50',
          '111',
          '250',
          '280',
          '500',
          '1000',
          '2000',
          '200000',
          '650000',
        ];
        const found = await Promise.all(
          values.map(async (value) => {
            const one = `<observation classCode="OBS" moodCode="EVN"><code code="${code}" codeSystem="${system}"/><effectiveTime value="20200101"/><value xsi:type="PQ" value="${value}" unit="${unit}"/></observation>`;
            const [proposal] = await proposed(section('8716-3', 'x', one));
            if (proposal !== undefined) verify(proposal);
            return proposal;
          }),
        );
        expect(
          found.some((each) => each !== undefined),
          `${measure} ${unit}`,
        ).toBe(true);
      }
    }
  });
});

describe('what a summary says', () => {
  it('becomes diseases, allergies and treatments; of the patient and not of relatives', async () => {
    const proposals = await proposed(SUMMARY_SECTIONS);
    expect(proposals.map(({ section: name, entry }) => [name, entry])).toEqual([
      [
        'conditions',
        {
          condition: {
            text: 'Asthme, sans précision',
            code: 'J45.9',
            system: 'http://hl7.org/fhir/sid/icd-10',
          },
          status: 'active',
          start: '2019-08-11',
        },
      ],
      [
        'conditions',
        {
          condition: { text: 'Pyélonéphrite aiguë', code: 'N10', system: 'http://hl7.org/fhir/sid/icd-10' },
          ...{ status: 'resolved', start: '2018-04-22', end: '2018-04-30' },
        },
      ],
      [
        'allergies',
        {
          substance: { text: 'Amoxicilline', code: 'J01CA04', system: 'http://www.whocc.no/atc' },
          ...{ type: 'allergy', category: 'medication', severity: 'severe' },
          reactions: [{ text: 'Urticaire', code: 'L50', system: 'http://hl7.org/fhir/sid/icd-10' }],
          ...{ status: 'active', onset: '2018-06-03' },
        },
      ],
      [
        'allergies',
        {
          substance: { text: 'allergie alimentaire', code: '414285001', system: 'http://snomed.info/sct' },
          ...{ type: 'allergy', category: 'food', status: 'active' },
        },
      ],
      [
        'treatments',
        {
          medication: {
            text: 'PLAVIX 75 mg, comprimé',
            code: '63564053',
            system: 'urn:oid:1.2.250.1.213.2.3.1',
          },
          dosage: '1 comprimé par jour',
          reason: { text: 'Angine de poitrine', code: 'I20.0', system: 'http://hl7.org/fhir/sid/icd-10' },
          start: '2019-08-11',
        },
      ],
    ]);
  });

  it.each([
    ['716186003', 'Pas d’allergie connue', ''],
    ['no-known-allergies', 'x', ''],
    ['L50', 'Aucune allergie', ''],
    ['L50', 'x', 'Non'],
    ['L50', 'x', 'néant.'],
    ['L50', 'x', 'Pas d’allergie retrouvée'],
  ])('is no allergy where it says %s, %s, %s', async (code, display, text) => {
    const one = concern(
      `${ALLERGY}<value xsi:type="CD" code="${code}" displayName="${display}" codeSystem="2.16.840.1.113883.6.96"><originalText>${text}</originalText></value>`,
    );
    expect(await proposed(section('48765-2', 'x', one))).toEqual([]);
  });

  it.each([
    ['no-known-problems', 'x'],
    ['MED-183', 'Aucun antécédent'],
    ['MED-183', 'Absent'],
  ])('is no disease where it says %s, %s', async (code, display) => {
    const one = concern(`${PROBLEM}<value xsi:type="CD" code="${code}" displayName="${display}"/>`);
    expect(await proposed(section('11450-4', 'x', one))).toEqual([]);
  });

  it.each(['Faux croup', 'Absences épileptiques', 'Non-Hodgkin lymphoma', 'Noma', 'Rash', 'Nonunion'])(
    'is a disease all the same: %s',
    async (display) => {
      const one = concern(`${PROBLEM}<value xsi:type="CD" code="B05" displayName="${display}"/>`);
      expect(await proposed(section('11450-4', 'x', one))).toMatchObject([
        { entry: { condition: { text: display } } },
      ]);
    },
  );

  it('is nothing about the patient where it is about someone else, denied, planned, or not sure', async () => {
    const value = '<value xsi:type="CD" code="B05" displayName="Rougeole"/>';
    const one = concern(`${PROBLEM}${value}`);
    const all = [
      one.replace('<act ', '<act negationInd="true" '),
      one.replace(
        `<observation classCode="OBS" moodCode="EVN">`,
        '<observation classCode="OBS" moodCode="EVN" negationInd="true">',
      ),
      one.replace(
        `<observation classCode="OBS" moodCode="EVN">`,
        '<observation classCode="OBS" moodCode="EVN"><subject><relatedSubject/></subject>',
      ),
      one.replaceAll('moodCode="EVN"', 'moodCode="INT"'),
      one.replace('moodCode="EVN"', 'moodCode="DEF"'),
      one.replace(value, `<uncertaintyCode code="UN"/>${value}`),
      one.replace('code="active"', 'code="nullified"'),
    ];
    expect(await proposed(section('11450-4', 'x', one))).toHaveLength(1);
    for (const each of all) expect(await proposed(section('11450-4', 'x', each)), each).toEqual([]);
    expect(await proposed(section('10157-6', 'x', one))).toEqual([]);
    expect(await proposed(section('10157-6', 'x', '', section('11450-4', 'x', one)))).toEqual([]);
    const ofChild = section('11450-4', 'x', one).replace(
      '<entry>',
      '<subject><relatedSubject/></subject><entry>',
    );
    expect(await proposed(ofChild)).toEqual([]);
  });

  it('gives way to an end before its beginning', async () => {
    const one = concern(
      `${PROBLEM}<effectiveTime><low value="20200101"/><high value="2019"/></effectiveTime><value xsi:type="CD" code="B05" displayName="Rougeole"/>`,
    );
    const [proposal] = await proposed(section('11450-4', 'x', one));
    expect(proposal?.entry).not.toHaveProperty('end');
    verify(proposal as CdaProposal);
  });
});

describe('all that is proposed', () => {
  const long = 'é'.repeat(5000);
  const sections =
    LAB_SECTION +
    VACCINATION_SECTION +
    VITALS_SECTION +
    SUMMARY_SECTIONS +
    SUMMARY_SECTIONS.replaceAll('displayName="', `displayName="${long}`);

  it('is what the profile takes', async () => {
    const proposals = await proposed(sections);
    expect(proposals.length).toBeGreaterThan(15);
    // As it is, without a change.
    const given: readonly ProposalInput[] = proposals;
    expect(given).toBe(proposals);
    for (const proposal of proposals) verify(proposal);
  });

  it('has a place that is not too long, however deep', async () => {
    let deep = concern(`${PROBLEM}<value xsi:type="CD" code="B05" displayName="Rougeole"/>`);
    for (let level = 0; level < 20; level += 1)
      deep = `<act classCode="ACT" moodCode="EVN"><entryRelationship>${deep}</entryRelationship></act>`;
    const [proposal] = await proposed(section('11450-4', 'x', entries('<act/>', deep)));
    expect(proposal?.locator).toHaveLength(200);
    expect(proposal?.locator).toMatch(/^section 1 \(11450-4\) ….*\/observation$/);
  });
});
