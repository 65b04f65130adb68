/** Loaded before every test file. */
import { vi } from 'vitest';

// A test waits for an event for as long as it takes on a busy machine; the runner's own limit is one second.
const { waitFor } = vi;
vi.waitFor = (check, options = {}) =>
  waitFor(check, { timeout: 60_000, ...(typeof options === 'number' ? { timeout: options } : options) });
