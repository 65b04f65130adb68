import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Plugin } from 'vitest/config';

const ROOT = resolve(import.meta.dirname, '../..');
const WORKER_URL = /new URL\(\s*'(\.\/[\w-]+-worker)\.js',\s*(?:import\.meta\.url|here)\s*\)/g;

/**
 * Lets a Node worker start from the sources: Node cannot run TypeScript in a worker, so `./x-worker.js` beside a
 * source file is compiled on the spot and its URL put in place. `here` stands for `import.meta.url` where a bundler
 * is not to follow. Chromium needs none of this: Vite serves it.
 */
export function compileWorkers(): Plugin {
  return {
    name: 'compile-workers',
    enforce: 'pre',
    async transform(code, id) {
      if (!id.startsWith(resolve(ROOT, 'src'))) return null;
      let result = code;
      for (const [text, worker] of code.matchAll(WORKER_URL)) {
        const entry = resolve(id, '..', `${worker}.ts`);
        // Inside the tree, so that bare imports resolve; one folder for each process, so that two runs never mix.
        const folder = resolve(ROOT, 'node_modules/.cache/coffret/workers', String(process.pid));
        const outfile = resolve(folder, relative(ROOT, entry)).replace(/\.ts$/, '.mjs');
        await build({
          entryPoints: [entry],
          outfile,
          bundle: true,
          packages: 'external',
          format: 'esm',
          platform: 'node',
        });
        result = result.replace(text, `new URL('${pathToFileURL(outfile).href}')`);
      }
      return result === code ? null : { code: result, map: null };
    },
  };
}
