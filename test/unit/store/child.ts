import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';

/** A program of `child-programs.ts`, running in its own process. */
export interface Child {
  /** What it prints, a line at a time. */
  readonly lines: AsyncIterable<string>;
  /** Ends it as a power switch would. */
  kill(): Promise<void>;
  /** The last line it prints, once it has ended by itself. */
  result(): Promise<string>;
}

/** Starts a program on a store; `fileBytesMax` limits how large a file it may write. */
export async function startChild(
  program: 'count' | 'fill' | 'write-blob' | 'write-rows',
  options: { readonly path: string; readonly fileBytesMax?: number },
): Promise<Child> {
  const command = [process.execPath, await compiled(), program, options.path];
  // Ignored, the signal of the limit turns into an error of the write, as on a disk that is full.
  const limited = `trap '' XFSZ; ulimit -f ${Math.floor((options.fileBytesMax ?? 0) / 512)}; exec "$@"`;
  const [file = '', ...parameters] =
    options.fileBytesMax === undefined ? command : ['/bin/sh', '-c', limited, 'sh', ...command];
  const child: ChildProcessByStdio<null, Readable, null> = spawn(file, parameters, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  return {
    lines,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async result() {
      let last = '';
      for await (const line of lines) last = line;
      const [code] = await ended;
      if (code !== 0) throw new Error(`${program} ended with ${code}`);
      return last;
    },
  };
}

let compiling: Promise<string> | undefined;

/** Node cannot run TypeScript; inside the tree, so that bare imports resolve. */
function compiled(): Promise<string> {
  const outfile = resolve('node_modules/.cache/coffret/store-programs', `${process.pid}.mjs`);
  compiling ??= build({
    entryPoints: [resolve(import.meta.dirname, 'child-programs.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
  }).then(() => outfile);
  return compiling;
}
