import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, findChromium } from '../../support/chromium.js';
import { startServer } from '../server.js';
import type { Bench } from './page.js';
import { openSite, type Site } from './site.js';

/** A browser with a disk of its own, the page in it, and the two servers it talks to. */
export interface BenchBrowser {
  readonly site: Site;
  readonly syncServer: string;
  readonly version: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Calls a function of the page. */
  call<Name extends keyof Bench>(
    name: Name,
    ...argument: Parameters<Bench[Name]>
  ): Promise<Awaited<ReturnType<Bench[Name]>>>;
  close(): Promise<void>;
}

/** What opens every vault here. */
export const PASSPHRASE = 'four words I remember';

/** Starts everything. Throws where no Chromium can be had: a benchmark has nothing to skip to. */
export async function openBrowser(): Promise<BenchBrowser> {
  const found = await findChromium();
  if (typeof found === 'string') throw new Error(found);
  const site = await openSite();
  const server = await startServer(['--allow-origin', site.origin]);
  site.serve(server.url);
  // A context without a profile keeps its files in memory, which measures no disk.
  const profile = await mkdtemp(join(tmpdir(), 'coffret-bench-profile-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: found.executablePath,
    args: [...CHROMIUM_ARGUMENTS],
    env: { ...(process.env as Record<string, string>), ...found.env },
  });
  const page = await context.newPage();
  page.on('console', (message) => console.log(`  page: ${message.text()}`));
  page.on('pageerror', (error) => console.log(`  page: ${String(error)}`));
  await page.goto(site.origin);
  return {
    ...{ site, syncServer: server.url, version: found.version, context, page },
    call: (name, ...[argument]) =>
      page.evaluate(
        ([name, argument]) =>
          (globalThis as unknown as { bench: Record<string, (argument: unknown) => never> }).bench[
            name as string
          ]?.(argument) as never,
        [name, argument],
      ),
    async close() {
      const { violations } = site;
      await context.close();
      await site.close();
      await server.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
      if (violations.length > 0) throw new Error(`against the policy: ${violations.join(', ')}`);
    },
  };
}
