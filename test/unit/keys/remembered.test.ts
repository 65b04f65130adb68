import { beforeAll, expect, it } from 'vitest';
import { expose } from '../../../src/crypto/secret.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { openRememberedRoot, type RememberedRoot, rememberRoot } from '../../../src/keys/remembered.js';
import { codeOf } from '../../support/code-of.js';
import { toHex } from '../../support/hex.js';
import { person, START } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';

const random = seededRandom('remembered');
const HOUR = 3_600_000;
let kept: RememberedRoot;

const alice = () => ({ person: person('alice').id, store: 'alice' });

beforeAll(async () => {
  await loadSodium();
  const root = person('alice').personalRoot;
  kept = await rememberRoot({ root, place: alice(), since: START, expires: START + HOUR, random });
});

it('opens to the personal root while its time lasts', async () => {
  const root = await openRememberedRoot(kept, alice(), START + HOUR - 1);
  expect(expose(root)).toEqual(expose(person('alice').personalRoot));
});

it('is kept under a key that WebCrypto gives nobody', async () => {
  expect(kept.key.extractable).toBe(false);
  expect(kept.key.usages.toSorted()).toEqual(['decrypt', 'encrypt']);
  await expect(crypto.subtle.exportKey('raw', kept.key)).rejects.toThrow();
  expect(toHex(kept.bytes)).not.toContain(toHex(expose(person('alice').personalRoot)));
});

it('is under another key each time', async () => {
  const root = person('alice').personalRoot;
  const again = await rememberRoot({ root, place: alice(), since: START, expires: START + HOUR, random });
  const crossed = { key: again.key, bytes: kept.bytes };
  expect(await codeOf(() => openRememberedRoot(crossed, alice(), START))).toBe('integrity/open-failed');
});

it.each([
  ['its last moment', START + HOUR],
  ['much later', START + 1000 * HOUR],
  ['before it was made: a clock set back', START - 1],
])('R-REM-2 is over at %s', async (_, now) => {
  expect(await codeOf(() => openRememberedRoot(kept, alice(), now))).toBe('access/not-remembered');
});

it('R-REM-1 opens for nobody else and nowhere else', async () => {
  for (const place of [
    { ...alice(), person: person('bob').id },
    { ...alice(), store: 'bob' },
  ])
    expect(await codeOf(() => openRememberedRoot(kept, place, START))).toBe('integrity/open-failed');
});
