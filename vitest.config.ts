import { availableParallelism } from 'node:os';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { BROWSER_COMMANDS } from './test/support/browser-commands.js';
import { CHROMIUM_ARGUMENTS, type Chromium, findChromium } from './test/support/chromium.js';
import { compileWorkers } from './test/support/compile-workers.js';
import { Tally } from './test/support/tally.js';

const PACKAGE_TESTS = 'test/package/**';
const chromium = await findChromium();

// Long enough that a busy machine fails nothing; what hangs still fails.
const PATIENCE = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } },
  setupFiles: ['test/support/patience.ts'],
};

// `*.test.ts` runs in both, `*.node.test.ts` in Node only, `*.browser.test.ts` in Chromium only.
const inNode = {
  plugins: [compileWorkers()],
  test: {
    name: 'node',
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.browser.test.ts', PACKAGE_TESTS],
    ...PATIENCE,
  },
};

// Vite prepares these before the first test and looks for no others: one found later would reload the page under a
// test. What is not an ES module fails until it is named here.
const BROWSER_PACKAGES = [
  '@scure/bip39',
  '@scure/bip39/wordlists/english.js',
  '@scure/bip39/wordlists/french.js',
  'async-mutex',
  'cborg',
  'comlink',
  'dexie/dist/modern/dexie.mjs',
  'eventsource-parser',
  'fast-check',
  'ical.js',
  'idb',
  'libsodium-wrappers',
  'libsodium-wrappers-sumo',
  'luxon',
  'react',
  'react-dom',
  'react-dom/client',
  'react-dom/server.browser',
  'react/jsx-dev-runtime',
  'saxes',
  'structured-headers',
  'zod/mini',
];

interface BrowserProject {
  readonly name: string;
  readonly include: string;
  readonly alias?: { readonly find: RegExp; readonly replacement: string }[];
}

function inChromium({ executablePath, env }: Chromium, { name, include, alias = [] }: BrowserProject) {
  return {
    resolve: { alias },
    optimizeDeps: { include: BROWSER_PACKAGES, noDiscovery: true },
    test: {
      name,
      include: [include],
      exclude: ['test/**/*.node.test.ts', PACKAGE_TESTS],
      ...PATIENCE,
      browser: {
        enabled: true,
        headless: true,
        fileParallelism: false,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: { executablePath, args: [...CHROMIUM_ARGUMENTS], env: { ...process.env, ...env } },
        }),
        commands: BROWSER_COMMANDS,
        instances: [{ browser: 'chromium' as const }],
      },
    },
  };
}

// Everything, with the newest React; and what shows things in components once more, with the oldest it may be.
const EVERYTHING = { name: 'chromium', include: 'test/**/*.test.{ts,tsx}' };
const WITH_REACT_18 = {
  name: 'react-18',
  include: 'test/unit/react/*.test.tsx',
  alias: [{ find: /^(react|react-dom)(?=$|\/)/, replacement: '$1-18' }],
};

// What `npm pack` makes, seen from outside; needs a build and, to install, the registry.
const ofPackage = {
  test: {
    name: 'package',
    include: [`${PACKAGE_TESTS}/*.test.ts`],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
};

const missing = typeof chromium === 'string' ? chromium : null;

export default defineConfig({
  test: {
    projects:
      typeof chromium === 'string'
        ? [inNode, ofPackage]
        : [inNode, inChromium(chromium, EVERYTHING), inChromium(chromium, WITH_REACT_18), ofPackage],
    // One more than the runner's own choice, which leaves a core to itself: tests of a server mostly wait for it.
    maxWorkers: availableParallelism(),
    // Read here and not of a project.
    browser: { connectTimeout: PATIENCE.hookTimeout },
    reporters: ['default', new Tally(missing)],
  },
});
