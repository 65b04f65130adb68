import { crc32, deflateSync } from 'node:zlib';

const bytesOf = (text: string) => Buffer.from(text, 'latin1');

/** A grey PNG of this size; `pixels` false leaves out all but the header's claim. */
export function writePng(
  width: number,
  height: number,
  options: { readonly pixels?: boolean; readonly text?: string } = {},
): Uint8Array {
  const { pixels = true, text } = options;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const row = Math.ceil(width / 8) + 1;
  const data = deflateSync(pixels ? stripes(row, height) : Buffer.alloc(8), { level: 9 });
  return Buffer.concat([
    bytesOf('\x89PNG\r\n\x1a\n'),
    chunk('IHDR', header),
    ...(text === undefined ? [] : [chunk('tEXt', bytesOf(`Comment\0${text}`))]),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function stripes(row: number, height: number): Buffer {
  const data = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) data.fill(y & 4 ? 0xf0 : 0x0f, y * row + 1, (y + 1) * row);
  return data;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([bytesOf(type), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body) >>> 0, body.length + 4);
  return chunk;
}

/** A BMP of one colour. */
export function writeBmp(width: number, height: number): Uint8Array {
  const row = Math.ceil((width * 3) / 4) * 4;
  const bytes = Buffer.alloc(54 + row * height, 0x80);
  bytes.fill(0, 0, 54);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}

/** A GIF of one pixel that is a program too: the header opens a comment, the end closes it and runs. */
export function writeGifProgram(program: string): Uint8Array {
  return Buffer.concat([
    bytesOf('GIF89a'),
    // Width 0x2a2f spells the start of a comment, which ends behind the last pixel.
    Buffer.from([0x2f, 0x2a, 0x01, 0x00, 0x80, 0x00, 0x00, 0, 0, 0, 255, 255, 255]),
    Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b]),
    bytesOf(`*/=1;${program}`),
  ]);
}
