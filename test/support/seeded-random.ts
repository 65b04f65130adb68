import type { RandomBytes } from '../../src/crypto/random.js';

/** Random bytes that depend on the seed alone (mulberry32). For tests and vectors: nothing secret comes of it. */
export function seededRandom(seed: string): RandomBytes {
  let state = 0x9e3779b9;
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 24) & 255;
  };
  return (length) => Uint8Array.from({ length }, next);
}
