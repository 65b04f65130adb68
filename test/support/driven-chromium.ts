import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Frame, type Page } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, type Chromium } from './chromium.js';

/**
 * A Chromium with a profile on disk, as people have one.
 *
 * Started by hand and not by Playwright, which switches the partitioning of storage off.
 */
export interface DrivenChromium {
  readonly profile: string;
  readonly browser: Browser;
  /** Opens a page of the app, after `prepare` if given, and waits until it can be asked. */
  open(url: string, prepare?: (page: Page) => Promise<unknown>): Promise<DrivenPage>;
  /** Opens a page that is no app, but may hold one in a frame. */
  openTop(url: string): Promise<DrivenPage>;
  /** Ends it as its window would. */
  close(): Promise<void>;
}

/** A page, or a frame in one, that has put an `app` into its global scope. */
export interface DrivenPage {
  readonly page: Page;
  /** What it wrote to the console as an error or a warning, and what nobody caught; of its frames and workers too. */
  readonly noise: readonly string[];
  /** Calls a function of the app; gives what it answers. */
  ask(name: string, ...args: readonly unknown[]): Promise<Answer>;
  /** Loads it again and waits until it can be asked. */
  reload(): Promise<void>;
  /** The frame of the page that comes from there, once it can be asked. */
  frame(origin: string): Promise<Pick<DrivenPage, 'ask'>>;
}

/** What the app of `test/package/host-app` answers. */
export type Answer = { readonly value?: unknown } | { readonly code: string } | { readonly error: string };

/** Starts a Chromium; on a profile that another one has left, if given. */
export async function driveChromium(
  found: Chromium,
  options: { readonly profile?: string; readonly args?: readonly string[] } = {},
): Promise<DrivenChromium> {
  const { args = [], profile = await mkdtemp(join(tmpdir(), 'coffret-profile-')) } = options;
  const child = spawn(
    found.executablePath,
    [...CHROMIUM_ARGUMENTS, '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...args],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...found.env } },
  );
  const gone = once(child, 'exit');
  const browser = await chromium.connectOverCDP(await endpointOf(child.stderr));
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('a browser without a context');
  return {
    profile,
    browser,
    open: async (url, prepare) => {
      const driven = drivePage(await context.newPage());
      await prepare?.(driven.page);
      await driven.page.goto(url);
      await ready(driven.page.mainFrame());
      return driven;
    },
    openTop: async (url) => {
      const driven = drivePage(await context.newPage());
      await driven.page.goto(url);
      return driven;
    },
    close: async () => {
      const session = await browser.newBrowserCDPSession();
      // It may be gone before it has answered.
      await session.send('Browser.close').catch(() => {});
      await gone;
    },
  };
}

/** Removes what a browser has left. */
export async function removeProfile({ profile }: DrivenChromium): Promise<void> {
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}

async function endpointOf(errors: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: errors })) {
    const url = /^DevTools listening on (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    errors.resume();
    return url;
  }
  throw new Error('Chromium ended before it could be driven');
}

function drivePage(page: Page): DrivenPage {
  const noise: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      noise.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => noise.push(String(error)));
  return {
    page,
    noise,
    ask: (name, ...args) => ask(page.mainFrame(), name, args),
    reload: async () => {
      await page.reload();
      await ready(page.mainFrame());
    },
    frame: async (origin) => {
      const frame =
        page.frames().find((one) => one.url().startsWith(origin)) ??
        (await page.waitForEvent('framenavigated', (one) => one.url().startsWith(origin)));
      await ready(frame);
      return { ask: (name, ...args) => ask(frame, name, args) };
    },
  };
}

async function ready(frame: Frame): Promise<void> {
  await frame.waitForFunction(() => 'app' in globalThis);
}

async function ask(frame: Frame, name: string, args: readonly unknown[]): Promise<Answer> {
  return frame.evaluate(
    ([verb, given]) => {
      const { app } = globalThis as unknown as {
        app: Record<string, (...args: readonly unknown[]) => unknown>;
      };
      return app[verb]?.(...given) as Answer;
    },
    [name, args] as const,
  );
}
