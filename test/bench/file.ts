import { createCipheriv, webcrypto } from 'node:crypto';
import { Readable } from 'node:stream';
import * as openpgp from 'openpgp';
import { systemRandom } from '../../src/crypto/random.js';
import { blobSizes, openBlob, sealBlob } from '../../src/envelope/blob.js';
import type { BlobReference } from '../../src/formats/blob-reference.js';
import { compare, timed } from './measure.js';
import type { Row, Workload } from './row.js';

const MB = 1_000_000;
const CHUNK_BYTES = 256 * 1024;
const { subtle } = webcrypto;

/** A large file: sealed chunk by chunk to memory, and opened again. */
export const file: Workload = {
  name: 'file',
  about: 'seal and open a file of 100 MB in Node',
  async run({ quick }) {
    const bytes = (quick ? 10 : 100) * MB;
    const rounds = quick ? 2 : 7;
    const vault = systemRandom(16);
    // First, while this process is small: what earlier rounds left behind would hide the growth.
    const grown = await memoryGrowth(bytes, vault);
    const content = randomContent(bytes);
    const stored = new Uint8Array(blobSizes(bytes).stored);
    const raw = new Uint8Array(stored.length);
    let reference: BlobReference | null = null;
    const sealOurs = () =>
      timed(async () => {
        let at = 0;
        reference = await sealBlob({
          ...{ source: piecesOf(content), bytes, vault, blob: systemRandom(16), random: systemRandom },
          append: async (piece) => {
            stored.set(piece, at);
            at += piece.length;
          },
        });
      });
    const openOurs = () =>
      timed(async () => {
        let read = 0;
        const from = async (offset: number, length: number) => stored.subarray(offset, offset + length);
        for await (const piece of openBlob({ reference: reference as BlobReference, vault, read: from }))
          read += piece.length;
        if (read !== bytes) throw new Error(`opened ${String(read)} of ${String(bytes)} bytes`);
      });
    const seal = await compare(rounds, { peer: () => timed(() => sealRaw(content, raw)), ours: sealOurs });
    const open = await compare(rounds, { peer: () => timed(() => openRaw(raw, bytes)), ours: openOurs });
    const pgp = await compare(quick ? 1 : 3, {
      peer: () => timed(() => sealAndOpenWithOpenPgp(content)),
      ours: async () => (await sealOurs()) + (await openOurs()),
    });
    const workload = `seal and open ${String(bytes / MB)} MB`;
    const rate = (ms: number) => `${(bytes / 1000 / ms).toFixed(0)} MB/s`;
    const rows: Row[] = [
      {
        workload,
        figure: 'speed against WebCrypto AES-256-GCM and SHA-256, sealing',
        ...{ value: seal.peer / seal.ours, unit: '×', budget: { atLeast: 0.7 } },
        from: `${rate(seal.ours)}, ${rate(seal.peer)}`,
      },
      {
        workload,
        figure: 'the same, opening',
        ...{ value: open.peer / open.ours, unit: '×', budget: { atLeast: 0.7 } },
        from: `${rate(open.ours)}, ${rate(open.peer)}`,
      },
      {
        workload,
        figure: 'speed against OpenPGP.js 6, streaming, both ways',
        ...{ value: pgp.peer / pgp.ours, unit: '×', budget: { atLeast: 1.5 } },
        from: `${pgp.ours.toFixed(0)} ms, ${pgp.peer.toFixed(0)} ms`,
      },
      {
        workload,
        figure: 'growth of resident memory while sealing',
        ...{ value: grown / MB, unit: 'MB', budget: { atMost: 50 } },
        from: `${String(grown)} bytes`,
      },
    ];
    return rows;
  },
};

/** The same two primitives over the same chunks, and nothing else; the hash of one runs beside the next cipher, as ours. */
async function sealRaw(content: Uint8Array<ArrayBuffer>, target: Uint8Array): Promise<void> {
  const key = await subtle.importKey('raw', RAW_KEY, 'AES-GCM', false, ['encrypt']);
  let behind: Promise<unknown> = Promise.resolve();
  for (let start = 0, at = 0; start < content.length; start += CHUNK_BYTES) {
    const chunk = content.subarray(start, start + CHUNK_BYTES);
    const sealed = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv: nonceOf(start) }, key, chunk));
    await behind;
    target.set(sealed, at);
    at += sealed.length;
    behind = subtle.digest('SHA-256', sealed);
  }
  await behind;
}

async function openRaw(sealed: Uint8Array<ArrayBuffer>, bytes: number): Promise<void> {
  const key = await subtle.importKey('raw', RAW_KEY, 'AES-GCM', false, ['decrypt']);
  let behind: Promise<unknown> = Promise.resolve();
  for (let start = 0, at = 0; start < bytes; start += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, bytes - start) + 16;
    const chunk = sealed.subarray(at, at + length);
    const digest = subtle.digest('SHA-256', chunk);
    await behind;
    await subtle.decrypt({ name: 'AES-GCM', iv: nonceOf(start) }, key, chunk);
    behind = digest;
    at += length;
  }
  await behind;
}

async function sealAndOpenWithOpenPgp(content: Uint8Array): Promise<void> {
  const source = () => Readable.toWeb(Readable.from(piecesOf(content)));
  const config = { aeadProtect: true, preferredAEADAlgorithm: openpgp.enums.aead.gcm } as const;
  const sessionKey = { data: systemRandom(32), algorithm: 'aes256', aeadAlgorithm: 'gcm' } as const;
  const message = await openpgp.createMessage({ binary: source() as never });
  const encrypted = await openpgp.encrypt({ message, sessionKey, format: 'binary', config } as never);
  const read = await openpgp.readMessage({ binaryMessage: encrypted as never, config });
  const opened = await openpgp.decrypt({
    message: read,
    sessionKeys: [sessionKey] as never,
    format: 'binary',
    config,
  });
  let bytes = 0;
  for await (const piece of opened.data as unknown as AsyncIterable<Uint8Array>) bytes += piece.length;
  if (bytes !== content.length)
    throw new Error(`OpenPGP.js gave ${String(bytes)} of ${String(content.length)} bytes`);
}

/** The most that resident memory grows by while a file that is never whole in memory is sealed, kept nowhere. */
async function memoryGrowth(bytes: number, vault: Uint8Array): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  await sealBlob({
    ...{ source: generated(bytes), bytes, vault, blob: systemRandom(16), random: systemRandom },
    append: async () => {
      most = Math.max(most, process.memoryUsage().rss);
    },
  });
  return most - before;
}

async function* generated(bytes: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(64 * 1024);
  for (let left = bytes; left > 0; left -= piece.length)
    yield piece.subarray(0, Math.min(left, piece.length));
}

async function* piecesOf(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += CHUNK_BYTES)
    yield content.subarray(start, start + CHUNK_BYTES);
}

/** Bytes that do not compress, made fast. */
function randomContent(bytes: number): Uint8Array<ArrayBuffer> {
  const cipher = createCipheriv('aes-256-ctr', systemRandom(32), systemRandom(16));
  return new Uint8Array(cipher.update(new Uint8Array(bytes)));
}

const RAW_KEY = systemRandom(32) as Uint8Array<ArrayBuffer>;

function nonceOf(start: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(8, start / CHUNK_BYTES);
  return nonce;
}
