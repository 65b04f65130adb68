import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/crypto/random.js';
import { createPerson } from '../../src/index.js';
import { createMemoryStore } from '../../src/store/index.js';
import { createHttpTransport } from '../../src/sync/http.js';
import type { Transport } from '../../src/sync/transport.js';
import { FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';

describe('Alice syncs for the first time', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('asks for the deposits of her vaults once the server knows them, and gets no refusal', async () => {
    const http = createHttpTransport({ baseUrl: stage.url, now: Date.now, random: systemRandom });
    const asked: string[] = [];
    const transport: Transport = {
      async send(request) {
        const answer = await http.send(request);
        asked.push(`${answer.status} ${request.method} ${request.path.replace(/[0-9a-f]{32,}/g, '…')}`);
        return answer;
      },
    };
    const passphrase = passphraseOf('alice');
    const store = createMemoryStore();
    const alice = await createPerson({ passphrase, store, server: stage.url, transport, cost: FLOOR });
    for (const birthName of ['Martel', 'Martel junior']) await alice.createVault({ holder: { birthName } });
    await alice.sync();
    await alice.close();
    expect(asked).toContain('200 GET /v1/vaults/…/deposits?after=0');
    expect(asked.filter((line) => !/^2/.test(line))).toEqual([]);
  });
});
