import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './root.js';

const NAMED = ['libsodium-wrappers', 'openpgp', 'etebase', 'libsql', 'zod'] as const;

/** What a reader has to know to compare two tables. */
export function describeEnvironment(): Record<string, string> {
  return {
    date: new Date().toISOString(),
    node: process.version,
    system: `${platform()} ${arch()}`,
    processor: `${String(cpus().length)} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${String(Math.round(totalmem() / 2 ** 30))} GiB`,
    load: loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
    packages: NAMED.map((name) => `${name} ${versionOf(name)}`).join(', '),
  };
}

function versionOf(name: string): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'),
  );
  return manifest.version;
}
