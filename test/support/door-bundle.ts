import { dirname } from 'node:path';
import { type BuildResult, build, type Metafile } from 'esbuild';
import type { Door } from './doors.js';

/** Bundles one door as an app's bundler would; with packages outside, or inside and minified. libsodium stays outside. */
export async function bundleDoor(
  door: Door,
  packages: 'bundle' | 'external',
): Promise<BuildResult<{ metafile: true; write: false }>> {
  return build({
    entryPoints: [door.module],
    outdir: 'out',
    bundle: true,
    splitting: true,
    minify: packages === 'bundle',
    format: 'esm',
    platform: door.name === 'server' ? 'node' : 'browser',
    packages,
    external: ['libsodium-wrappers', 'libsodium-wrappers-sumo', 'node:*', 'libsql', 'react'],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
}

/** Bundles what an app takes from a door that imports these names and no others. */
export async function bundleNames(door: Door, names: readonly string[]): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { ${names.join(', ')} } from ${JSON.stringify(door.module)};`,
      resolveDir: dirname(door.module),
    },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', write: false, logLevel: 'silent' },
    ...{ outdir: 'out', splitting: true },
    external: ['libsodium-wrappers', 'libsodium-wrappers-sumo', 'node:*', 'libsql', 'react'],
  });
  return outputFiles.find(({ path }) => path.endsWith('stdin.js'))?.contents ?? new Uint8Array();
}

/** The entry chunk and all it imports before it runs. */
export function eagerChunks({ outputs }: Metafile, module: string): Set<string> {
  const entry = Object.keys(outputs).find((name) => module.endsWith(outputs[name]?.entryPoint ?? '\0'));
  const found = new Set(entry === undefined ? [] : [entry]);
  for (const name of found) {
    for (const { path, kind, external } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) found.add(path);
    }
  }
  return found;
}
