/** How one list becomes the next: what stays is named by its place, so that on the other side it is the same object. */

/** A stretch of the earlier list, or new elements. */
export type Run = { readonly from: number; readonly count: number } | { readonly added: readonly unknown[] };

/** The runs that turn `before` into `after`; null when nothing changed. `isSame` tells elements that are equal. */
export function diffLists(
  before: readonly unknown[],
  after: readonly unknown[],
  isSame: (a: unknown, b: unknown) => boolean,
): Run[] | null {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && isSame(before[head], after[head])) head++;
  if (head === before.length && head === after.length) return null;
  let tail = 0;
  const rest = shorter - head;
  while (tail < rest && isSame(before[before.length - 1 - tail], after[after.length - 1 - tail])) tail++;
  const places = placesOf(before, head, before.length - tail);
  const runs = new Runs();
  runs.keep(0, head);
  for (let i = head; i < after.length - tail; i++) {
    const element = after[i];
    const place = places.get(keyOf(element));
    if (place !== undefined && isSame(before[place], element)) runs.keep(place, 1);
    else runs.add(element);
  }
  runs.keep(before.length - tail, tail);
  return runs.list;
}

/** The list that runs make of an earlier one. */
export function patchList(before: readonly unknown[], runs: readonly Run[]): unknown[] {
  const after: unknown[] = [];
  for (const run of runs) {
    if ('added' in run) for (const element of run.added) after.push(element);
    else for (let i = run.from; i < run.from + run.count; i++) after.push(before[i]);
  }
  return after;
}

/** Cuts runs into parts with at most `elementsMax` new elements each. */
export function pagesOf(runs: readonly Run[], elementsMax: number): Run[][] {
  let page: Run[] = [];
  let room = elementsMax;
  const pages = [page];
  for (const run of runs) {
    if (!('added' in run)) {
      page.push(run);
      continue;
    }
    for (let start = 0; start < run.added.length; ) {
      if (room === 0) {
        page = [];
        pages.push(page);
        room = elementsMax;
      }
      const added = run.added.slice(start, start + room);
      page.push({ added });
      room -= added.length;
      start += added.length;
    }
  }
  return pages;
}

class Runs {
  readonly list: Run[] = [];

  keep(from: number, count: number): void {
    if (count === 0) return;
    const last = this.list.at(-1);
    if (last !== undefined && 'from' in last && last.from + last.count === from) {
      this.list[this.list.length - 1] = { from: last.from, count: last.count + count };
    } else this.list.push({ from, count });
  }

  add(element: unknown): void {
    const last = this.list.at(-1);
    if (last !== undefined && 'added' in last) (last.added as unknown[]).push(element);
    else this.list.push({ added: [element] });
  }
}

function placesOf(list: readonly unknown[], start: number, end: number): Map<unknown, number> {
  const places = new Map<unknown, number>();
  for (let i = start; i < end; i++) places.set(keyOf(list[i]), i);
  return places;
}

/** What tells elements apart: their `id` where they have one, else they themselves. */
function keyOf(element: unknown): unknown {
  if (typeof element !== 'object' || element === null) return element;
  return 'id' in element && typeof element.id === 'string' ? element.id : element;
}
