import { describe, expect, it } from 'vitest';
import { RecordView, type Revision } from '../../../src/vault/record-view.js';

const id = (n: number) => new Uint8Array(16).fill(n);
const item = id(100);

function revision(change: number, base: number[] = [], rest: Partial<Revision> = {}): Revision {
  return {
    item,
    change: id(change),
    base: base.map(id),
    kind: 'note',
    schema: 1,
    time: change,
    authored: null,
    link: null,
    body: Uint8Array.of(change),
    person: id(1),
    device: id(2),
    proven: true,
    epoch: 1,
    position: change,
    ...rest,
  };
}

function viewOf(...revisions: readonly Revision[]): RecordView {
  const view = new RecordView();
  for (const each of revisions) view.put(each);
  return view;
}

/** The first byte of the current change and of those in conflict. */
const shown = (view: RecordView) => {
  const found = view.get(item);
  return found && [found.current.change[0], found.conflicts.map(({ change }) => change[0])];
};

describe('a view of records', () => {
  it('shows what nothing builds on, in whatever order the revisions come', () => {
    const chain = [revision(1), revision(2, [1]), revision(3, [2])];
    const [a, b, c] = chain as [Revision, Revision, Revision];
    for (const order of [chain, [c, b, a], [b, c, a], [c, a, b]])
      expect(shown(viewOf(...order))).toEqual([3, []]);
  });

  it('shows the later in the log of two edits at once, and keeps the other as a conflict', () => {
    const one = revision(2, [1], { position: 3, time: 9 });
    const two = revision(3, [1], { position: 2, time: 99 });
    expect(shown(viewOf(revision(1), one, two))).toEqual([2, [3]]);
    expect(shown(viewOf(two, one, revision(1)))).toEqual([2, [3]]);
  });

  it('ends a conflict with a revision that builds on both', () => {
    const view = viewOf(revision(1), revision(2, [1]), revision(3, [1]));
    expect(shown(view)).toEqual([3, [2]]);
    view.put(revision(4, [2, 3]));
    expect(shown(view)).toEqual([4, []]);
  });

  it('takes what is pending for later than all of the log, and by time among itself', () => {
    const early = revision(2, [1], { position: null, time: 5 });
    const late = revision(3, [1], { position: null, time: 6 });
    expect(shown(viewOf(late, early, revision(4, [1]), revision(1)))).toEqual([3, [4, 2]]);
    const settled = viewOf(revision(2, [], { position: null }));
    settled.put(revision(2, [], { position: 7 }));
    expect(settled.history(item).map(({ position }) => position)).toEqual([7]);
  });

  it('still shows something when revisions name each other', () => {
    expect(shown(viewOf(revision(1, [2]), revision(2, [1])))).toEqual([2, []]);
  });

  it('forgets one revision and keeps the others; the last takes the item with it', () => {
    const view = viewOf(revision(1), revision(2, [1]));
    view.forget(id(2));
    expect(shown(view)).toEqual([1, []]);
    expect([view.revision(id(2)), view.revision(id(1))?.change]).toEqual([null, id(1)]);
    view.forget(id(9));
    view.forget(id(1));
    expect([view.get(item), view.size, view.history(item)]).toEqual([null, 0, []]);
  });

  it('takes back what was only pending', () => {
    const view = viewOf(revision(1), revision(2, [1], { position: null }));
    view.drop(item, id(2));
    expect(shown(view)).toEqual([1, []]);
    view.drop(id(9), id(9));
    expect(view.size).toBe(1);
  });

  it('gives the history oldest first, also of what was removed', () => {
    const view = viewOf(revision(3, [2], { body: null }), revision(1), revision(2, [1]));
    expect(view.history(item).map(({ change }) => change[0])).toEqual([1, 2, 3]);
  });

  it('lists by kind, and removed items only when asked', () => {
    const other = revision(5, [], { item: id(101), kind: 'list' });
    const removed = revision(7, [6], { item: id(102), body: null });
    const view = viewOf(revision(1), other, revision(6, [], { item: id(102) }), removed);
    const listed = (options?: Parameters<RecordView['list']>[0]) =>
      view.list(options).map(({ current }) => current.change[0]);
    expect([listed(), listed({ kind: 'list' }), listed({ removed: true })]).toEqual([[1, 5], [5], [7]]);
    expect(listed({ kind: 'list', removed: true })).toEqual([]);
    expect(view.size).toBe(3);
  });

  it('lets go of everything, and overwrites what was decrypted', () => {
    const body = Uint8Array.of(1, 2, 3);
    const view = viewOf(revision(1, [], { body }), revision(2, [1], { body: null }));
    view.clear();
    expect([view.size, view.list(), view.revision(id(1))]).toEqual([0, [], null]);
    expect(body).toEqual(new Uint8Array(3));
  });
});
