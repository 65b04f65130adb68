import { signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import type { FetchHead } from '../../../src/formats/fetch-log.js';
import { extendFetches, type FetchRun, type ServedFetches } from '../../../src/protocol/fetch-chain.js';
import { altered, FetchTeller, signFetchesWith } from '../../support/fetch-teller.js';
import { person, START } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';
import { writeVector } from './write.js';

await loadSodium();
const random = seededRandom('vectors of fetch logs');
const spec = '§15';
const seed = random(32);
const [vault, blob, collection] = [random(16), random(16), random(32)];
const server = signingKeyPairFromSeed(seed).publicKey;
const martin = person('martin');
const teller = new FetchTeller(signFetchesWith(seed), vault, START);
for (let n = 1; n <= 5; n++)
  teller.deliver(n % 2 === 1 ? ['ops', collection, n, n + 2] : ['blob', blob], {
    ...{ person: martin.id, device: martin.device, time: START + n },
  });
const [a, b, c, d, e] = teller.entries as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
const answer = (after: number, change: Partial<FetchHead> = {}, limit = 1000) =>
  teller.answer(after, change, limit);

function ok(name: string, title: string, ...answers: ServedFetches[]): void {
  let run: FetchRun | null = null;
  const stretches: number[] = [];
  for (const served of answers) {
    const taken = extendFetches(run, served, { vault, server });
    if (taken.isNew) stretches.push(served.entries.length);
    run = taken.run;
  }
  const { position, hash } = run as FetchRun;
  const output = { position, hash, stretches: stretches.length };
  writeVector('fetch-log', name, { title, spec, expect: 'ok', input: { vault, server, answers }, output });
}
function bad(name: string, rule: string, expect: string, title: string, ...answers: ServedFetches[]): void {
  writeVector('fetch-log', name, { title, spec, rule, expect, input: { vault, server, answers } });
}

const eve = new FetchTeller(signFetchesWith(random(32)), vault, START);
eve.entries = teller.entries;
const elsewhere = new FetchTeller(signFetchesWith(seed), random(16), START);

ok('empty', 'nothing was delivered so far', answer(0, { position: 0 }));
ok('in-one', 'all of it in one answer', answer(0));
ok('in-pages', 'in pages, under one head', answer(0, {}, 2), answer(2, {}, 2), answer(4, {}, 2));
ok('going-on', 'some of it, then the rest', answer(0, { position: 3 }), answer(3));
ok(
  'cut-behind',
  'a cut of what is known already',
  answer(0, { position: 3 }),
  answer(3, { cut: 2, since: START + 2 }),
);
ok(
  'cut-ahead',
  'a cut of what is not known: another stretch',
  answer(0, { position: 2 }),
  answer(2, { cut: 4, since: START + 4 }),
);
bad('of-another-server', 'R-FET-1', 'bad-signature', 'a head signed by another key', eve.answer(0));
bad('of-another-vault', 'R-FET-1', 'wrong-audience', 'a head of another vault', elsewhere.answer(0));
bad(
  'taken-back',
  'R-FET-2',
  'rollback',
  'a head before the one known',
  answer(0),
  answer(5, { position: 4 }),
);
bad('two-hashes', 'R-FET-3', 'fork', 'two heads of one position', answer(0), answer(5, { hash: collection }));
bad('left-out', 'R-FET-4', 'bad-chain', 'an entry left out', { ...answer(0), entries: [a, b, d, e] });
bad('moved', 'R-FET-4', 'bad-chain', 'two entries in the place of one another, renumbered', {
  ...answer(0),
  entries: [a, b, altered(d, { position: 3 }), altered(c, { position: 4 }), e],
});
bad('other-device', 'R-FET-4', 'bad-chain', 'an entry of another device', {
  ...answer(0),
  entries: [a, b, altered(c, { device: random(32) }), d, e],
});
bad('missing-end', 'R-FET-4', 'dropped', 'the last entry missing', { ...answer(0), entries: [a, b, c, d] });
bad(
  'cut-elsewhere',
  'R-FET-5',
  'bad-chain',
  'a cut at a hash that does not lead on',
  answer(0, { cut: 2, cutHash: collection }),
);
