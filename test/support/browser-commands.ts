import { randomUUID } from 'node:crypto';
import { openStageServer, type StageServer } from './stage-server.js';
import { AUTHENTICATOR_COMMANDS } from './virtual-authenticator.js';

/** What a page may ask of the server of its stage. */
export type StageVerb = 'crash' | 'restart' | 'copyData' | 'restoreData' | 'close';

/** The stage server that a page opened: its number for later orders, where it listens, where its data is. */
export interface OpenedStageServer {
  readonly id: string;
  readonly url: string;
  readonly directory: string;
}

declare module 'vitest/browser' {
  interface BrowserCommands {
    openStageServer(args: readonly string[]): Promise<OpenedStageServer>;
    tellStageServer(id: string, verb: StageVerb, name: string): Promise<void>;
  }
}

const servers = new Map<string, StageServer>();

/** What a page in Chromium has done for it in Node: a page can start no process. */
export const BROWSER_COMMANDS = {
  ...AUTHENTICATOR_COMMANDS,
  async openStageServer(_context: unknown, args: readonly string[]): Promise<OpenedStageServer> {
    const server = await openStageServer(args);
    const id = randomUUID();
    servers.set(id, server);
    return { id, url: server.url, directory: server.directory };
  },
  async tellStageServer(_context: unknown, id: string, verb: StageVerb, name: string): Promise<void> {
    await servers.get(id)?.[verb](name);
    if (verb === 'close') servers.delete(id);
  },
};
