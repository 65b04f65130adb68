import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explain, type VaultErrorCode } from '../../src/errors.js';
import { findChromium } from '../support/chromium.js';
import {
  type Answer,
  type DrivenChromium,
  driveChromium,
  removeProfile,
} from '../support/driven-chromium.js';
import { readmePolicy } from '../support/readme-said.js';
import { ROOT } from '../support/source-tree.js';
import { openStageServer, type StageServer } from '../support/stage-server.js';
import { openWebHost, type WebHost } from '../support/web-host.js';

const chromium = await findChromium();
if (typeof chromium === 'string') console.log(`places skipped: ${chromium}`);

/** Names that lead to this machine: two more sites, and one that is no secure context. */
const NAMES = { one: '127.0.0.1', two: '127.0.0.2', insecure: 'vault.test' };
const ARGUMENTS = [
  `--host-resolver-rules=${Object.values(NAMES)
    .map((name) => `MAP ${name} 127.0.0.1`)
    .join(',')}`,
];
const APP = join(ROOT, 'test/package/host-app');
/** One for each test, so that none finds what another has stored. */
const HOSTS = 20;
/** The app of the core, and the same with a worker. */
const [CORE, WORKER] = ['/core.html', '/index.html'];
const TSH = { title: 'TSH', text: 'TSH 2.1', synced: true };

const refusal = (code: VaultErrorCode, details: object = {}) => ({
  code,
  details: expect.objectContaining(details),
  said: [explain(code, 'en'), explain(code, 'fr')],
});

describe.skipIf(typeof chromium === 'string')('a vault in Chromium', () => {
  const place = mkdtempSync(join(tmpdir(), 'coffret-places-'));
  const hosts: WebHost[] = [];
  let server: StageServer;
  let browser: DrivenChromium;
  let policy: string;
  let served = 0;

  const start = (profile?: string) =>
    driveChromium(chromium as Exclude<typeof chromium, string>, {
      args: ARGUMENTS,
      ...(profile && { profile }),
    });

  beforeAll(async () => {
    const options = { absWorkingDir: APP, outdir: place, bundle: true, logLevel: 'error' } as const;
    const workers = ['vault-worker', 'argon2-worker'].map((out) => ({ in: `coffret/${out}.js`, out }));
    const pages = ['core', 'page'].map((out) => ({ in: `${out}.js`, out }));
    await build({ ...options, entryPoints: [...pages, ...workers], format: 'esm', splitting: true });
    for (const [format, out] of [
      ['iife', 'classic'],
      ['esm', 'module'],
    ] as const)
      await build({ ...options, entryPoints: [{ in: 'service-worker.js', out }], format });
    await build({
      ...options,
      entryPoints: [{ in: 'service-worker.js', out: 'split' }],
      format: 'esm',
      splitting: true,
    });
    for (const file of [CORE, WORKER]) cpSync(join(APP, file), join(place, file));
    for (let count = 0; count < HOSTS; count++) hosts.push(await openWebHost());
    const origins = hosts.flatMap((host) => [host.origin(), host.origin(NAMES.insecure)]);
    server = await openStageServer([...origins, 'null'].flatMap((origin) => ['--allow-origin', origin]));
    policy = readmePolicy(server.url);
    browser = await start();
  });

  afterAll(async () => {
    await browser?.close();
    if (browser !== undefined) await removeProfile(browser);
    for (const one of [server, ...hosts]) await one?.close();
    rmSync(place, { recursive: true });
  });

  /** Puts the app on an origin where it has never been. */
  function serve(changed: (policy: string) => string = (same) => same): WebHost {
    const host = hosts[served++];
    if (host === undefined) throw new Error('too few hosts');
    host.serve({ files: place, policy: changed(policy), headers: { 'access-control-allow-origin': '*' } });
    return host;
  }

  it.each([
    ['a classic one', '/classic.js', 'classic'],
    ['a module', '/module.js', 'module'],
  ])('opens in a service worker, %s, where the page has made it', async (_, file, type) => {
    const host = serve((same) => same.replace('trusted-types coffret', 'trusted-types coffret app'));
    const { page, noise, ask } = await browser.open(host.origin() + CORE);
    await ask('create', server.url);
    await ask('add', 'TSH', 'TSH 2.1');
    await ask('sync');
    await ask('close');
    const noted = { title: 'Background', text: 'noted meanwhile', synced: true };
    expect(await ask('inBackground', file, type)).toEqual({
      value: [{}, { value: [TSH] }, {}, { value: [] }, { value: [noted, TSH] }, {}],
    });
    expect(await ask('open')).toEqual({});
    expect(await ask('read')).toEqual({ value: [noted, TSH] });
    await page.close();
    expect(noise).toEqual([]);
    expect(host.violations).toEqual([]);
  });

  it('says what is wrong in a service worker that was split into several files', async () => {
    const host = serve((same) => same.replace('trusted-types coffret', 'trusted-types coffret app'));
    const { page, ask } = await browser.open(host.origin() + CORE);
    const answers = (await ask('inBackground', '/split.js', 'module')) as { value: Answer[] };
    expect(answers.value[0]).toEqual(refusal('usage/not-loaded', { part: 'indexeddb' }));
    await page.close();
  });

  it('opens in a frame of another site, and finds there what it stored under that site only', async () => {
    const host = serve((same) =>
      same.replace("frame-ancestors 'none'", `frame-ancestors http://${NAMES.one}:* http://${NAMES.two}:*`),
    );
    const top = serve(() => `default-src 'none'; frame-src ${host.origin()}`);
    writeFileSync(
      join(place, 'core-frame.html'),
      `<!doctype html><iframe src="${host.origin()}${CORE}"></iframe>`,
    );
    writeFileSync(
      join(place, 'frame.html'),
      `<!doctype html><iframe src="${host.origin()}${WORKER}"></iframe>`,
    );
    const noises: (readonly string[])[] = [];
    const visit = async (name: string, file: string) => {
      const { page, noise, frame } = await browser.openTop(top.origin(name) + file);
      noises.push(noise);
      const { ask } = await frame(host.origin());
      return { ask, leave: () => page.close() };
    };
    const first = await visit(NAMES.one, '/core-frame.html');
    expect(await first.ask('create', server.url)).toEqual({});
    expect(await first.ask('add', 'TSH', 'TSH 2.1')).toEqual({});
    expect(await first.ask('sync')).toEqual({ value: [] });
    await first.leave();

    const elsewhere = await visit(NAMES.two, '/frame.html');
    expect(await elsewhere.ask('open')).toEqual(refusal('store/empty'));
    expect(await elsewhere.ask('create', server.url)).toEqual({});
    expect(await elsewhere.ask('read')).toEqual({ value: [] });
    await elsewhere.leave();
    const alone = await browser.open(host.origin() + CORE);
    expect(await alone.ask('open')).toEqual(refusal('store/empty'));
    await alone.page.close();

    const back = await visit(NAMES.one, '/frame.html');
    expect(await back.ask('open')).toEqual({});
    expect(await back.ask('read')).toEqual({ value: [TSH] });
    await back.leave();
    expect([...noises, alone.noise].flat()).toEqual([]);
    expect([...host.violations, ...top.violations]).toEqual([]);
  });

  it('says that a frame which may not store anything cannot', async () => {
    const host = serve((same) => same.replace("frame-ancestors 'none'", 'frame-ancestors *'));
    const top = serve(() => `default-src 'none'; frame-src ${host.origin()}`);
    const frame = `<iframe sandbox="allow-scripts" src="${host.origin()}${CORE}"></iframe>`;
    writeFileSync(join(place, 'sandbox.html'), `<!doctype html>${frame}`);
    const driven = await browser.openTop(`${top.origin()}/sandbox.html`);
    const { ask } = await driven.frame(host.origin());
    expect(await ask('create', server.url)).toEqual(refusal('store/unavailable', { reason: 'no-origin' }));
    expect(await ask('open')).toEqual(refusal('store/unavailable', { reason: 'no-origin' }));
    await driven.page.close();
    expect(driven.noise).toEqual([]);
  });

  describe.each([
    ['the core', CORE],
    ['a worker', WORKER],
  ])('through %s', (_, file) => {
    it('refuses a page that did not come over HTTPS', async () => {
      const host = serve();
      const { page, noise, ask } = await browser.open(host.origin(NAMES.insecure) + file);
      expect(await ask('create', server.url)).toEqual(refusal('usage/insecure-context'));
      expect(await ask('open')).toEqual(refusal('usage/insecure-context'));
      await page.close();
      expect(noise).toEqual([]);
    });

    it('says that the policy forbids WebAssembly', async () => {
      const host = serve((same) => same.replace(" 'wasm-unsafe-eval'", ''));
      const { page, ask } = await browser.open(host.origin() + file);
      expect(await ask('create', server.url)).toEqual(refusal('usage/no-webassembly'));
      await page.close();
    });

    it('says that the storage of the browser does not open', async () => {
      const host = serve();
      const broken = await start();
      await broken.open(host.origin() + file).then(({ page }) => page.close());
      await broken.close();
      // As a failing disk leaves it.
      const folder = join(broken.profile, 'Default/IndexedDB');
      await rm(folder, { recursive: true, force: true });
      writeFileSync(folder, '');
      const again = await start(broken.profile);
      const { noise, ask } = await again.open(host.origin() + file);
      expect(await ask('create', server.url)).toEqual(refusal('store/unavailable'));
      expect(await ask('open')).toEqual(refusal('store/unavailable'));
      await again.close();
      await removeProfile(again);
      expect(noise).toEqual([]);
    });
  });

  it('says that there is no IndexedDB', async () => {
    const host = serve();
    const { page, noise, ask } = await browser.open(host.origin() + CORE, (page) =>
      page.addInitScript(() => Object.defineProperty(globalThis, 'indexedDB', { value: undefined })),
    );
    expect(await ask('open')).toEqual(refusal('store/unavailable', { reason: 'no-indexeddb' }));
    await page.close();
    expect(noise).toEqual([]);
  });

  describe('whose app has lost a file', () => {
    const without = (pattern: string) => (page: Page) =>
      page.route(pattern, (route) => route.fulfill({ status: 404, body: '' }));

    it('says which part it could not load', async () => {
      const { page, ask } = await browser.open(serve().origin() + CORE, without('**/dexie-*.js'));
      expect(await ask('open')).toEqual(refusal('usage/not-loaded', { part: 'dexie' }));
      await page.close();
    });

    it('says that its worker is missing', async () => {
      const { page, ask } = await browser.open(serve().origin() + WORKER, without('**/vault-worker.js'));
      expect(await ask('open')).toEqual(refusal('usage/no-worker', { reason: 'failed' }));
      await page.close();
    });

    it('checks the passphrase without the worker for that', async () => {
      const { page, ask } = await browser.open(serve().origin() + CORE, without('**/argon2-worker.js'));
      expect(await ask('create', server.url)).toEqual({});
      await page.close();
    });
  });

  it('loses nothing when the disk is full, and goes on when there is room again', async () => {
    const host = serve();
    const room = (cdp: CDPSession, quotaSize?: number) =>
      cdp.send('Storage.overrideQuotaForOrigin', {
        origin: host.origin(),
        ...(quotaSize !== undefined && { quotaSize }),
      });
    const before = await start();
    const made = await before.open(host.origin() + CORE);
    await made.ask('create', server.url);
    await made.ask('add', 'TSH', 'TSH 2.1');
    await made.ask('sync');
    await made.ask('add', 'Unsent', 'waits');
    await before.close();

    // A new browser: one that was running has set room aside for small writes.
    const after = await start(before.profile);
    let cdp: CDPSession | undefined;
    const { noise, ask, reload } = await after.open(host.origin() + CORE, async (page) => {
      cdp = await page.context().newCDPSession(page);
      await room(cdp, 1000);
    });
    const waiting = { title: 'Unsent', text: 'waits', synced: false };
    expect(await ask('open')).toEqual({});
    expect(await ask('add', 'Small', 'one line')).toEqual(refusal('store/quota'));
    expect(await ask('add', 'Large', 'x', 3_000_000)).toEqual(refusal('store/quota'));
    expect(await ask('sync')).toEqual(refusal('store/quota'));
    expect(await ask('read')).toEqual({ value: [TSH, waiting] });
    await room(cdp as CDPSession);
    const added = { title: 'Small', text: 'one line', synced: true };
    expect(await ask('add', 'Small', 'one line')).toEqual({});
    expect(await ask('sync')).toEqual({ value: [] });
    await ask('close');
    await reload();
    expect(await ask('open')).toEqual({});
    expect(await ask('read')).toEqual({ value: [added, TSH, { ...waiting, synced: true }] });
    await after.close();
    await removeProfile(after);
    expect(noise).toEqual([]);
  });

  it('leaves nothing of a file for which a worker found no room', async () => {
    const host = serve();
    const { page, noise, ask } = await browser.open(host.origin() + WORKER);
    const used = async () => (await page.evaluate(() => navigator.storage.estimate())).usage ?? 0;
    const files = () =>
      page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        const names: string[] = [];
        for await (const name of (await root.getDirectoryHandle('coffret-alice')).keys()) names.push(name);
        return names;
      });
    const cdp = await page.context().newCDPSession(page);
    await ask('create', server.url);
    await ask('add', 'TSH', 'TSH 2.1');
    const stored = await files();
    expect(stored).toHaveLength(1);
    const quotaSize = (await used()) + 1_000_000;
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: host.origin(), quotaSize });
    expect(await ask('add', 'Scan', 'x', 3_000_000)).toEqual(refusal('store/quota'));
    expect(await files()).toEqual(stored);
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: host.origin() });
    expect(await ask('add', 'Scan', 'x', 3_000_000)).toEqual({});
    expect(await ask('sync')).toEqual({ value: [] });
    expect(await ask('read')).toEqual({
      value: [{ title: 'Scan', text: 'x'.repeat(40), synced: true }, TSH],
    });
    await page.close();
    expect(noise).toEqual([]);
  });
});
