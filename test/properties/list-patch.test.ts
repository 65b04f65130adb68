import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLists, pagesOf, patchList, type Run } from '../../src/worker/list-patch.js';
import { isSameData } from '../../src/worker/packing.js';

interface Element {
  readonly id: string;
  readonly title: number;
}

const lists = fc.uniqueArray(fc.record({ id: fc.nat(30).map(String), title: fc.nat(2) }), {
  selector: ({ id }) => id,
});

const apply = (before: readonly unknown[], after: readonly unknown[]) => {
  const runs = diffLists(before, after, isSameData);
  return runs === null ? before : patchList(before, structuredClone(runs));
};

describe('the change of a list', () => {
  it('gives the next list, with every element that did not change as the same object', () => {
    fc.assert(
      fc.property(lists, lists, (before, after) => {
        const result = apply(before, after) as Element[];
        expect(result).toEqual(after);
        for (const element of result) {
          const earlier = before.find(({ id }) => id === element.id);
          if (earlier !== undefined && isSameData(earlier, element)) expect(element).toBe(earlier);
        }
      }),
    );
  });

  it('gives the next list of anything, also of elements that repeat', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3)), fc.array(fc.nat(3)), (before, after) => {
        expect(apply(before, after)).toEqual(after);
      }),
    );
  });

  it('is none when nothing changed', () => {
    fc.assert(
      fc.property(lists, (list) => {
        expect(diffLists(list, structuredClone(list), isSameData)).toBeNull();
      }),
    );
  });

  it('carries only what is new, wherever it is', () => {
    const before = Array.from({ length: 10_000 }, (_, i) => ({ id: String(i), title: 0 }));
    const after = before.toSpliced(7000, 1, { id: '7000', title: 1 }).toSpliced(20, 1);
    after.unshift({ id: 'new', title: 0 });
    const runs = diffLists(before, after, isSameData) as Run[];
    expect(runs.flatMap((run) => ('added' in run ? run.added : []))).toEqual([
      { id: 'new', title: 0 },
      { id: '7000', title: 1 },
    ]);
    expect(runs.length).toBe(5);
  });

  it('comes in pages that hold no more than they may, and make the same list', () => {
    fc.assert(
      fc.property(lists, lists, fc.integer({ min: 1, max: 4 }), (before, after, most) => {
        const pages = pagesOf(diffLists(before, after, isSameData) ?? [], most);
        for (const page of pages) {
          const added = page.reduce((sum, run) => sum + ('added' in run ? run.added.length : 0), 0);
          expect(added).toBeLessThanOrEqual(most);
        }
        if (diffLists(before, after, isSameData) !== null)
          expect(patchList(before, pages.flat())).toEqual(after);
      }),
    );
  });
});
