import { systemRandom } from '../../src/crypto/random.js';
import { Secret } from '../../src/crypto/secret.js';
import { signingKeyPairFromSeed, signRaw, verify } from '../../src/crypto/sign.js';
import { decodeOp } from '../../src/formats/op.js';
import { admitDevice, generateDeviceSeed } from '../../src/keys/identity.js';
import { WIRE_LIMITS } from '../../src/protocol/limits.js';
import {
  appendIdentityAnswer,
  appendIdentityRequest,
  encodeMessage,
  opsAnswer,
} from '../../src/protocol/messages.js';
import { paths } from '../../src/protocol/paths.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { call } from '../../src/sync/answer.js';
import { IdentityBook } from '../../src/vault/identity-book.js';
import { Session } from '../../src/vault/session.js';
import { addDocuments, documentRecords } from './documents.js';
import { compare, timed } from './measure.js';
import { createParty } from './party.js';
import { startServer } from './server.js';
import type { Workload } from './row.js';

/** A device without memory, from the server's logs to documents that can be listed. */
export const sync: Workload = {
  name: 'sync',
  about: 'sync 10 000 records to a new device, from the real server in its own process',
  async run({ quick }) {
    const count = quick ? 1000 : 10_000;
    const server = await startServer();
    try {
      const party = await createParty(server);
      const collection = await addDocuments(party, documentRecords(count));
      const { failed } = await party.session.sync.sync();
      if (failed.length > 0) throw new Error(`not sent: ${JSON.stringify(failed)}`);
      const logs = party.session.collections.map(({ id }) => id);
      const { signer, author } = party.session;

      // The device is admitted beforehand: that is one request, and no part of the download.
      const { rootSeed, profile, personalRoot } = party.secrets();
      const deviceSeed = generateDeviceSeed(systemRandom);
      const seed = Secret.of('root-seed', rootSeed);
      const identity = admitDevice({
        identity: party.session.identity,
        rootSeed: seed,
        deviceSeed,
        time: Date.now(),
      });
      const body = encodeMessage(appendIdentityRequest, { entries: [identity.entries.at(-1) as Uint8Array] });
      const path = paths.identity(identity.person);
      await call(
        server.transport,
        { method: 'POST', path, body, signer: signerOf(identity.person, deviceSeed) },
        appendIdentityAnswer,
      );

      const { ours, peer } = await compare(quick ? 2 : 7, {
        async ours() {
          const store = createMemoryStore();
          const book = new IdentityBook(store);
          await book.learn(identity);
          const recovered = { ...profile, seed: deviceSeed, recovered: true };
          const session = await Session.open({
            ...{ store, transport: server.transport, profile: recovered, personalRoot, book },
            ...{ random: systemRandom, now: Date.now },
          });
          const time = await timed(() => session.sync.sync());
          const found = session.collection(collection.id)?.view.size;
          if (found !== count) throw new Error(`synced ${String(found)} of ${String(count)}`);
          return time;
        },
        peer: () =>
          timed(async () => {
            for (const log of logs) {
              for (let after = 0, more = true; more; ) {
                const page = paths.opsAfter(log, after, WIRE_LIMITS.pullOpsMax);
                const answer = await call(server.transport, { method: 'GET', path: page, signer }, opsAnswer);
                for (const bytes of answer.ops) {
                  const { headerBytes, signature } = decodeOp(bytes);
                  if (!verify(author.device, 'op', headerBytes, signature))
                    throw new Error('a bad signature');
                }
                after += answer.ops.length;
                more = answer.more;
              }
            }
          }),
      });
      return [
        {
          workload: `sync ${String(count)} records`,
          figure: 'time against download and signatures',
          value: ours / peer,
          unit: '×',
          budget: { atMost: 2 },
          from: `${ours.toFixed(0)} ms, ${peer.toFixed(0)} ms`,
        },
      ];
    } finally {
      await server.close();
    }
  },
};

function signerOf(person: Uint8Array, seed: Secret<string>) {
  const device = signingKeyPairFromSeed(seed);
  const keyId = { type: 'device', person, device: device.publicKey } as const;
  return { keyId, sign: (bytes: Uint8Array) => signRaw(device.secretKey, bytes) };
}
