const FRESH_MAX = 2000;

/** The words of an index in their order, to find those that begin alike; new ones are sorted in from time to time. */
export class TermList {
  #sorted: string[];
  readonly #fresh = new Set<string>();

  constructor(terms: Iterable<string> = []) {
    this.#sorted = [...terms].sort();
  }

  /** A word that is not in it. */
  add(term: string): void {
    this.#fresh.add(term);
  }

  /** Every word that begins so, in no order; some may have gone meanwhile. */
  *startingWith(prefix: string): Generator<string, undefined> {
    if (this.#fresh.size > FRESH_MAX) {
      this.#sorted = [...new Set([...this.#sorted, ...this.#fresh])].sort();
      this.#fresh.clear();
    }
    for (let i = this.#firstFrom(prefix); i < this.#sorted.length; i++) {
      const term = this.#sorted[i] as string;
      if (!term.startsWith(prefix)) break;
      yield term;
    }
    for (const term of this.#fresh) if (term.startsWith(prefix)) yield term;
  }

  #firstFrom(text: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] as string) < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether two words differ by one letter more, less or other, or by two that changed places. */
export function isNear(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one.charCodeAt(start) === other.charCodeAt(start)) start++;
  const [rest, otherRest] = [one.slice(start), other.slice(start)];
  if (rest === otherRest || rest.slice(1) === otherRest.slice(1)) return true;
  if (rest.slice(1) === otherRest || rest === otherRest.slice(1)) return true;
  const swapped = rest.charAt(1) + rest.charAt(0) + rest.slice(2);
  return rest.length > 1 && swapped === otherRest;
}
