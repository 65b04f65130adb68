import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServerProcess } from './server-process.js';

/** The server of a stage, and what a story may do to it. It keeps its port and data until `close`. */
export interface StageServer {
  readonly url: string;
  /** The directory of the stage, on the machine where the server runs. */
  readonly directory: string;
  /** Kills it, as the power would. */
  crash(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Copies its data, as an operator does at night; it stands still meanwhile. */
  copyData(name: string): Promise<void>;
  /** Puts a copy in the place of its data, as an operator does after a fire. */
  restoreData(name: string): Promise<void>;
  /** Ends it and removes everything. */
  close(): Promise<void>;
}

/** Starts the real server in its own process, with `args`, in a directory of its own. */
export async function openStageServer(args: readonly string[]): Promise<StageServer> {
  const directory = await mkdtemp(join(tmpdir(), 'coffret-stage-'));
  const dataDir = join(directory, 'server');
  const copy = (name: string) => join(directory, `server-${name}`);
  const start = (port: number) => startServerProcess({ dataDir, port, args });
  let server: ServerProcess = await start(0);
  const { url } = server;
  const again = async () => {
    server = await start(Number(new URL(url).port));
  };
  return {
    url,
    directory,
    crash: () => server.kill('SIGKILL'),
    restart: again,
    async copyData(name) {
      await server.stop();
      await cp(dataDir, copy(name), { recursive: true });
      await again();
    },
    async restoreData(name) {
      await server.stop();
      await rm(dataDir, { recursive: true });
      await cp(copy(name), dataDir, { recursive: true });
      await again();
    },
    async close() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
