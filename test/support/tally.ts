import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

const TESTS = resolve(import.meta.dirname, '..');

/**
 * Ends a test run with one line, `N passed, N failed, N skipped`.
 *
 * If `COFFRET_TALLY` names a file, the three numbers are added to it, and to the file of that name with `.failures`
 * after it a line for each failure: what failed, and the first line of the error.
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
    const count = { passed: 0, failed: 0, skipped: 0 };
    const failures = unhandled.map((error) => `unhandled${whereIn(error)}: ${firstLine(error)}`);
    for (const module of modules) {
      failures.push(...failuresOf(module));
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') count.passed += 1;
        else if (!isFailure(test)) count.skipped += 1;
      }
    }
    count.failed = failures.length;
    if (this.#noBrowser !== null && modules.some(({ project }) => project.name === 'node')) {
      const unseen = testsForBrowser(modules);
      count.skipped += unseen;
      console.log(`${unseen} browser tests skipped: ${this.#noBrowser}`);
    }
    const { passed, failed, skipped } = count;
    const file = process.env.COFFRET_TALLY;
    if (file) {
      appendFileSync(file, `${passed} ${failed} ${skipped}\n`);
      appendFileSync(`${file}.failures`, failures.map((line) => `${line}\n`).join(''));
    }
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  }
}

/** A line for each test that failed, and for each hook or file that did. */
function failuresOf(module: TestModule): string[] {
  const place = `[${module.project.name}] ${module.relativeModuleId}`;
  return [
    ...module.errors().map((error) => `${place}: ${firstLine(error)}`),
    ...[...module.children.allSuites()].flatMap((suite) =>
      suite.errors().map((error) => `${place} > ${suite.fullName}: ${firstLine(error)}`),
    ),
    ...[...module.children.allTests()].filter(isFailure).map((test) => {
      const [error] = test.result().errors ?? [];
      return `${place} > ${test.fullName}: ${error === undefined ? 'did not run' : firstLine(error)}`;
    }),
  ];
}

/** A test that never came to run, because a hook or its file failed, is no success and was not skipped. */
function isFailure(test: TestCase): boolean {
  const { state } = test.result();
  return state === 'failed' || state === 'pending' || (state === 'skipped' && isIn(test, hasErrors));
}

function isIn(test: TestCase, check: (parent: TestSuite | TestModule) => boolean): boolean {
  for (let { parent } = test as TestCase | TestSuite; ; parent = parent.parent) {
    if (check(parent)) return true;
    if (parent.type === 'module') return false;
  }
}

function hasErrors(parent: TestSuite | TestModule): boolean {
  return parent.errors().length > 0;
}

/** In which file the runner caught an error that no test waited for, if it knows. */
function whereIn(error: unknown): string {
  const path = (error as { readonly VITEST_TEST_PATH?: unknown } | undefined)?.VITEST_TEST_PATH;
  return typeof path === 'string' ? ` in ${relative(resolve(TESTS, '..'), path)}` : '';
}

function firstLine(error: unknown): string {
  const message = (error as { readonly message?: unknown } | undefined)?.message;
  const [line = ''] = stripVTControlCharacters(String(message ?? error)).split('\n', 1);
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function testsForBrowser(modules: readonly TestModule[]): number {
  const shared = modules
    .filter(({ project, moduleId }) => project.name === 'node' && !moduleId.endsWith('.node.test.ts'))
    .reduce((sum, module) => sum + [...module.children.allTests()].length, 0);
  const browserOnly = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.browser\.test\.tsx?$/.test(path))
    .map((path) => readFileSync(join(TESTS, path), 'utf8').match(/^\s*(it|test)\b/gm)?.length ?? 1);
  return browserOnly.reduce((sum, tests) => sum + tests, shared);
}
