import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  currentEdition,
  type DoneBefore,
  nextPreventionChange,
  type PreventionFacts,
  type PreventionItem,
  preventionFor,
} from '../../src/prevention/index.js';

const CODES = [
  ...[
    'hexyon',
    'dtcap-ipv',
    'revaxis',
    'pcv15',
    'pcv20',
    'mmr-vaccine',
    'bexsero',
    'nimenrix',
    'rotarix',
    'rotateq',
  ],
  ...[
    'hpv9',
    'hepatitis-b',
    'varivax',
    'varilrix',
    'influenza',
    'covid-19',
    'shingrix',
    'zostavax',
    'yellow-fever',
  ],
  ...[
    'mammography',
    'fecal-immunochemical-test',
    'cervical-cytology',
    'hpv-test',
    'child-exam',
    'dental-check',
  ],
  ...['prevention-checkup', 'bcg-vaccine', 'nirsevimab', 'hepatitis-a', 'abrysvo', 'no-such-thing'],
];
const CONDITIONS = Object.keys(currentEdition().conditions);
const NOTHING = Object.fromEntries(CONDITIONS.map((name) => [name, false]));

const day = (min: string, max: string) =>
  fc
    .date({ min: new Date(min), max: new Date(max), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
const birth = fc.oneof(
  day('1940-01-01', '2026-11-01'),
  day('2018-01-01', '2026-11-01'),
  fc.constantFrom('2024-02-29', '2020-02-29', '1976-02-29', '2025-01-31', '2025-08-31'),
);
const on = day('2025-01-01', '2032-12-31');

/** Records that lie near to one another and to the ages that matter, as well as anywhere. */
const historyOf = (birthDate: string): fc.Arbitrary<readonly DoneBefore[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom(...CODES),
      date: fc.oneof(
        day('2024-01-01', '2032-12-31'),
        fc
          .nat(900)
          .map((days) => new Date(Date.parse(birthDate) + days * 86_400_000).toISOString().slice(0, 10)),
      ),
    }),
    { maxLength: 12 },
  );

const facts: fc.Arbitrary<PreventionFacts & { readonly history: readonly DoneBefore[] }> = birth.chain(
  (birthDate) =>
    fc.record({
      birthDate: fc.constant(birthDate),
      sex: fc.constantFrom('female', 'male', 'unknown'),
      history: historyOf(birthDate),
      conditions: fc.dictionary(fc.constantFrom(...CONDITIONS), fc.boolean()),
      place: fc.constantFrom('FR', 'FR-GF'),
    }),
);

const plusDays = (start: string, days: number) =>
  new Date(Date.parse(start) + days * 86_400_000).toISOString().slice(0, 10);
const byRule = (items: readonly PreventionItem[]) => new Map(items.map((item) => [item.rule, item]));
const ask = (known: PreventionFacts, when: string) => preventionFor(known, { on: when, ahead: 'P100Y' });
const RUNS = { numRuns: 40 };

/** The doses that were accepted: the one asked for comes after them, and all of them are when it is done. */
const accepted = ({ status, dose }: PreventionItem) =>
  status === 'done' ? Number.POSITIVE_INFINITY : (dose?.number ?? 1) - 1;

describe('prevention', () => {
  it('answers once for each rule, and the window fits the status', () => {
    fc.assert(
      fc.property(facts, on, (known, when) => {
        const items = ask(known, when);
        expect(new Set(items.map(({ rule }) => rule)).size).toBe(items.length);
        for (const { status, window, missing, rule } of items) {
          const at =
            window === null
              ? null
              : when < window.from
                ? 'before'
                : (window.to ?? '9999') < when
                  ? 'after'
                  : 'in';
          if (status === 'due') expect([rule, at]).toEqual([rule, 'in']);
          if (status === 'overdue') expect([rule, at]).toEqual([rule, 'after']);
          if (status === 'not-yet') expect([rule, at]).toEqual([rule, 'before']);
          if (status === 'done') expect(['before', null]).toContain(at);
          if (window?.to) expect(window.from <= window.to).toBe(true);
          expect(missing.length > 0).toBe(status === 'unknown');
        }
      }),
      RUNS,
    );
  });

  it('does not depend on the order of records, nor on one told twice, nor on later ones', () => {
    fc.assert(
      fc.property(facts, on, fc.integer(), (known, when, seed) => {
        const { history } = known;
        const shuffled = [...history].sort((one, other) => hash(one, seed) - hash(other, seed));
        const later = { what: 'influenza', date: plusDays(when, 1) };
        expect(ask({ ...known, history: [...shuffled, ...history, later] }, when)).toEqual(ask(known, when));
      }),
      RUNS,
    );
  });

  it('goes forward only, for one and the same occasion, and its windows never move back', () => {
    // Of who told everything, without new facts and without a pregnancy: not yet, then due or unknown, then overdue. Who did
    // not is asked what is missing meanwhile, whatever is planned later.
    const ORDER = { 'not-yet': 0, unknown: 1, due: 1, overdue: 2, done: 3 };
    fc.assert(
      fc.property(facts, fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 10 }), (known, steps) => {
        const told = {
          sex: known.sex === 'male' ? 'male' : 'female',
          conditions: { ...NOTHING, ...known.conditions },
        } as const;
        const complete = {
          ...known,
          ...told,
          history: known.history.filter(({ date }) => date < '2026-01-01'),
        };
        let when = '2026-01-01';
        const reached = new Map<string, number>();
        const windows = new Map<string, string>();
        for (const step of [0, ...steps]) {
          when = plusDays(when, step);
          for (const { rule, status, dose, window } of ask(complete, when)) {
            if (window === null) continue;
            const occasion = `${rule} ${dose?.number} ${window.from} ${status === 'done' ? 'next' : ''}`;
            expect([occasion, reached.get(occasion) ?? 0]).toEqual([
              occasion,
              Math.min(reached.get(occasion) ?? 0, ORDER[status]),
            ]);
            reached.set(occasion, ORDER[status]);
            expect([rule, window.from >= (windows.get(rule) ?? '')]).toEqual([rule, true]);
            windows.set(rule, window.from);
          }
        }
      }),
      RUNS,
    );
  });

  it('never counts less because more was done, and never asks earlier after a last record', () => {
    fc.assert(
      fc.property(facts, on, fc.constantFrom(...CODES), fc.nat(3000), (known, when, what, ago) => {
        const before = byRule(ask(known, when));
        const added = { what, date: plusDays(when, -ago) };
        const isLast = known.history.every(({ date }) => date < added.date || date > when);
        for (const item of ask({ ...known, history: [...known.history, added] }, when)) {
          const earlier = before.get(item.rule);
          if (earlier === undefined) continue;
          expect([item.rule, accepted(item) >= accepted(earlier)]).toEqual([item.rule, true]);
          if (earlier.status === 'done') expect([item.rule, item.status]).toEqual([item.rule, 'done']);
          const isSame = item.dose?.number === earlier.dose?.number;
          if (isLast && isSame && earlier.status === 'not-yet')
            expect([item.rule, ['not-yet', 'done'].includes(item.status)]).toEqual([item.rule, true]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('claims nothing is missing only when it knows: with unknown records nothing is due or overdue', () => {
    fc.assert(
      fc.property(facts, on, (known, when) => {
        const asked = ask({ ...known, history: 'unknown' }, when);
        expect(asked.filter(({ status }) => status === 'due' || status === 'overdue')).toEqual([]);
        const sure = byRule(ask({ ...known, history: 'none' }, when));
        for (const { rule, status } of asked)
          if (status === 'unknown') expect(['due', 'overdue', 'unknown']).toContain(sure.get(rule)?.status);
      }),
      RUNS,
    );
  });

  it('finds the next day on which something changes, and none before it', () => {
    const key = (known: PreventionFacts, when: string) =>
      preventionFor(known, { on: when })
        .filter(({ status }) => status !== 'not-yet' && status !== 'done')
        .map(({ rule, status, dose, window }) => `${rule} ${status} ${dose?.number} ${window?.from}`)
        .sort();
    fc.assert(
      fc.property(facts, on, fc.array(fc.nat(2000), { maxLength: 5 }), (known, when, days) => {
        const past = { ...known, history: known.history.filter(({ date }) => date <= when) };
        const next = nextPreventionChange(past, { on: when });
        const now = key(past, when);
        const end = next ?? '2999-12-31';
        expect(end > when).toBe(true);
        if (next !== null) expect(key(past, next)).not.toEqual(now);
        for (const each of [...days.map((count) => plusDays(when, count)), plusDays(end, -1)])
          if (each < end && each >= when) expect([each, key(past, each)]).toEqual([each, now]);
      }),
      RUNS,
    );
  });
});

function hash({ what, date }: DoneBefore, seed: number): number {
  let value = seed;
  for (const letter of `${what}${date}`) value = (Math.imul(value, 31) + letter.charCodeAt(0)) | 0;
  return value;
}
