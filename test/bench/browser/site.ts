import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../root.js';

/** A small app over the built package, bundled and served as an app developer would. */
export interface Site {
  readonly origin: string;
  /** Puts a file beside the page. */
  publish(name: string, content: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const HERE = join(ROOT, 'test/bench/browser');
const DIST = join(ROOT, 'dist');
const WORKER = /new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)/g;
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html' };
// What README says an app's policy must allow, and nothing more; the port of the sync server is not known yet.
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' http://127.0.0.1:*";
const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bench</title>
<input type="file"><progress max="1" value="0"></progress><script type="module" src="/page.js"></script></html>`;

/** Bundles the page and its workers and serves them. */
export async function openSite(): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'coffret-bench-site-'));
  await bundle(directory);
  await writeFile(join(directory, 'index.html'), PAGE);
  const server = createServer(({ url = '/' }, response) => {
    const name = basename(new URL(url, 'http://localhost').pathname) || 'index.html';
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    const headers = {
      'content-type': type,
      'content-security-policy': POLICY,
      'cache-control': 'max-age=600',
    };
    const file = createReadStream(join(directory, name));
    file.on('error', () => response.writeHead(404).end());
    file.on('open', () => file.pipe(response.writeHead(200, headers)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    publish: (name, content) => writeFile(join(directory, name), content),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function bundle(directory: string): Promise<void> {
  const own = readdirSync(HERE).filter((name) => name === 'page.ts' || name.endsWith('-worker.ts'));
  await build({
    entryPoints: { ...entries(own.map((name) => join(HERE, name))), ...entries(packagedWorkers()) },
    outdir: directory,
    bundle: true,
    splitting: true,
    minify: true,
    // Names survive, so that a profile can be read.
    keepNames: true,
    format: 'esm',
    platform: 'browser',
    external: ['node:*'],
    logLevel: 'silent',
    // Else the paths that the tests are compiled with would lead to the sources.
    tsconfigRaw: {},
  });
}

/** The workers of the package. Everything is served from one folder, so their addresses beside the importer hold. */
function packagedWorkers(): string[] {
  return readdirSync(DIST, { recursive: true, withFileTypes: true }).flatMap(({ name, parentPath }) => {
    if (!name.endsWith('.js')) return [];
    const text = readFileSync(join(parentPath, name), 'utf8');
    return [...text.matchAll(WORKER)].map(([, worker]) => join(parentPath, `${worker}.js`));
  });
}

function entries(paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [basename(path, extname(path)), path]));
}
