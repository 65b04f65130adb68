import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The sync server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const COMMAND = fileURLToPath(new URL('./server/cli.js', import.meta.resolve('coffret')));

/** Runs `coffret serve`, given a data directory, a port, and nothing else: no secret, no configuration. */
export async function startServer(options: {
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The server's journal is added to this file. */
  readonly journal: string;
}): Promise<ServerProcess> {
  const { dataDir, port, journal } = options;
  const log = openSync(journal, 'a');
  const child = spawn(process.execPath, [COMMAND, 'serve', '--data', dataDir, '--port', String(port)], {
    stdio: ['ignore', 'pipe', log],
    env: {},
  });
  closeSync(log);
  const gone = once(child, 'exit');
  const url = await Promise.race([
    firstUrl(child),
    gone.then(() => Promise.reject(new Error('The server did not start.'))),
  ]);
  return {
    url,
    port: Number(new URL(url).port),
    async kill(signal) {
      child.kill(signal);
      await gone;
    },
  };
}

async function firstUrl(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /listens on (\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  return new Promise(() => {}); // its exit is heard elsewhere
}
