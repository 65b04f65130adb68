import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { openServer } from '../../src/server/index.js';
import type * as Door from '../../src/preview/index.js';
import { CHROMIUM_ARGUMENTS, type Chromium } from './chromium.js';
import { type NetworkSpy, openNetworkSpy, RESOLVER_RULE } from './network-spy.js';
import { ROOT } from './source-tree.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The policy that README.md gives, with the style that it gives for pictures; whatever is against it is reported. */
export const POLICY = policyOf(readme);

function policyOf(readme: string): string {
  const policy = /^```\n(default-src 'none';[^`]*)```/m.exec(readme)?.[1]?.replace(/\s+/g, ' ').trim() ?? '';
  const style = /`style-src ('unsafe-hashes' 'sha256-[\w+/=]+')`/.exec(readme)?.[1] ?? '';
  return `${policy.replace("style-src 'self'", `style-src 'self' ${style}`)}; report-uri /violation`;
}

declare global {
  /** What the page of a preview stage has. */
  var preview: typeof Door;
  var shown: Door.Preview | undefined;
  /** Every URL that was made from a blob on the page, with the type it was made with, until it is revoked. */
  var urls: Map<string, string>;
}

/** What a preview says of itself, or the code it was refused with. */
export type Outcome = Pick<Door.Preview, 'kind' | 'refusal' | 'part'> | { readonly code: string };

const PDF_FILES = join(ROOT, 'node_modules/pdfjs-dist/wasm');

const PROGRAM = `import * as preview from './index.ts';
  globalThis.preview = preview;
  globalThis.urls = new Map();
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    const url = createObjectURL(blob);
    urls.set(url, blob.type);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    urls.delete(url);
    revokeObjectURL(url);
  };`;

/** A page that has `coffret/preview`, in a Chromium whose every request is noted. */
export interface PreviewStage {
  readonly page: Page;
  readonly spy: NetworkSpy;
  /** Has the page show a document, in place of the one before. */
  show(document: {
    readonly name: string;
    readonly claimed: string;
    readonly bytes: Uint8Array;
    readonly language?: 'fr' | 'en';
    readonly pdfFiles?: string;
  }): Promise<Outcome>;
  /** Has the page close what it shows. */
  hide(): Promise<void>;
  /** Closes the browser, and gives what its own log says of hosts that it looked for: also those it did not call. */
  hostsLookedFor(): Promise<string[]>;
  close(): Promise<void>;
}

/** How the page is set up. */
export interface StageOptions {
  readonly policy: string | null;
  /** Whether the app has `pdfjs-dist`, and whether it serves the worker at all. */
  readonly pdf?: 'bundled' | 'not-installed' | 'not-served';
  /** A program of the page, from the root of the repository; without one it has the door as `preview`. */
  readonly program?: string;
  /** Whether a sync server answers at the page's own origin. */
  readonly server?: boolean;
}

/** Starts a page, under the policy or, to see what that alone would have stopped, without any. */
export async function openPreviewStage(
  { executablePath, env }: Chromium,
  { policy, pdf = 'bundled', program, server = false }: StageOptions,
): Promise<PreviewStage> {
  const directory = await mkdtemp(join(tmpdir(), 'coffret-preview-'));
  const files = await bundle(pdf, program);
  const isolation = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'content-security-policy': policy ?? '',
  };
  const headers = policy === null ? {} : isolation;
  const openBackend = async (publicUrl: string) => {
    const backend = await openServer({ dataDir: join(directory, 'server'), publicUrl, log: 'silent' });
    return (request: Request) => backend.fetch(request);
  };
  const serve = (path: string) => files.get(path) ?? null;
  const spy = await openNetworkSpy(serve, headers, server ? openBackend : undefined);
  const log = join(directory, 'net-log.json');
  const args = [...CHROMIUM_ARGUMENTS, RESOLVER_RULE, `--log-net-log=${log}`];
  const browser = await chromium.launch({ executablePath, args, env: { ...process.env, ...env } });
  const page = await openPage(browser, spy, program === undefined);
  return {
    page,
    spy,
    async show({ bytes, ...rest }) {
      await page.evaluate(() => globalThis.shown?.close());
      return page.evaluate(showOnPage, { ...rest, base64: Buffer.from(bytes).toString('base64') });
    },
    hide: () => page.evaluate(() => globalThis.shown?.close()),
    async hostsLookedFor() {
      await browser.close();
      const text = await readFile(log, 'utf8');
      // The log has long lines: a pattern that begins with the part before the host would take minutes.
      const ends = [...text.matchAll(/elsewhere\.test/g)].map(({ index }) =>
        text.slice(Math.max(0, index - 40), index + 14),
      );
      return [...new Set(ends.map((end) => /[\w.-]*$/.exec(end)?.[0] ?? ''))].sort();
    },
    async close() {
      await browser.close();
      await spy.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function showOnPage(document: {
  name: string;
  claimed: string;
  base64: string;
  language?: 'fr' | 'en';
  pdfFiles?: string;
}): Promise<Outcome> {
  const { name, claimed, base64, language = 'fr', ...rest } = document;
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const blob = new Blob([bytes], { type: claimed });
  const container = globalThis.document.querySelector('main') as HTMLElement;
  try {
    shown = await preview.showPreview({ blob, name, language, container, ...rest });
    return { kind: shown.kind, refusal: shown.refusal, part: shown.part };
  } catch (error) {
    return { code: String((error as { code?: unknown }).code) };
  }
}

async function openPage(browser: Browser, { app }: NetworkSpy, hasDoor: boolean): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 900, height: 700 }, acceptDownloads: true });
  await page.goto(`${app}/`);
  if (hasDoor) await page.waitForFunction(() => 'preview' in globalThis);
  return page;
}

async function bundle(pdf: StageOptions['pdf'], program: string | undefined) {
  const { outputFiles } = await build({
    stdin: {
      contents: program === undefined ? PROGRAM : readFileSync(join(ROOT, program), 'utf8'),
      resolveDir: join(ROOT, 'src/preview'),
      sourcefile: 'page.ts',
      loader: 'ts',
    },
    ...AS_AN_APP,
    alias: Object.fromEntries(
      ['coffret', 'coffret/preview', 'coffret/store'].map((name) => [
        name,
        join(ROOT, 'src', name.slice(8), 'index.ts'),
      ]),
    ),
    splitting: true,
  });
  // In one piece each, as most bundlers make a worker.
  const workers = await build({
    entryPoints: ['preview/pdf-worker.ts', 'crypto/argon2-worker.ts']
      .filter((path) => pdf !== 'not-served' || !path.includes('pdf'))
      .map((path) => join(ROOT, 'src', path)),
    external: pdf === 'not-installed' ? ['pdfjs-dist'] : [],
    ...AS_AN_APP,
    entryNames: '[name]',
  });
  const html = `<!doctype html><html lang="fr"><meta charset="utf-8"><title>Alice</title>
<main></main><script type="module" src="/stdin.js"></script>`;
  return new Map<string, { type: string; body: string | Uint8Array }>([
    ['/', { type: 'text/html; charset=utf-8', body: html }],
    ['/favicon.ico', { type: 'image/x-icon', body: '' }],
    ...['jbig2.wasm', 'openjpeg.wasm'].map(
      (name) =>
        [`/pdf/${name}`, { type: 'application/wasm', body: readFileSync(join(PDF_FILES, name)) }] as const,
    ),
    ...[...outputFiles, ...workers.outputFiles].map(
      ({ path, contents }) => [path, { type: 'text/javascript', body: contents }] as const,
    ),
  ]);
}

const AS_AN_APP = {
  bundle: true,
  format: 'esm',
  minify: true,
  write: false,
  outdir: '/',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'error',
} as const;
