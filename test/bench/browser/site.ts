import { createReadStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { build } from 'esbuild';
import { openWebHost } from '../../support/web-host.js';
import { ROOT } from '../root.js';

/** A small app over the built package, bundled and served as README tells an app developer to. */
export interface Site {
  readonly origin: string;
  /** What browsers reported as against the policy. */
  readonly violations: readonly string[];
  /** Starts to serve; `syncServer` is what the page may call. */
  serve(syncServer: string): void;
  /** Puts a file beside the page. */
  publish(name: string, content: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const HERE = join(ROOT, 'test/bench/browser');
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html' };
const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bench</title>
<input type="file"><progress max="1" value="0"></progress><script type="module" src="/page.js"></script></html>`;

/** Bundles the page and its workers. */
export async function openSite(): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'coffret-bench-site-'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: {
      page: join(HERE, 'page.ts'),
      'plain-worker': join(HERE, 'plain-worker.ts'),
      'vault-worker': 'coffret/vault-worker.js',
      'argon2-worker': 'coffret/argon2-worker.js',
    },
    outdir: directory,
    bundle: true,
    splitting: true,
    // Names stay, so that a profile can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    format: 'esm',
    logLevel: 'error',
    // Else the paths that the tests are compiled with would lead to the sources.
    tsconfigRaw: {},
  });
  await writeFile(join(directory, 'index.html'), PAGE);
  const host = await openWebHost();
  return {
    origin: host.origin(),
    violations: host.violations,
    serve: (syncServer) => host.serve({ files: filesIn(directory), policy: policyOfReadme(syncServer) }),
    publish: (name, content) => writeFile(join(directory, name), content),
    async close() {
      await host.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Answers with files that the browser may keep: a second visit is measured too. */
function filesIn(directory: string) {
  return ({ url = '/' }: IncomingMessage, response: ServerResponse) => {
    const name = basename(new URL(url, 'http://host').pathname) || 'index.html';
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    const file = createReadStream(join(directory, name));
    file.on('error', () => response.writeHead(404).end());
    file.on('open', () =>
      file.pipe(response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=600' })),
    );
  };
}

/** The policy that README gives, and one thing more: the worker beside which ours is measured needs a policy too. */
function policyOfReadme(syncServer: string): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, policy] = /^```\n(default-src [^`]+)\n```$/m.exec(readme) ?? [];
  if (policy === undefined) throw new Error('README gives no policy');
  return policy
    .replaceAll('\n', ' ')
    .replace('https://sync.example', syncServer)
    .replace('trusted-types coffret', 'trusted-types coffret bench');
}
