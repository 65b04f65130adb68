import { sign } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { encode } from '../../../src/formats/codec.js';
import {
  type ContactCard,
  encodeContactCard,
  encodeVaultCard,
  printCard,
  type SignedCard,
  type VaultCard,
} from '../../../src/formats/card.js';
import { person, START } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';
import { writeVector } from './write.js';

await loadSodium();
const random = seededRandom('vectors of cards');
const spec = '§13';
const alice = person('alice');
const eve = person('eve');
const contact: ContactCard = {
  v: 1,
  type: 'contact',
  person: alice.id,
  name: 'Alice Été',
  kind: 'patient',
  server: 'https://example.org',
  time: START,
};
const vault: VaultCard = {
  ...{
    v: 1,
    type: 'vault',
    vault: random(16),
    person: alice.id,
    key: random(1216),
    ticket: random(16),
    server: 'https://example.org',
  },
  ...{ serverKey: random(32), time: START, expires: START + 86_400_000 },
};
function card(cardBytes: Uint8Array, label: string, change: Partial<SignedCard> = {}): SignedCard {
  const signature = sign(alice.deviceKey, label, cardBytes);
  return { cardBytes, identityLog: alice.identity.entries, device: alice.device, signature, ...change };
}
const contactBytes = encodeContactCard(contact);
const text = printCard('contact', card(contactBytes, 'contact-card'));
const ok = (name: string, title: string, type: string, printed: string, value: object) =>
  writeVector('card', name, {
    title,
    spec,
    expect: 'ok',
    input: { type, text: printed },
    output: { card: value, person: alice.id },
  });
const bad = (name: string, rule: string, expect: string, title: string, printed: string, type = 'contact') =>
  writeVector('card', name, { title, spec, rule, expect, input: { type, text: printed } });

ok('contact', 'a contact card', 'contact', text, contact);
ok('vault', 'a vault card', 'vault', printCard('vault', card(encodeVaultCard(vault), 'vault-card')), vault);
ok(
  'vault-no-end',
  'a vault card without an end',
  'vault',
  printCard('vault', card(encodeVaultCard({ ...vault, expires: null }), 'vault-card')),
  { ...vault, expires: null },
);
bad('other-prefix', 'R-CBOR-1', 'malformed', 'a contact card shown as a vault card', text, 'vault');
bad('padded-text', 'R-CBOR-1', 'malformed', 'base64 with padding', `${text}=`);
bad('cut', 'R-CBOR-1', 'malformed', 'the last four characters missing', text.slice(0, -4));
bad(
  'relabelled',
  'R-CBOR-1',
  'malformed',
  'a contact card under the prefix of a vault card',
  text.replace('coffret:contact:', 'coffret:vault:'),
  'vault',
);
bad(
  'label',
  'R-WRAP-1',
  'bad-signature',
  'a signature under the label of a vault card',
  printCard('contact', card(contactBytes, 'vault-card')),
);
bad(
  'renamed',
  'R-WRAP-1',
  'bad-signature',
  'another name under the old signature',
  printCard('contact', {
    ...card(contactBytes, 'contact-card'),
    cardBytes: encodeContactCard({ ...contact, name: 'Eve' }),
  }),
);
bad(
  'by-another',
  'R-WRAP-1',
  'bad-signature',
  'signed by another device',
  printCard(
    'contact',
    card(contactBytes, 'contact-card', { signature: sign(eve.deviceKey, 'contact-card', contactBytes) }),
  ),
);
bad(
  'unknown-kind',
  'R-CBOR-1',
  'malformed',
  'an unknown kind of person',
  printCard('contact', card(encode({ ...contact, kind: 'robot' }), 'contact-card')),
);
bad(
  'no-log',
  'R-ID-2',
  'bad-chain',
  'no identity log',
  printCard('contact', card(contactBytes, 'contact-card', { identityLog: [] })),
);
bad(
  'version-2',
  'R-SUITE-1',
  'unsupported',
  'another version',
  printCard('contact', card(encode({ ...contact, v: 2 }), 'contact-card')),
);
