/** The shortest pause after a failure, so that unlucky jitter never makes a busy loop. */
export const PAUSE_MS_MIN = 100;
/** The longest pause between two attempts. */
export const PAUSE_MS_MAX = 60_000;
const BASE_MS = 500;

/**
 * How long to pause after the nth failure in a row: exponential with full jitter, from `PAUSE_MS_MIN` to
 * `PAUSE_MS_MAX`.
 *
 * `fraction` is random in [0, 1). A pause that the server asked for is a lower bound, and may be longer than the
 * maximum.
 */
export function backoffMs(failures: number, fraction: number, askedMs = 0): number {
  const ceiling = Math.min(PAUSE_MS_MAX, BASE_MS * 2 ** Math.min(failures, 16));
  return Math.max(PAUSE_MS_MIN, Math.floor(ceiling * fraction), askedMs);
}

/** A fraction in [0, 1) from random bytes. */
export function randomFraction(random: (length: number) => Uint8Array): number {
  const drawn = random(4);
  return new DataView(drawn.buffer, drawn.byteOffset, 4).getUint32(0) / 2 ** 32;
}
