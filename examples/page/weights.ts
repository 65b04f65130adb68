import { defineKind } from 'coffret';

/** A weighing. */
export interface Weight {
  readonly grams: number;
}

export const weights = defineKind<Weight>({
  kind: 'com.example.weight',
  schema: 1,
  collection: 'weights',
  parse(value) {
    const { grams } = value as Weight;
    if (!Number.isSafeInteger(grams) || grams <= 0) throw new TypeError('no weight');
    return { grams };
  },
});
