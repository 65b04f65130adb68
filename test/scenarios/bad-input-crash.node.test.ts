import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex } from '../../src/formats/id.js';
import { decodeSealed } from '../support/evil-canary.js';
import type { Person } from '../../src/index.js';
import { bytesOf, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { copyClosedStore } from '../support/closed-store.js';
import { startClient } from '../support/evil-child.js';
import { becomeOperator } from '../support/evil-operator.js';
import { headerOf } from '../support/evil-stranger.js';
import { seededRandom } from '../support/seeded-random.js';

const SEED = process.env.COFFRET_SEED ?? `crash ${Date.now()}`;
const text = (content: string) => new TextEncoder().encode(content);

describe(`a client that dies (seed "${SEED}")`, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  const found = async (name: string) => {
    const person = await stage.enter(name, { disk: true });
    await person.createVault({ holder: { birthName: 'Martel' } });
    expect((await person.sync()).failed).toEqual([]);
    await person.close();
  };
  const titles = (person: Person) =>
    person
      .vaults()[0]
      ?.documents.list()
      .map(({ title }) => title) ?? [];
  const sync = async (person: Person) =>
    expect(await person.sync()).toMatchObject({ pending: 0, failed: [] });

  it('A49 R22 killed at any moment, it keeps every document it acknowledged, once, readable, and the server gets it', async () => {
    await found('killed');
    const random = seededRandom(SEED);
    const acknowledged = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      const client = await startClient({
        path: join(stage.directory, 'killed'),
        passphrase: passphraseOf('killed'),
        round: String(round),
      });
      // Somewhere between opening and the tenth document, and a little into whatever comes then.
      const [count = 0, turns = 0] = random(2);
      await client.said(count % 11 === 0 ? 'open' : 'added', Math.max(1, count % 11));
      for (let turn = 0; turn < turns; turn += 1) await new Promise((next) => setImmediate(next));
      await client.kill();
      for (const line of client.lines) {
        expect(line).toMatch(/^(open|added .*|sync [a-z]+\/[a-z-]+)$/);
        if (line.startsWith('added ')) acknowledged.add(line.slice(6));
      }
    }
    expect(acknowledged.size).toBeGreaterThan(5);
    const person = await stage.reopen('killed');
    const before = titles(person);
    for (const title of acknowledged) expect(before.filter((other) => other === title)).toEqual([title]);
    await sync(person);
    expect(titles(person).sort()).toEqual(before.sort());
    for (const { id, title, synced } of person.vaults()[0]?.documents.list() ?? []) {
      expect(synced).toBe(true);
      const bytes = await bytesOf(person.vaults()[0]?.documents.read(id) as AsyncIterable<Uint8Array>);
      expect(new TextDecoder().decode(bytes)).toBe(title.padEnd(400, '.'));
    }
    await person.close();
  });

  it('A49 R22 I10 a disk put back from a backup goes on under a new incarnation; no nonce is used twice and peers accept it', async () => {
    await found('restored');
    const directory = join(stage.directory, 'restored');
    const backup = join(stage.directory, 'restored-backup');
    const first = await stage.reopen('restored');
    await first.vaults()[0]?.documents.add(text('Before'), { category: 'laboratory', title: 'Before' });
    await sync(first);
    // Queued and not sent when the copy is made, sent afterwards by the one that goes on.
    await first.vaults()[0]?.documents.add(text('Queued'), { category: 'laboratory', title: 'Queued' });
    await first.close();
    await copyClosedStore(directory, backup);
    const onward = await stage.reopen('restored');
    await onward.vaults()[0]?.documents.add(text('After'), { category: 'laboratory', title: 'After' });
    await sync(onward);
    await onward.close();

    await rm(directory, { recursive: true });
    await cp(backup, directory, { recursive: true });
    const old = await stage.reopen('restored');
    await old.vaults()[0]?.documents.add(text('Old disk'), { category: 'laboratory', title: 'Old disk' });
    await sync(old);
    await sync(old);
    expect(titles(old).sort()).toEqual(['After', 'Before', 'Old disk', 'Queued']);
    expect((await old.health()).frozen).toEqual([]);
    const reader = await stage.enter('reader', { kind: 'professional' });
    await sync(reader);
    const contact = await old.people.add(reader.contactCard());
    await old.vaults()[0]?.share({ with: contact, category: 'laboratory' });
    await sync(old);
    await sync(reader);
    expect(
      reader
        .sharedWithMe()[0]
        ?.list()
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['After', 'Before', 'Old disk', 'Queued']);
    await old.close();

    const operator = await becomeOperator(join(stage.directory, 'server'));
    const ops = operator.query<{ op: Uint8Array }>('select op from ops').map(({ op }) => new Uint8Array(op));
    const numbers = ops
      .map(headerOf)
      .map(({ device, incarnation, seq, collection }) =>
        [bytesToHex(device), bytesToHex(incarnation), seq, collection && bytesToHex(collection)].join(),
      );
    expect(new Set(numbers).size).toBe(numbers.length);
    const incarnations = new Set(ops.map(headerOf).map(({ incarnation }) => bytesToHex(incarnation)));
    expect(incarnations.size).toBeGreaterThan(3);
    const nonces = ops.flatMap(decodeSealed).map(({ nonce }) => nonce);
    expect(nonces.length).toBeGreaterThan(10);
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('a disk that is full stops the writing, loses nothing acknowledged, and goes on when there is room', async () => {
    await found('full');
    const path = join(stage.directory, 'full');
    // A limit on every file stands for the disk: it holds for any user on any machine.
    const client = await startClient({
      path,
      passphrase: passphraseOf('full'),
      round: 'full',
      bytes: 60_000,
      fileBytesMax: 900 * 1024,
    });
    await client.ended;
    const last = client.lines.at(-1);
    expect(last).toMatch(/^failed store\/(quota|unavailable)$/);
    const acknowledged = client.lines
      .filter((line) => line.startsWith('added '))
      .map((line) => line.slice(6));
    expect(acknowledged.length).toBeGreaterThan(0);
    const person = await stage.reopen('full');
    expect(titles(person).sort()).toEqual(acknowledged.sort());
    await person.vaults()[0]?.documents.add(text('Room'), { category: 'laboratory', title: 'Room' });
    await sync(person);
    for (const { id, title } of person.vaults()[0]?.documents.list() ?? []) {
      const bytes = await bytesOf(person.vaults()[0]?.documents.read(id) as AsyncIterable<Uint8Array>);
      expect(new TextDecoder().decode(bytes)).toBe(title === 'Room' ? 'Room' : title.padEnd(60_000, '.'));
    }
    await person.close();
  });
});
