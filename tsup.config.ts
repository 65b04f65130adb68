import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defineConfig, type Options } from 'tsup';

/** Puts the data of a JSON file in the place of its import: Node 20 warns of such imports, and bundlers differ on them. */
const jsonInPlace: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'json-in-place',
  setup(build) {
    build.onLoad({ filter: /[/\\]src[/\\]prevention[/\\]edition\.ts$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const [line, name, file] of contents.matchAll(
        /^import (\w+) from '(\S+\.json)' with \{ type: 'json' \};$/gm,
      )) {
        const data: unknown = JSON.parse(await readFile(resolve(path, '..', file ?? ''), 'utf8'));
        contents = contents.replace(line, () => `const ${name}: unknown = ${JSON.stringify(data)};`);
      }
      return { contents, loader: 'ts' };
    });
  },
};

// One module per source file: worker URLs stay right, stack traces name real files, an auditor reads what runs.
export default defineConfig({
  entry: ['src/**/*.ts'],
  bundle: false,
  format: ['esm'],
  target: 'es2023',
  sourcemap: true,
  clean: true,
  dts: false,
  esbuildPlugins: [jsonInPlace],
});
