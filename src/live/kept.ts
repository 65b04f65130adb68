/**
 * Gives the earlier object for each plain value that is equal to one, so that who compares by identity sees no change.
 *
 * For values of text, numbers, booleans, `null` and lists or objects of these. What it gives is frozen: it is shared.
 */
export class Kept<T extends object> {
  #byText = new Map<string, T>();

  /** The values, each as the object that stood for it last time. */
  all(values: readonly T[]): T[] {
    const kept = new Map<string, T>();
    const list = values.map((value) => {
      const text = JSON.stringify(value);
      const known = this.#byText.get(text) ?? kept.get(text) ?? freeze(value);
      kept.set(text, known);
      return known;
    });
    this.#byText = kept;
    return list;
  }

  /** As `all`, for one value. */
  one(value: T): T {
    return this.all([value])[0] as T;
  }
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}
