import { describe, expect, it } from 'vitest';
import { bodyMassIndex, heightFor } from '../../../src/profile/bmi.js';
import {
  BLOOD_PRESSURE_COMPONENTS,
  convertMeasure,
  MEASURE_NAMES,
  measureCode,
  measureLabel,
  quantityOf,
} from '../../../src/profile/measure-code.js';
import { isDay, isInOrder, mayBeSameDate, momentOf } from '../../../src/profile/partial-date.js';

describe('the measures', () => {
  it('are the fourteen of Mon espace santé, with their codes and units', () => {
    const table = MEASURE_NAMES.map((name) => [name, measureCode(name).code, measureCode(name).unit]);
    expect(table).toEqual([
      ['weight', '29463-7', 'kg'],
      ['height', '8302-2', 'cm'],
      ['waist', '8280-0', 'cm'],
      ['temperature', '8310-5', 'Cel'],
      ['glucose', '2345-7', 'mg/dL'],
      ['interstitial-glucose', 'MED-969', 'mg/dL'],
      ['hba1c', '4548-4', '%'],
      ['glycaemia-index', 'MED-972', '%'],
      ['blood-pressure', '85354-9', 'mm[Hg]'],
      ['bmi', '39156-5', 'kg/m2'],
      ['pain', '72514-3', '{score}'],
      ['heart-rate', '8867-4', '/min'],
      ['steps', '41950-7', '1/(24.h)'],
      ['head-circumference', '8287-5', 'cm'],
    ]);
    expect(BLOOD_PRESSURE_COMPONENTS).toEqual({ systolic: '8480-6', diastolic: '8462-4' });
    expect(measureCode('interstitial-glucose').system).toContain('esante.gouv.fr');
    for (const name of MEASURE_NAMES) expect(measureLabel(name, 'en')).not.toBe(measureLabel(name, 'fr'));
  });

  it.each([
    ['weight', '0.45359237', '1', '[lb_av]'],
    ['height', '172', '1.72', 'm'],
    ['height', '2.54', '1', '[in_i]'],
    ['glucose', '95', '0.95', 'g/L'],
    ['glucose', '99.0858', '5.5', 'mmol/L'],
    ['hba1c', '7.00044', '53', 'mmol/mol'],
    ['blood-pressure', '125', '12.5', 'cm[Hg]'],
  ] as const)('%s is %s of its unit for %s %s', (measure, result, value, unit) => {
    expect(convertMeasure(measure, { value, unit })).toBe(result);
  });

  it('are taken in no unit whose conversion has no end, nor in that of another', () => {
    for (const unit of ['[degF]', 'kg', 'constructor', ''])
      expect(() => convertMeasure('temperature', { value: '37', unit })).toThrow('usage/invalid');
  });

  it.each([
    ['pain', 0, 10, -1, 11],
    ['temperature', 25, 45, 24.9, 45.1],
    ['steps', 0, 200_000, 0.5, 200_001],
    ['heart-rate', 10, 350, 9, 72.5],
    ['head-circumference', 15, 80, 14.99, '34.555'],
  ] as const)('%s is at least %d and at most %d; %s and %s are refused', (measure, min, max, ...wrong) => {
    expect([quantityOf(measure, min).value, quantityOf(measure, max).value]).toEqual([
      String(min),
      String(max),
    ]);
    for (const value of wrong) expect(() => quantityOf(measure, value)).toThrow('usage/invalid');
  });
});

describe('the body mass index', () => {
  it('is that of weight and height, rounded half up', () => {
    expect(bodyMassIndex('72.5', '172')).toBe('24.5');
    expect(bodyMassIndex('65', '200')).toBe('16.3');
    expect(bodyMassIndex('3.4', '50')).toBe('13.6');
    expect([bodyMassIndex(null, '172'), bodyMassIndex('72.5', null)]).toEqual([null, null]);
  });

  it('takes the height measured last, not after the day of the weight; else the first one after it', () => {
    const heights = ['2020-01-01', '2024-05-05T10:00:00.000Z', '2025-01-01'].map((at) => ({ at }));
    expect(heightFor('2024-05-05', heights)?.at).toBe('2024-05-05T10:00:00.000Z');
    expect(heightFor('2024-05-04T23:59:59.999Z', heights)?.at).toBe('2020-01-01');
    expect(heightFor('2019-12-31', heights)?.at).toBe('2020-01-01');
    expect(heightFor('2026-01-01', heights)?.at).toBe('2025-01-01');
    expect(heightFor('2026-01-01', [])).toBeNull();
  });
});

describe('a date', () => {
  it('is one of the calendar', () => {
    expect(['2024-02-29', '2023-02-29', '2024-04-31', '2024-4-3', 20240403].map(isDay)).toEqual([
      ...[true, false, false, false, false],
    ]);
  });

  it('is a day, or a moment in UTC', () => {
    expect(momentOf('2026-06-12')).toBe('2026-06-12');
    expect(momentOf('2026-06-12T08:30+02:00')).toBe('2026-06-12T06:30:00.000Z');
    expect(momentOf(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    expect(['2026-06-12T08:30', '2026-06', '2026-02-30T08:30Z', 5].map(momentOf)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('is compared as far as both are precise', () => {
    expect([
      isInOrder('2001-05', '2001'),
      isInOrder('2001-05', '2001-04-30'),
      isInOrder(undefined, '2001'),
    ]).toEqual([...[true, false, true]]);
    expect([
      mayBeSameDate('2001', '2001-04'),
      mayBeSameDate('2001-05', '2001-04'),
      mayBeSameDate('2001', undefined),
    ]).toEqual([true, false, true]);
  });
});
