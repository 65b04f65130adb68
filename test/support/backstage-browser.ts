import { commands } from 'vitest/browser';
import { openIndexedDbStore } from '../../src/store/index.js';
import type { Backstage } from './actors.js';
import type { StageVerb } from './browser-commands.js';

/** In Chromium: the server is on another origin and lets this page in by its allow-list; disks are IndexedDB. */
export async function openBackstage(args: readonly string[]): Promise<Backstage> {
  const { id, ...place } = await commands.openStageServer([...args, '--allow-origin', location.origin]);
  const tell = (verb: StageVerb, name = '') => commands.tellStageServer(id, verb, name);
  const disks = new Set<string>();
  const storeOf = (name: string) => {
    disks.add(name);
    return openIndexedDbStore({ name: `${id}-${name}` });
  };
  const server = {
    ...place,
    crash: () => tell('crash'),
    restart: () => tell('restart'),
    copyData: (name: string) => tell('copyData', name),
    restoreData: (name: string) => tell('restoreData', name),
    async close() {
      for (const disk of disks) await (await storeOf(disk)).destroy();
      await tell('close');
    },
  };
  return { server, storeOf };
}
