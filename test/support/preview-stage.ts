import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type * as Door from '../../src/preview/index.js';
import { CHROMIUM_ARGUMENTS, type Chromium } from './chromium.js';
import { type NetworkSpy, openNetworkSpy, RESOLVER_RULE } from './network-spy.js';
import { ROOT } from './source-tree.js';

/** What README.md asks of a page, with a server to sync with, and previews. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob:",
  'frame-src blob:',
  "style-src 'self' 'unsafe-hashes' 'sha256-mqLU0Zw7B/c6fYkvbRoA2V1jZ1apgellJyv17d18uTs='",
  "require-trusted-types-for 'script'",
  'trusted-types coffret',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  'report-uri /violation',
].join('; ');

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
}

/** Starts a page, under the policy or, to see what that alone would have stopped, without any. */
export async function openPreviewStage(
  { executablePath, env }: Chromium,
  { policy, pdf = 'bundled' }: StageOptions,
): Promise<PreviewStage> {
  const directory = await mkdtemp(join(tmpdir(), 'coffret-preview-'));
  const files = await bundle(pdf);
  const isolation = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'content-security-policy': policy ?? '',
  };
  const headers = policy === null ? {} : isolation;
  const spy = await openNetworkSpy((path) => files.get(path) ?? null, headers);
  const log = join(directory, 'net-log.json');
  const args = [
    ...CHROMIUM_ARGUMENTS,
    RESOLVER_RULE,
    `--log-net-log=${log}`,
    '--net-log-capture-mode=Everything',
  ];
  const browser = await chromium.launch({ executablePath, args, env: { ...process.env, ...env } });
  const page = await openPage(browser, spy);
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

async function openPage(browser: Browser, { app }: NetworkSpy): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 900, height: 700 }, acceptDownloads: true });
  await page.goto(`${app}/`);
  await page.waitForFunction(() => 'preview' in globalThis);
  return page;
}

async function bundle(
  pdf: StageOptions['pdf'],
): Promise<Map<string, { type: string; body: string | Uint8Array }>> {
  const { outputFiles } = await build({
    stdin: {
      contents: PROGRAM,
      resolveDir: join(ROOT, 'src/preview'),
      sourcefile: 'page.ts',
    },
    bundle: true,
    format: 'esm',
    splitting: true,
    write: false,
    outdir: '/',
    minify: true,
  });
  const { outputFiles: worker } = await build({
    entryPoints: pdf === 'not-served' ? [] : [join(ROOT, 'src/preview/pdf-worker.ts')],
    external: pdf === 'not-installed' ? ['pdfjs-dist'] : [],
    bundle: true,
    format: 'esm',
    write: false,
    outdir: '/',
    minify: true,
  });
  const html = `<!doctype html><html lang="fr"><meta charset="utf-8"><title>Alice</title>
<main id="place"></main><script type="module" src="/stdin.js"></script>`;
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: html }],
    ['/favicon.ico', { type: 'image/x-icon', body: '' }],
    ...['jbig2.wasm', 'openjpeg.wasm'].map(
      (name) =>
        [`/pdf/${name}`, { type: 'application/wasm', body: readFileSync(join(PDF_FILES, name)) }] as const,
    ),
    ...[...outputFiles, ...worker].map(
      ({ path, contents }) => [path, { type: 'text/javascript', body: contents }] as const,
    ),
  ]);
}
