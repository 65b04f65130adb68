import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, findChromium } from '../support/chromium.js';
import { type DrivenChromium, driveChromium, removeProfile } from '../support/driven-chromium.js';
import { readmePolicy } from '../support/readme-said.js';
import { ROOT } from '../support/source-tree.js';
import { openStageServer, type StageServer } from '../support/stage-server.js';
import { openWebHost, type WebHost } from '../support/web-host.js';

const chromium = await findChromium();
const STORY_MS = 120_000;

describe.skipIf(typeof chromium === 'string')('a page under a strict policy', () => {
  let place: string;
  let server: StageServer;
  let host: WebHost;
  let browser: DrivenChromium;

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'coffret-page-'));
    host = await openWebHost();
    server = await openStageServer(['--allow-origin', host.origin()]);
    await buildPage();
    browser = await driveChromium(chromium as Chromium);
  }, STORY_MS);

  afterAll(async () => {
    await browser?.close();
    if (browser !== undefined) await removeProfile(browser);
    await host?.close();
    await server?.close();
    await rm(place, { recursive: true, force: true });
  });

  /** The examples of the readme, with their workers beside them. */
  async function buildPage(): Promise<void> {
    await build({
      entryPoints: {
        page: join(ROOT, 'examples/page/page.ts'),
        'weights-page': join(ROOT, 'examples/page/weights-page.ts'),
        'weights-worker': join(ROOT, 'examples/page/weights-worker.ts'),
        'vault-worker': join(ROOT, 'src/worker/vault-worker.ts'),
        'argon2-worker': join(ROOT, 'src/crypto/argon2-worker.ts'),
      },
      alias: {
        coffret: join(ROOT, 'src/index.ts'),
        'coffret/worker': join(ROOT, 'src/worker/index.ts'),
        'coffret/worker/host': join(ROOT, 'src/worker/host/index.ts'),
      },
      ...{ outdir: place, bundle: true, splitting: true, format: 'esm', logLevel: 'error' },
    });
    for (const [name, program] of [
      ['index.html', 'page.js'],
      ['weights.html', 'weights-page.js'],
    ] as const) {
      const html = `<!doctype html><html lang="en" data-server="${server.url}"><title>Alice</title>
        <p></p><output></output><button>Lock</button><script type="module" src="${program}"></script></html>`;
      await writeFile(join(place, name), html);
    }
  }

  /** Opens the page under the policy of the readme, or a change of it, and waits until it says what it came to. */
  async function open(said: RegExp, changed: (policy: string) => string = (same) => same, path = '/') {
    host.serve({ files: place, policy: changed(readmePolicy(server.url)) });
    const { page, noise } = await browser.openTop(`${host.origin()}${path}`);
    await page.locator('output', { hasText: said }).waitFor({ timeout: STORY_MS });
    return { page, noise, status: await page.locator('output').textContent() };
  }

  it(
    'opens a vault in a worker, shows its list, and ends the worker when it locks',
    async () => {
      const { page, noise } = await open(/^synced$/);
      expect(await page.locator('p').textContent()).toBe('TSH, 12 June 2026.txt');
      expect(page.workers().map((worker) => worker.url())).toEqual([`${host.origin()}/vault-worker.js`]);
      const ended = page.workers()[0]?.waitForEvent('close');
      await page.locator('button').click();
      await page.locator('output', { hasText: /^locked$/ }).waitFor();
      await ended;
      expect(page.workers()).toEqual([]);
      expect(noise).toEqual([]);
      expect(host.violations).toEqual([]);
      await page.close();
    },
    STORY_MS,
  );

  it('opens it again from what the device keeps', async () => {
    const { page } = await open(/^synced$/);
    expect(await page.locator('p').textContent()).toBe('TSH, 12 June 2026.txt, TSH, 12 June 2026.txt');
    await page.close();
  });

  it(
    "keeps an app's own kind of record, with a worker program of its own",
    async () => {
      const { page, noise, status } = await open(/ g, /, (same) => same, '/weights.html');
      expect(status).toBe('70500 g, and then "no weight"');
      expect(noise).toEqual([]);
      expect(host.violations).toEqual([]);
      await page.close();
    },
    STORY_MS,
  );

  it.each([
    ['Trusted Types without our policy', 'refused', ['trusted-types coffret', "trusted-types 'none'"]],
    ['no workers', 'failed', ["worker-src 'self'", "worker-src 'none'"]],
  ] as const)('says why there is no worker where the policy allows %s', async (_, reason, [from, to]) => {
    const { page, status } = await open(/^usage/, (policy) => policy.replace(from, to));
    expect(status).toContain(`usage/no-worker {"reason":"${reason}"} The worker`);
    await page.close();
  });

  it('says why there is no worker where its file is missing', async () => {
    await unlink(join(place, 'vault-worker.js'));
    const { page, status } = await open(/^usage/);
    expect(status).toContain('usage/no-worker {"reason":"failed"} The worker');
    await page.close();
  });
});
