import { expect, it } from 'vitest';
import { reachableFrom, readSourceTree } from '../../support/source-tree.js';

const files = readSourceTree();
const packagesOf = (door: string) => {
  const reached = reachableFrom(files, door, ({ lazy, typeOnly }) => !lazy && !typeOnly);
  return new Set(
    [...reached.keys(), door].flatMap((path) =>
      (files.get(path)?.imports ?? [])
        .filter(({ own, lazy, typeOnly }) => !own && !lazy && !typeOnly)
        .map(({ to }) => to),
    ),
  );
};

it.each(['agenda/kinds.ts', 'react/index.ts', 'worker/index.ts', 'worker/host/index.ts'])(
  '%s brings no calendar along: who only keeps events does not need to read them',
  (door) => {
    expect([...packagesOf(door)].filter((name) => name === 'ical.js' || name === 'luxon')).toEqual([]);
  },
);

it('the agenda itself has both', () => {
  expect([...packagesOf('agenda/index.ts')]).toEqual(expect.arrayContaining(['ical.js', 'luxon']));
});
