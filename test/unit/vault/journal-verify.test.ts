import { beforeAll, describe, expect, it } from 'vitest';
import { sign, signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { decodeFetchHead } from '../../../src/formats/fetch-log.js';
import { encodeGrantTerms, type GrantTerms } from '../../../src/formats/grant.js';
import { printId } from '../../../src/formats/id.js';
import { explainJournal, verifyJournal } from '../../../src/index.js';
import { extendFetches, type FetchRun, followFetches } from '../../../src/protocol/fetch-chain.js';
import {
  encodeJournalFile,
  encodeSignedJournalFile,
  type JournalFile,
  type JournalFileFetches,
  type JournalFileGrant,
} from '../../../src/records/journal-file.js';
import { signConsent } from '../../../src/sharing/consents.js';
import { signReadReceipt } from '../../../src/sharing/read-receipts.js';
import type { FetchStretch } from '../../../src/vault/fetch-logs.js';
import { newestRuns } from '../../../src/vault/journal-fetches.js';
import { codeOf } from '../../support/code-of.js';
import { altered, FetchTeller, signFetchesWith } from '../../support/fetch-teller.js';
import { type Person, person, START } from '../../support/people.js';

const VAULT = new Uint8Array(16).fill(1);
const LOG = new Uint8Array(32).fill(2);
const GRANT = new Uint8Array(16).fill(3);
const ITEM = new Uint8Array(16).fill(4);
const CHANGE = new Uint8Array(16).fill(5);

let alice: Person;
let martin: Person;
let eve: Person;
beforeAll(async () => {
  await loadSodium();
  [alice, martin, eve] = [person('alice'), person('martin'), person('eve')];
});

const authorOf = ({ id, device, deviceKey }: Person) => ({ person: id, device, deviceKey });

function consent(change: Partial<GrantTerms> = {}, signers: { from?: Person; to?: Person } = {}): Uint8Array {
  const { from = alice, to = martin } = signers;
  const termsBytes = encodeGrantTerms({
    ...{ v: 1, vault: VAULT, collection: LOG, grant: GRANT, from: alice.id, to: martin.id, role: 'reader' },
    ...{ purpose: 'care', label: 'laboratory', category: 'laboratory', item: null },
    ...{ begins: START, expires: null, time: START },
    ...change,
  });
  const termsSignature = sign(from.deviceKey, 'terms', termsBytes);
  return signConsent({ termsBytes, senderDevice: from.device, termsSignature }, authorOf(to));
}

const line = (change: Partial<JournalFileGrant> = {}): JournalFileGrant => ({
  ...{ grant: GRANT, collection: LOG, person: martin.id, by: alice.id, onBehalfOf: null },
  ...{ category: 'laboratory', item: null, role: 'reader', purpose: 'care', begins: START, expires: null },
  ...{ ended: null, endedBy: null, consent: consent() },
  ...change,
});

function receipt(change: { vault?: Uint8Array; collection?: Uint8Array } = {}, by = martin): Uint8Array {
  const items: [Uint8Array, Uint8Array][] = [[ITEM, CHANGE]];
  const read = { vault: VAULT, collection: LOG, items, time: START + 1, ...change };
  return signReadReceipt(authorOf(by), read).receipt;
}

const SERVER_SEED = new Uint8Array(32).fill(7);

function teller(vault = VAULT): FetchTeller {
  const told = new FetchTeller(signFetchesWith(SERVER_SEED), vault, START);
  told.deliver(['ops', LOG, 1, 3], { person: martin.id, device: martin.device, time: START + 1 });
  told.deliver(['blob', ITEM], { person: martin.id, device: martin.device, time: START + 2 });
  return told;
}

/** Of a run that comes after no gap and is cut by the server alone. */
const start = { before: null, from: null };

/** Two deliveries to Martin, as the server tells them. */
function delivered(): JournalFileFetches {
  const told = teller();
  const [begin, head] = [told.head({ position: 0 }), told.head()] as [
    [Uint8Array, Uint8Array],
    [Uint8Array, Uint8Array],
  ];
  const server = signingKeyPairFromSeed(SERVER_SEED).publicKey;
  return { server, runs: [{ ...start, begin, head, entries: told.entries }] };
}

const GRANT_HASH = new Uint8Array(32).fill(6);

/** Three deliveries, a gap of three that is said to be whole from a time on, and three more. */
function gapped(
  since: number,
): [one: JournalFileFetches['runs'][number], two: JournalFileFetches['runs'][number]] {
  const told = new FetchTeller(signFetchesWith(SERVER_SEED), VAULT, START);
  const martins = { person: martin.id, device: martin.device };
  for (let n = 1; n <= 9; n++) told.deliver(['ops', LOG, n, n], { ...martins, time: START + n * 1000 });
  const source = { vault: VAULT, server: delivered().server };
  let known: FetchRun | null = null;
  const runs = [
    told.answer(0, { position: 3, time: START + 1500 }),
    told.answer(3, { cut: 6, since, time: START + 9000 }),
  ].map((served) => {
    const { run }: { run: FetchRun } = extendFetches(known, served, source);
    known = run;
    const { begin, before, head } = run;
    return { begin, before, from: null, head, entries: [...served.entries] };
  });
  return runs as unknown as ReturnType<typeof gapped>;
}

function stretchOf({ begin, before, head, entries }: JournalFileFetches['runs'][number]): FetchStretch {
  const { cut: position, cutHash: hash, since } = decodeFetchHead(begin[0]);
  const from = { position, hash, since };
  return { begin, before, from, head, entries, ...followFetches(from, entries, VAULT) };
}

/** A journal as Alice exports it, or as someone else would like it to be. */
function file(change: Partial<JournalFile> = {}, signer: { key?: Person; device?: Person } = {}): Uint8Array {
  const { key = alice, device = alice } = signer;
  const journalBytes = encodeJournalFile({
    ...{ v: 1, type: 'journal', vault: VAULT, person: alice.id, time: START + 2 },
    identities: [alice, martin, eve].map(({ identity }) => [...identity.entries]),
    ...{ grants: [line()], receipts: [receipt()], fetches: null },
    ...change,
  });
  const signature = sign(key.deviceKey, 'journal', journalBytes);
  return encodeSignedJournalFile({ journalBytes, device: device.device, signature });
}

const refusal = (bytes: Uint8Array) => codeOf(() => verifyJournal(bytes));

describe('an exported journal', () => {
  it('is read by anyone', async () => {
    expect(await verifyJournal(file())).toEqual({
      vault: printId('vault', VAULT),
      person: printId('person', alice.id),
      time: START + 2,
      grants: [
        {
          ...{ log: printId('collection', LOG), person: printId('person', martin.id) },
          ...{ by: printId('person', alice.id), onBehalfOf: null, category: 'laboratory', document: null },
          ...{ role: 'reader', purpose: 'care', begins: START, expires: null, ended: null, endedBy: null },
          signedBy: 'both',
        },
      ],
      receipts: [
        {
          ...{ log: printId('collection', LOG), person: printId('person', martin.id) },
          ...{ device: printId('device', martin.device), time: START + 1, onBehalfOf: null },
          items: [{ item: printId('item', ITEM), change: printId('change', CHANGE) }],
        },
      ],
      ...{ fetches: [], server: null },
      reach: {
        grants: { complete: true, since: null, until: START + 2, by: 'owner' },
        receipts: { complete: false, since: null, until: null, by: 'readers' },
        fetches: { complete: false, since: null, until: null, by: 'server' },
      },
    });
  });

  it('tells what only the owner vouches for', async () => {
    const [alone] = (await verifyJournal(file({ grants: [line({ consent: null })] }))).grants;
    expect(alone?.signedBy).toBe('owner');
    const [single] = (
      await verifyJournal(
        file({ grants: [line({ grant: null, item: ITEM, category: null, purpose: 'other' })] }),
      )
    ).grants;
    expect(single?.signedBy).toBe('owner');
  });

  it('R-JRN-2 has nothing signed by both that the terms do not say', async () => {
    const signedBy = async (change: Partial<JournalFileGrant>) =>
      (await verifyJournal(file({ grants: [line(change)] }))).grants[0]?.signedBy;
    expect(await signedBy({ item: ITEM, consent: consent({ item: ITEM }) })).toBe('both');
    expect(await signedBy({ onBehalfOf: eve.id })).toBe('owner');
    for (const [said, agreed] of [
      [ITEM, null],
      [null, ITEM],
      [ITEM, CHANGE],
    ] as const)
      expect(
        await refusal(file({ grants: [line({ item: said, consent: consent({ item: agreed }) })] })),
      ).toBe('integrity/wrong-audience');
  });

  it('R-JRN-1 is refused unless a device of the owner signed these very bytes', async () => {
    expect(await refusal(file({}, { key: eve }))).toBe('integrity/bad-signature');
    expect(await refusal(file({}, { key: eve, device: eve }))).toBe('integrity/not-authorised');
    const identities = [[...martin.identity.entries]];
    expect(await refusal(file({ identities }))).toBe('integrity/not-authorised');
    const bytes = file();
    for (const at of [bytes.length - 1, Math.floor(bytes.length / 2)]) {
      const altered = bytes.slice();
      altered[at] = (altered[at] as number) ^ 1;
      expect(await refusal(altered), `byte ${at}`).toMatch(/^(integrity|format)\//);
    }
    expect(await refusal(new Uint8Array())).toBe('format/malformed');
  });

  it('R-JRN-2 is refused when a consent is not by both, or says something else than its line', async () => {
    for (const signers of [{ from: eve }, { to: eve }])
      expect(await refusal(file({ grants: [line({ consent: consent({}, signers) })] }))).toBe(
        'integrity/bad-signature',
      );
    const others: Partial<GrantTerms>[] = [
      { vault: GRANT },
      { collection: new Uint8Array(32).fill(9) },
      { grant: ITEM },
      { role: 'contributor' },
      { purpose: 'research' },
      { category: 'imaging' },
      { begins: START - 1 },
      { expires: START + 1 },
    ];
    for (const change of others)
      expect(
        await refusal(file({ grants: [line({ consent: consent(change) })] })),
        Object.keys(change).join(),
      ).toBe('integrity/wrong-audience');
    // Moved to the line of someone else.
    expect(await refusal(file({ grants: [line({ person: eve.id })], receipts: [] }))).toBe(
      'integrity/wrong-audience',
    );
  });

  it('R-JRN-3 is refused with a receipt that is not for this vault, of no access, or there twice', async () => {
    expect(await refusal(file({ receipts: [receipt({ vault: GRANT })] }))).toBe('integrity/wrong-audience');
    expect(await refusal(file({ receipts: [receipt({}, eve)] }))).toBe('integrity/not-authorised');
    const elsewhere = receipt({ collection: new Uint8Array(32).fill(9) });
    expect(await refusal(file({ receipts: [elsewhere] }))).toBe('integrity/not-authorised');
    expect(await refusal(file({ receipts: [receipt(), receipt()] }))).toBe('integrity/bad-chain');
    expect(await refusal(file({ receipts: [receipt({}, { ...martin, deviceKey: eve.deviceKey })] }))).toBe(
      'integrity/bad-signature',
    );
    expect(await refusal(file({ receipts: [receipt({}, { ...martin, device: eve.device })] }))).toBe(
      'integrity/not-authorised',
    );
  });

  it('has what the server signed that it delivered, and since when', async () => {
    const { fetches, server, reach } = await verifyJournal(file({ fetches: delivered() }));
    expect(fetches).toEqual([
      {
        ...{ position: 1, person: printId('person', martin.id), device: printId('device', martin.device) },
        ...{ log: printId('collection', LOG), from: 1, to: 3, blob: null, time: START + 1 },
      },
      {
        ...{ position: 2, person: printId('person', martin.id), device: printId('device', martin.device) },
        ...{ log: null, from: null, to: null, blob: printId('blob', ITEM), time: START + 2 },
      },
    ]);
    expect(server).toEqual(signingKeyPairFromSeed(SERVER_SEED).publicKey);
    expect(reach.fetches).toEqual({ complete: true, since: START, until: START + 1002, by: 'server' });
  });

  it('R-JRN-4 is refused when the deliveries are not as the server signed them', async () => {
    const { server, runs } = delivered();
    const [{ begin, head, entries }] = runs as [JournalFileFetches['runs'][number]];
    const [first, second] = entries as [Uint8Array, Uint8Array];
    const eve = new FetchTeller(signFetchesWith(new Uint8Array(32).fill(8)), VAULT, START);
    const other = teller(GRANT);
    const lies: [string, JournalFileFetches['runs'], string][] = [
      ['one left out', [{ ...start, begin, head, entries: [second] }], 'integrity/bad-chain'],
      ['the last left out', [{ ...start, begin, head, entries: [first] }], 'integrity/bad-chain'],
      ['moved', [{ ...start, begin, head, entries: [second, first] }], 'integrity/bad-chain'],
      [
        'altered',
        [{ ...start, begin, head, entries: [first, altered(second, { time: 1 })] }],
        'integrity/bad-chain',
      ],
      ['twice', [...runs, ...runs], 'integrity/bad-chain'],
      [
        'signed by Eve',
        [{ ...start, begin: eve.head({ position: 0 }) as never, head, entries }],
        'integrity/bad-signature',
      ],
      [
        'ended by Eve',
        [{ ...start, begin, head: eve.head({ position: 0 }) as never, entries: [] }],
        'integrity/bad-signature',
      ],
      [
        'of another vault',
        [
          {
            ...start,
            begin: other.head({ position: 0 }) as never,
            head: other.head() as never,
            entries: other.entries,
          },
        ],
        'integrity/wrong-audience',
      ],
    ];
    for (const [name, told, code] of lies)
      expect(await refusal(file({ fetches: { server, runs: told } })), name).toBe(code);
    // A begin that the owner would rather have: only a cut that the server signed will do.
    const later = teller().head({ cut: 1 }) as [Uint8Array, Uint8Array];
    expect(
      (
        await verifyJournal(
          file({ fetches: { server, runs: [{ ...start, begin: later, head, entries: [second] }] } }),
        )
      ).fetches,
    ).toHaveLength(1);
  });

  it('R-FET-5 R-JRN-4 believes no `since` that a head before the gap contradicts', async () => {
    const [one, two] = gapped(START);
    const reach = async (...runs: JournalFileFetches['runs']) =>
      (await verifyJournal(file({ fetches: { ...delivered(), runs } }))).reach.fetches;
    expect((await reach(one, two)).since).toBe(START + 9000);
    // Also where the stretch before the gap is left out: the head goes along.
    expect((await reach(two)).since).toBe(START + 9000);
    expect((await reach(one, { ...two, before: null })).since).toBe(START + 9000);
    const [, later] = gapped(START + 2000);
    expect((await reach(one, later)).since).toBe(START + 2000);
    const eve = new FetchTeller(signFetchesWith(new Uint8Array(32).fill(8)), VAULT, START);
    const pairOf = (head: readonly [Uint8Array, Uint8Array]): [Uint8Array, Uint8Array] => [head[0], head[1]];
    const server = delivered().server;
    for (const [before, code] of [
      [pairOf(eve.head()), 'integrity/bad-signature'],
      [two.head, 'integrity/bad-chain'],
    ] as const)
      expect(await refusal(file({ fetches: { server, runs: [{ ...two, before }] } }))).toBe(code);
  });

  it('R-JRN-4 holds the newest deliveries that there is room for, and says since when they are whole', async () => {
    const stretches = gapped(START + 2000).map(stretchOf);
    const { server } = delivered();
    const shown = async (entriesMax: number, bytesMax = 100_000) => {
      const runs = newestRuns(stretches, { entriesMax, bytesMax });
      const { fetches, reach } = await verifyJournal(file({ fetches: { server, runs } }));
      return [fetches.map(({ position }) => position), reach.fetches.since];
    };
    expect(await shown(100)).toEqual([[1, 2, 3, 7, 8, 9], START + 2000]);
    expect(await shown(5)).toEqual([[2, 3, 7, 8, 9], START + 2000]);
    expect(await shown(3)).toEqual([[7, 8, 9], START + 2000]);
    expect(await shown(2)).toEqual([[8, 9], START + 8001]);
    expect(await shown(0)).toEqual([[], null]);
    const [, second] = stretches as [FetchStretch, FetchStretch];
    const [length] = second.entries.map((entry) => entry.length) as [number];
    for (let bytesMax = 0; bytesMax < 8000; bytesMax += 97) {
      const runs = newestRuns(stretches, { entriesMax: 100, bytesMax });
      const bytes = file({ fetches: { server, runs } }).length - file({ fetches: null }).length;
      expect(bytes).toBeLessThan(bytesMax + length);
      expect((await verifyJournal(file({ fetches: { server, runs } }))).fetches.length).toBe(
        runs.flatMap(({ entries }) => entries).length,
      );
    }
    // What an owner would rather have the file begin at, the chain does not let them invent.
    const [run] = newestRuns([second], { entriesMax: 2, bytesMax: 100_000 }) as [
      JournalFileFetches['runs'][number],
    ];
    const [position, hash] = run.from as [number, Uint8Array];
    for (const from of [
      [position, GRANT_HASH],
      [position - 1, hash],
      [2, hash],
    ] as [number, Uint8Array][])
      expect(await refusal(file({ fetches: { server, runs: [{ ...run, from }] } }))).toBe(
        'integrity/bad-chain',
      );
    const none = { ...run, from: [9, second.places[2]?.hash] as [number, Uint8Array], entries: [] };
    expect(await refusal(file({ fetches: { server, runs: [none] } }))).toBe('integrity/bad-chain');
  });

  it('is refused when it holds two histories of one person, or a receipt names an item twice', async () => {
    const entries = [...alice.identity.entries];
    const identities = [entries, [...martin.identity.entries], entries];
    expect(await refusal(file({ identities }))).toBe('integrity/bad-chain');
    const items: [Uint8Array, Uint8Array][] = [
      [ITEM, CHANGE],
      [ITEM, GRANT],
    ];
    const twice = signReadReceipt(authorOf(martin), { vault: VAULT, collection: LOG, items, time: START });
    expect(await refusal(file({ receipts: [twice.receipt] }))).toBe('integrity/bad-chain');
  });

  it('is explained in both languages, without promising too much', () => {
    for (const part of ['grants', 'receipts', 'fetches'] as const)
      expect(explainJournal(part, 'fr')).not.toBe(explainJournal(part, 'en'));
    expect(explainJournal('receipts', 'en')).toContain('one can read without saying so');
    expect(explainJournal('fetches', 'en')).toContain('can leave out what it gave to an accomplice');
    expect(explainJournal('fetches', 'en')).not.toContain('This version');
  });
});
