import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealBlob } from '../../src/envelope/blob.js';
import type { BlobReference } from '../../src/formats/blob-reference.js';
import type { VaultCard } from '../../src/formats/card.js';
import type { Vault } from '../../src/index.js';
import { depositsAnswer } from '../../src/protocol/messages.js';
import { DOCUMENT_KIND, DOCUMENT_SCHEMA, encodeDocument } from '../../src/records/document.js';
import { readVaultCard } from '../../src/sharing/contacts.js';
import { makeDeposit } from '../../src/sharing/deposits.js';
import { blobName } from '../../src/sync/outbox.js';
import { openEvilStage, type EvilStage, type Watched } from '../support/evil-stage.js';
import { requireSync, text, titlesOf } from '../support/evil-scene.js';
import { enrolStranger, stranger, type Stranger } from '../support/evil-stranger.js';
import { changed } from '../support/evil-transport.js';

const HOUR_MS = 3_600_000;
const id = (n: number) => new Uint8Array(16).fill(n);

describe('the server hands over deposits that it should have refused', () => {
  let stage: EvilStage;
  let alice: Watched;
  let vault: Vault;
  let eve: Stranger;
  let mallory: Stranger;
  let cursor = 100;

  beforeAll(async () => {
    stage = await openEvilStage('deposits');
    alice = await stage.enter('alice');
    await requireSync(alice.person);
    vault = await alice.person.createVault({ holder: { birthName: 'Martel' } });
    await requireSync(alice.person);
    [eve, mallory] = [stranger('eve'), stranger('mallory')];
    for (const each of [eve, mallory]) await enrolStranger(stage.url, each);
  });
  afterAll(() => stage?.close());

  /** A deposit whose file is on Alice's disk already. */
  async function depositOf(
    by: Stranger,
    card: VaultCard,
    title: string,
    change: {
      time?: number;
      deposit?: Uint8Array;
      blobs?: (blob: BlobReference) => [Uint8Array, number][];
    } = {},
  ): Promise<Uint8Array> {
    const { time = Date.now(), deposit, blobs = (blob) => [[blob.id, blob.stored]] } = change;
    const content = text(title);
    const name = by.random(16);
    const sink = await alice.store.blobs.write(blobName(name), 'new');
    const blob = await sealBlob({
      source: (async function* () {
        yield content;
      })(),
      ...{ bytes: content.length, vault: card.vault, blob: name, random: by.random },
      append: (stored) => sink.append(stored),
    });
    await sink.commit();
    const body = encodeDocument({
      ...{ title, category: 'other', date: null, name: '', mediaType: 'text/plain', added: time, blob },
    });
    let named = deposit;
    return makeDeposit({
      ...{ author: by.author, card, time, blobs: blobs(blob) },
      content: { kind: DOCUMENT_KIND, schema: DOCUMENT_SCHEMA, body },
      random: (length) => {
        const [first, rest] = [named, undefined];
        named = rest;
        return first ?? by.random(length);
      },
    }).bytes;
  }

  async function serve(...deposits: Uint8Array[]): Promise<string[]> {
    alice.transport.plan = [
      changed('deposits', depositsAnswer, () => ({
        items: deposits.map((bytes) => ({ cursor: cursor++, bytes })),
        more: false,
      })),
    ];
    await requireSync(alice.person);
    alice.transport.plan = [];
    return titlesOf((await vault.deposits.list()) as never);
  }

  const cardFor = async (options: Parameters<Vault['deposits']['card']>[0] = {}) =>
    readVaultCard(await vault.deposits.card(options)).card;

  it('R-DEP-3 only those made with a ticket of the vault, by whom it was for, while it was good', async () => {
    const card = await cardFor();
    const now = Date.now();
    const theirs = await cardFor({ depositor: alice.person.id });
    const short = await cardFor({ expires: now + HOUR_MS });
    const shown = await serve(
      await depositOf(eve, card, 'good'),
      await depositOf(eve, { ...card, ticket: id(9) }, 'unknown ticket'),
      await depositOf(eve, theirs, 'for another'),
      await depositOf(eve, short, 'in time'),
      await depositOf(eve, short, 'expired', { time: now + 2 * HOUR_MS }),
    );
    expect(shown).toEqual(['good', 'in time']);
    await vault.deposits.revokeCards();
    const later = await depositOf(eve, card, 'revoked', { time: Date.now() + HOUR_MS });
    expect(await serve(later)).toEqual(['good', 'in time']);
    for (const { id: waiting } of await vault.deposits.list()) await vault.deposits.refuse(waiting);
    expect(await vault.deposits.list()).toEqual([]);
  });

  it('R-DEP-4 only those that name exactly the file of their document', async () => {
    const card = await cardFor();
    const shown = await serve(
      await depositOf(eve, card, 'exact'),
      await depositOf(eve, card, 'none', { blobs: () => [] }),
      await depositOf(eve, card, 'size', { blobs: ({ id: blob, stored }) => [[blob, stored + 1]] }),
      await depositOf(eve, card, 'another', { blobs: ({ stored }) => [[id(7), stored]] }),
      await depositOf(eve, card, 'more', {
        blobs: ({ id: blob, stored }) => [
          [blob, stored],
          [id(7), stored],
        ],
      }),
    );
    expect(shown).toEqual(['exact']);
    for (const { id: waiting } of await vault.deposits.list()) await vault.deposits.refuse(waiting);
  });

  it('one that was turned away does not come back', async () => {
    const card = await cardFor();
    const bytes = await depositOf(eve, card, 'unwanted');
    expect(await serve(bytes)).toEqual(['unwanted']);
    const [waiting] = await vault.deposits.list();
    await vault.deposits.refuse(waiting?.id ?? 'dep_');
    expect(await serve(bytes)).toEqual([]);
    await expect(vault.deposits.adopt(waiting?.id ?? 'dep_')).rejects.toMatchObject({
      code: 'usage/not-found',
    });
  });

  it('two of one name by different people are both shown, and both can be taken in', async () => {
    const card = await cardFor();
    const deposit = id(3);
    const shown = await serve(
      await depositOf(eve, card, 'by Eve', { deposit }),
      await depositOf(mallory, card, 'by Mallory', { deposit }),
    );
    expect(shown).toEqual(['by Eve', 'by Mallory']);
    const waiting = await vault.deposits.list();
    const taken = await Promise.all(
      waiting.flatMap(({ id: each }) => [vault.deposits.adopt(each), vault.deposits.adopt(each)]),
    );
    expect(new Set(taken).size).toBe(2);
    expect(titlesOf(vault.documents.list())).toEqual(['by Eve', 'by Mallory']);
    for (const item of taken) expect(vault.documents.history(item)).toHaveLength(1);
  });
});
