import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes } from '../../../src/crypto/hash.js';
import { type FileSource, openSource } from '../../../src/vault/file-source.js';
import { codeOf } from '../../support/code-of.js';

/** More than both buffers of a reader hold, and no multiple of either. */
const BYTES = 1_700_001;
const content = Uint8Array.from({ length: BYTES }, (_, i) => (i * 31 + (i >> 8) * 7 + (i >> 16)) & 255);

/** Takes each piece as `sealBlob` does: copied before the next one is asked for, and not looked at after that. */
async function readWhole(source: FileSource): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of openSource(source).pieces) {
    await new Promise((resolve) => setTimeout(resolve));
    pieces.push(piece.slice());
  }
  return concatBytes(...pieces);
}

function streamOf(
  type: 'bytes' | undefined,
  size: number,
  cancel: () => void = () => {},
): ReadableStream<Uint8Array> {
  let at = 0;
  const pull = (controller: ReadableStreamDefaultController | ReadableByteStreamController) => {
    if (at >= content.length) return controller.close();
    controller.enqueue(content.slice(at, at + size));
    at += size;
  };
  return new ReadableStream<Uint8Array>({ pull, cancel, type } as UnderlyingSource<Uint8Array>);
}

describe('a file, whatever gives it', () => {
  const file = new File([content], 'scan.dcm', { type: 'application/dicom' });
  const sources: [string, FileSource][] = [
    ['bytes', content],
    ['a Blob', new Blob([content])],
    ['a File', file],
    ['a part of a File', file.slice(0, BYTES)],
    ['a stream of bytes', { size: BYTES, stream: () => streamOf('bytes', 100_000) }],
    ['a stream of pieces', { size: BYTES, stream: () => streamOf(undefined, 100_000) }],
    ['a stream of large pieces', { size: BYTES, stream: () => streamOf(undefined, 1_000_000) }],
    [
      'an iterable',
      {
        size: BYTES,
        async *stream() {
          yield content.slice(0, 10);
          yield content.slice(10);
        },
      },
    ],
  ];

  it.each(sources)('is read whole from %s', async (_, source) => {
    expect(equalBytes(await readWhole(source), content)).toBe(true);
  });

  it('has its name, type and size', () => {
    expect(openSource(file)).toMatchObject({
      name: 'scan.dcm',
      mediaType: 'application/dicom',
      bytes: BYTES,
    });
  });

  it.each(['bytes', undefined] as const)('is let go of when its reader stops early: %s', async (type) => {
    let ended = false;
    const stream = () => streamOf(type, 100_000, () => (ended = true));
    for await (const piece of openSource({ size: BYTES, stream }).pieces) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect(ended).toBe(true);
  });

  it('is let go of when its reader stops early: a Blob', async () => {
    const blob = new Blob([content]);
    const stream = blob.stream();
    Object.assign(blob, { stream: () => stream });
    for await (const piece of openSource(blob).pieces) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect(await stream.getReader().read()).toMatchObject({ done: true });
  });

  it('is unreadable when it throws while it is read', async () => {
    const stream = () =>
      new ReadableStream<Uint8Array>({
        pull() {
          throw new Error('the disk is gone');
        },
      });
    expect(await codeOf(() => readWhole({ size: 1, stream }))).toBe('usage/file-unreadable');
  });
});
