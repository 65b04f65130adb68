import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../src/index.js';
import { type Profile, profileOf } from '../../../src/profile/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { until } from '../../support/following.js';

let stage: Stage;
let alice: Person;
let profile: Profile;
beforeAll(async () => {
  stage = await openStage();
  alice = await stage.enter('alice');
});
afterAll(async () => stage.close());
beforeEach(async () => {
  profile = profileOf(await alice.createVault({ holder: { birthName: 'Martel' } }));
});

describe('measures', () => {
  it('are shown in the unit of the measure, exactly, and kept as they were given', async () => {
    const { measures } = profile;
    const pounds = await measures.add({ measure: 'weight', value: 150, unit: '[lb_av]', at: '2026-06-12' });
    expect(pounds).toMatchObject({
      value: '68.0388555',
      unit: 'kg',
      entered: { value: '150', unit: '[lb_av]' },
    });
    const pressure = await measures.add({
      measure: 'blood-pressure',
      systolic: 120,
      diastolic: 80,
      at: new Date(0),
    });
    expect(pressure).toMatchObject({ value: null, systolic: '120', diastolic: '80', entered: null });
    expect(pressure.at).toBe('1970-01-01T00:00:00.000Z');
    expect((await measures.entries.get(pounds.id))?.value.quantity).toEqual({
      value: '150',
      unit: '[lb_av]',
    });
  });

  it('are corrected in the unit they were given in, unless another is said', async () => {
    const { measures } = profile;
    const { id } = await measures.add({ measure: 'height', value: 1.7, unit: 'm', at: '2026-06-12' });
    expect(await measures.update(id, { value: 1.72 })).toMatchObject({ value: '172' });
    expect(await measures.update(id, { value: 173, unit: 'cm', at: '2026-06-13' })).toMatchObject({
      ...{ value: '173', at: '2026-06-13', entered: null },
    });
    expect(await codeOf(() => measures.update(id, { value: 17 }))).toBe('usage/invalid');
    expect(await codeOf(() => measures.update(id, { at: 'today' }))).toBe('usage/invalid');
    expect(await codeOf(() => measures.update(id, { systolic: 120 }))).toBe('usage/invalid');
    const missing = `itm_${'A'.repeat(22)}` as const;
    expect(await codeOf(() => measures.update(missing, { value: 170 }))).toBe('usage/not-found');
  });

  it('come as series in the order of time, of a period, and the latest', async () => {
    const { measures } = profile;
    const days = ['2026-06-30', '2026-05-31', '2026-06-01', '2026-07-01T00:00:00Z'];
    await measures.addAll(days.map((at, i) => ({ measure: 'pain' as const, value: i, at })));
    await measures.add({ measure: 'heart-rate', value: 60, at: '2026-06-02' });
    const values = async (period?: object) =>
      (await measures.series('pain', period)).map(({ value }) => value);
    expect(await values()).toEqual(['1', '2', '0', '3']);
    expect(await values({ from: '2026-06', to: '2026-06' })).toEqual(['2', '0']);
    expect(await values({ from: '2026-06-02' })).toEqual(['0', '3']);
    expect(await values({ to: '2026-05-31' })).toEqual(['1']);
    expect((await measures.latest('pain'))?.value).toBe('3');
    expect(await measures.latest('steps')).toBeNull();
    expect(await codeOf(() => measures.series('pain', { from: 'June' }))).toBe('usage/invalid');
    expect(await codeOf(() => measures.series('mood' as never))).toBe('usage/invalid');
  });

  it('are followed, each the same object until it changes', async () => {
    const { measures } = profile;
    const live = measures.live('weight');
    expect(measures.live('weight', {})).toBe(live);
    const first = await measures.add({ measure: 'weight', value: 70, at: '2026-06-01' });
    expect((await until(live, ({ length }) => length === 1))[0]).toBe(first);
    await measures.add({ measure: 'weight', value: 71, at: '2026-06-02' });
    expect((await until(measures.liveLatest('weight'), (last) => last?.value === '71'))?.at).toBe(
      '2026-06-02',
    );
    await measures.entries.remove(first.id);
    expect(await until(live, ({ length }) => length === 1)).toMatchObject([{ value: '71' }]);
  });

  it('have targets, in any unit', async () => {
    const { measures } = profile;
    await measures.setTarget('glucose', { min: 0.7, max: 1.1, unit: 'g/L' });
    expect((await measures.target('glucose'))?.value).toEqual({ min: '70', max: '110' });
    await measures.setTarget('blood-pressure', { systolic: { max: 140 }, diastolic: { max: 90 } });
    expect((await measures.target('blood-pressure'))?.value).toEqual({
      ...{ systolic: { max: '140' }, diastolic: { max: '90' } },
    });
    await measures.setTarget('bmi', { min: 18.5, max: 25 });
    for (const wrong of [{}, { min: 2, max: 1 }, { min: 700 }, { systolic: { max: 2 } }])
      expect(await codeOf(() => measures.setTarget('weight', wrong))).toBe('usage/invalid');
    await measures.setTarget('glucose', null);
    expect(await until(measures.liveTarget('glucose'), (target) => target === null)).toBeNull();
    expect(await codeOf(() => measures.setTarget('mood' as never, { min: 1 }))).toBe('usage/invalid');
  });
});

describe('the body mass index', () => {
  it('is refused on write, and computed of weight and height as they are now', async () => {
    const { measures } = profile;
    const write = measures.add({ measure: 'bmi', value: 24, at: '2026-06-12' });
    await expect(write).rejects.toMatchObject({
      ...{ code: 'usage/invalid', details: { argument: 'measure', reason: 'computed' } },
    });
    expect(await measures.series('bmi')).toEqual([]);
    const weight = await measures.add({ measure: 'weight', value: 72.5, at: '2026-06-12' });
    expect([await measures.series('bmi'), await measures.latest('bmi')]).toEqual([[], null]);
    await measures.add({ measure: 'height', value: 172, at: '2020-01-01' });
    expect(await measures.latest('bmi')).toMatchObject({
      ...{
        id: weight.id,
        measure: 'bmi',
        value: '24.5',
        unit: 'kg/m2',
        heightAt: '2020-01-01',
        at: '2026-06-12',
      },
    });
    await measures.update(weight.id, { value: 60 });
    expect((await until(measures.liveLatest('bmi'), (last) => last?.value === '20.3'))?.measure).toBe('bmi');
  });
});
