import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createServerLog } from '../../src/server/log.js';
import { addressOfConnection, listen } from '../../src/server/node.js';
import { type CoffretServer, openServer, type ServerOptions } from '../../src/server/open-server.js';

/** The real server on a loopback port, in this process, with a clock and a journal the test can reach. */
export interface TestServer {
  readonly url: string;
  readonly key: Uint8Array;
  readonly dataDir: string;
  readonly server: CoffretServer;
  /** The journal so far. */
  journal(): string;
  /** Sets the server's clock, and so also what it thinks of request times; `null` sets it right. */
  setTime(time: number | null): void;
  close(): Promise<void>;
}

export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'coffret-server-')));
  let time: number | null = null;
  let journal = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      journal += String(chunk);
      done();
    },
  });
  const server = await openServer({
    addressOf: addressOfConnection,
    now: () => time ?? Date.now(),
    log: createServerLog({ level: 'debug', destination }),
    ...options,
    dataDir,
  });
  const listening = await listen(server, { port: 0, host: '127.0.0.1' });
  return {
    url: listening.url,
    key: server.key,
    dataDir,
    server,
    journal: () => journal,
    setTime(next) {
      time = next;
    },
    async close() {
      await listening.close({ graceMs: 100 });
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
