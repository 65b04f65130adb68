import { beforeAll, expect, it } from 'vitest';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { type CollectionKey, deriveKeyCommitment } from '../../../src/keys/hierarchy.js';
import { Keyring } from '../../../src/keys/keyring.js';
import { codeOf } from '../../support/code-of.js';
import { secretOf } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';

const random = seededRandom('keyring');
const vault = random(16);
const nonce = random(16);
const newKey = (): CollectionKey => secretOf('collection-key', random(32));
const [first, second, other] = [newKey(), newKey(), newKey()];
let log: { vault: Uint8Array; nonce: Uint8Array; commitments: Uint8Array[] };

beforeAll(async () => {
  await loadSodium();
  const commitments = [first, second].map((key, i) =>
    deriveKeyCommitment(key, { vault, nonce, epoch: i + 1 }),
  );
  log = { vault, nonce, commitments };
});

function ringOf(...offers: readonly (readonly [number, CollectionKey])[]): Keyring {
  const ring = new Keyring();
  for (const [epoch, key] of offers) ring.offer(epoch, key);
  return ring;
}

it('R-KEY-1 gives the key that the log committed to, whatever else was offered', () => {
  const ring = ringOf([1, other], [1, first], [1, second], [2, second]);
  expect(ring.keyOf(1, log)).toBe(first);
  expect(ring.keyOf(2, log)).toBe(second);
});

it('R-KEY-1 uses no key without a commitment that fits: of another epoch, vault or log', async () => {
  const refused = async (ring: Keyring, epoch: number, at = log) => {
    expect(ring.keyOf(epoch, at)).toBeNull();
    return codeOf(() => ring.requireKey(epoch, at));
  };
  expect(await refused(ringOf([1, other]), 1)).toBe('integrity/open-failed');
  expect(await refused(ringOf([2, first]), 2)).toBe('integrity/open-failed');
  expect(await refused(ringOf([1, first]), 1, { ...log, vault: random(16) })).toBe('integrity/open-failed');
  expect(await refused(ringOf([1, first]), 1, { ...log, nonce: random(16) })).toBe('integrity/open-failed');
  const repeated = {
    ...log,
    commitments: [log.commitments[0] as Uint8Array, log.commitments[0] as Uint8Array],
  };
  expect(await refused(ringOf([2, first]), 2, repeated)).toBe('integrity/open-failed');
  expect(await refused(ringOf([3, other]), 3)).toBe('access/no-key');
  expect(await refused(ringOf(), 1)).toBe('access/no-key');
});

it('R-KEY-1 does not go on using a confirmed key for a log that commits to another', () => {
  const ring = ringOf([1, first]);
  expect(ring.keyOf(1, log)).toBe(first);
  expect(ring.keyOf(1, { ...log, commitments: [random(32)] })).toBeNull();
});

it('overwrites every key', async () => {
  const ring = ringOf([1, newKey()], [1, secretOf('collection-key', random(32))]);
  const key = newKey();
  ring.offer(2, key);
  ring.wipe();
  expect(await codeOf(() => deriveKeyCommitment(key, { vault, nonce, epoch: 2 }))).toBe('access/locked');
});
