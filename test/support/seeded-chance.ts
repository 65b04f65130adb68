import { seededRandom } from './seeded-random.js';

/** Choices that depend on the seed alone. */
export class SeededChance {
  readonly #random;

  constructor(seed: string) {
    this.#random = seededRandom(seed);
  }

  /** A whole number from 0 to `limit - 1`; `limit` up to 65 536. */
  below(limit: number): number {
    const [high, low] = this.#random(2) as unknown as [number, number];
    return (high * 256 + low) % limit;
  }

  pick<T>(among: readonly T[]): T {
    if (among.length === 0) throw new Error('no choice');
    return among[this.below(among.length)] as T;
  }
}
