import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hash } from '../../src/crypto/hash.js';
import { Secret } from '../../src/crypto/secret.js';
import { isVaultError } from '../../src/errors.js';
import { decode } from '../../src/formats/codec.js';
import { bytesToHex, parseId } from '../../src/formats/id.js';
import { decodeSlot } from '../../src/formats/slot.js';
import { decodeWrapped } from '../../src/formats/wrapped.js';
import type { Document, Grant, Person, ReceivedShare, Vault } from '../../src/index.js';
import { verifyIdentityLog } from '../../src/protocol/identity-chain.js';
import { opsAnswer } from '../../src/protocol/messages.js';
import { bytesOf, passphraseOf } from '../support/actors.js';
import { CanaryScan, decodeSealed, decodeSealedWrap, type Seal, shareRun } from '../support/evil-canary.js';
import { flipped } from '../support/evil-lies.js';
import { requireSync } from '../support/evil-scene.js';
import { type EvilStage, openEvilStage, type Watched } from '../support/evil-stage.js';
import { changed, changedBytes, type Lie } from '../support/evil-transport.js';
import { seededRandom } from '../support/seeded-random.js';

const SEED = process.env.COFFRET_SEED ?? 'any order';
const STEPS = Number(process.env.COFFRET_STEPS ?? 100);
const CATEGORIES = ['laboratory', 'imaging'] as const;
const HOLDER = { birthName: 'Quintessence', givenNames: ['Philomena'], birthDate: '1980-02-29' };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Everything that honest people wrote: what anyone is shown must be in here. */
interface Written {
  readonly title: string;
  readonly content: string;
  readonly by: string;
}

describe(`any order of work, with a server that lies now and then (seed "${SEED}")`, () => {
  it(`I1 I2 I3 I4 I6 I10 hold after each of ${STEPS} steps, and everyone ends with what was written`, async () => {
    const canaries = new CanaryScan();
    watchSecrets(canaries);
    const stage = await openEvilStage(SEED);
    const random = seededRandom(SEED);
    const pick = <T>(list: readonly T[]): T | undefined =>
      list[((random(1)[0] as number) * 256 + (random(1)[0] as number)) % list.length];
    const written = new Map<string, Written>();
    const alice = await stage.enter('alice');
    const martin = await stage.enter('martin', { kind: 'professional' });
    const lab = await stage.enter('hospital', { kind: 'professional' });
    const people = { alice, martin, lab };
    for (const name of ['alice', 'martin', 'hospital', 'Quintessence', 'Philomena', '1980-02-29'])
      canaries.add({
        name,
        bytes: text(name === 'alice' || name === 'martin' || name === 'hospital' ? passphraseOf(name) : name),
      });
    await alice.person.createVault({ holder: HOLDER });
    const words = await alice.person.createRecoveryPhrase({
      passphrase: passphraseOf('alice'),
      language: 'en',
    });
    canaries.add({ name: 'the 24 words', bytes: text(words) });
    for (const { person } of Object.values(people)) await requireSync(person);
    const contact = await alice.person.people.add(martin.person.contactCard());
    const card = await (alice.person.vaults()[0] as Vault).deposits.card();
    await requireSync(alice.person);
    const grants: Grant[] = [];
    const everShared = new Set<string>();
    let count = 0;
    let lies = 0;

    const write = (by: Person): { title: string; content: Uint8Array } => {
      count += 1;
      const title = `Diagnosis-${SEED}-${count}`;
      const content = `Finding-${SEED}-${count} ${'lorem '.repeat((random(1)[0] as number) % 60)}`;
      written.set(title, { title, content, by: by.id });
      canaries.add({ name: 'a title', bytes: text(title) });
      canaries.add({ name: 'a file', bytes: text(content.slice(0, 24)) });
      return { title, content: text(content) };
    };
    const vault = () => alice.person.vaults()[0] as Vault;
    const steps: Record<string, () => Promise<unknown>> = {
      add: async () => {
        const { title, content } = write(alice.person);
        await vault().documents.add(content, { category: pick(CATEGORIES) ?? 'other', title });
      },
      addMore: async () => steps.add?.(),
      replace: async () => {
        const document = pick(vault().documents.list());
        if (document === undefined) return;
        const { content } = write(alice.person);
        written.set(`${document.title} v${document.versions}`, {
          title: document.title,
          content: new TextDecoder().decode(content),
          by: alice.person.id,
        });
        await vault().documents.replace(document.id, content);
      },
      remove: async () => {
        const document = pick(vault().documents.list());
        if (document !== undefined) await vault().documents.remove(document.id);
      },
      restore: async () => {
        const document = pick(vault().documents.list({ removed: true }));
        if (document !== undefined) await vault().documents.restore(document.id);
      },
      shareCategory: async () => {
        const category = pick(CATEGORIES) ?? 'laboratory';
        if (grants.some((grant) => grant.category === category)) return;
        everShared.add(martin.person.id);
        grants.push(await vault().share({ with: contact, category, role: 'contributor' }));
      },
      shareDocument: async () => {
        const document = pick(vault().documents.list());
        if (document === undefined) return;
        everShared.add(martin.person.id);
        grants.push(await vault().share({ with: contact, document: document.id }));
      },
      revoke: async () => {
        const [grant] = grants.splice(0, 1);
        if (grant !== undefined) await vault().revoke(grant);
      },
      contribute: async () => {
        const share = pick(
          martin.person
            .sharedWithMe()
            .filter(({ role, status }) => role === 'contributor' && status === 'open'),
        );
        if (share === undefined) return;
        const { title, content } = write(martin.person);
        await share.add(content, { title });
      },
      deposit: async () => {
        const { title, content } = write(lab.person);
        await lab.person.deposit(card, content, { category: 'laboratory', title });
      },
      adopt: async () => {
        const waiting = pick(await vault().deposits.list());
        if (waiting !== undefined) await vault().deposits.adopt(waiting.id);
      },
      syncAlice: () => sync(alice),
      syncMartin: () => sync(martin),
      syncReader: () => sync(martin),
      syncLab: () => sync(lab),
      syncAll: async () => {
        for (const watched of Object.values(people)) await sync(watched);
      },
    };
    const sync = async (watched: Watched) => {
      const lie = (random(1)[0] as number) < 200 ? pick(LIES) : undefined;
      watched.transport.plan = lie === undefined ? [] : [lie];
      const before = watched.transport.lied;
      try {
        await watched.person.sync();
      } finally {
        lies += watched.transport.lied - before;
        watched.transport.plan = [];
      }
    };

    const check = createChecks(stage, people, written, everShared, canaries);
    const trace: string[] = [];
    try {
      for (let step = 0; step < STEPS; step += 1) {
        const name = pick(Object.keys(steps)) as string;
        trace.push(name);
        try {
          await steps[name]?.();
        } catch (error) {
          // I6: whatever a liar or bad luck brings about has a code, and it is not the program's fault.
          if (!isVaultError(error) || error.code.startsWith('usage/')) throw error;
          trace.push(error.code);
        }
        await check(step);
      }
      for (let round = 0; round < 3; round += 1)
        for (const { person } of Object.values(people)) await person.sync();
      for (const { person } of Object.values(people)) {
        expect(await person.health()).toMatchObject({ unsent: 0, frozen: [], damaged: 0 });
      }
      await check(STEPS);
      const open = martin.person
        .sharedWithMe()
        .filter(({ status, category }) => status === 'open' && category !== null);
      for (const share of open) {
        const own = vault().documents.list({ category: share.category as 'laboratory' });
        expect(
          share
            .list()
            .map(({ title }) => title)
            .sort(),
        ).toEqual(own.map(({ title }) => title).sort());
      }
    } catch (error) {
      console.error(`seed "${SEED}", ${trace.length} steps: ${trace.join(' ')}`);
      throw error;
    } finally {
      await stage.close();
    }
    expect(lies).toBeGreaterThan(2);
    expect(canaries.size).toBeGreaterThan(50);
  });

  it('A14 A15 R01 the same file stored twice, and in two vaults, shares no run of bytes on the server', async () => {
    const stage = await openEvilStage('same file');
    try {
      const file = new Uint8Array(20_000).fill(0x41);
      for (const name of ['one', 'two']) {
        const { person } = await stage.enter(name);
        const vault = await person.createVault({ holder: HOLDER });
        for (const title of ['Same', 'Same']) await vault.documents.add(file, { category: 'imaging', title });
        await requireSync(person);
      }
      const stored = await filesUnder(join(stage.dataDir, 'blobs'));
      expect(stored).toHaveLength(4);
      stored.forEach((a, i) => {
        for (const b of stored.slice(i + 1)) {
          expect(b.length).toBe(a.length);
          expect(shareRun(a, b, 16)).toBe(false);
        }
      });
      const bodies = stage.operator
        .query<{ op: Uint8Array }>('select op from ops')
        .flatMap(({ op }) => decodeSealed(new Uint8Array(op)));
      bodies.forEach((a, i) => {
        for (const b of bodies.slice(i + 1))
          expect(shareRun(a.bytes.subarray(1), b.bytes.subarray(1), 16)).toBe(false);
      });
    } finally {
      await stage.close();
    }
  });
});

/** Lies about whatever log is asked for; each is caught, and what follows is the truth again. */
const LIES: readonly Lie[] = [
  changed('ops', opsAnswer, (answer) =>
    answer.ops.length < 2 ? null : { ...answer, ops: answer.ops.slice(1) },
  ),
  changed('ops', opsAnswer, (answer) =>
    answer.ops.length < 2 ? null : { ...answer, ops: answer.ops.toReversed() },
  ),
  changed('ops', opsAnswer, (answer) =>
    answer.ops.length < 1 ? null : { ...answer, ops: [...answer.ops, answer.ops[0] as Uint8Array] },
  ),
  changed('ops', opsAnswer, (answer) =>
    answer.ops.length < 1 ? null : { ...answer, ops: answer.ops.slice(0, -1) },
  ),
  changed('ops', opsAnswer, (answer) =>
    answer.ops.length < 1 ? null : { ...answer, ops: answer.ops.map(flipped('signature')) },
  ),
  changed('ops', opsAnswer, (answer) =>
    answer.ops.length < 1 ? null : { ...answer, ops: answer.ops.map(flipped('header', 120)) },
  ),
  changed('ops', opsAnswer, (answer, { random }) =>
    answer.ops.length < 1 ? null : { ...answer, ops: [random(300)] },
  ),
  changedBytes('blob', (body, { random }) =>
    body.map((byte, i) => (i === (random(1)[0] as number) ? byte ^ 1 : byte)),
  ),
];

function watchSecrets(canaries: CanaryScan): void {
  const make = Secret.of.bind(Secret);
  // Every key is looked for from the moment it exists; the second half of a signing key is the public key.
  vi.spyOn(Secret, 'of').mockImplementation((kind, bytes) => {
    canaries.add({ name: `a ${kind}`, bytes: bytes.slice(0, 32) });
    return make(kind, bytes) as never;
  });
}

function createChecks(
  stage: EvilStage,
  people: Readonly<Record<'alice' | 'martin' | 'lab', Watched>>,
  written: ReadonlyMap<string, Written>,
  everShared: ReadonlySet<string>,
  canaries: CanaryScan,
): (step: number) => Promise<void> {
  const nonces = new Map<string, string>();
  const positions = new Map<string, number>();
  let seen = 0;
  const depositKeys = new Set<string>();

  const checkWire = () => {
    for (const bytes of stage.wire.slice(seen)) {
      expect(canaries.leaksIn(bytes)).toEqual([]); // I1
      for (const { nonce, bytes: sealed } of sealsIn(bytes)) {
        const digest = bytesToHex(hash('seal', sealed));
        expect(nonces.get(nonce) ?? digest).toBe(digest); // I10: the same nonce only in the same bytes, sent again
        nonces.set(nonce, digest);
      }
      const header = wrapHeaderIn(bytes);
      if (header === null) continue;
      if (header.type === 'deposit') {
        depositKeys.add(bytesToHex(header.kem));
        expect(depositKeys.size).toBe(1);
        continue;
      }
      // I3: the key is that of the recipient's own log, and grants go only to whom Alice named.
      const entries = stage.operator.query<{ entry: Uint8Array }>(
        'select entry from identity_entries where person = ? order by position',
        header.recipient,
      );
      const { kem } = verifyIdentityLog(entries.map(({ entry }) => new Uint8Array(entry)));
      expect(header.kem).toEqual(hash('kem', kem));
      if (header.type === 'grant')
        expect([...everShared].map((id) => bytesToHex(parseId('person', id as `per_${string}`)))).toContain(
          bytesToHex(header.recipient),
        );
    }
    seen = stage.wire.length;
  };

  const checkShown = async (read: boolean) => {
    const shares: (Vault['documents'] | ReceivedShare)[] = [
      ...people.alice.person.vaults().map(({ documents }) => documents),
      ...people.martin.person.sharedWithMe(),
    ];
    for (const share of shares) {
      const documents: Document[] = share.list();
      for (const document of documents) {
        const known = [...written.values()].filter(({ title }) => title === document.title);
        expect(
          known.map(({ by }) => by),
          document.title,
        ).toContain(document.author); // I2
        if (!read) continue;
        const bytes = await bytesOf(share.read(document.id)).catch((error) =>
          isVaultError(error) ? null : Promise.reject(error),
        );
        if (bytes !== null)
          expect(known.map(({ content }) => content)).toContain(new TextDecoder().decode(bytes)); // I2
      }
    }
  };

  const checkPositions = async () => {
    for (const [name, { store }] of Object.entries(people)) {
      for (const { key, value } of await store.scan({ prefix: 'log/' })) {
        if (!key.endsWith('/verified')) continue;
        const [position] = decode(value, { maxBytes: 64 }) as [number];
        expect(position).toBeGreaterThanOrEqual(positions.get(name + key) ?? 0); // I4
        positions.set(name + key, position);
      }
    }
  };

  return async (step) => {
    checkWire();
    await checkPositions();
    await checkShown(step % 20 === 0);
  };
}

function sealsIn(bytes: Uint8Array): Seal[] {
  const body = cborIn(bytes);
  if (body === null) return [];
  const { op, ops, bytes: item, deposit, slot } = body;
  return [
    ...[
      ...(op instanceof Uint8Array ? [op] : []),
      ...(Array.isArray(ops) ? (ops as Uint8Array[]) : []),
    ].flatMap(decodeSealed),
    ...[item, deposit].flatMap((wrap) => (wrap instanceof Uint8Array ? [decodeSealedWrap(wrap)] : [])),
    ...(slot instanceof Uint8Array ? sealsInSlot(slot) : []),
  ];
}

function sealsInSlot(slot: Uint8Array): Seal[] {
  const { sealedRootSeed, sealedPersonalRoot } = decodeSlot(slot);
  return [sealedRootSeed, sealedPersonalRoot].map((bytes) => ({
    nonce: bytesToHex(bytes.subarray(1, 25)),
    bytes,
  }));
}

function wrapHeaderIn(
  bytes: Uint8Array,
): { readonly type: string; readonly kem: Uint8Array; readonly recipient: Uint8Array } | null {
  const { bytes: item, deposit } = cborIn(bytes) ?? {};
  const wrap = item instanceof Uint8Array ? item : deposit instanceof Uint8Array ? deposit : null;
  return wrap === null ? null : (decode(decodeWrapped(wrap).headerBytes, { maxBytes: 65_536 }) as never);
}

function cborIn(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value = decode(bytes, { maxBytes: 32 * 2 ** 20 });
    return typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !(value instanceof Uint8Array)
      ? (value as Record<string, unknown>)
      : null;
  } catch (error) {
    if (!isVaultError(error)) throw error;
    return null;
  }
}

async function filesUnder(directory: string): Promise<Uint8Array[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFile(join(parentPath, name)));
  return (await Promise.all(files)).map((file) => new Uint8Array(file)).filter(({ length }) => length > 1000);
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}
