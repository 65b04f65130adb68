import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemRandom } from '../../src/crypto/random.js';
import { serverAnswer } from '../../src/protocol/messages.js';
import { paths } from '../../src/protocol/paths.js';
import { call } from '../../src/sync/answer.js';
import { createHttpTransport } from '../../src/sync/http.js';
import type { Transport } from '../../src/sync/transport.js';
import { ROOT } from './root.js';

/** The built server in a process of its own, and a way to it. */
export interface BenchServer {
  readonly url: string;
  readonly transport: Transport;
  readonly serverKey: Uint8Array;
  close(): Promise<void>;
}

/** Starts the server as its command does, over a fresh directory, with more arguments if there are any. */
export async function startServer(more: readonly string[] = []): Promise<BenchServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'coffret-bench-'));
  const cli = join(ROOT, 'dist/server/cli.js');
  const child = spawn(process.execPath, [cli, 'serve', '--data', dataDir, '--port', '0', ...more], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const url = await urlOf(child);
  const transport = createHttpTransport({ baseUrl: url, now: Date.now, random: systemRandom });
  const { key } = await call(transport, { method: 'GET', path: paths.server, signer: null }, serverAnswer);
  return {
    url,
    transport,
    serverKey: key,
    async close() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function urlOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const url = /listens on (\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('the server ended before it listened');
}
