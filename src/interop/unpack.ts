import { isVaultError } from '../errors.js';
import type { Pace } from './pace.js';

/** How much room there is for what was packed in one document. @internal */
export interface UnpackRoom {
  left: number;
}

/** What compressions of HL7 ED there are here: DF (RFC 1951), ZL (RFC 1950), GZ (RFC 1952). */
const FORMATS: Readonly<Record<string, CompressionFormat>> = { DF: 'deflate-raw', ZL: 'deflate', GZ: 'gzip' };
const SLICE_BYTES = 16 * 1024;

/**
 * What is in packed bytes, by their mark before what is declared; `broken` where they are not packed so.
 *
 * What comes out is counted while it does: once there is no room, it is `too-large`, and so is all that comes after it.
 * Throws `usage/aborted`.
 *
 * @internal
 */
export async function unpack(
  bytes: Uint8Array,
  compression: string,
  room: UnpackRoom,
  pace: Pace,
): Promise<Uint8Array | 'broken' | 'too-large'> {
  const declared = Object.hasOwn(FORMATS, compression) ? FORMATS[compression] : undefined;
  if (room.left === 0) return 'too-large';
  for (const format of new Set([markedFormat(bytes), declared])) {
    const unpacked = format === undefined ? 'broken' : await inflate(bytes, format, room, pace);
    if (unpacked === 'too-large') {
      // Nor for what comes after it, or each of many would be unpacked up to here.
      room.left = 0;
      return unpacked;
    }
    if (unpacked === 'broken') continue;
    room.left -= unpacked.length;
    return unpacked;
  }
  return 'broken';
}

function markedFormat([first = 0, second = 0]: Uint8Array): CompressionFormat | undefined {
  if (first === 0x1f && second === 0x8b) return 'gzip';
  return (first & 15) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0 ? 'deflate' : undefined;
}

async function inflate(
  bytes: Uint8Array,
  format: CompressionFormat,
  { left }: UnpackRoom,
  pace: Pace,
): Promise<Uint8Array | 'broken' | 'too-large'> {
  const stream = streamOf(format);
  if (stream === null) return 'broken';
  const reader = stream.readable.getReader();
  const writer = stream.writable.getWriter();
  const feeding = feed(bytes, writer).catch(() => {});
  const parts: Uint8Array[] = [];
  let size = 0;
  const stop = async (): Promise<void> => {
    await Promise.allSettled([reader.cancel(), writer.abort(), feeding]);
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > left) return 'too-large';
      parts.push(value);
      await pace.spend(value.length);
    }
  } catch (error) {
    if (isVaultError(error)) throw error;
    return 'broken';
  } finally {
    await stop();
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Slice by slice, each once the one before it was taken: a little of it may become a thousand times as much. */
async function feed(bytes: Uint8Array, writer: WritableStreamDefaultWriter<BufferSource>): Promise<void> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    await writer.ready;
    await writer.write(new Uint8Array(bytes.subarray(at, at + SLICE_BYTES)));
  }
  await writer.close();
}

/** Null where this engine does not know the format. */
function streamOf(format: CompressionFormat): DecompressionStream | null {
  try {
    return new DecompressionStream(format);
  } catch {
    return null;
  }
}
