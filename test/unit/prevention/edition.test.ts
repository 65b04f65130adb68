import { describe, expect, it } from 'vitest';
import { currentEdition, parseEdition, preventionFor } from '../../../src/prevention/index.js';
import { codeOf } from '../../support/code-of.js';
import { stateOf } from './rule-table.js';

interface EditionFile {
  format: unknown;
  id: string;
  rules: Record<string, unknown>[];
  conditions: Record<string, unknown>;
  sources: Record<string, unknown>;
  [field: string]: unknown;
}

/** The edition of the package, for changing. */
const copy = () => JSON.parse(JSON.stringify(currentEdition())) as EditionFile;
const changed = (change: (edition: EditionFile) => void) => {
  const edition = copy();
  change(edition);
  return JSON.stringify(edition);
};

describe('the edition in the package', () => {
  it('says where it comes from, and that nobody reviewed it', () => {
    const { id, published, reviewedBy, provenance, jurisdiction } = currentEdition();
    expect({ id, published, reviewedBy, jurisdiction }).toEqual({
      id: 'fr-2026-04',
      published: '2026-04',
      reviewedBy: null,
      jurisdiction: 'FR',
    });
    expect(provenance.fr).toContain('transcriptions');
    expect(provenance.en).toContain('transcriptions');
  });

  it('cannot be changed', () => {
    const edition = copy();
    expect(() => Object.assign(currentEdition().title, { fr: '' })).toThrow(TypeError);
    expect(copy()).toEqual(edition);
  });

  it('is the same when its own text is read again', () => {
    const again = parseEdition(JSON.stringify(currentEdition()));
    const facts = { birthDate: '2025-03-10', history: 'none' } as const;
    expect(preventionFor(facts, { on: '2026-04-15', edition: again })).toEqual(
      preventionFor(facts, { on: '2026-04-15' }),
    );
  });

  it('shows the source, the doubt and the edition with each answer', () => {
    const items = preventionFor({ birthDate: '2025-03-10', history: 'none' }, { on: '2026-04-15' });
    expect(items.every(({ edition, source }) => edition === 'fr-2026-04' && source.title !== '')).toBe(true);
    const hexa = items.find(({ rule }) => rule === 'hexa');
    expect(hexa?.source.readThrough?.url).toBe('https://github.com/vincenthassanaly-source/officio');
    expect(hexa?.review.state).toBe('doubtful');
    expect(hexa?.review.reason?.en).toContain('least gap');
    const hpv = preventionFor({ birthDate: '2012-03-10', history: 'none' }, { on: '2026-04-15' });
    expect(hpv.find(({ rule }) => rule === 'menacwy-ado')?.review).toEqual({
      state: 'unreviewed',
      reason: null,
    });
  });
});

describe('an edition that the app brings', () => {
  it('takes the place of the one in the package', () => {
    const edition = parseEdition(
      changed((each) => {
        each.id = 'fr-2027-04';
        each.reviewedBy = 'Dr A. Martel';
        each.rules = each.rules.filter(({ id }) => id === 'menacwy-ado');
      }),
    );
    const [item, ...others] = preventionFor(
      { birthDate: '2014-06-15', history: 'none' },
      { on: '2026-04-15', edition },
    );
    expect(others).toEqual([]);
    expect(item).toMatchObject({ rule: 'menacwy-ado', edition: 'fr-2027-04', review: { state: 'reviewed' } });
  });

  it('may hold rules of any name, in force between two days', () => {
    const edition = parseEdition(
      changed((each) => {
        const [rule] = each.rules.filter(({ id }) => id === 'menacwy-ado');
        each.rules = [
          { ...rule, id: 'anything', codes: ['this'], validFrom: '2026-01-01', validTo: '2026-12-31' },
        ];
      }),
    );
    const known = { birthDate: '2014-06-15', history: 'none' } as const;
    expect(stateOf('anything', known, '2025-12-31', edition)).toBe('-');
    expect(stateOf('anything', known, '2026-01-01', edition)).toBe('due 2025-06-15..2029-06-14');
    expect(stateOf('anything', known, '2026-12-31', edition)).toBe('due 2025-06-15..2029-06-14');
    expect(stateOf('anything', known, '2027-01-01', edition)).toBe('-');
    expect(
      stateOf(
        'anything',
        { ...known, history: [{ what: 'this', date: '2025-07-01' }] },
        '2026-01-01',
        edition,
      ),
    ).toBe('done');
  });

  it('ends, even when it repeats something without going on', () => {
    const edition = parseEdition(
      changed((each) => {
        const [rule] = each.rules.filter(({ id }) => id === 'menacwy-ado');
        const slot = { from: 'P1Y', before: 'P2Y', repeat: { every: 'P0D', before: 'P3Y' } };
        each.rules = [{ ...rule, plan: { type: 'slots', slots: [slot] } }];
      }),
    );
    expect(
      stateOf('menacwy-ado', { birthDate: '2025-01-01', history: 'none' }, '2026-06-01', edition),
    ).toContain('due');
  });

  it.each([
    ['is no JSON', '{'],
    ['is no object', '[]'],
    ['is null', 'null'],
    ['lacks its rules', changed((each) => Reflect.deleteProperty(each, 'rules'))],
    [
      'has no rule',
      changed((each) => {
        each.rules = [];
      }),
    ],
    [
      'has a field nobody knows',
      changed((each) => {
        each.extra = 1;
      }),
    ],
    [
      'has a rule with a field nobody knows',
      changed((each) => {
        each.rules[0] = { ...each.rules[0], extra: 1 };
      }),
    ],
    [
      'has a rule twice',
      changed((each) => {
        each.rules.push({ ...each.rules[0] });
      }),
    ],
    [
      'names a source that is not there',
      changed((each) => {
        each.sources = {};
      }),
    ],
    [
      'names a condition that is not there',
      changed((each) => {
        each.conditions = {};
      }),
    ],
    [
      'has a day that the calendar has not',
      changed((each) => {
        each.rules[0] = { ...each.rules[0], validFrom: '2025-02-29' };
      }),
    ],
    [
      'has an age that runs backwards',
      changed((each) => {
        each.rules[0] = { ...each.rules[0], until: 'P-2M' };
      }),
    ],
    [
      'has an address that is no URL',
      changed((each) => {
        each.sources = { ...each.sources, cal26: { title: 'x', url: 'nowhere', date: null } };
      }),
    ],
    [
      'has a status nobody knows',
      changed((each) => {
        each.rules[0] = { ...each.rules[0], requirement: 'ordered' };
      }),
    ],
  ])('is refused when it %s', async (_, json) => {
    expect(await codeOf(async () => parseEdition(json))).toBe('format/malformed');
  });

  it('is refused for another version, for its size and for being no text', async () => {
    const other = changed((each) => {
      each.format = 2;
    });
    expect(await codeOf(async () => parseEdition(other))).toBe('format/unsupported');
    expect(await codeOf(async () => parseEdition(' '.repeat(1_000_001)))).toBe('format/too-large');
    expect(await codeOf(async () => parseEdition(copy() as never))).toBe('usage/invalid');
  });

  it('has to come from parseEdition', async () => {
    const facts = { birthDate: '2025-03-10', history: 'none' } as const;
    const edition = copy() as never;
    expect(await codeOf(async () => preventionFor(facts, { on: '2026-01-01', edition }))).toBe(
      'usage/invalid',
    );
  });
});
