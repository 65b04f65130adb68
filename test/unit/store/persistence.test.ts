import { describe, expect, it } from 'vitest';
import { explainStorage } from '../../../src/store/index.js';
import { nextStorageWarning, type StorageState, storageWarnings } from '../../../src/store/persistence.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = 1_800_000_000_000;
const roomy: StorageState = { persisted: false, usedBytes: 10, quotaBytes: 1000 };
const warnings = (state: Partial<StorageState>, waitingMs: number | null) =>
  storageWarnings({ ...roomy, ...state }, waitingMs === null ? null : NOW - waitingMs, NOW);

describe('a warning about storage', () => {
  it.each([
    ['nothing waits', { persisted: false }, null, []],
    ['something waits for a moment', { persisted: false }, HOUR_MS - 1, []],
    ['something waits for an hour', { persisted: false }, HOUR_MS, ['may-be-evicted']],
    ['it waits where all is kept', { persisted: true }, 4 * DAY_MS, []],
    ['it waits for long, also where all is kept', { persisted: true }, 5 * DAY_MS, ['may-be-evicted']],
    ['it waits where nothing evicts', { persisted: null }, 30 * DAY_MS, []],
  ] as const)('of eviction, when %s', (_, state, waitingMs, expected) => {
    expect(warnings(state, waitingMs)).toEqual(expected);
  });

  it.each([
    ['nine tenths are used', { usedBytes: 900 }, ['nearly-full']],
    ['less is used', { usedBytes: 899 }, []],
    ['nobody knows how much', { usedBytes: null }, []],
    ['nobody knows of how much', { usedBytes: 900, quotaBytes: null }, []],
  ] as const)('of little room, when %s', (_, state, expected) => {
    expect(warnings(state, null)).toEqual(expected);
  });

  it('comes at a moment that is known before', () => {
    expect(nextStorageWarning(null, NOW)).toBeNull();
    for (const waitingMs of [0, HOUR_MS, 2 * DAY_MS, 5 * DAY_MS]) {
      const since = NOW - waitingMs;
      const moment = nextStorageWarning(since, NOW);
      if (moment === null) expect(waitingMs).toBe(5 * DAY_MS);
      else {
        const persisted = waitingMs >= HOUR_MS;
        const before = storageWarnings({ ...roomy, persisted }, since, moment - 1);
        expect(storageWarnings({ ...roomy, persisted }, since, moment)).not.toEqual(before);
      }
    }
  });

  it('has a sentence in English and in French', () => {
    const sentences = (['may-be-evicted', 'nearly-full'] as const).flatMap((warning) => [
      explainStorage(warning, 'en'),
      explainStorage(warning, 'fr'),
    ]);
    expect(new Set(sentences).size).toBe(4);
    expect(sentences[1]).toMatch(/navigateur/);
    expect(sentences.every((sentence) => sentence.endsWith('.'))).toBe(true);
  });
});
