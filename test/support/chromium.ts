import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-fs';

/** A Chromium that starts on this machine, with the environment it needs. */
export interface Chromium {
  readonly executablePath: string;
  readonly env: Record<string, string>;
  readonly version: string;
}

/** Arguments that keep a test browser quiet, off the network and usable as root in a container. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const INSTALLED_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const INSTALLED_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Finds a Chromium: `CHROME_PATH`, else an installed one, else the one inside the npm package (Linux on x64 only),
 * unpacked once under `node_modules/.cache`. Returns the reason as a string when there is none, and throws when
 * `CHROME_PATH` names something that does not start.
 */
export async function findChromium(): Promise<Chromium | string> {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && named !== '') {
    const found = start(named, {});
    if (found === null) throw new Error(`CHROME_PATH=${named} does not start`);
    return found;
  }
  for (const path of installedPaths()) {
    const found = start(path, {});
    if (found !== null) return found;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `no Chromium installed, and the npm one is for linux x64, not ${process.platform} ${process.arch}`;
  }
  const executablePath = await unpack('chromium.br', 'chromium');
  const plain = start(executablePath, {});
  if (plain !== null) return plain;
  // The machine lacks libnss3 and its kin: the npm package carries them in a second archive.
  const libraries = join(await unpack('al2023.tar.br', 'al2023'), 'lib');
  const inherited = process.env.LD_LIBRARY_PATH;
  const path = inherited === undefined || inherited === '' ? libraries : `${libraries}:${inherited}`;
  return (
    start(executablePath, { LD_LIBRARY_PATH: path }) ?? 'the npm Chromium does not start on this machine'
  );
}

function installedPaths(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = folders.flatMap((folder) => INSTALLED_NAMES.map((name) => join(folder, name)));
  return [...candidates, ...INSTALLED_PATHS].filter((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function start(executablePath: string, env: Record<string, string>): Chromium | null {
  const { status, stdout } = spawnSync(executablePath, ['--version', '--no-sandbox'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 20_000,
  });
  const version = /(\d+(?:\.\d+)+)/.exec(stdout ?? '')?.[1];
  return status === 0 && version !== undefined ? { executablePath, env, version } : null;
}

/** Unpacks one archive of the npm package beside its final name, then renames: two test runs may start at once. */
async function unpack(archive: string, name: string): Promise<string> {
  const packageFile = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const packageFolder = join(dirname(packageFile), '../..');
  const source = join(packageFolder, 'bin', archive);
  // Beside the package, so that a program compiled to another place finds it as well.
  const cache = join(packageFolder, '../../.cache/coffret/chromium');
  const target = join(cache, `${name}-147.0.0`);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  const part = `${target}.${process.pid}`;
  const sink = archive.endsWith('.tar.br') ? extract(part) : createWriteStream(part, { mode: 0o755 });
  await pipeline(createReadStream(source), createBrotliDecompress(), sink);
  if (existsSync(target)) rmSync(part, { recursive: true, force: true });
  else renameSync(part, target);
  return target;
}
