import { VaultError } from './errors.js';

/**
 * Loads a part of the package, or a package, that is needed only now: `load('dexie', () => import('dexie'))`.
 *
 * The path stays in the `import()`, where bundlers look for it. Throws `usage/not-loaded` when the part cannot be had:
 * the network, a new version of the app in the place of this one, or a service worker, where `import()` is forbidden and
 * everything has to be in one file.
 */
export async function load<T>(part: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch {
    throw new VaultError('usage/not-loaded', { part });
  }
}
