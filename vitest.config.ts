import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_ARGUMENTS, findChromium } from './test/support/chromium.js';
import { compileWorkers } from './test/support/compile-workers.js';

// `*.test.ts` runs in both, `*.node.test.ts` in Node only, `*.browser.test.ts` in Chromium only.
const chromium = await findChromium();
if (typeof chromium === 'string') console.log(`Browser tests are skipped: ${chromium}`);

const node = {
  plugins: [compileWorkers()],
  test: {
    name: 'node',
    environment: 'node',
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.browser.test.ts'],
  },
};

function inChromium({ executablePath, env }: Exclude<typeof chromium, string>) {
  return {
    test: {
      name: 'chromium',
      include: ['test/**/*.test.ts'],
      exclude: ['test/**/*.node.test.ts'],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: { executablePath, args: [...CHROMIUM_ARGUMENTS], env: { ...process.env, ...env } },
        }),
        instances: [{ browser: 'chromium' as const }],
      },
    },
  };
}

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: typeof chromium === 'string' ? [node] : [node, inChromium(chromium)],
  },
});
