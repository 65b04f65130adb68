import { expect, it } from 'vitest';
import { expose } from '../../../src/crypto/secret.js';
import {
  PASSPHRASE_COST_DEFAULT,
  PASSPHRASE_COST_MIN,
  stretchPassphrase,
} from '../../../src/envelope/passphrase.js';
import { atOnce } from '../../support/at-once.js';
import { codeOf } from '../../support/code-of.js';

const salt = new Uint8Array(16).fill(7);
const MIB = 2 ** 20;

it.each([
  [8 * 1024, 3],
  [64 * MIB - 1024, 3],
  [1024 * MIB + 1024, 3],
  [4096 * MIB, 3],
  [2 ** 53 - 1, 3],
  [0, 3],
  [-64 * MIB, 3],
  [64 * MIB + 1, 3],
  [64 * MIB, 2],
  [64 * MIB, 0],
  [64 * MIB, 11],
  [64 * MIB, 3.5],
  [Number.NaN, 3],
])('R-SLOT-1 refuses %d bytes and %d passes before any work (A22)', async (memoryBytes, passes) => {
  const refused = () => codeOf(() => stretchPassphrase('hunter2', salt, { memoryBytes, passes }));
  expect(await atOnce(refused)).toBe('format/kdf-policy');
});

it('stretches every spelling of one passphrase to one secret, and another to another', async () => {
  const stretch = async (text: string) => expose(await stretchPassphrase(text, salt, PASSPHRASE_COST_MIN));
  const composed = await stretch('é ﬁ Å');
  expect(await stretch('e\u0301 fi A\u030a')).toEqual(composed);
  expect(await stretch('e fi A')).not.toEqual(composed);
});

it('refuses what is no passphrase', async () => {
  for (const text of ['', '\ud800', 'a\udc00b', 'x'.repeat(4097), 42 as never]) {
    expect(await codeOf(() => stretchPassphrase(text, salt, PASSPHRASE_COST_MIN))).toBe('usage/invalid');
  }
});

it('asks for more than the least by default', () => {
  expect(PASSPHRASE_COST_DEFAULT.memoryBytes).toBeGreaterThan(PASSPHRASE_COST_MIN.memoryBytes);
  expect(PASSPHRASE_COST_MIN).toEqual({ memoryBytes: 64 * MIB, passes: 3 });
});
