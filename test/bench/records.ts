import { createRequire } from 'node:module';
import { systemRandom } from '../../src/crypto/random.js';
import { sodium } from '../../src/crypto/sodium.js';
import { addDocuments, documentRecords, RECORD_BYTES } from './documents.js';
import { compare, timed } from './measure.js';
import { createParty } from './party.js';
import type { Workload } from './row.js';

/** The functions of the wrapper itself, which our own code may not call. */
interface SodiumWrapper {
  crypto_aead_xchacha20poly1305_ietf_encrypt(
    plaintext: Uint8Array,
    ad: Uint8Array,
    secretNonce: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): Uint8Array;
}

/** Records sealed, signed and kept, against the cipher alone and against Etebase. */
export const records: Workload = {
  name: 'records',
  about: `seal 10 000 records of ${String(RECORD_BYTES)} bytes, signed, into the memory store`,
  async run({ quick }) {
    const count = quick ? 1000 : 10_000;
    const prepared = documentRecords(count);
    const ours = async () => {
      const party = await createParty();
      await addDocuments(party, documentRecords(1));
      return timed(() => addDocuments(party, prepared));
    };
    const cipher = await compare(quick ? 3 : 9, {
      ours,
      peer: () => timed(() => sealAlone(prepared.map(({ body }) => body as Uint8Array))),
    });
    const etebase = await createEtebase();
    const whole = await compare(quick ? 1 : 3, {
      ours,
      peer: () => timed(() => etebase(prepared.map(({ body }) => body as Uint8Array))),
    });
    const workload = `seal ${String(count)} records`;
    return [
      {
        workload,
        figure: 'speed against libsodium XChaCha20-Poly1305 alone',
        value: cipher.peer / cipher.ours,
        unit: '×',
        budget: { atLeast: 0.4 },
        from: `${cipher.ours.toFixed(0)} ms, ${cipher.peer.toFixed(0)} ms`,
      },
      {
        workload,
        figure: 'speed against Etebase',
        value: whole.peer / whole.ours,
        unit: '×',
        budget: { atLeast: 10 },
        from: `${whole.ours.toFixed(0)} ms, ${whole.peer.toFixed(0)} ms`,
      },
    ];
  },
};

function sealAlone(contents: readonly Uint8Array[]): void {
  const wrapper = sodium() as unknown as SodiumWrapper;
  const key = systemRandom(32);
  const ad = systemRandom(100);
  for (const content of contents) {
    wrapper.crypto_aead_xchacha20poly1305_ietf_encrypt(content, ad, null, systemRandom(24), key);
  }
}

/** Etebase as an app uses it, up to what it would upload; creating items needs no server. */
async function createEtebase(): Promise<(contents: readonly Uint8Array[]) => Promise<void>> {
  const etebase: typeof import('etebase') = createRequire(import.meta.url)('etebase');
  await etebase.ready;
  const account = { serverUrl: 'http://localhost/', authToken: null } as never;
  const key = new etebase.MinimalCollectionCryptoManager(systemRandom(32));
  const manager = new etebase.ItemManager(account, key, 'collection');
  return async (contents) => {
    for (const content of contents) {
      const item = await manager.create({ type: 'document', mtime: 1_770_000_000_000 }, content);
      item.encryptedItem.serialize();
    }
  };
}
