import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyMassIndex } from '../../src/profile/bmi.js';
import { CONDITIONS } from '../../src/profile/condition.js';
import { compareDecimals, decimalOf, isDecimal, scaleDecimal } from '../../src/profile/decimal.js';
import { convertMeasure, MEASURE_NAMES, measureCode } from '../../src/profile/measure-code.js';
import { mergeFacts } from '../../src/profile/merge-facts.js';
import { mergeProposals, proposalKey } from '../../src/profile/proposal.js';
import { factItem, proposalItem } from '../support/profile-items.js';

/** A decimal as text, with the whole number that it is millionths of. */
const decimal = (max = 999_999_999) =>
  fc.tuple(fc.nat({ max }), fc.nat({ max: 999_999 }), fc.boolean()).map(([units, millionths, isBelow]) => {
    const scaled = (BigInt(units) * 1_000_000n + BigInt(millionths)) * (isBelow ? -1n : 1n);
    const written = `${isBelow ? '-' : ''}${units}.${String(millionths).padStart(6, '0')}`;
    return { text: decimalOf(written), scaled };
  });

/** Any decimal text as a fraction of whole numbers. */
const fraction = (text: string): readonly [bigint, bigint] => {
  const [units = '', digits = ''] = text.split('.');
  return [BigInt(units + digits), 10n ** BigInt(digits.length)];
};

describe('decimals', () => {
  it('are what was written, and are kept in one way', () => {
    fc.assert(
      fc.property(decimal(), ({ text, scaled }) => {
        const [over, under] = fraction(text);
        expect(over * 1_000_000n).toBe(scaled * under);
        expect([isDecimal(text), decimalOf(text)]).toEqual([true, text]);
      }),
    );
  });

  it('are scaled, moved and compared as fractions are', () => {
    fc.assert(
      fc.property(decimal(), decimal(), decimal(), (a, b, c) => {
        const [over, under] = fraction(scaleDecimal(a.text, b.text, c.text));
        expect(over * 10n ** 12n).toBe((a.scaled * b.scaled + c.scaled * 10n ** 6n) * under);
        expect(compareDecimals(a.text, b.text)).toBe(a.scaled < b.scaled ? -1 : Number(a.scaled > b.scaled));
      }),
    );
  });

  it('are never what a number only comes near to', () => {
    fc.assert(
      fc.property(fc.double(), (number) => {
        let text: string;
        try {
          text = decimalOf(number);
        } catch {
          return;
        }
        expect(Number(text)).toBe(number === 0 ? 0 : number);
      }),
    );
  });
});

describe('units', () => {
  const ways = MEASURE_NAMES.flatMap((measure) =>
    measureCode(measure).units.map((unit) => ({ measure, unit })),
  );

  it('are converted exactly: a difference comes out in proportion, whatever it is added to', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ways), decimal(), decimal(), ({ measure, unit }, a, b) => {
        const convert = (value: string) => fraction(convertMeasure(measure, { value, unit }));
        const minus = (x: readonly [bigint, bigint], y: readonly [bigint, bigint]) =>
          [x[0] * y[1] - y[0] * x[1], x[1] * y[1]] as const;
        const one = minus(convert('1'), convert('0'));
        const difference = minus(convert(a.text), convert(b.text));
        expect(difference[0] * one[1] * 1_000_000n).toBe((a.scaled - b.scaled) * one[0] * difference[1]);
      }),
    );
  });
});

describe('the body mass index', () => {
  it('is within half of its last digit of weight over height squared, and rounds half up', () => {
    const grams = fc.integer({ min: 200, max: 650_000 });
    const tenthsOfMillimetres = fc.integer({ min: 2000, max: 28_000 });
    fc.assert(
      fc.property(grams, tenthsOfMillimetres, (g, h) => {
        const weight = decimalOf(`${Math.floor(g / 1000)}.${String(g % 1000).padStart(3, '0')}`);
        const height = decimalOf(`${Math.floor(h / 100)}.${String(h % 100).padStart(2, '0')}`);
        const tenths = BigInt(
          (bodyMassIndex(weight, height) ?? '').replace(/^(\d+)$/, '$1.0').replace('.', ''),
        );
        // kg / m² = (g / 1000) / (h / 10^4)² = g × 10^5 / h²; in tenths, ten times that.
        const [over, under] = [BigInt(g) * 10n ** 6n, BigInt(h) ** 2n];
        expect(2n * tenths * under <= 2n * over + under).toBe(true);
        expect(2n * over + under < 2n * (tenths + 1n) * under).toBe(true);
      }),
    );
  });
});

describe('what there is one of', () => {
  const value = fc.constantFrom('A', 'B', 'O', null);
  const hidden = fc.array(
    fc.record({ said: value.map((said) => ({ value: said, source: { by: 'patient' } })), time: fc.nat(5) }),
    { maxLength: 2 },
  );
  const items = fc
    .uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 9 }), value, changed: fc.nat(5), hidden }), {
      ...{ selector: ({ id }) => id, minLength: 1, maxLength: 5 },
    })
    .map((all) => all.map(factItem));

  it('is read the same in whatever order its records come, and however often', () => {
    fc.assert(
      fc.property(items, fc.infiniteStream(fc.nat()), (all, chances) => {
        const shuffled = all
          .map((item) => ({ item, at: chances.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item);
        expect(mergeFacts(shuffled)).toEqual(mergeFacts(all));
        const twice = mergeFacts([...all, ...shuffled]);
        expect(twice?.stated).toEqual(mergeFacts(all)?.stated);
      }),
    );
  });

  it('loses nothing that was said: it is shown, or in conflict', () => {
    fc.assert(
      fc.property(items, (all) => {
        const said = all.flatMap((item) => [
          item.value.said.value,
          ...item.conflicts.map((other) => (other.value as { readonly value: unknown }).value),
        ]);
        const stated = mergeFacts<string>(all)?.stated ?? null;
        const shown = [stated?.value ?? null, ...(stated?.conflicts ?? []).map((other) => other.value)];
        expect(new Set(shown)).toEqual(new Set(said));
        expect(new Set(shown).size).toBe(shown.length);
        expect(mergeFacts(all)?.records).toEqual(all.map(({ id }) => id).sort());
      }),
    );
  });
});

describe('proposals of documents', () => {
  const document = `itm_${'A'.repeat(22)}` as const;
  const text = fc
    .string({ minLength: 1, maxLength: 30 })
    .filter((name) => CONDITIONS.about({ condition: { text: name } }).length > 0);

  it('have one key for one thing in one document, whatever else they say of it', () => {
    fc.assert(
      fc.property(text, fc.string(), (name, comment) => {
        const key = proposalKey(document, CONDITIONS, { condition: { text: name } });
        expect(
          proposalKey(document, CONDITIONS, {
            condition: { text: ` ${name.toUpperCase().toLowerCase()}` },
            comment,
          }),
        ).toBe(proposalKey(document, CONDITIONS, { condition: { text: name.toUpperCase().toLowerCase() } }));
        expect(proposalKey(`itm_${'B'.repeat(22)}`, CONDITIONS, { condition: { text: name } })).not.toBe(key);
        expect(proposalKey(document, CONDITIONS, { condition: { text: name }, start: '2001' })).not.toBe(key);
      }),
    );
  });

  it('never wait again once one of them, on any device, was refused or confirmed', () => {
    const status = fc.constantFrom('open', 'refused', 'confirmed');
    const some = fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 1, max: 9 }),
        key: fc.constantFrom('a', 'b'),
        status,
        other: fc.option(status),
      }),
      { selector: ({ id }) => id, maxLength: 6 },
    );
    fc.assert(
      fc.property(some, (all) => {
        const merged = mergeProposals(all.map(proposalItem));
        expect(mergeProposals(all.map(proposalItem).toReversed())).toEqual(
          merged.length < 2 ? merged : expect.arrayContaining(merged),
        );
        for (const { key, status: shown } of merged) {
          const said = all.filter((each) => each.key === key).flatMap((each) => [each.status, each.other]);
          const wanted = said.includes('confirmed')
            ? 'confirmed'
            : said.includes('refused')
              ? 'refused'
              : 'open';
          expect(shown).toBe(wanted);
        }
      }),
    );
  });
});
