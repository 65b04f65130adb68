import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's folder. A benchmark runs from a compiled copy, so its own place says nothing. */
export const ROOT = dirname(fileURLToPath(import.meta.resolve('coffret/package.json')));
