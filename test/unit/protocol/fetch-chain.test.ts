import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { decodeFetchEntry, decodeFetchHead, encodeFetchHead } from '../../../src/formats/fetch-log.js';
import {
  checkFetchHead,
  extendFetches,
  type FetchRun,
  type ServedFetches,
} from '../../../src/protocol/fetch-chain.js';
import { decodeMessage, encodeMessage, fetchesAnswer } from '../../../src/protocol/messages.js';
import { codeOf } from '../../support/code-of.js';
import { altered, FetchTeller, signFetchesWith } from '../../support/fetch-teller.js';

const SEED = new Uint8Array(32).fill(1);
const OTHER_SEED = new Uint8Array(32).fill(2);
const VAULT = new Uint8Array(16).fill(3);
const LOG = new Uint8Array(32).fill(4);
const BLOB = new Uint8Array(16).fill(5);
const WHO = { person: new Uint8Array(32).fill(6), device: new Uint8Array(32).fill(7), time: 2000 };

let server: Uint8Array;
let teller: FetchTeller;
beforeAll(async () => {
  await loadSodium();
  server = signingKeyPairFromSeed(SEED).publicKey;
});
beforeEach(() => {
  teller = new FetchTeller(signFetchesWith(SEED), VAULT, 1000);
  for (let n = 1; n <= 6; n++) teller.deliver(n % 2 === 0 ? ['blob', BLOB] : ['ops', LOG, n, n + 1], WHO);
});

const extend = (known: FetchRun | null, served: ServedFetches) =>
  extendFetches(known, served, { vault: VAULT, server });
const known = (position: number) => extend(null, teller.answer(0, { position })).run;
const refusal = (run: FetchRun | null, served: ServedFetches) => codeOf(async () => extend(run, served));

describe('the chain of what a server says it delivered (SPEC §15)', () => {
  it('is followed from its first entry, and from where one stopped', () => {
    const three = known(3);
    expect(three).toMatchObject({ position: 3, hash: teller.hashAt(3) });
    const { run, isNew } = extend(three, teller.answer(3));
    expect([run.position, isNew]).toEqual([6, false]);
    expect(run.hash).toEqual(teller.hashAt(6));
    expect(run.from).toMatchObject({ position: 0, since: 1000 });
    expect(decodeFetchHead(run.head?.[0] as Uint8Array).position).toBe(6);
    expect(extend(run, teller.answer(6)).run.position).toBe(6);
  });

  it('goes page by page: what no head covers so far is known and not yet vouched for', () => {
    const first = extend(null, teller.answer(0, {}, 2));
    expect([first.run.position, first.run.head]).toEqual([2, null]);
    const second = extend(first.run, teller.answer(2, {}, 2)).run;
    const last = extend(second, teller.answer(4, {}, 2)).run;
    expect(decodeFetchHead(last.head?.[0] as Uint8Array).position).toBe(6);
    // A page altered on its way shows when the head is reached.
    const [one, two] = teller.entries as [Uint8Array, Uint8Array];
    const lie = extend(null, { ...teller.answer(0, {}, 2), entries: [altered(one, { time: 1 }), two] });
    const pages = extend(lie.run, teller.answer(2, {}, 2)).run;
    return expect(refusal(pages, teller.answer(4, {}, 2))).resolves.toBe('integrity/bad-chain');
  });

  it('R-FET-1 takes no head that is not by this server, for this vault', async () => {
    const foreign = new FetchTeller(signFetchesWith(OTHER_SEED), VAULT, 1000);
    foreign.entries = teller.entries;
    expect(await refusal(null, foreign.answer(0))).toBe('integrity/bad-signature');
    const [bytes, signature] = teller.head();
    const later = encodeFetchHead({ ...decodeFetchHead(bytes), time: 9999 });
    expect(await refusal(null, { ...teller.answer(0), head: [later, signature] })).toBe(
      'integrity/bad-signature',
    );
    const elsewhere = new FetchTeller(signFetchesWith(SEED), new Uint8Array(16).fill(9), 1000);
    expect(await refusal(null, elsewhere.answer(0))).toBe('integrity/wrong-audience');
    elsewhere.deliver(['blob', BLOB], WHO);
    expect(await refusal(null, elsewhere.answer(0))).toBe('integrity/wrong-audience');
    expect(await refusal(null, { ...elsewhere.answer(0), head: teller.head({ position: 1 }) })).toBe(
      'integrity/wrong-audience',
    );
  });

  it('R-FET-2 is not taken back', async () => {
    expect(await refusal(known(5), teller.answer(5, { position: 4 }))).toBe('integrity/rollback');
    // Also of what was told and is not vouched for yet.
    const page = extend(null, teller.answer(0, {}, 4)).run;
    expect(await refusal(page, teller.answer(4, { position: 3 }))).toBe('integrity/rollback');
  });

  it('R-FET-3 has one hash at one position', async () => {
    const fork = teller.head({ hash: new Uint8Array(32).fill(8) });
    expect(await refusal(known(6), { entries: [], head: fork, more: false })).toBe('integrity/fork');
  });

  it('R-FET-4 holds together: nothing left out, moved, repeated, altered or added', async () => {
    const [a, b, c, d, e, f] = teller.entries as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const eve = { device: new Uint8Array(32).fill(9) };
    const lies: [string, Uint8Array[], string][] = [
      ['left out in the middle', [d, f], 'integrity/bad-chain'],
      ['left out, the next one renumbered', [d, altered(f, { position: 5 })], 'integrity/dropped'],
      ['left out at the end', [d, e], 'integrity/dropped'],
      ['moved', [e, d, f], 'integrity/bad-chain'],
      [
        'moved and renumbered',
        [altered(e, { position: 4 }), altered(d, { position: 5 }), f],
        'integrity/bad-chain',
      ],
      ['repeated', [d, d, e, f], 'integrity/bad-chain'],
      ['of another device', [d, altered(e, eve), f], 'integrity/bad-chain'],
      ['beyond the head', [d, e, f, altered(f, { position: 7 })], 'integrity/bad-chain'],
      ['nothing at all', [], 'integrity/dropped'],
    ];
    for (const [name, entries, code] of lies)
      expect(await refusal(known(3), { entries, head: teller.head(), more: false }), name).toBe(code);
    expect(await refusal(null, { entries: [a, b, c].toReversed(), head: teller.head(), more: true })).toBe(
      'integrity/bad-chain',
    );
  });

  it('R-FET-5 a cut leaves a gap that shows, only where something is missing', async () => {
    const cut = { cut: 4, since: 2500 };
    // Known up to the cut: it goes on.
    for (const position of [4, 5])
      expect(extend(known(position), teller.answer(position, cut)).isNew).toBe(false);
    expect(extend(known(5), teller.answer(5, cut)).run.begin).toEqual(known(5).begin);
    const { run, isNew } = extend(known(3), teller.answer(3, cut));
    expect([run.position, isNew]).toEqual([6, true]);
    expect(run.from).toMatchObject({ position: 4, hash: teller.hashAt(4), since: 2500 });
    const all = extend(null, teller.answer(0, { cut: 6 })).run;
    expect([all.position, all.from.position]).toEqual([6, 6]);
    // A cut that hides that the chain is another.
    expect(await refusal(known(3), teller.answer(3, { ...cut, cutHash: LOG }))).toBe('integrity/bad-chain');
    expect(await refusal(null, teller.answer(0, { cut: 6, cutHash: LOG }))).toBe('integrity/bad-chain');
    expect(
      await refusal(null, { entries: [], head: teller.head({ position: 3, cut: 4 }), more: false }),
    ).toBe('integrity/bad-chain');
  });

  it('R-FET-5 believes no `since` that the head known before the gap contradicts', () => {
    const three = known(3);
    const { time } = decodeFetchHead(three.head?.[0] as Uint8Array);
    const begun = (change: { since: number; time?: number }, from = three) =>
      extend(from, teller.answer(from.position, { cut: 4, ...change })).run;
    expect(begun({ since: 1000 }).before).toEqual(three.head);
    // What was cut came after `time`: it is whole from its own first head on, and that does not go back.
    expect(begun({ since: 1000, time: 5000 }).from.since).toBe(5000);
    expect(begun({ since: time, time: 5000 }).from.since).toBe(5000);
    expect(begun({ since: 1000, time: 1 }).from.since).toBe(time);
    expect(begun({ since: time + 1, time: 5000 }).from.since).toBe(time + 1);
    // Also when what came after that head was told and never vouched for.
    const page = extend(known(1), teller.answer(1, {}, 2)).run;
    expect(begun({ since: 1000, time: 5000 }, page).from.since).toBe(5000);
    const gap = begun({ since: 1000, time: 5000 }, extend(null, teller.answer(0, {}, 2)).run);
    expect([gap.before, gap.from.since]).toEqual([null, 1000]);
  });

  it('R-FET-4 does not go on where its head says it ends: a sync ends with a head', () =>
    expect(refusal(null, { ...teller.answer(0), more: true })).resolves.toBe('integrity/bad-chain'));

  it('is sent in a bounded page, and read by shape', () => {
    const { entries, head, more } = teller.answer(0);
    const answer = { entries: [...entries], head: [head[0], head[1]] as [Uint8Array, Uint8Array], more };
    expect(decodeMessage(fetchesAnswer, encodeMessage(fetchesAnswer, answer))).toEqual(answer);
    const long = { ...answer, entries: Array.from({ length: 1001 }, () => new Uint8Array(1)) };
    expect(() => decodeMessage(fetchesAnswer, encodeMessage(fetchesAnswer, long))).toThrow(
      'format/malformed',
    );
    expect(() => decodeFetchEntry(head[0])).toThrow('format/malformed');
    expect(() => checkFetchHead([entries[0] as Uint8Array, head[1]], { vault: VAULT, server })).toThrow(
      'integrity/bad-signature',
    );
  });
});
