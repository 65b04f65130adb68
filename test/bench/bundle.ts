import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundleDoor, eagerChunks } from '../support/door-bundle.js';
import type { Row, Workload } from './row.js';
import { ROOT } from './root.js';

const KB = 1000;
const MODULES_SHOWN = 12;
/** Beside libsodium, gzip. The server door is for Node and has none. */
const BUDGETS: Readonly<Record<string, number>> = { core: 45 };

/** What an app downloads for each door before anything runs, and which modules it is made of. */
export const bundle: Workload = {
  name: 'bundle',
  about: 'size of each door, minified and gzip, beside libsodium',
  async run() {
    const rows: Row[] = [];
    const libsodium = await sizeOfLibsodium();
    for (const door of doors()) {
      const { outputFiles, metafile } = await bundleDoor(door, 'bundle');
      const eager = eagerChunks(metafile, door.module);
      const isEager = (path: string) => [...eager].some((name) => path.endsWith(name));
      const size = (files: typeof outputFiles) =>
        files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
      const now = size(outputFiles.filter(({ path }) => isEager(path)));
      const later = size(outputFiles.filter(({ path }) => !isEager(path)));
      const atMost = BUDGETS[door.name];
      rows.push({
        workload: `door ${door.specifier}`,
        figure: 'loaded at once, gzip, beside libsodium',
        ...{ value: now / KB, unit: 'kB', budget: atMost === undefined ? null : { atMost } },
        from: `on demand ${(later / KB).toFixed(1)} kB, libsodium ${(libsodium / KB).toFixed(1)} kB`,
      });
      console.log(`  ${door.specifier}, at once, minified: ${largest(metafile.outputs, eager)}`);
    }
    return rows;
  },
};

function doors(): {
  readonly specifier: string;
  readonly name: string;
  readonly module: string;
  readonly declarations: string;
}[] {
  const {
    name,
    exports,
  }: { name: string; exports: Record<string, string | { types: string; import: string }> } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string'
      ? []
      : [
          {
            specifier: name + path.slice(1),
            name: path === '.' ? 'core' : path.slice(2),
            module: join(ROOT, target.import),
            declarations: join(ROOT, target.types),
          },
        ],
  );
}

async function sizeOfLibsodium(): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: "export { default } from 'libsodium-wrappers';", resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['node:*'],
    write: false,
    logLevel: 'silent',
  });
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length;
}

/** The modules that weigh most, each package of `node_modules` as one. */
function largest(
  outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >,
  eager: ReadonlySet<string>,
): string {
  const sizes = new Map<string, number>();
  for (const name of eager) {
    for (const [input, { bytesInOutput }] of Object.entries(outputs[name]?.inputs ?? {})) {
      const module = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? input.replace(/^.*dist\//, '');
      sizes.set(module, (sizes.get(module) ?? 0) + bytesInOutput);
    }
  }
  const sorted = [...sizes].sort(([, a], [, b]) => b - a);
  return sorted
    .slice(0, MODULES_SHOWN)
    .map(([module, bytes]) => `${module} ${(bytes / KB).toFixed(1)}`)
    .join(', ');
}
