import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './source-tree.js';

/** One public entry of the package. */
export interface Door {
  /** As a user imports it: `coffret`, `coffret/store`. */
  readonly specifier: string;
  /** `core`, `store`, `workerHost`. */
  readonly name: string;
  /** The built module and its declarations, as absolute paths. */
  readonly module: string;
  readonly declarations: string;
}

/** The package's own package.json. */
export const MANIFEST: {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly import: string }>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Every door that package.json names. */
export const DOORS: readonly Door[] = Object.entries(MANIFEST.exports).flatMap(([path, target]) =>
  typeof target === 'string'
    ? []
    : [
        {
          specifier: `${MANIFEST.name}${path.slice(1)}`,
          name:
            path === '.' ? 'core' : path.slice(2).replace(/\/\w/g, ([, letter = '']) => letter.toUpperCase()),
          module: join(ROOT, target.import),
          declarations: join(ROOT, target.types),
        },
      ],
);
