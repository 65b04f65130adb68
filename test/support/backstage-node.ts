import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/index.js';
import type { Backstage } from './actors.js';
import { openStageServer } from './stage-server.js';

/** In Node: disks are SQLite stores in the directory of the stage. */
export async function openBackstage(args: readonly string[]): Promise<Backstage> {
  const server = await openStageServer(args);
  const { directory } = server;
  return { server, storeOf: (name) => openSqliteStore({ path: join(directory, name) }) };
}
