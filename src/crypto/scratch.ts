import { VaultError } from '../errors.js';
import { sodium } from './sodium.js';

/** Areas up to this size are kept for the next call; a larger one is freed at once. */
const KEPT_BYTES_MAX = 1 << 20;
const FIRST_BYTES = 1 << 16;

let keptAddress = 0;
let keptBytes = 0;
let inUse = false;

/** A stretch of WebAssembly memory: `memory` is the whole heap, `address` where the stretch starts. */
export interface Scratch {
  readonly memory: Uint8Array;
  readonly address: number;
}

/**
 * Lends `length` bytes of WebAssembly memory to one synchronous call and wipes them afterwards.
 *
 * The wrappers of libsodium allocate and free each argument of each call, and leave copies of keys behind in freed
 * memory. One area that is reused and zeroed costs less and leaves nothing. Throws `format/too-large` when the
 * memory cannot grow enough.
 */
export function withScratch<Result>(length: number, use: (scratch: Scratch) => Result): Result {
  const raw = sodium().libsodium;
  const keep = length <= KEPT_BYTES_MAX && !inUse;
  if (keep && length > keptBytes) {
    if (keptAddress !== 0) raw._free(keptAddress);
    keptBytes = 0;
    keptAddress = raw._malloc(Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(length))));
    if (keptAddress !== 0) keptBytes = Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(length)));
  }
  const address = keep ? keptAddress : raw._malloc(length);
  if (address === 0) throw new VaultError('format/too-large', { bytes: length });
  if (keep) inUse = true;
  try {
    return use({ memory: raw.HEAPU8, address });
  } finally {
    raw.HEAPU8.fill(0, address, address + length);
    if (keep) inUse = false;
    else raw._free(address);
  }
}
