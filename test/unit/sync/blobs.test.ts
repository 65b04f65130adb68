import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../src/crypto/hash.js';
import { encode } from '../../../src/formats/codec.js';
import { encodeRefusal } from '../../../src/protocol/refusal.js';
import { createMemoryStore } from '../../../src/store/memory.js';
import { downloadBlob, uploadBlob } from '../../../src/sync/blobs.js';
import { blobName } from '../../../src/sync/outbox.js';
import { createRelay, type Fault } from '../../support/relay.js';
import { ANY_SIGNER } from '../../support/sync-party.js';

const MIB = 1024 * 1024;
const vault = new Uint8Array(16).fill(1);
const blob = new Uint8Array(16).fill(2);
// Large enough for several pieces both ways, small enough to compare.
const content = new Uint8Array(5 * MIB + 3).map((_, at) => (at * 31 + (at >> 12)) & 255);

async function withBlob(bytes: Uint8Array) {
  const { blobs } = createMemoryStore();
  const sink = await blobs.write(blobName(blob), 'new');
  await sink.append(bytes);
  await sink.commit();
  return blobs;
}

/** Not `toEqual`, which takes seconds for megabytes. */
function isContent(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && equalBytes(bytes, content);
}

function served(relay: ReturnType<typeof createRelay>): Uint8Array | undefined {
  return [...relay.blobs.values()][0]?.bytes;
}

/** A relay whose network fails at these requests, counted from 0. */
function failingAt(faults: ReadonlyMap<number, Fault>) {
  let count = -1;
  return createRelay(() => {
    count += 1;
    return faults.get(count) ?? 'none';
  });
}

describe('uploading a blob', () => {
  it('goes on where the server stopped, and sends stored ciphertext only', async () => {
    const relay = failingAt(new Map([[3, 'lost-answer']]));
    const blobs = await withBlob(content);
    const transfer = { transport: relay, signer: ANY_SIGNER, blobs, vault, blob, ticket: null };
    await expect(uploadBlob(transfer)).rejects.toMatchObject({ code: 'sync/offline' });
    expect(served(relay)?.length).toBe(3 * MIB);
    const done: number[] = [];
    await uploadBlob({ ...transfer, onProgress: (progress) => done.push(progress.done) });
    expect(isContent(served(relay))).toBe(true);
    expect(done).toEqual([3 * MIB, 4 * MIB, 5 * MIB, content.length]);
  });

  it('says when the ciphertext is gone', async () => {
    const { blobs } = createMemoryStore();
    const transfer = { transport: createRelay(), signer: ANY_SIGNER, blobs, vault, blob, ticket: null };
    expect(await uploadBlob(transfer)).toBe('missing');
  });

  it('follows a corrected offset', async () => {
    const relay = createRelay();
    const blobs = await withBlob(content);
    const transport = {
      send: (request: Parameters<typeof relay.send>[0]) => {
        if (request.method === 'PATCH' && request.path.endsWith(`offset=${String(MIB)}`)) {
          const [stored] = relay.blobs.values();
          if (stored !== undefined && stored.bytes.length === MIB) stored.bytes = stored.bytes.slice(0, 5);
        }
        return relay.send(request);
      },
    };
    await uploadBlob({ transport, signer: ANY_SIGNER, blobs, vault, blob, ticket: null });
    expect(isContent(served(relay))).toBe(true);
  });

  it.each([
    ['stands still', () => ({ offset: 0, complete: false })],
    ['runs ahead', () => ({ offset: 2 ** 40, complete: false })],
    ['is full and never complete', () => ({ offset: content.length, complete: false })],
  ])('gives up when the server %s', async (_, answer) => {
    let requests = 0;
    const transport = {
      send: async () => {
        requests += 1;
        if (requests > 20) throw new Error('without end');
        return { status: 200, headers: new Headers(), body: encode(answer()) };
      },
    };
    const blobs = await withBlob(content);
    const transfer = { transport, signer: ANY_SIGNER, blobs, vault, blob, ticket: null };
    await expect(uploadBlob(transfer)).rejects.toMatchObject({ code: 'sync/bad-answer' });
    expect(requests).toBeLessThanOrEqual(8);
  });

  it('gives up when the server corrects the offset for ever', async () => {
    let requests = 0;
    const transport = {
      send: async ({ method }: { method: string }) => {
        requests += 1;
        if (requests > 20) throw new Error('without end');
        if (method === 'POST') {
          return { status: 200, headers: new Headers(), body: encode({ offset: 0, complete: false }) };
        }
        const body = encodeRefusal('offset', { offset: requests % 2 });
        return { status: 409, headers: new Headers(), body };
      },
    };
    const blobs = await withBlob(content);
    const transfer = { transport, signer: ANY_SIGNER, blobs, vault, blob, ticket: null };
    await expect(uploadBlob(transfer)).rejects.toMatchObject({ code: 'sync/refused' });
    expect(requests).toBeLessThanOrEqual(8);
  });
});

describe('downloading a blob', () => {
  async function uploaded(faults: ReadonlyMap<number, Fault>) {
    const relay = failingAt(faults);
    const path = `/v1/vaults/${blobName(vault)}/blobs/${blobName(blob)}`;
    (relay.blobs as Map<string, { bytes: Uint8Array; total: number }>).set(path, {
      bytes: content,
      total: content.length,
    });
    return relay;
  }

  it('keeps the part and goes on from it', async () => {
    const relay = await uploaded(new Map([[1, 'lost-answer']]));
    const { blobs } = createMemoryStore();
    const transfer = { transport: relay, signer: ANY_SIGNER, blobs, vault, blob, bytes: content.length };
    await expect(downloadBlob(transfer)).rejects.toMatchObject({ code: 'sync/offline' });
    expect(await blobs.size(blobName(blob))).toBeNull();
    const done: number[] = [];
    await downloadBlob({ ...transfer, onProgress: (progress) => done.push(progress.done) });
    expect(done).toEqual([4 * MIB, content.length]);
    expect(isContent(await blobs.read(blobName(blob), 0, content.length))).toBe(true);
    await downloadBlob(transfer);
    expect(relay.requests.length).toBe(3);
  });

  it('refuses pieces of another length, and nothing is visible', async () => {
    const relay = await uploaded(new Map([[0, 'cut']]));
    const { blobs } = createMemoryStore();
    const transfer = { transport: relay, signer: ANY_SIGNER, blobs, vault, blob, bytes: content.length };
    await expect(downloadBlob(transfer)).rejects.toMatchObject({ code: 'sync/bad-answer' });
    expect(await blobs.list()).toEqual([{ id: blobName(blob), bytes: 0, complete: false }]);
  });

  it('stops when told, with the part kept', async () => {
    const relay = await uploaded(new Map());
    const { blobs } = createMemoryStore();
    const abort = new AbortController();
    const transfer = { transport: relay, signer: ANY_SIGNER, blobs, vault, blob, bytes: content.length };
    const stopped = downloadBlob({
      ...transfer,
      signal: abort.signal,
      onProgress: ({ done }) => {
        if (done > 0) abort.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'usage/aborted' });
    await downloadBlob(transfer);
    expect(isContent(await blobs.read(blobName(blob), 0, content.length))).toBe(true);
  });
});
