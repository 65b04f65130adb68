import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.js';
import { ROOT } from '../support/source-tree.js';

const chromium = await findChromium();

describe.skipIf(typeof chromium === 'string')('the benchmark in a browser', () => {
  it('runs one workload on a page made from the built package, and prints its rows', async () => {
    const program = ['test/support/run.js', 'test/bench/main.ts', '--browser', '--quick'];
    const { stdout } = await promisify(execFile)(process.execPath, [...program, '--only', 'worker-start'], {
      cwd: ROOT,
    });
    expect(stdout).toMatch(/^start of the worker in Chromium {2}until it answers, first visit +[\d.]+ ms/m);
    expect(stdout).toContain('\n2 figures, 0 outside their budget.');
  }, 120_000);
});
