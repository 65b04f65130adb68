import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeFields } from '../../src/records/merge.js';

const value = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('a', null, true),
  fc.constant([1, { x: 2 }]),
);
const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'toString'), value);
const revisions = fc.array(fields, { minLength: 1, maxLength: 4 });
const text = (one: unknown) => JSON.stringify(one);
const own = (of: Readonly<Record<string, unknown>>, field: string) =>
  Object.hasOwn(of, field) ? of[field] : undefined;

describe('revisions put together', () => {
  it('lose nothing that any of them wrote: it is shown, or it is a conflict', () => {
    fc.assert(
      fc.property(fc.option(fields), revisions, (base, all) => {
        const merged = mergeFields(base, all);
        for (const [at, revision] of all.entries()) {
          for (const field of new Set([...Object.keys(base ?? {}), ...Object.keys(revision)])) {
            const wrote = text(own(revision, field));
            if (wrote === text(own(base ?? {}, field))) continue;
            const shown = text(own(merged.fields, field));
            const told = merged.conflicts.some(
              (other) => other.field === field && other.revision === at && text(other.value) === wrote,
            );
            expect(wrote === shown || told).toBe(true);
          }
        }
      }),
    );
  });

  it('show nothing that none of them says, and leave as it was what none of them changed', () => {
    fc.assert(
      fc.property(fc.option(fields), revisions, (base, all) => {
        const merged = mergeFields(base, all);
        const names = new Set([base ?? {}, ...all].flatMap(Object.keys));
        for (const field of names) {
          const shown = text(own(merged.fields, field));
          expect([base ?? {}, ...all].some((one) => text(own(one, field)) === shown)).toBe(true);
          const before = text(own(base ?? {}, field));
          if (all.every((one) => text(own(one, field)) === before)) expect(shown).toBe(before);
        }
        for (const { field, value: other } of merged.conflicts)
          expect(text(other)).not.toBe(text(own(merged.fields, field)));
      }),
    );
  });

  it('are that revision where there is one, and settle when the outcome is written over all of them', () => {
    fc.assert(
      fc.property(fc.option(fields), revisions, (base, all) => {
        const { fields: shown } = mergeFields(base, all);
        const [first] = all as [Record<string, unknown>];
        expect(mergeFields(base, [first])).toEqual({ fields: first, conflicts: [] });
        expect(mergeFields(base, [shown])).toEqual({ fields: shown, conflicts: [] });
      }),
    );
  });
});
