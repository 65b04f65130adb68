import { defineKind } from '../../src/index.js';

/** A line of a diary of symptoms: what an app might keep that this package knows nothing of. */
export interface Symptom {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly what: string;
  /** From 0 to 10. */
  readonly pain: number;
  readonly note?: string;
}

export const SYMPTOM = defineKind<Symptom>({
  kind: 'symptom',
  schema: 1,
  collection: 'diary',
  parse(value) {
    const { day, what, pain, note } = value as Partial<Symptom>;
    if (typeof day !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new TypeError('day');
    if (typeof what !== 'string') throw new TypeError('what');
    if (!Number.isInteger(pain) || Number(pain) < 0 || Number(pain) > 10) throw new TypeError('pain');
    if (note !== undefined && typeof note !== 'string') throw new TypeError('note');
    return { day, what, pain: Number(pain), ...(note === undefined ? {} : { note }) };
  },
});
