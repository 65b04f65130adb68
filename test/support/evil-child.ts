import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

/** A client that runs in its own process and can be killed at any moment. */
export interface ClientChild {
  /** What it said so far. */
  readonly lines: readonly string[];
  /** Resolves when it has said this many lines that begin so, or has ended. */
  said(start: string, count: number): Promise<void>;
  kill(): Promise<void>;
  readonly ended: Promise<unknown>;
}

/** Starts the client of `evil-program.ts`; `fileBytesMax` limits how large any of its files may grow. */
export async function startClient(options: {
  readonly path: string;
  readonly passphrase: string;
  readonly round: string;
  readonly bytes?: number;
  readonly fileBytesMax?: number;
}): Promise<ClientChild> {
  const { path, passphrase, round, bytes = 400, fileBytesMax } = options;
  const command = [process.execPath, await compiled(), path, passphrase, round, String(bytes)];
  // Ignored, the signal of the limit becomes an error of the write, as on a disk that is full.
  const limited = `trap '' XFSZ; ulimit -f ${Math.floor((fileBytesMax ?? 0) / 512)}; exec "$@"`;
  const [file = '', ...parameters] =
    fileBytesMax === undefined ? command : ['/bin/sh', '-c', limited, 'sh', ...command];
  const child = spawn(file, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const listener of listeners) listener();
  });
  return {
    lines,
    ended,
    said: (start, count) =>
      new Promise((done) => {
        const look = () => {
          if (lines.filter((line) => line.startsWith(start)).length >= count) done();
        };
        listeners.add(look);
        void ended.then(() => done());
        look();
      }),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

let compiling: Promise<string> | undefined;

function compiled(): Promise<string> {
  const outdir = resolve('node_modules/.cache/coffret', `client-${process.pid}`);
  compiling ??= build({
    entryPoints: [resolve(import.meta.dirname, 'evil-program.ts')],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  }).then(() => resolve(outdir, 'evil-program.mjs'));
  return compiling;
}
