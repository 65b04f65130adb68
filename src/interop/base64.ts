import type { Pace } from './pace.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const REST_CHARS = 2 * 1024 * 1024;

/** The bytes of a Base64 text with blanks anywhere, or null where it is none or is empty. @internal */
export async function decodeBase64(parts: readonly string[], pace: Pace): Promise<Uint8Array | null> {
  const values = new Int8Array(128).fill(-1);
  for (const [value, letter] of [...ALPHABET].entries()) values[letter.charCodeAt(0)] = value;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(Math.floor((length * 3) / 4) + 3);
  let [size, group, inGroup, padding, work] = [0, 0, 0, 0, 0];
  for (const part of parts)
    for (let at = 0; at < part.length; at += 1) {
      work += 1;
      if (work % REST_CHARS === 0) await pace.rest();
      const code = part.charCodeAt(at);
      if (code === 10 || code === 13 || code === 32 || code === 9) continue;
      if (code === 61) {
        padding += 1;
        continue;
      }
      const value = values[code] ?? -1;
      if (value < 0 || padding > 0) return null;
      group = (group << 6) | value;
      inGroup += 1;
      if (inGroup < 4) continue;
      bytes[size] = group >> 16;
      bytes[size + 1] = group >> 8;
      bytes[size + 2] = group;
      size += 3;
      [group, inGroup] = [0, 0];
    }
  if (inGroup === 1 || padding > 2 || (padding > 0 && inGroup + padding !== 4)) return null;
  if (inGroup > 1) {
    bytes[size] = inGroup === 2 ? group >> 4 : group >> 10;
    if (inGroup === 3) bytes[size + 1] = group >> 2;
    size += inGroup - 1;
  }
  return size === 0 ? null : bytes.slice(0, size);
}
