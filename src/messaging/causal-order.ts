import type { Reference } from './shape.js';

/** Something written in a thread, as far as its place among the others goes. */
export interface Placed {
  readonly key: Reference;
  /** The newest that its author had seen. */
  readonly after: readonly Reference[];
  /** By the clock of its author; it decides only between what knew nothing of each other. */
  readonly sent: number;
}

/** Things in an order that no server chooses. */
export interface CausalOrder<T extends Placed> {
  /** Each after all it says to come after. */
  readonly order: readonly T[];
  /** The same by key. */
  readonly known: ReadonlyMap<Reference, T>;
  /** What someone says to have seen and is not here, by who says it first. */
  readonly missing: ReadonlyMap<Reference, readonly Reference[]>;
  /** What nothing else comes after: the next to be written comes after these. */
  readonly heads: readonly Reference[];
}

/**
 * Puts things in the order that their authors signed: each after what its author had seen (A39, R-MSG-3).
 *
 * Two that knew nothing of each other stand as their authors' clocks say, then by name, so that every device shows the same.
 * What claims to come after itself, over others, stands where the clocks say.
 */
export function causalOrder<T extends Placed>(things: readonly T[]): CausalOrder<T> {
  const known = new Map(things.map((thing) => [thing.key, thing]));
  const waitsFor = new Map<T, number>();
  const followers = new Map<Reference, T[]>();
  for (const thing of things) {
    const parents = [...new Set(thing.after)].filter((key) => key !== thing.key && known.has(key));
    waitsFor.set(thing, parents.length);
    for (const key of parents) {
      const known = followers.get(key);
      if (known === undefined) followers.set(key, [thing]);
      else known.push(thing);
    }
  }
  const order: T[] = [];
  const byTime = [...things].sort(byClock);
  const left = new Set(byTime);
  const ready = byTime.filter((thing) => waitsFor.get(thing) === 0);
  // Both lists are walked by a place in them: taking from the front of a long one moves all the rest.
  let taken = 0;
  let passed = 0;
  while (left.size > 0) {
    // Nothing is ready while something is left: they wait for each other, and the earliest goes first.
    while (!left.has(byTime[passed] as T)) passed++;
    const next = (taken < ready.length ? ready[taken++] : byTime[passed]) as T;
    if (!left.delete(next)) continue;
    order.push(next);
    for (const follower of followers.get(next.key) ?? []) {
      const waits = (waitsFor.get(follower) ?? 0) - 1;
      waitsFor.set(follower, waits);
      if (waits === 0) insert(ready, follower, taken);
    }
  }
  return { order, known, missing: missingIn(order, known), heads: headsOf(order) };
}

function missingIn<T extends Placed>(
  order: readonly T[],
  known: ReadonlyMap<Reference, T>,
): Map<Reference, Reference[]> {
  const told = new Set<Reference>();
  const missing = new Map<Reference, Reference[]>();
  for (const { key, after } of order) {
    const unknown = [...new Set(after)].filter((other) => !known.has(other) && !told.has(other));
    for (const other of unknown) told.add(other);
    if (unknown.length > 0) missing.set(key, unknown);
  }
  return missing;
}

function headsOf(order: readonly Placed[]): Reference[] {
  const followed = new Set(order.flatMap(({ key, after }) => after.filter((other) => other !== key)));
  const heads = order.filter(({ key }) => !followed.has(key)).map(({ key }) => key);
  const last = order.at(-1);
  return heads.length > 0 || last === undefined ? heads : [last.key];
}

/** Everything that is these, or comes before them; what is excepted, and what only it comes after, is not. */
export function upTo(
  known: ReadonlyMap<Reference, Placed>,
  heads: readonly Reference[],
  except: readonly Reference[],
): Set<Reference> {
  const not = new Set(except);
  const reached = new Set<Reference>();
  for (const next = [...heads]; next.length > 0; ) {
    const key = next.pop() as Reference;
    const thing = known.get(key);
    if (thing === undefined || not.has(key) || reached.has(key)) continue;
    reached.add(key);
    next.push(...thing.after);
  }
  return reached;
}

function byClock(a: Placed, b: Placed): number {
  return a.sent - b.sent || (a.key < b.key ? -1 : 1);
}

/** Puts a thing among others that are sorted, from a place on. */
function insert<T extends Placed>(ready: T[], thing: T, start: number): void {
  let [from, to] = [start, ready.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (byClock(thing, ready[middle] as T) < 0) to = middle;
    else from = middle + 1;
  }
  ready.splice(from, 0, thing);
}
