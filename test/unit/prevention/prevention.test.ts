import { describe, expect, it } from 'vitest';
import {
  currentEdition,
  nextPreventionChange,
  PREVENTION_LABELS,
  type PreventionFacts,
  parseEdition,
  preventionFor,
} from '../../../src/prevention/index.js';
import { codeOf } from '../../support/code-of.js';
import { PEOPLE } from './people.js';
import { had, stateOf } from './rule-table.js';

const child = { birthDate: '2025-03-10', history: 'none' } as const;

const NOTHING = Object.fromEntries(Object.keys(currentEdition().conditions).map((name) => [name, false]));

function rulesNamed(name: string): readonly unknown[] {
  const { rules } = JSON.parse(JSON.stringify(currentEdition())) as { rules: readonly { id: string }[] };
  return rules.filter(({ id }) => id === name);
}

function sentence(rule: string, facts: PreventionFacts, on: string, language: 'fr' | 'en' = 'en'): string {
  return (
    preventionFor(facts, { on, ahead: 'P20Y' }).find((item) => item.rule === rule)?.explanation[language] ??
    '-'
  );
}

describe('facts', () => {
  it.each<[string, Partial<Record<keyof PreventionFacts, unknown>>]>([
    ['birthDate', { birthDate: '2025-02-29' }],
    ['birthDate', { birthDate: '10/03/2025' }],
    ['birthDate', { birthDate: '3025-03-10' }],
    ['sex', { sex: 'F' }],
    ['history', { history: undefined }],
    ['history', { history: 'some' }],
    ['history.0.date', { history: [{ what: 'hpv9', date: '2025-13-01' }] }],
    ['recordedSince', { recordedSince: 'always' }],
    ['conditions.preterm', { conditions: { preterm: 'yes' } }],
    ['pregnancies.0', { pregnancies: [{ end: '2025-01-01' }] }],
    ['pregnancies.0.start', { pregnancies: [{ start: 'May' }] }],
    ['place', { place: '' }],
  ])('are refused for a wrong %s: %j', (argument, wrong) => {
    const ask = () => preventionFor({ ...child, ...wrong } as PreventionFacts, { on: '2026-01-01' });
    expect(ask).toThrow(expect.objectContaining({ code: 'usage/invalid' }));
    try {
      ask();
    } catch (error) {
      expect(String((error as { details: { argument: string } }).details.argument)).toContain(
        argument.startsWith('history') ? 'history' : argument,
      );
    }
  });

  it.each([
    ['on', { on: '2026-02-30' }],
    ['on', { on: '' }],
    ['ahead', { on: '2026-01-01', ahead: '2 years' }],
  ])('are asked about with a right %s', async (_, options) => {
    expect(await codeOf(async () => preventionFor(child, options))).toBe('usage/invalid');
    if (!('ahead' in options))
      expect(await codeOf(async () => nextPreventionChange(child, options))).toBe('usage/invalid');
  });

  it('say nothing of who is not born yet, but when that is', () => {
    expect(preventionFor(child, { on: '2025-03-09' })).toEqual([]);
    expect(nextPreventionChange(child, { on: '2025-01-01' })).toBe('2025-03-10');
  });
});

describe('history', () => {
  const adult = { birthDate: '1960-05-20' };
  const booster = (history: PreventionFacts['history'], recordedSince?: string) =>
    stateOf(
      'dtcap-adult',
      { ...adult, history, ...(recordedSince === undefined ? {} : { recordedSince }) },
      '2026-06-01',
    );

  it('that is none, or an empty list, leaves something undone; that is unknown leaves it open', () => {
    expect(booster('none')).toBe('overdue 2025-05-20..2026-05-19');
    expect(booster([])).toBe('overdue 2025-05-20..2026-05-19');
    expect(booster('unknown')).toBe('unknown 2025-05-20..2026-05-19 ? history');
  });

  it('that began some day leaves open what may have been done before it', () => {
    expect(booster([], '2026-01-01')).toBe('unknown 2025-05-20..2026-05-19 ? history');
    expect(booster([], '2019-01-01')).toBe('overdue 2025-05-20..2026-05-19');
    expect(booster(had('dtcap-ipv', '2025-06-01'), '2026-01-01')).toBe('done 2035-05-20..2036-05-19');
  });

  it('counts a combined vaccine for each rule that it protects for', () => {
    const history = had('hexyon', '2016-08-15', '2016-10-15', '2017-05-15');
    const known = { birthDate: '2016-06-15', history };
    expect(stateOf('hepb-catch', known, '2026-01-01')).toBe('done');
    expect(stateOf('dtcap-6', known, '2026-01-01')).toBe('overdue 2022-06-15..2023-06-14');
  });

  it('takes a protection, a product or the id of a rule, and ignores what it does not know', () => {
    for (const what of ['mmr', 'mmr-vaccine', ['measles', 'mumps', 'rubella']])
      expect(stateOf('mmr', { ...child, history: had(what, '2026-03-10') }, '2026-04-15')).toBe(
        'not-yet 2/2 2026-07-10..2026-10-09',
      );
    for (const what of ['toString', '__proto__', 'hasOwnProperty', 'something'])
      expect(stateOf('mmr', { ...child, history: had(what, '2026-03-10') }, '2026-04-15')).toBe(
        'overdue 1/2 2026-03-10..2026-04-09',
      );
  });

  it('counts as an item says', () => {
    const [item] = preventionFor(child, { on: '2026-04-15' }).filter(({ rule }) => rule === 'mmr');
    expect(item?.counts).toEqual({ anyOf: ['mmr'], allOf: ['measles', 'mumps', 'rubella'] });
    const { products } = currentEdition();
    expect(products['mmr-vaccine']).toEqual(item?.counts.allOf);
    for (const { facts, on } of PEOPLE)
      for (const { rule, counts } of preventionFor(facts, { on })) expect(counts.anyOf).toContain(rule);
  });

  it('joins what was given on one day, and counts it once', () => {
    const apart = [...had('measles', '2026-03-10'), ...had(['mumps', 'rubella'], '2026-03-10')];
    const twice = [...apart, ...had('mmr-vaccine', '2026-03-10')];
    expect(stateOf('mmr', { ...child, history: twice }, '2026-04-15')).toBe(
      'not-yet 2/2 2026-07-10..2026-10-09',
    );
  });

  it('does not count yet what is dated later, or before the birth', () => {
    const later = had('mmr-vaccine', '2026-04-16', '2025-03-09');
    expect(stateOf('mmr', { ...child, history: later }, '2026-04-15')).toBe(
      'overdue 1/2 2026-03-10..2026-04-09',
    );
  });
});

describe('a condition', () => {
  it('that is not told leaves open what depends on it, and one that is not there takes it away', () => {
    const known = { birthDate: '1990-01-01', history: 'none' } as const;
    expect(stateOf('hepa', known, '2026-01-01')).toBe('unknown 1/2 2008-01-01.. ? hepatitis-a-risk');
    expect(stateOf('hepa', { ...known, conditions: { 'hepatitis-a-risk': false } }, '2026-01-01')).toBe('-');
    expect(stateOf('hepa', { ...known, conditions: { 'hepatitis-a-risk': true } }, '2026-01-01')).toContain(
      'due',
    );
  });

  it('makes a rule as strong as it is for the person', () => {
    const strength = (name: string) =>
      preventionFor(
        { birthDate: '1990-01-01', history: 'none', conditions: { [name]: true } },
        { on: '2026-01-01' },
      ).find(({ rule }) => rule === 'hepb-risk')?.requirement;
    expect(strength('hepatitis-b-risk')).toBe('recommended');
    expect(strength('health-professional')).toBe('mandatory');
  });
});

describe('a sentence', () => {
  it('says what is due, when and why', () => {
    expect(sentence('menacwy-ado', { birthDate: '2014-06-01', history: 'none' }, '2026-01-01', 'fr')).toBe(
      "Recommandé entre 11 et 14 ans quel que soit le passé, ou en rattrapage de 15 à 24 ans, une dose : la dose est prévue du 1er juin 2025 au 31 mai 2029 et n'est pas enregistrée.",
    );
    expect(sentence('menacwy-ado', { birthDate: '2014-06-01', history: 'none' }, '2026-01-01')).toBe(
      'Recommended at 11 to 14 years whatever was given before, or as a catch-up at 15 to 24 years, one dose: the dose is planned from 1 June 2025 to 31 May 2029 and is not recorded.',
    );
  });

  it('says which dose does not count, and why', () => {
    const close = { birthDate: '2014-06-15', history: had('hpv9', '2025-09-01', '2025-12-01') };
    expect(sentence('hpv', close, '2026-03-01')).toContain(
      'what was done on 1 December 2025 is not counted (too close to the dose before)',
    );
    expect(sentence('hpv', close, '2026-03-01', 'fr')).toContain(
      "ce qui date du 1er décembre 2025 n'est pas compté (trop proche de la dose précédente)",
    );
    const early = { ...child, history: had('mmr-vaccine', '2025-12-01') };
    expect(sentence('mmr', early, '2026-03-20')).toContain(
      'what was done on 1 December 2025 is not counted (too early)',
    );
    const mixed = { ...child, history: [...had('rotarix', '2025-05-12'), ...had('rotateq', '2025-06-12')] };
    expect(sentence('rota', mixed, '2025-06-20')).toContain('(another product than the first dose)');
  });

  it('says that nothing is known, and what would have to be', () => {
    expect(sentence('mmr', { ...child, history: 'unknown' }, '2026-04-15')).toContain('unless it was done');
    expect(sentence('mmr', { ...child, history: 'unknown' }, '2026-04-15', 'fr')).toContain(
      "sauf si c'est déjà fait",
    );
    expect(sentence('breast', { birthDate: '1970-01-01', history: 'none' }, '2026-01-01')).toContain(
      '(the sex)',
    );
    expect(sentence('bcg', child, '2026-01-01', 'fr')).toContain('(exposition à la tuberculose)');
  });

  it('says that a pregnancy puts it off, and what comes next', () => {
    const pregnant = {
      birthDate: '1990-01-01',
      history: 'none',
      pregnancies: [{ start: '2026-01-05', end: '2026-10-01' }],
    } as const;
    expect(sentence('mmr-adult', pregnant, '2026-03-01')).toContain(
      'not during a pregnancy, so from 1 October 2026',
    );
    const woman = {
      birthDate: '1990-03-15',
      sex: 'female',
      history: had('cervical-cytology', '2019-05-01'),
    } as const;
    expect(sentence('cervix-30', woman, '2021-01-01')).toContain('nothing is planned before 1 May 2022');
    expect(
      sentence(
        'breast',
        { birthDate: '1970-01-01', sex: 'female', history: had('mammography', '2025-05-01') },
        '2026-01-01',
        'fr',
      ),
    ).toContain('fait, la dernière fois le 1er mai 2025 ; à nouveau à partir du 1er mai 2027');
  });

  it('is one sentence in each language, orders nothing and leaves nothing out', () => {
    for (const { facts, on } of PEOPLE)
      for (const { explanation } of preventionFor(facts, { on }))
        for (const text of [explanation.fr, explanation.en]) {
          expect(text).toMatch(/^[A-Z].*[^.]\.$/su);
          expect(text.slice(0, -1)).not.toMatch(/\. [A-Z]|undefined|null|NaN|Invalid/);
          expect(text).not.toMatch(/\b(must|you should|doit|devez|il faut|vaccinez|faites)\b/i);
        }
  });
});

describe('the list', () => {
  it('begins with what is most urgent', () => {
    const order = ['overdue', 'due', 'unknown', 'not-yet', 'done'];
    const strengths = ['mandatory', 'recommended', 'offered'];
    for (const { facts, on } of PEOPLE) {
      const ranks = preventionFor(facts, { on }).map(
        ({ status, requirement }) => order.indexOf(status) * 3 + strengths.indexOf(requirement),
      );
      expect(ranks).toEqual([...ranks].sort((one, other) => one - other));
    }
  });

  it('looks two years ahead, or as far as it is told', () => {
    const rules = (ahead?: string) =>
      preventionFor(child, { on: '2026-04-15', ...(ahead === undefined ? {} : { ahead }) }).map(
        ({ rule }) => rule,
      );
    expect(rules()).toContain('mt-dents');
    expect(rules()).not.toContain('dtcap-6');
    expect(rules('P1Y')).not.toContain('mt-dents');
    expect(rules('P5Y')).toContain('dtcap-6');
  });

  it('has a word for everything it says', () => {
    for (const { facts, on } of PEOPLE)
      for (const { kind, status, requirement, review } of preventionFor(facts, { on })) {
        const {
          kind: kinds,
          status: statuses,
          requirement: requirements,
          review: reviews,
        } = PREVENTION_LABELS;
        for (const label of [kinds[kind], statuses[status], requirements[requirement], reviews[review.state]])
          expect([label.fr, label.en].every((text) => text.length > 3 || text === 'Due')).toBe(true);
      }
  });
});

describe('the next change', () => {
  it.each([
    ['a window that opens', '2025-05-01', child, '2025-05-10'],
    [
      'a window that closes',
      '2025-05-10',
      { ...child, history: had('child-exam', '2025-05-10') },
      '2025-06-10',
    ],
    [
      'a season that begins',
      '2026-06-01',
      { birthDate: '1950-01-01', history: had('dtcap-ipv', '2025-01-01'), conditions: NOTHING },
      '2026-09-01',
    ],
  ])('is %s', (_, on, facts, next) => {
    expect(nextPreventionChange(facts, { on })).toBe(next);
  });

  it('is also the age from which something that is not told matters', () => {
    const edition = parseEdition(JSON.stringify({ ...currentEdition(), rules: rulesNamed('hepa') }));
    const known = { birthDate: '2010-06-15', history: 'none' } as const;
    expect(nextPreventionChange(known, { on: '2026-01-01', edition })).toBe('2028-06-15');
  });

  it('is none where nothing is left to come', () => {
    const edition = parseEdition(JSON.stringify({ ...currentEdition(), rules: rulesNamed('menacwy-ado') }));
    const known = { birthDate: '2000-06-15', history: 'none' } as const;
    expect(nextPreventionChange(known, { on: '2025-06-14', edition })).toBe('2025-06-15');
    expect(nextPreventionChange(known, { on: '2025-06-15', edition })).toBeNull();
  });
});
