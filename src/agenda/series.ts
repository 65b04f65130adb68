import { STEPS_MAX, type StepBudget, startsOf } from './rule.js';
import type { Span, When } from './when.js';
import { spanOf } from './when-span.js';

/**
 * The starts of an event, found as far as they were asked for.
 *
 * It is kept with the `When` it is of, which stays the same object until the event is changed.
 */
export class Series {
  readonly #when: When;
  readonly #starts: string[] = [];
  readonly #extra: readonly string[];
  readonly #spans = new Map<string, Span>();
  readonly #budget: StepBudget = { left: STEPS_MAX };
  readonly #search: Generator<string>;
  #isDone: boolean;

  constructor(when: When) {
    const { start, rule, more = [] } = when;
    this.#when = when;
    // The start is an occurrence also when the rule by itself would not make it.
    this.#extra = [...new Set([start, ...more])].sort();
    this.#isDone = rule === undefined;
    this.#search = startsOf(rule ?? '', when, this.#budget);
  }

  /** The starts from `from` to `to`, both included, in order; `budget` counts what had to be searched for. */
  between(from: string, to: string, budget: StepBudget = { left: STEPS_MAX }): string[] {
    this.#searchTo(to, budget);
    const isInside = (start: string) => start >= from && start <= to;
    const made = this.#starts.filter(isInside);
    const extra = this.#extra.filter((start) => isInside(start) && !made.includes(start));
    return extra.length === 0 ? made : [...made, ...extra].sort();
  }

  /** Whether the event starts at this time. */
  has(start: string, budget?: StepBudget): boolean {
    return this.between(start, start, budget).length > 0;
  }

  /** From when to when the occurrence that starts then is, in the eyes of a reader in this zone. */
  spanOf(start: string, reader: string): Span {
    const key = `${start} ${reader}`;
    const known = this.#spans.get(key);
    if (known !== undefined) return known;
    const span = spanOf(this.#when, start, reader);
    this.#spans.set(key, span);
    return span;
  }

  #searchTo(to: string, budget: StepBudget): void {
    const before = this.#budget.left;
    while (!this.#isDone && (this.#starts.at(-1) ?? '') <= to) {
      const next = this.#search.next();
      if (next.done === true) this.#isDone = true;
      else this.#starts.push(next.value);
    }
    budget.left -= before - this.#budget.left;
  }
}

const known = /* @__PURE__ */ new WeakMap<When, Series>();

/** The series of an event; the same for the same `when`. */
export function seriesOf(when: When): Series {
  const series = known.get(when);
  if (series !== undefined) return series;
  const made = new Series(when);
  known.set(when, made);
  return made;
}
