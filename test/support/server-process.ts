import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The real server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** What it wrote to standard error so far: its journal. */
  journal(): string;
  /** Sends the signal and waits until the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it the gentle way; resolves with the exit code. */
  stop(): Promise<number | null>;
}

let bundled: Promise<string> | null = null;

/** The server's command, bundled from source once per test process; its packages stay where they are. */
export function bundledCli(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  // Inside the checkout, so that the bundle finds node_modules.
  const directory = join(root, 'node_modules', '.cache', 'coffret', `server-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  await build({
    entryPoints: [join(root, 'src/server/cli.ts')],
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return join(directory, 'cli.mjs');
}

/** Starts `coffret serve` on the loopback address; resolves when it listens. Rejects with its last words otherwise. */
export async function startServerProcess(options: {
  readonly dataDir: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}): Promise<ServerProcess> {
  const { dataDir, port = 0, env = {}, args = [] } = options;
  const cli = await bundledCli();
  const child = spawn(process.execPath, [cli, 'serve', '--data', dataDir, '--port', String(port), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let journal = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    journal += text;
  });
  const gone = once(child, 'exit');
  // Whatever becomes of the test, the server does not outlive it.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  void gone.then(() => process.off('exit', end));
  const url = await Promise.race([
    firstUrl(child),
    gone.then(() => Promise.reject(new Error(`The server ended: ${journal}`))),
  ]);
  return {
    url,
    pid: child.pid as number,
    journal: () => journal,
    async kill(signal) {
      child.kill(signal);
      await gone;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await gone;
      return child.exitCode;
    },
  };
}

async function firstUrl(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const url = /listens on (\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  return new Promise(() => {}); // the exit says why
}
