import { describe, expect, it } from 'vitest';
import { encode } from '../../../src/formats/codec.js';
import { bytesToBase64url } from '../../../src/formats/id.js';
import { listenForChanges } from '../../../src/sync/change-stream.js';
import { logTarget, vaultTarget } from '../../../src/sync/pull.js';
import { ANY_SIGNER, collectionId } from '../../support/sync-party.js';

const vault = new Uint8Array(16).fill(3);
const notice = bytesToBase64url(encode({ collections: [collectionId(0)], inbox: true, vaults: [vault] }));

async function hear(pieces: readonly string[]): Promise<{ heard: string[]; opened: number }> {
  const heard: string[] = [];
  let opened = 0;
  await listenForChanges({
    transport: {
      send: () => Promise.reject(new Error('not asked for')),
      listen: async function* () {
        yield* pieces;
      },
    },
    signer: ANY_SIGNER,
    signal: new AbortController().signal,
    onOpen: () => {
      opened += 1;
    },
    onChange: (targets) => heard.push(...targets),
  });
  return { heard, opened };
}

describe('the change stream', () => {
  it('names what changed, however the text is cut', async () => {
    const text = `: \n\nevent: change\ndata: ${notice}\n\n`;
    const expected = [logTarget(collectionId(0)), vaultTarget(vault), 'inbox'];
    expect(await hear([text])).toEqual({ heard: expected, opened: 1 });
    expect(await hear([...text])).toEqual({ heard: expected, opened: 1 });
  });

  it('ignores events, fields and comments of other versions', async () => {
    const text = `id: 7\nretry: x\nwhat: ever\nevent: other\ndata: 1\n\n: hello\n\nevent: change\ndata: ${notice}`;
    expect(await hear([text])).toEqual({ heard: [], opened: 1 });
  });

  it.each(['', '!!', 'AAAA', bytesToBase64url(encode({ collections: [1], inbox: true, vaults: [] }))])(
    'ends at an event that says %j',
    async (data) => {
      const text = `event: change\ndata: ${data}\n\nevent: change\ndata: ${notice}\n\n`;
      await expect(hear([text])).rejects.toMatchObject({ code: 'sync/bad-answer' });
    },
  );

  it('ends at an event without end', async () => {
    const pieces = Array.from({ length: 40 }, () => 'x'.repeat(64 * 1024));
    await expect(hear(['data: ', ...pieces])).rejects.toMatchObject({ code: 'sync/bad-answer' });
  });
});
