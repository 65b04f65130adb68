import { VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import { isSameList, type Live } from '../live/live.js';
import type { LiveCache } from '../live/live-cache.js';
import { bodyMassIndex, heightFor } from './bmi.js';
import { compareDecimals, type DecimalText } from './decimal.js';
import type { Entry, EntryConflict } from './entry.js';
import type { Bounds, Target } from './fact.js';
import type { FactBook } from './fact-book.js';
import type { Measure, MeasureInput } from './measure.js';
import {
  convertMeasure,
  isMeasureName,
  type MeasureName,
  measureCode,
  type Quantity,
  quantityOf,
} from './measure-code.js';
import type { Stated } from './merge-facts.js';
import { momentOf } from './partial-date.js';
import type { EntryChange, Section } from './section.js';
import type { Provenance, WriteOptions } from './source.js';

/** A measure as shown: in the unit of the measure, exactly. */
export interface MeasureValue {
  /** Of the entry; for the body mass index, of the weight. */
  readonly id: Id<'item'>;
  readonly measure: MeasureName;
  /** `YYYY-MM-DD`, or UTC with milliseconds. */
  readonly at: string;
  /** A decimal; null for the blood pressure, which has components. */
  readonly value: DecimalText | null;
  readonly systolic: DecimalText | null;
  readonly diastolic: DecimalText | null;
  /** UCUM. */
  readonly unit: string;
  /** As it was given, where that was in another unit; the systolic component of the blood pressure. */
  readonly entered: Quantity | null;
  /** When the height was measured that the body mass index was computed with; null for what was measured. */
  readonly heightAt: string | null;
  readonly provenance: Provenance;
  readonly conflicts: readonly EntryConflict[];
}

/** From when to when, both included, as precise as they are given: `to: '2026-06'` takes in all of June. UTC. */
export interface Period {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What a measure should be, as callers give it; of the blood pressure, each component. */
export interface TargetInput {
  readonly min?: number | string | undefined;
  readonly max?: number | string | undefined;
  readonly systolic?: Pick<TargetInput, 'min' | 'max'> | undefined;
  readonly diastolic?: Pick<TargetInput, 'min' | 'max'> | undefined;
  readonly unit?: string | undefined;
}

const PERIOD = /^\d{4}(-\d{2}(-\d{2}(T[\d:.]+Z)?)?)?$/;

/** The measures of the profile: series, the latest, targets, and the body mass index, which is computed. */
export class Measures {
  /** The entries as they are kept: to remove, restore, settle or see the history of one. */
  readonly entries: Section<Measure, MeasureInput>;
  readonly #facts: FactBook;
  readonly #lives: LiveCache;

  /** @internal */
  constructor(entries: Section<Measure, MeasureInput>, facts: FactBook, lives: LiveCache) {
    this.entries = entries;
    this.#facts = facts;
    this.#lives = lives;
  }

  /**
   * Adds a measure.
   *
   * Throws `usage/invalid` for a value that is no decimal, too precise, or beyond what a person may have, for a unit that
   * the measure is not taken in, and, with `reason: 'computed'`, for the body mass index.
   */
  async add(input: MeasureInput, options: WriteOptions = {}): Promise<MeasureValue> {
    return shownOf(await this.entries.add(input, options));
  }

  /** Adds measures of one source; none when one of them is wrong. */
  async addAll(inputs: readonly MeasureInput[], options: WriteOptions = {}): Promise<MeasureValue[]> {
    return (await this.entries.addAll(inputs, options)).map(shownOf);
  }

  /** Corrects a measure; a unit left out is that of the value before. Throws as `add`, `usage/not-found`. */
  async update(
    id: Id<'item'>,
    change: Partial<Omit<MeasureInput, 'measure'>>,
    options: WriteOptions = {},
  ): Promise<MeasureValue> {
    const before = (await this.entries.get(id))?.value;
    if (before === undefined) throw new VaultError('usage/not-found', { id });
    const { at, value, systolic, diastolic, unit, ...rest } = change;
    const fields: Record<string, unknown> = { ...rest };
    const given = { quantity: value, systolic, diastolic };
    for (const [field, number] of Object.entries(given)) {
      const own = before[field as keyof typeof given];
      if (number !== undefined) fields[field] = quantityOf(before.measure, number, unit ?? own?.unit, field);
    }
    if (at !== undefined) fields.at = momentOf(at) ?? '';
    return shownOf(await this.entries.update(id, fields as EntryChange<Measure>, options));
  }

  /** The values of a measure in the order of time, of two at once in that of writing. */
  async series(measure: MeasureName, period: Period = {}): Promise<MeasureValue[]> {
    const isWanted = filterOf(measure, period);
    return seriesOf(await this.entries.list(), measure).filter(isWanted);
  }

  /** The last value of a measure; null when there is none. */
  async latest(measure: MeasureName): Promise<MeasureValue | null> {
    return (await this.series(measure)).at(-1) ?? null;
  }

  /** As `series`, and all that follows. */
  live(measure: MeasureName, period: Period = {}): Live<readonly MeasureValue[]> {
    const isWanted = filterOf(measure, period);
    return this.#lives.get(`series ${measure} ${period.from ?? ''} ${period.to ?? ''}`, () =>
      deriveLive(
        [this.entries.live()],
        (entries) => Object.freeze(seriesOf(entries, measure).filter(isWanted)),
        isSameList,
      ),
    );
  }

  /** As `latest`, and all that follows. */
  liveLatest(measure: MeasureName): Live<MeasureValue | null> {
    return this.#lives.get(`latest ${measure}`, () =>
      deriveLive([this.live(measure)], (values) => values.at(-1) ?? null),
    );
  }

  /** Says what a measure should be, in any of its units; `null` takes it back. Throws `usage/invalid`. */
  async setTarget(
    measure: MeasureName,
    target: TargetInput | null,
    options: WriteOptions = {},
  ): Promise<Stated<Target> | null> {
    if (!isMeasureName(measure)) throw new VaultError('usage/invalid', { argument: 'measure' });
    const kept = target === null ? null : targetOf(measure, target);
    return (await this.#facts.write(`target.${measure}`, kept, options))?.stated ?? null;
  }

  /** What a measure should be, in its unit; null when nobody said. */
  async target(measure: MeasureName): Promise<Stated<Target> | null> {
    return (await this.#facts.read(`target.${measure}`))?.stated ?? null;
  }

  /** As `target`, and all that follows. */
  liveTarget(measure: MeasureName): Live<Stated<Target> | null> {
    return this.#lives.get(`target ${measure}`, () =>
      deriveLive([this.#facts.live(`target.${measure}`)], (merged) => merged?.stated ?? null),
    );
  }
}

/** The values of a measure among entries, in the order of time. @internal */
export function seriesOf(entries: readonly Entry<Measure>[], measure: MeasureName): MeasureValue[] {
  const of = (wanted: MeasureName) =>
    entries
      .filter(({ value }) => value.measure === wanted)
      .map(shownOf)
      .sort(
        (a, b) => order(a.at, b.at) || a.provenance.recorded - b.provenance.recorded || order(a.id, b.id),
      );
  if (measure !== 'bmi') return of(measure);
  const heights = of('height');
  return of('weight').flatMap((weight) => {
    const height = heightFor(weight.at, heights);
    const value = bodyMassIndex(weight.value, height?.value ?? null);
    return height === null || value === null ? [] : [bmiOf(weight, height, value)];
  });
}

const values = /* @__PURE__ */ new WeakMap<Entry<Measure>, MeasureValue>();
const indexes = /* @__PURE__ */ new WeakMap<MeasureValue, MeasureValue>();

/** The same object for the same weight and height, so that lists of them are the same. */
function bmiOf(weight: MeasureValue, height: MeasureValue, value: DecimalText): MeasureValue {
  const known = indexes.get(weight);
  if (known?.value === value && known.heightAt === height.at) return known;
  const unit = measureCode('bmi').unit;
  const made = Object.freeze({
    ...weight,
    measure: 'bmi' as const,
    value,
    unit,
    entered: null,
    heightAt: height.at,
  });
  indexes.set(weight, made);
  return made;
}

function shownOf(entry: Entry<Measure>): MeasureValue {
  const known = values.get(entry);
  if (known !== undefined) return known;
  const { measure, at, quantity, systolic, diastolic } = entry.value;
  const { unit } = measureCode(measure);
  const shown = (each: Quantity | undefined) => (each === undefined ? null : convertMeasure(measure, each));
  const given = quantity ?? systolic;
  const made: MeasureValue = Object.freeze({
    ...{ id: entry.id, measure, at, unit, heightAt: null },
    ...{ value: shown(quantity), systolic: shown(systolic), diastolic: shown(diastolic) },
    entered: given === undefined || given.unit === unit ? null : given,
    ...{ provenance: entry.provenance, conflicts: entry.conflicts },
  });
  values.set(entry, made);
  return made;
}

function filterOf(measure: MeasureName, { from, to }: Period): (value: MeasureValue) => boolean {
  if (!isMeasureName(measure)) throw new VaultError('usage/invalid', { argument: 'measure' });
  for (const end of [from, to])
    if (end !== undefined && !PERIOD.test(end)) throw new VaultError('usage/invalid', { argument: 'period' });
  return ({ at }) =>
    (from === undefined || at.slice(0, from.length) >= from) &&
    (to === undefined || at.slice(0, to.length) <= to);
}

function targetOf(measure: MeasureName, { unit, systolic, diastolic, min, max }: TargetInput): Target {
  const boundsOf = (given: Pick<TargetInput, 'min' | 'max'>): Bounds => {
    const one = (value: number | string | undefined, argument: string) =>
      value === undefined
        ? {}
        : { [argument]: convertMeasure(measure, quantityOf(measure, value, unit, argument)) };
    const bounds: Bounds = { ...one(given.min, 'min'), ...one(given.max, 'max') };
    if (bounds.min !== undefined && bounds.max !== undefined && compareDecimals(bounds.min, bounds.max) > 0)
      throw new VaultError('usage/invalid', { argument: 'max' });
    return bounds;
  };
  if (measure !== 'blood-pressure') return boundsOf({ min, max });
  return {
    ...(systolic === undefined ? {} : { systolic: boundsOf(systolic) }),
    ...(diastolic === undefined ? {} : { diastolic: boundsOf(diastolic) }),
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
