import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const VECTORS = join(process.cwd(), 'test/vectors');
const MANIFEST = join(VECTORS, 'manifest.json');

/** What a vector says: one input, and what must become of it. */
export interface Vector {
  readonly title: string;
  readonly spec: string;
  readonly rule?: string;
  readonly expect: string;
  readonly input: unknown;
  readonly output?: unknown;
}

/** Writes `test/vectors/<format>/<name>.json`, bytes as hexadecimal. A file that is there already must come out the same. */
export function writeVector(format: string, name: string, vector: Vector): void {
  const path = join(VECTORS, format, `${name}.json`);
  const text = `${JSON.stringify(vector, (_, value) => (ArrayBuffer.isView(value) ? Buffer.from(value as Uint8Array).toString('hex') : value), 1)}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') !== text)
    throw new Error(`${path} is released and would change`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Whether a vector is there; for programs that use fresh randomness. */
export function hasVector(format: string, name: string): boolean {
  return existsSync(join(VECTORS, format, `${name}.json`));
}

/** Adds the SHA-256 of every new vector file to `manifest.json`; one already listed must be unchanged. */
export function writeManifest(): void {
  const known: Record<string, string> = existsSync(MANIFEST)
    ? JSON.parse(readFileSync(MANIFEST, 'utf8'))
    : {};
  const files = readdirSync(VECTORS, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.json') && path !== 'manifest.json');
  for (const path of files) {
    const digest = createHash('sha256')
      .update(readFileSync(join(VECTORS, path)))
      .digest('hex');
    known[path] ??= digest;
    if (known[path] !== digest) throw new Error(`${path} is released and was changed`);
  }
  const sorted = Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(MANIFEST, `${JSON.stringify(sorted, null, 1)}\n`);
}
