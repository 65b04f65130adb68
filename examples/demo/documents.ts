import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, constants, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DocumentCategory } from 'coffret';
import type { FileOnDisk } from './actor.js';

/** A file to import, and the hash of its bytes before anything touched it. */
export interface Original extends FileOnDisk {
  readonly name: string;
  readonly sha256: string;
}

/** By file name, the first that fits; the names of the French agency's test documents are known too. */
const CATEGORIES: readonly (readonly [RegExp, DocumentCategory])[] = [
  [/vac/i, 'vaccination'],
  [/lab|bio|blood|analys/i, 'laboratory'],
  [/img|imag|x-?ray|scan|radio|dicom|\.dcm$/i, 'imaging'],
  [/presc|ordonnance|^ep-/i, 'prescription'],
  [/certif|^cse/i, 'certificate'],
  [/directive/i, 'directives'],
  [/summary|synth/i, 'summary'],
  [/letter|lettre|report|rendu|discharge|^ldl/i, 'report'],
];

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.xml': 'text/xml',
  '.txt': 'text/plain',
  '.md': 'text/markdown',
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.rtf': 'application/rtf',
  '.dcm': 'application/dicom',
};

/** Every readable file of a directory, and why the others are left out. */
export async function readDirectory(
  directory: string,
): Promise<{ readonly originals: Original[]; readonly skipped: string[] }> {
  const originals: Original[] = [];
  const skipped: string[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name);
    const skip = (why: string) => skipped.push(`${JSON.stringify(name)}: ${why}`);
    try {
      const found = await stat(path);
      if (found.isDirectory()) skip('a directory');
      else if (!found.isFile()) skip('not a file');
      else {
        await access(path, constants.R_OK);
        originals.push(await describe(path, name));
      }
    } catch (error) {
      skip(`unreadable (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
    }
  }
  return { originals, skipped };
}

/** What the demo says about a file when it adds it. */
export async function describe(path: string, name: string): Promise<Original> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const { size } = await stat(path);
  return {
    ...{ path, name, size, sha256: hash.digest('hex') },
    category: CATEGORIES.find(([pattern]) => pattern.test(name))?.[1] ?? 'other',
    title: name.slice(0, 200),
    date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])/.exec(name)?.[0] ?? null,
    mediaType: MEDIA_TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream',
  };
}

/**
 * Makes a large file that is the same each time and that nothing can compress: the key stream of AES under a key of
 * zeros, behind the mark of a DICOM file.
 */
export async function makeScan(path: string, mebibytes: number): Promise<void> {
  async function* pieces() {
    const stream = createCipheriv('aes-128-ctr', new Uint8Array(16), new Uint8Array(16));
    const zeros = new Uint8Array(2 ** 20);
    const first = stream.update(zeros);
    first.fill(0, 0, 128);
    first.write('DICM', 128);
    yield first;
    for (let piece = 1; piece < mebibytes; piece++) yield stream.update(zeros);
  }
  await pipeline(pieces, createWriteStream(path));
}
