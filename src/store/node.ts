/**
 * Node's own modules and the `libsql` driver, fetched when a store is opened.
 *
 * Nothing here is a static import, so a bundle for browsers that reaches this folder contains none of them and
 * builds without special settings.
 */
import type * as FileSystem from 'node:fs';
import type * as Path from 'node:path';
import type Libsql from 'libsql';
import { VaultError } from '../errors.js';

/** What the Node adapters use of Node. */
export interface NodeModules {
  readonly fs: typeof FileSystem;
  readonly path: typeof Path;
  readonly Database: typeof Libsql;
}

/** Loads what the Node adapters need; throws 'store/unavailable' outside Node or where `libsql` cannot load. */
export function loadNodeModules(): NodeModules {
  const getBuiltinModule = globalThis.process?.getBuiltinModule;
  if (getBuiltinModule === undefined) throw new VaultError('store/unavailable', { reason: 'not-node' });
  const require = getBuiltinModule('node:module').createRequire(import.meta.url);
  try {
    const Database = require('libsql') as typeof Libsql;
    return { fs: getBuiltinModule('node:fs'), path: getBuiltinModule('node:path'), Database };
  } catch {
    throw new VaultError('store/unavailable', { reason: 'libsql' });
  }
}
