import { encapsulate } from '../../src/crypto/kem.js';
import { systemRandom } from '../../src/crypto/random.js';
import { sign } from '../../src/crypto/sign.js';
import type { Contact } from '../../src/vault/people.js';
import { addDocuments, documentRecords } from './documents.js';
import { compare, timed } from './measure.js';
import { confirmAll, createParty } from './party.js';
import type { Workload } from './row.js';

/** A category shared whole: the cost must not depend on what is in it. */
export const shareCategory: Workload = {
  name: 'share-category',
  about: 'share a category of 10 000 documents with one person',
  async run({ quick }) {
    const count = quick ? 1000 : 10_000;
    const rounds = quick ? 5 : 25;
    const owner = await createParty();
    await addDocuments(owner, documentRecords(count));
    await confirmAll(owner);
    const doctors = await Promise.all(Array.from({ length: rounds + 1 }, () => createParty()));
    const contacts: Contact[] = [];
    for (const { person } of doctors) contacts.push(await owner.person.people.add(person.contactCard()));
    const { deviceKey } = owner.session.author;
    const message = systemRandom(500);
    const { ours, peer } = await compare(rounds, {
      ours: (round) =>
        timed(() => owner.vault.share({ with: contacts[round] as Contact, category: 'laboratory' })),
      peer: (round) =>
        timed(() => {
          encapsulate(doctors[round]?.session.identity.kem as Uint8Array, systemRandom).sharedSecret.wipe();
          sign(deviceKey, 'op', message);
        }),
    });
    return [
      {
        workload: `share ${String(count)} documents`,
        figure: 'time against one encapsulation and one signature',
        value: ours / peer,
        unit: '×',
        budget: { atMost: 3 },
        from: `${ours.toFixed(2)} ms, ${peer.toFixed(2)} ms`,
      },
    ];
  },
};
