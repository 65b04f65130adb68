import { expect, it } from 'vitest';
import { load } from '../../src/load.js';

it('gives what it loaded', async () => {
  const { load: found } = await load('itself', () => import('../../src/load.js'));
  expect(found).toBe(load);
});

it.each([
  ['that is not there', () => import(/* @vite-ignore */ `./nothing-${'here'}.js`)],
  ['in a service worker, as it refuses', () => Promise.reject(new TypeError('import() is disallowed'))],
])('says which part could not be had, when it is one %s', async (_, start) => {
  await expect(load('dexie', start)).rejects.toMatchObject({
    code: 'usage/not-loaded',
    details: { part: 'dexie' },
  });
});
