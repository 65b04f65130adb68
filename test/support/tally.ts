import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

const TESTS = resolve(import.meta.dirname, '..');

/**
 * Ends a test run with one line, `N passed, N failed, N skipped`, and adds the three numbers to the file that
 * `COFFRET_TALLY` names, if it names one.
 *
 * A missing browser is not silence: the tests it would have run are counted as skipped. For files that only a
 * browser can load they are counted by their text.
 */
export class Tally implements Reporter {
  readonly #noBrowser: string | null;

  constructor(noBrowser: string | null) {
    this.#noBrowser = noBrowser;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // A test that never came to run, because its hook or its file failed, is no success.
        count[state === 'pending' ? 'failed' : state] += 1;
      }
    }
    if (this.#noBrowser !== null && modules.some(({ project }) => project.name === 'node')) {
      const unseen = testsForBrowser(modules);
      count.skipped += unseen;
      console.log(`${unseen} browser tests skipped: ${this.#noBrowser}`);
    }
    const { passed, failed, skipped } = count;
    if (process.env.COFFRET_TALLY)
      appendFileSync(process.env.COFFRET_TALLY, `${passed} ${failed} ${skipped}\n`);
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  }
}

function testsForBrowser(modules: readonly TestModule[]): number {
  const shared = modules
    .filter(({ project, moduleId }) => project.name === 'node' && !moduleId.endsWith('.node.test.ts'))
    .reduce((sum, module) => sum + [...module.children.allTests()].length, 0);
  const browserOnly = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.browser.test.ts'))
    .map((path) => readFileSync(join(TESTS, path), 'utf8').match(/^\s*(it|test)\b/gm)?.length ?? 1);
  return browserOnly.reduce((sum, tests) => sum + tests, shared);
}
