import { expect, it } from 'vitest';
import { deriveLive } from '../../../src/live/derive.js';
import { flattenLive } from '../../../src/live/flatten.js';
import { createLive, type Live } from '../../../src/live/live.js';

/** Live numbers that count how often they are looked at. */
function numbers(count: number): { readonly lives: Live<number>[]; looks(): number; tell(at: number): void } {
  let looks = 0;
  const values = Array.from({ length: count }, (_, i) => i);
  const watchers = values.map(() => new Set<() => void>());
  const lives = values.map((_, at) =>
    createLive({
      version: () => {
        looks++;
        return values[at];
      },
      read: () => values[at],
      watch: (onNotice) => {
        watchers[at]?.add(onNotice);
        return () => watchers[at]?.delete(onNotice);
      },
    }),
  );
  const tell = (at: number) => {
    values[at] = (values[at] as number) + 1000;
    for (const watcher of watchers[at] ?? []) watcher();
  };
  return { lives, looks: () => looks, tell };
}

it('to follow many live values together costs a few looks at each, not one for each of the others', () => {
  const count = 200;
  const { lives, looks, tell } = numbers(count);
  const outer = createLive<readonly Live<number>[]>({
    version: () => 1,
    read: () => lives,
    watch: () => () => {},
  });
  const all = flattenLive(outer);
  const sum = deriveLive([all], (list) => list.reduce((total, value) => total + value, 0));
  const seen: number[] = [];
  const stop = sum.subscribe((value) => seen.push(value));
  expect(looks()).toBeLessThan(20 * count);
  expect(seen).toEqual([(count * (count - 1)) / 2]);
  tell(7);
  expect(seen).toHaveLength(2);
  expect(looks()).toBeLessThan(40 * count);
  stop();
});

it('many values derived into one are looked at a few times each when it is followed', () => {
  const { lives, looks, tell } = numbers(200);
  const sum = deriveLive(lives, (...values) => values.reduce((total, value) => total + value, 0));
  const seen: number[] = [];
  const stop = sum.subscribe((value) => seen.push(value));
  expect(looks()).toBeLessThan(20 * 200);
  tell(3);
  expect(seen).toEqual([19_900, 20_900]);
  stop();
});
