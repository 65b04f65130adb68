import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expose } from '../../src/crypto/secret.js';
import { deriveBytes } from '../../src/crypto/kdf.js';
import { decode, encode } from '../../src/formats/codec.js';
import { bytesToHex, parseId } from '../../src/formats/id.js';
import { encodeKeptPasskey } from '../../src/formats/passkey.js';
import { decodeSlot, encodeSlot } from '../../src/formats/slot.js';
import { openPerson, recoverPerson } from '../../src/index.js';
import { takePasskey } from '../../src/keys/passkey.js';
import { encodeMessage, slotAnswer } from '../../src/protocol/messages.js';
import { createMemoryStore } from '../../src/store/index.js';
import { FLOOR, passphraseOf } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { CanaryScan } from '../support/evil-canary.js';
import { retold, rollbackTo } from '../support/evil-lies.js';
import { openScene, requireSync, type Scene, titlesOf } from '../support/evil-scene.js';
import { headerOf } from '../support/evil-stranger.js';
import { createEvilTransport, type Lie } from '../support/evil-transport.js';
import { softPasskey } from '../support/soft-passkey.js';

const SEED = process.env.COFFRET_SEED ?? 'passkeys';

type Slot = ReturnType<typeof decodeSlot>;
/** What the operator makes of Alice's slot; he also has Bob's, and the one that Alice's words open. */
type Change = (slots: { readonly passkey: Slot; readonly words: Slot; readonly bob: Slot }) => Slot;

const publicly =
  (change: Record<string, unknown>): Change =>
  ({ passkey }) => ({
    ...passkey,
    publicBytes: encode({
      ...(decode(passkey.publicBytes, { maxBytes: 4096 }) as object),
      ...change,
    } as never),
  });
const cost = { memory: 8192, passes: 1, salt: new Uint8Array(16) };

const CHANGES: readonly (readonly [name: string, code: string, change: Change])[] = [
  ["A01 R04 another person's passkey slot", 'integrity/open-failed', ({ bob }) => bob],
  [
    "A01 R04 the seals of another person's",
    'integrity/open-failed',
    ({ passkey, bob }) => ({ ...bob, publicBytes: passkey.publicBytes }),
  ],
  ['A20 the slot that the words open', 'integrity/wrong-audience', ({ words }) => words],
  [
    'A20 the seals that the words open',
    'integrity/open-failed',
    ({ passkey, words }) => ({ ...words, publicBytes: passkey.publicBytes }),
  ],
  [
    'A10 the two seals exchanged',
    'integrity/open-failed',
    ({ passkey }) => ({
      ...passkey,
      sealedRootSeed: passkey.sealedPersonalRoot,
      sealedPersonalRoot: passkey.sealedRootSeed,
    }),
  ],
  ['A34 called a phrase', 'integrity/wrong-audience', publicly({ kind: 'phrase', kdf: null })],
  [
    'A22 R07 setKdf: called a passphrase at next to no cost',
    'integrity/wrong-audience',
    publicly({ kind: 'passphrase', kdf: cost }),
  ],
  ['A22 R07 setKdf: a cost in the place of the PRF', 'format/malformed', publicly({ kdf: cost })],
  ['A22 R07 setKdf: nothing in the place of the PRF', 'format/malformed', publicly({ kdf: null })],
  [
    'R-PRF-1 another input of the PRF',
    'format/unsupported',
    publicly({ kdf: { prf: new Uint8Array(32).fill(1) } }),
  ],
  ['A03 R07 another suite', 'format/unsupported', publicly({ suite: 2 })],
  ['A08 another date', 'integrity/open-failed', publicly({ created: 1 })],
  ['A08 another KEM key', 'integrity/open-failed', publicly({ kem: new Uint8Array(1216) })],
];

describe(`a server that lies to someone who comes back with a passkey (seed "${SEED}")`, () => {
  const passkey = softPasskey('alice');
  const secrets = new CanaryScan();
  let scene: Scene;
  let slots: Parameters<Change>[0];
  let copies = 0;

  const rowsOf = (person: string) =>
    scene.stage.operator.query<{ slot: Uint8Array; bytes: Uint8Array }>(
      'select slot, bytes from slots where person = ? order by rowid',
      parseId('person', person as never),
    );
  const slotOf = (person: string, at: number) =>
    decodeSlot(new Uint8Array(rowsOf(person)[at]?.bytes as Uint8Array));

  beforeAll(async () => {
    scene = await openScene(SEED);
    const bob = await scene.stage.enter('bob');
    for (const [name, { person }, given] of [
      ['alice', scene.alice, passkey],
      ['bob', bob, softPasskey('bob')],
    ] as const) {
      const passphrase = passphraseOf(name);
      await person.createRecoveryPhrase({ passphrase });
      await person.passkeys.add({ passphrase, passkey: given.ask(), label: 'Phone' });
      await requireSync(person);
    }
    const alice = scene.alice.person.id;
    slots = { words: slotOf(alice, 0), passkey: slotOf(alice, 1), bob: slotOf(bob.person.id, 1) };
    const output = passkey.ask().take();
    secrets.add({ name: 'what the passkey gave', bytes: output });
    const secret = expose(takePasskey(passkey.ask()).secret);
    secrets.add({ name: 'what is derived from it', bytes: secret.slice() });
    const { secret: key } = takePasskey(passkey.ask());
    secrets.add({ name: 'the seed of its key', bytes: deriveBytes(key, 32, 'slot-auth') });
  }, 60_000);
  afterAll(() => scene?.close());

  /** The operator hands out this slot, with Alice's honest identity log, whatever is asked. */
  const serves = (slot: () => Slot): Lie => {
    return ({ route }) => {
      if (route !== 'slot') return null;
      const entries = scene.stage.operator.query<{ entry: Uint8Array }>(
        'select entry from identity_entries where person = ? order by position',
        parseId('person', scene.alice.person.id),
      );
      const body = encodeMessage(slotAnswer, {
        slot: encodeSlot(slot()),
        entries: entries.map(({ entry }) => new Uint8Array(entry)),
      });
      return { status: 200, headers: new Headers(), body };
    };
  };
  const comeBack = async (lies: readonly Lie[], given = passkey, store = createMemoryStore()) => {
    copies += 1;
    const inner = scene.stage.transport(`back ${copies}`);
    const transport = createEvilTransport({ inner, seed: SEED, plan: lies });
    return recoverPerson({
      passkey: given.ask(),
      passphrase: 'a new device, a new passphrase',
      store,
      server: scene.stage.url,
      cost: FLOOR,
      transport,
    });
  };
  const devices = () => scene.stage.operator.query('select * from identity_entries').length;

  it('honestly brings everything back', async () => {
    const person = await comeBack([]);
    expect(titlesOf(person.vaults()[0]?.documents.list() ?? [])).toEqual(
      titlesOf(scene.vault.documents.list()),
    );
    await person.close();
  });

  it.each(CHANGES)('%s: %s, and no device is announced', async (_name, code, change) => {
    const before = devices();
    expect(await codeOf(() => comeBack([serves(() => change(slots))]))).toBe(code);
    expect(devices()).toBe(before);
  });

  it("A28 R12 a passkey that is not Alice's gets nothing", async () => {
    expect(await codeOf(() => comeBack([], softPasskey('eve')))).toBe('access/unknown-passkey');
  });

  it('A05 the slot on the disk exchanged or bent: nothing opens', async () => {
    const store = createMemoryStore();
    await (await comeBack([], passkey, store)).lock();
    const [row] = await store.scan({ prefix: 'person/passkey/' });
    const { key, value } = row as { readonly key: string; readonly value: Uint8Array };
    const ask = () => codeOf(() => openPerson({ store, passkey: passkey.ask() }));
    const put = (bytes: Uint8Array) => store.write([{ type: 'put', key, value: bytes }]);
    const credential = Uint8Array.of(1);
    for (const slot of [slots.bob, slots.words, publicly({ kind: 'phrase', kdf: null })(slots)]) {
      await put(encodeKeptPasskey({ credential, slot: encodeSlot(slot) }));
      expect(await ask()).toBe('store/damaged');
    }
    const bent = value.slice();
    bent[bent.length - 20] = (bent[bent.length - 20] as number) ^ 1;
    await put(bent);
    expect(await ask()).toBe('store/damaged');
    await put(Uint8Array.of(0xff));
    expect(await ask()).toBe('store/damaged');
    await put(value);
    expect(await ask()).toBe('ok');
  });

  it('A16 R01 I1 nothing of what the passkey gave ever left a device', () => {
    expect(scene.stage.wire.length).toBeGreaterThan(20);
    for (const bytes of scene.stage.wire) expect(secrets.leaksIn(bytes)).toEqual([]);
    for (const { bytes } of rowsOf(scene.alice.person.id))
      expect(secrets.leaksIn(new Uint8Array(bytes))).toEqual([]);
  });

  describe('once Alice has removed it', () => {
    let indexes: string[];
    let lengths: number[];

    beforeAll(async () => {
      const mine = parseId('person', scene.alice.person.id);
      indexes = scene.stage.operator
        .query<{ collection: Uint8Array; op: Uint8Array }>(
          'select collection, op from ops where position = 1',
        )
        .filter(({ op }) => bytesToHex(headerOf(new Uint8Array(op)).person) === bytesToHex(mine))
        .map(({ collection }) => bytesToHex(new Uint8Array(collection)));
      lengths = indexes.map((collection) => scene.stage.operator.ops(collection).length);
      const [entry] = await scene.alice.person.passkeys.list();
      await scene.alice.person.passkeys.remove(entry?.id as never);
      await requireSync(scene.alice.person);
    });

    it('the server has deleted it, and answers as for any it never had', async () => {
      expect(rowsOf(scene.alice.person.id)).toHaveLength(1);
      expect(await codeOf(() => comeBack([]))).toBe('access/unknown-passkey');
    });

    it('R-SLOT-3 resurrectSlot: served all the same, it opens nothing for long, and leaves nothing', async () => {
      const store = createMemoryStore();
      expect(await codeOf(() => comeBack([serves(() => slots.passkey)], passkey, store))).toBe(
        'access/slot-removed',
      );
      expect(await store.scan({ prefix: '' })).toEqual([]);
    });

    it('R16 A47 resurrectSlot with an index from before: never called fresh', async () => {
      const rolledBack = indexes.map((collection, i) =>
        retold(scene.stage.operator, collection, rollbackTo(lengths[i] as number)),
      );
      const person = await comeBack([serves(() => slots.passkey), ...rolledBack]);
      const { freshness, frozen } = await person.health();
      expect(freshness === 'unverified' || frozen.length > 0).toBe(true);
      await person.close();
    });
  });
});
