import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/crypto/random.js';
import { decode, encode } from '../../src/formats/codec.js';
import { bytesToHex, hexToBytes, parseId } from '../../src/formats/id.js';
import { decodeSlot, encodeSlot } from '../../src/formats/slot.js';
import { recoverPerson } from '../../src/index.js';
import { generatePhrase } from '../../src/keys/phrase.js';
import { encodeMessage, slotAnswer } from '../../src/protocol/messages.js';
import { createMemoryStore } from '../../src/store/index.js';
import { FLOOR, passphraseOf } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { retold, rollbackTo } from '../support/evil-lies.js';
import { openScene, requireSync, type Scene, titlesOf } from '../support/evil-scene.js';
import { grownBy, headerOf, stranger } from '../support/evil-stranger.js';
import { changed, createEvilTransport, type Lie } from '../support/evil-transport.js';

const SEED = process.env.COFFRET_SEED ?? 'slots';

/** What the operator makes of the three parts of Alice's slot. */
type Change = (
  slot: ReturnType<typeof decodeSlot>,
  other: ReturnType<typeof decodeSlot>,
) => ReturnType<typeof decodeSlot>;

const publicly =
  (change: Record<string, unknown>): Change =>
  (slot) => ({
    ...slot,
    publicBytes: encode({ ...(decode(slot.publicBytes, { maxBytes: 4096 }) as object), ...change } as never),
  });
const flipIn =
  (part: 'sealedRootSeed' | 'sealedPersonalRoot', at: number): Change =>
  (slot) => {
    const bytes = slot[part].slice();
    bytes[at] = (bytes[at] as number) ^ 1;
    return { ...slot, [part]: bytes };
  };
const kdf = (memory: number, passes: number) => ({ memory, passes, salt: new Uint8Array(16) });

const CHANGES: readonly (readonly [name: string, code: string, change: Change])[] = [
  ['A01 R04 replaceSlot: the whole slot of another person', 'integrity/open-failed', (_, other) => other],
  [
    'A01 R04 replaceSlot: the seals of another person',
    'integrity/open-failed',
    (slot, other) => ({ ...other, publicBytes: slot.publicBytes }),
  ],
  [
    'A01 R04 replaceSlot: one seal of another person',
    'integrity/open-failed',
    (slot, other) => ({ ...slot, sealedPersonalRoot: other.sealedPersonalRoot }),
  ],
  [
    "A10 A20 R02 the two seals in each other's place",
    'integrity/open-failed',
    (slot) => ({ ...slot, sealedRootSeed: slot.sealedPersonalRoot, sealedPersonalRoot: slot.sealedRootSeed }),
  ],
  [
    'A22 R07 setKdf: a passphrase slot with next to no cost',
    'integrity/wrong-audience',
    publicly({ kind: 'passphrase', kdf: kdf(8192, 1) }),
  ],
  [
    'A22 R07 setKdf: a cost on a slot that has none',
    'integrity/open-failed',
    publicly({ kdf: kdf(2 ** 32, 10) }),
  ],
  ['A03 R07 setSuite', 'format/unsupported', publicly({ suite: 2 })],
  ['A03 R07 another version', 'format/unsupported', publicly({ v: 2 })],
  ['A08 R02 another date', 'integrity/open-failed', publicly({ created: 1 })],
  ['A08 R02 another KEM key', 'integrity/open-failed', publicly({ kem: new Uint8Array(1216) })],
  ['A08 R02 another auth key', 'integrity/open-failed', publicly({ auth: new Uint8Array(32) })],
  [
    'A08 R02 another person',
    'integrity/open-failed|integrity/wrong-audience',
    publicly({ person: new Uint8Array(32) }),
  ],
  ['A08 R02 another slot id', 'integrity/open-failed', publicly({ slot: new Uint8Array(16) })],
  ['A08 R10 a field more', 'format/malformed', publicly({ zz: 1 })],
  ['A27 R07 a seal of another version', 'format/unsupported', flipIn('sealedRootSeed', 0)],
  ['A46 R19 a commitment that is off', 'integrity/open-failed', flipIn('sealedPersonalRoot', 30)],
  ['A05 R02 a flipped bit in the root seed', 'integrity/open-failed', flipIn('sealedRootSeed', 80)],
];

describe(`a server that lies to someone who comes back with 24 words (seed "${SEED}")`, () => {
  let scene: Scene;
  let words: string;
  let otherSlot: ReturnType<typeof decodeSlot>;
  let copies = 0;

  beforeAll(async () => {
    scene = await openScene(SEED);
    words = await scene.alice.person.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    await requireSync(scene.alice.person);
    const bob = await scene.stage.enter('bob');
    await bob.person.createRecoveryPhrase({ passphrase: passphraseOf('bob') });
    await requireSync(bob.person);
    const [row] = scene.stage.operator.query<{ bytes: Uint8Array }>(
      'select bytes from slots where person = ?',
      parseId('person', bob.person.id),
    );
    otherSlot = decodeSlot(new Uint8Array(row?.bytes ?? []));
  });
  afterAll(() => scene?.close());

  /** The real server limits attempts at a slot; the operator need not ask it. */
  const fromTables: Lie = async ({ route, id, honest }) => {
    if (route !== 'slot') return null;
    const [row] = scene.stage.operator.query<{ person: Uint8Array; bytes: Uint8Array }>(
      'select person, bytes from slots where slot = ?',
      hexToBytes(id),
    );
    if (row === undefined) return honest();
    const entries = scene.stage.operator.query<{ entry: Uint8Array }>(
      'select entry from identity_entries where person = ? order by position',
      new Uint8Array(row.person),
    );
    const body = encodeMessage(slotAnswer, {
      slot: new Uint8Array(row.bytes),
      entries: entries.map(({ entry }) => new Uint8Array(entry)),
    });
    return { status: 200, headers: new Headers(), body };
  };

  const comeBack = async (lies: readonly Lie[], given = words) => {
    copies += 1;
    const inner = scene.stage.transport(`back ${copies}`);
    inner.plan = [fromTables];
    const transport = createEvilTransport({ inner, seed: SEED, plan: lies });
    const store = createMemoryStore();
    const person = await recoverPerson({
      words: given,
      passphrase: 'a new device, a new passphrase',
      store,
      server: scene.stage.url,
      cost: FLOOR,
      transport,
    });
    return { person, transport };
  };
  const slotLie = (change: Change) =>
    changed('slot', slotAnswer, (answer) => ({
      ...answer,
      slot: encodeSlot(change(decodeSlot(answer.slot), otherSlot)),
    }));

  it('honestly brings everything back', async () => {
    const { person } = await comeBack([]);
    expect(titlesOf(person.vaults()[0]?.documents.list() ?? [])).toEqual(
      titlesOf(scene.vault.documents.list()),
    );
    await person.close();
  });

  it.each(CHANGES)('%s: %s, and no device is announced', async (_name, code, change) => {
    const before = scene.stage.operator.query('select * from identity_entries').length;
    expect(await codeOf(() => comeBack([slotLie(change)]))).toMatch(new RegExp(`^(${code})$`));
    expect(scene.stage.operator.query('select * from identity_entries')).toHaveLength(before);
  });

  it("A32 R12 the identity log in the answer is grown by a forged device, or another's: no device is announced", async () => {
    const eve = stranger(SEED);
    for (const [name, entries] of [
      ['grown', (honest: Uint8Array[]) => grownBy(eve, honest).entries],
      ['another', () => [...eve.identity.entries]],
      ['empty', () => []],
      ['reversed', (honest: Uint8Array[]) => honest.toReversed()],
    ] as const) {
      const lie = changed('slot', slotAnswer, (answer) => ({ ...answer, entries: entries(answer.entries) }));
      expect(await codeOf(() => comeBack([lie])), name).toMatch(
        /^(integrity\/(bad-signature|bad-chain|wrong-audience))$/,
      );
    }
  });

  it('A47 R16 a rolled back index is never called fresh on a device without memory', async () => {
    const index = scene.stage.operator
      .query<{ collection: Uint8Array; op: Uint8Array }>('select collection, op from ops where position = 1')
      .filter(
        ({ op }) =>
          bytesToHex(headerOf(new Uint8Array(op)).person) ===
          bytesToHex(parseId('person', scene.alice.person.id)),
      )
      .map(({ collection }) => bytesToHex(new Uint8Array(collection)));
    expect(index.length).toBeGreaterThan(2);
    for (const collection of index) {
      const { person } = await comeBack([
        retold(
          scene.stage.operator,
          collection,
          rollbackTo(Math.max(1, scene.stage.operator.ops(collection).length - 2)),
        ),
      ]);
      const { freshness, frozen } = await person.health();
      expect(freshness === 'unverified' || frozen.length > 0, collection).toBe(true);
      await person.close();
    }
  });

  it("A28 R12 words that are not Alice's get nothing", async () => {
    const { words: wrong } = await generatePhrase(systemRandom, 'fr');
    expect(await codeOf(() => comeBack([], wrong))).toBe('access/unknown-phrase');
  });
});
