import { systemRandom } from '../../../src/crypto/random.js';
import { Secret } from '../../../src/crypto/secret.js';
import { createPassphraseSlot } from '../../../src/keys/slots.js';
import { keepDevice } from '../../../src/vault/local-keystore.js';
import { addDocuments, documentRecords } from '../documents.js';
import { confirmAll, createParty } from '../party.js';
import type { Site } from './site.js';

const BATCH = 10_000;
/** The least that a passphrase may cost: opening is measured, and stretching is a setting. */
const COST = { memoryBytes: 64 * 2 ** 20, passes: 3 };

/**
 * Publishes the store of a person with so many documents in one vault, for the page to take over; returns its address.
 *
 * All of it is as a sync would leave it: signed, confirmed, sealed under a passphrase.
 */
export async function publishVault(
  site: Site,
  { documents, passphrase }: { readonly documents: number; readonly passphrase: string },
): Promise<string> {
  const party = await createParty();
  for (let start = 0; start < documents; start += BATCH) {
    await addDocuments(party, documentRecords(Math.min(BATCH, documents - start)));
    await confirmAll(party);
  }
  await confirmAll(party);
  const { profile, personalRoot, rootSeed } = party.secrets();
  const content = { rootSeed: Secret.of('root-seed', rootSeed), personalRoot, index: profile.index };
  const { person } = profile;
  const slot = await createPassphraseSlot({
    ...{ passphrase, cost: COST, person, content, random: systemRandom, time: Date.now() },
  });
  await party.store.write(keepDevice(slot, profile, personalRoot, systemRandom));
  const entries = await party.store.scan({ prefix: '' });
  const name = `vault-${String(documents)}.json`;
  const text = JSON.stringify(entries.map(({ key, value }) => [key, Buffer.from(value).toString('base64')]));
  await site.publish(name, Buffer.from(text));
  return `/${name}`;
}
