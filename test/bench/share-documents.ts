import { systemRandom } from '../../src/crypto/random.js';
import { Secret } from '../../src/crypto/secret.js';
import { sealData } from '../../src/envelope/data.js';
import type { Binding } from '../../src/formats/sealed.js';
import { addDocuments, documentRecords } from './documents.js';
import { compare, timed } from './measure.js';
import { confirmAll, createParty } from './party.js';
import type { Workload } from './row.js';

/** Single documents given to one person: each is one more seal, in their share collection. */
export const shareDocuments: Workload = {
  name: 'share-documents',
  about: 'share 1 000 single documents with one person',
  async run({ quick }) {
    const count = quick ? 100 : 1000;
    const prepared = documentRecords(count);
    const key = Secret.of('collection-key', systemRandom(32));
    const binding: Binding = {
      type: 'record',
      ...{ vault: systemRandom(16), collection: systemRandom(32), epoch: 1 },
      ...{ person: systemRandom(32), device: systemRandom(32), object: systemRandom(16) },
    };
    const { ours, peer } = await compare(quick ? 3 : 9, {
      async ours() {
        const owner = await createParty();
        await addDocuments(owner, prepared);
        await confirmAll(owner);
        const doctor = await createParty();
        const contact = await owner.person.people.add(doctor.person.contactCard());
        const documents = owner.vault.documents.list().map(({ id }) => id);
        return timed(() => owner.vault.share({ with: contact, documents }));
      },
      peer: () =>
        timed(() => {
          for (const { body } of prepared) sealData(key, binding, body as Uint8Array, systemRandom);
        }),
    });
    return [
      {
        workload: `share ${String(count)} single documents`,
        figure: `time against ${String(count)} seals`,
        value: ours / peer,
        unit: '×',
        budget: { atMost: 3 },
        from: `${ours.toFixed(0)} ms, ${peer.toFixed(0)} ms`,
      },
    ];
  },
};
