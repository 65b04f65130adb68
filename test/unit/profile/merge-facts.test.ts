import { describe, expect, it } from 'vitest';
import { FACT_KINDS, type Fact, factKind } from '../../../src/profile/fact.js';
import { mergeFacts } from '../../../src/profile/merge-facts.js';
import { factItem } from '../../support/profile-items.js';

describe('what there is one of, said in several records', () => {
  it('is nothing where nobody said anything', () => {
    expect(mergeFacts([])).toBeNull();
  });

  it('is what was said last, whoever founded first, and the other is in conflict', () => {
    const first = factItem({ id: 1, value: 'A', changed: 20, author: 'alice' });
    const second = factItem({ id: 2, value: 'O', changed: 10, author: 'martin' });
    const merged = mergeFacts([second, first]);
    expect(merged?.stated).toMatchObject({ value: 'A', provenance: { author: first.author, changed: 20 } });
    expect(merged?.stated?.conflicts).toEqual([{ value: 'O', author: second.author, time: 10 }]);
    expect(merged?.records).toEqual([first.id, second.id]);
  });

  it('has no conflict where the same was said twice', () => {
    const same = [1, 2].map((id) => factItem({ id, value: { min: '60', max: '70' }, changed: id }));
    const turned = factItem({ id: 3, value: { max: '70', min: '60' }, changed: 0 });
    expect(mergeFacts([...same, turned])?.stated?.conflicts).toEqual([]);
  });

  it('is of the greater id where both were said at the same moment', () => {
    const both = [factItem({ id: 1, value: 'A', changed: 5 }), factItem({ id: 2, value: 'B', changed: 5 })];
    expect(mergeFacts(both)?.stated?.value).toBe('B');
    expect(mergeFacts(both.toReversed())).toEqual(mergeFacts(both));
  });

  it('shows what two devices wrote over one record', () => {
    const said = { value: 'O', source: { by: 'patient' } };
    const item = factItem({ id: 1, value: 'A', changed: 10, hidden: [{ said, time: 30 }] });
    expect(mergeFacts([item])?.stated).toMatchObject({ value: 'A', conflicts: [{ value: 'O', time: 30 }] });
  });

  it('is not gone because someone took back theirs at the same time', () => {
    const taken = factItem({ id: 1, value: null, changed: 20 });
    const given = factItem({ id: 2, value: 'A', changed: 10 });
    expect(mergeFacts([taken])).toMatchObject({ stated: null, records: [taken.id] });
    expect(mergeFacts([taken, given])?.stated).toMatchObject({ value: 'A', conflicts: [{ value: null }] });
    const over = factItem({
      ...{ id: 1, value: null, changed: 20 },
      hidden: [{ said: { value: 'A', source: { by: 'patient' } }, time: 5 }],
    });
    expect(mergeFacts([over])?.stated).toMatchObject({
      value: 'A',
      provenance: { by: 'patient', changed: 5 },
    });
  });
});

describe('a record of something there is one of', () => {
  const parse = (value: unknown) => factKind('blood.abo').parse(value, 1);
  const source = { by: 'patient' as const };
  const fact = (name: string, value: unknown) => ({ fact: name, said: { value, source } });

  it.each([
    ['blood.abo', 'AB'],
    ['blood.rhesus', null],
    ['answer.allergies', 'not-concerned'],
    ['habit.tobacco', { status: 'former', text: 'until 2010' }],
    ['habit.sleep', { amount: { value: '7.5', unit: 'h/d' } }],
    ['target.weight', { min: '60', max: '70' }],
    ['target.blood-pressure', { systolic: { max: '140' } }],
  ])('holds %s: %j', (name, value) => {
    expect(parse(fact(name, value))).toEqual(fact(name, value));
  });

  it.each([
    ['blood.abo', 'C'],
    ['blood.kell', 'A'],
    ['toString', 'A'],
    ['answer.allergies', 'no'],
    ['habit.tobacco', {}],
    ['habit.tobacco', { amount: { value: '-1', unit: '{cigarette}/d' } }],
    ['habit.tobacco', { text: 'x'.repeat(1001) }],
    ['target.weight', {}],
    ['target.weight', { min: '70', max: '60' }],
    ['target.weight', { min: 60 }],
    ['target.blood-pressure', { max: '140' }],
  ])('does not hold %s: %j', (name, value) => {
    expect(() => parse(fact(name, value))).toThrow('format/malformed');
  });

  it('holds nothing else', () => {
    for (const value of [
      { ...fact('blood.abo', 'A'), more: 1 },
      { fact: 'blood.abo', said: { value: 'A', source, more: 1 } },
      { fact: 'blood.abo', said: { value: 'A' } },
      { fact: 'blood.abo' },
    ])
      expect(() => parse(value)).toThrow('format/malformed');
  });

  it('goes with the section it is about', () => {
    const collectionOf = (name: Fact['fact']) => factKind(name).collection;
    expect(
      ['answer.contacts', 'answer.directives', 'answer.organ-donation'].map((name) =>
        collectionOf(name as Fact['fact']),
      ),
    ).toEqual([...['entourage', 'entourage', 'entourage']]);
    expect([
      collectionOf('answer.allergies'),
      collectionOf('blood.abo'),
      collectionOf('target.weight'),
    ]).toEqual([...['profile', 'profile', 'profile']]);
    expect(FACT_KINDS).toHaveLength(2);
  });
});
