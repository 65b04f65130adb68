import { expect, test } from 'vitest';
import { VaultError } from '../../../src/errors.js';
import { browserError, isConnectionLost } from '../../../src/store/indexeddb-errors.js';

const named = (name: string) => new DOMException('The disk of alice.', name);
/** As Dexie wraps the errors of the browser. */
const wrapped = (inner: Error) => Object.assign(new Error('wrapped'), { name: 'AbortError', inner });
const batch = (failure: Error) =>
  Object.assign(new Error('batch'), { name: 'BulkError', failures: [failure] });

test.each([
  ['QuotaExceededError', 'store/quota', false],
  ['NoModificationAllowedError', 'store/busy', false],
  ['VersionError', 'format/unsupported', false],
  ['NotFoundError', 'store/damaged', false],
  ['NotReadableError', 'store/damaged', false],
  ['InvalidStateError', 'store/unavailable', true],
  ['UnknownError', 'store/unavailable', true],
  ['AbortError', 'store/unavailable', true],
  ['SecurityError', 'store/unavailable', false],
])('%s is %s', (name, code, lost) => {
  const error = browserError(named(name));
  expect(error).toMatchObject({ code, details: { reason: name } });
  expect(error.message).not.toContain('alice');
  expect(isConnectionLost(named(name))).toBe(lost);
  expect(browserError(batch(named(name)))).toMatchObject({ code });
  expect(browserError(wrapped(named(name)))).toMatchObject({ code });
});

test('an own error inside passes as it is, and anything else is unavailable', () => {
  const own = new VaultError('store/closed');
  expect(browserError(wrapped(own))).toBe(own);
  for (const strange of [undefined, null, 'text', 7, new TypeError('alice'), { name: 'a b' }]) {
    const error = browserError(strange);
    expect(error.code).toBe('store/unavailable');
    expect(JSON.stringify(error.details)).not.toContain('alice');
  }
});
