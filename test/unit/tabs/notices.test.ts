import { describe, expect, it } from 'vitest';
import { isNotice } from '../../../src/tabs/notices.js';

const CALL = '0123456789abcdef0123456789abcdef';
const REPORT = { pushed: 1, pulled: 0, pending: 0, failed: [{ lane: 'inbox', code: 'sync/refused' }] };

describe('what is heard from another tab', () => {
  it.each([
    { type: 'changed', queued: true },
    { type: 'leader' },
    { type: 'ask', start: false },
    { type: 'status', status: 'offline' },
    { type: 'sync', call: CALL },
    { type: 'cancel', call: CALL },
    { type: 'heard', call: CALL },
    { type: 'progress', call: CALL, progress: { phase: 'blob', done: 1, total: 2 } },
    { type: 'done', call: CALL, report: REPORT },
    { type: 'failed', call: CALL, code: 'sync/offline', retryAfterMs: 0 },
    { type: 'lock' },
  ])('is a notice: %j', (notice) => {
    expect(isNotice(notice)).toBe(true);
  });

  it.each([
    null,
    'lock',
    {},
    { type: 'unlock' },
    { type: 'changed' },
    { type: 'ask', start: 'yes' },
    { type: 'status', status: 'unknown' },
    { type: 'sync', call: 'short' },
    { type: 'progress', call: CALL, progress: { phase: 'other', done: 1, total: 2 } },
    { type: 'progress', call: CALL },
    { type: 'done', call: CALL, report: { ...REPORT, failed: [null] } },
    { type: 'done', call: CALL, report: { ...REPORT, pushed: '1' } },
    { type: 'failed', call: CALL, code: 7, retryAfterMs: 0 },
  ])('is none, and passed over: %j', (said) => {
    expect(isNotice(said)).toBe(false);
  });
});
