import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, createServer, type InlineConfig } from 'vite';
import { findChromium } from '../support/chromium.js';
import { type DrivenChromium, driveChromium, removeProfile } from '../support/driven-chromium.js';
import { readmeCommands, readmePolicy } from '../support/readme-said.js';
import { ROOT } from '../support/source-tree.js';
import { openStageServer, type StageServer } from '../support/stage-server.js';
import { openUserProject, type UserProject } from '../support/user-project.js';
import { openWebHost, type WebHost } from '../support/web-host.js';

const chromium = await findChromium();
if (typeof chromium === 'string') console.log(`hosts skipped: ${chromium}`);

/** Forbidden in a service worker. */
const IMPORT = /\bimport\s*\(/;

describe.skipIf(typeof chromium === 'string')(
  'an app made from the packed package in an empty folder',
  () => {
    const BUNDLERS = ['vite', 'vite-dev', 'vite-dev-unprepared', 'esbuild'] as const;
    let user: UserProject;
    let server: StageServer;
    let browser: DrivenChromium;
    let hosts: Record<(typeof BUNDLERS)[number], WebHost>;

    beforeAll(async () => {
      user = openUserProject();
      cpSync(join(ROOT, 'test/package/host-app'), user.place, { recursive: true });
      hosts = Object.fromEntries(
        await Promise.all(BUNDLERS.map(async (name) => [name, await openWebHost()])),
      );
      const origins = Object.values(hosts).flatMap((host) => ['--allow-origin', host.origin()]);
      server = await openStageServer(origins);
      browser = await driveChromium(chromium as Exclude<typeof chromium, string>);
    });

    afterAll(async () => {
      await browser?.close();
      if (browser !== undefined) await removeProfile(browser);
      for (const one of [server, ...Object.values(hosts ?? {})]) await one?.close();
      user?.remove();
    });

    /** Alice comes for the first time, goes, and comes back; gives the workers that ran. */
    async function tellStory({ origin, violations }: WebHost): Promise<Set<string>> {
      const { page, noise, ask, reload } = await browser.open(origin());
      const workers = new Set<string>();
      page.on('worker', (worker) => workers.add(/[\w-]+-worker/.exec(worker.url())?.[0] ?? worker.url()));
      expect(await ask('create', server.url)).toEqual({});
      expect(await ask('add', 'TSH, 12 June', 'TSH 2.1')).toEqual({});
      expect(await ask('sync')).toEqual({ value: [] });
      expect(await ask('close')).toEqual({});
      await reload();
      expect(await ask('open')).toEqual({});
      expect(await ask('read')).toEqual({
        value: [{ title: 'TSH, 12 June', text: 'TSH 2.1', synced: true }],
      });
      expect(await ask('close')).toEqual({});
      await page.close();
      expect(noise).toEqual([]);
      expect(violations).toEqual([]);
      return workers;
    }

    const viteConfig = (name: string): InlineConfig => ({
      root: user.place,
      configFile: false,
      logLevel: 'error',
      cacheDir: join(user.place, `.vite-${name}`),
    });

    it('runs when Vite has built it, under the policy of the readme', async () => {
      await build({ ...viteConfig('build'), build: { outDir: 'dist' } });
      hosts.vite.serve({ files: join(user.place, 'dist'), policy: readmePolicy(server.url) });
      expect(await tellStory(hosts.vite)).toEqual(new Set(['vault-worker', 'argon2-worker']));
    });

    // Prepared is what Vite does unless it is told otherwise: packages are bundled before the page asks for them.
    it.each([
      ['prepared', 'vite-dev', []],
      ['not prepared', 'vite-dev-unprepared', ['coffret']],
    ] as const)('runs on the development server of Vite, with packages %s', async (_, name, exclude) => {
      const host = hosts[name];
      const vite = await createServer({
        ...viteConfig(name),
        optimizeDeps: { exclude: [...exclude] },
        server: { middlewareMode: true, ws: { server: host.server } },
      });
      host.serve({ files: vite.middlewares, policy: readmePolicy(server.url) });
      const workers = await tellStory(host);
      await vite.close();
      expect(workers).toEqual(new Set(['vault-worker', 'argon2-worker']));
    });

    it('runs when esbuild has built it by the command of the readme', async () => {
      for (const words of readmeCommands('esbuild')) user.run(join(ROOT, 'node_modules/.bin/esbuild'), words);
      cpSync(join(user.place, 'index.html'), join(user.place, 'www/index.html'));
      hosts.esbuild.serve({ files: join(user.place, 'www'), policy: readmePolicy(server.url) });
      expect(await tellStory(hosts.esbuild)).toEqual(new Set(['vault-worker', 'argon2-worker']));
      expect(readFileSync(join(user.place, 'www/service-worker.js'), 'utf8')).not.toMatch(IMPORT);
    });

    it('gets its service worker in one file from Vite as well', async () => {
      const input = join(user.place, 'service-worker.js');
      const output = { codeSplitting: false, entryFileNames: '[name].js' };
      await build({ ...viteConfig('alone'), build: { outDir: 'alone', rolldownOptions: { input, output } } });
      expect(readFileSync(join(user.place, 'alone/service-worker.js'), 'utf8')).not.toMatch(IMPORT);
    });
  },
);
