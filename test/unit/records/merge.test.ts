import { describe, expect, it } from 'vitest';
import { differing, mergeFields } from '../../../src/records/merge.js';

describe('revisions that do not build on each other', () => {
  it('are put together field by field: what one changed is as that one has it', () => {
    const base = { day: '2026-06-01', pain: 3, note: 'after lunch' };
    const merged = mergeFields(base, [
      { ...base, pain: 5 },
      { day: '2026-06-01', pain: 3 },
    ]);
    expect(merged).toEqual({ fields: { day: '2026-06-01', pain: 5 }, conflicts: [] });
  });

  it('show the later of two values of one field, and tell the other', () => {
    const base = { pain: 3, note: 'a' };
    const merged = mergeFields(base, [
      { pain: 5, note: 'b' },
      { pain: 7, note: 'a' },
    ]);
    expect(merged.fields).toEqual({ pain: 7, note: 'b' });
    expect(merged.conflicts).toEqual([{ field: 'pain', revision: 0, value: 5 }]);
  });

  it('tell of a field that one removed and the other wrote, whichever came later', () => {
    const base = { note: 'a' };
    expect(mergeFields(base, [{}, { note: 'b' }])).toEqual({
      fields: { note: 'b' },
      conflicts: [{ field: 'note', revision: 0, value: undefined }],
    });
    expect(mergeFields(base, [{ note: 'b' }, {}])).toEqual({
      fields: {},
      conflicts: [{ field: 'note', revision: 0, value: 'b' }],
    });
  });

  it('agree when they say the same, also in bytes, lists and objects', () => {
    const same = { photo: Uint8Array.of(1, 2), at: { x: 1, y: [2] } };
    const other = { photo: Uint8Array.of(1, 2), at: { y: [2], x: 1 } };
    expect(mergeFields({ photo: Uint8Array.of(9) }, [same, other]).conflicts).toEqual([]);
    expect(mergeFields(null, [same, { ...other, photo: Uint8Array.of(3) }]).conflicts).toEqual([
      { field: 'photo', revision: 0, value: same.photo },
    ]);
  });

  it('with nothing in common keep all fields of all, the later where they differ', () => {
    const merged = mergeFields(null, [{ a: 1, b: 1 }, { b: 2, c: 3 }, { c: 3 }]);
    expect(merged.fields).toEqual({ a: 1, b: 2, c: 3 });
    expect(merged.conflicts).toEqual([{ field: 'b', revision: 0, value: 1 }]);
  });

  it('of three, the last that changed a field is shown', () => {
    const merged = mergeFields({ f: 0 }, [{ f: 1 }, { f: 2 }, { f: 0 }]);
    expect(merged).toEqual({ fields: { f: 2 }, conflicts: [{ field: 'f', revision: 0, value: 1 }] });
  });
});

describe('fields that differ', () => {
  it('are those of either, and names of the prototype are none', () => {
    expect(differing({ a: 1, b: null }, { a: 1, c: 0 })).toEqual(['b', 'c']);
    expect(differing({}, { toString: 'x' })).toEqual(['toString']);
  });
});
