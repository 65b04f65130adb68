import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isVaultError } from '../../src/index.js';
import { bytesOf, openStage, type Stage } from '../support/actors.js';

const text = (content: string) => new TextEncoder().encode(content);

describe('the laboratory leaves a result in Alice’s vault', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('is adopted once, keeps its author, and gets a signed receipt', async () => {
    const alice = await stage.enter('alice');
    const laboratory = await stage.enter('laboratory', { kind: 'institution' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await alice.people.add(laboratory.contactCard());
    await laboratory.sync();
    await alice.sync();
    const card = await vault.deposits.card({ depositor: laboratory.id });
    await alice.sync();

    const made = await laboratory.deposit(card, text('HbA1c 5.4 %'), {
      category: 'laboratory',
      title: 'HbA1c',
    });
    expect(made.receipt).toBeNull();
    expect((await laboratory.sync()).failed).toEqual([]);
    expect(laboratory.sharedWithMe()).toEqual([]);

    expect((await alice.sync()).failed).toEqual([]);
    const [waiting] = await vault.deposits.list();
    expect(waiting).toMatchObject({
      id: made.id,
      from: laboratory.id,
      title: 'HbA1c',
      category: 'laboratory',
    });
    const item = await vault.deposits.adopt(made.id);
    expect(await vault.deposits.adopt(made.id)).toBe(item);
    expect(vault.documents.get(item)).toMatchObject({ title: 'HbA1c', author: laboratory.id });
    expect(await bytesOf(vault.documents.read(item))).toEqual(text('HbA1c 5.4 %'));
    expect((await alice.sync()).failed).toEqual([]);
    expect(await vault.deposits.list()).toEqual([]);

    expect((await laboratory.sync()).failed).toEqual([]);
    expect(laboratory.deposited()[0]?.receipt).toBeInstanceOf(Uint8Array);
    await alice.sync();
    expect(vault.documents.list()).toHaveLength(1);
  });

  it('is refused once the ticket is revoked, and the laboratory sees that it was', async () => {
    const alice = await stage.enter('alice-2');
    const laboratory = await stage.enter('laboratory-2', { kind: 'institution' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await laboratory.sync();
    const card = await vault.deposits.card();
    await alice.sync();
    await vault.deposits.revokeCards();
    await alice.sync();
    await laboratory.deposit(card, text('late'), { category: 'laboratory' });
    expect(laboratory.deposited()).toMatchObject([{ refused: false }]);
    // It is told by the deposit, and nothing waits for ever.
    expect(await laboratory.sync()).toMatchObject({ pending: 0, failed: [] });
    expect(laboratory.deposited()).toMatchObject([{ refused: true, receipt: null }]);
    expect(await laboratory.health()).toMatchObject({ unsent: 0, status: 'synced' });
    await alice.sync();
    expect(await vault.deposits.list()).toEqual([]);
  });

  it('refuses a card whose signature was altered', async () => {
    const alice = await stage.enter('alice-3');
    const laboratory = await stage.enter('laboratory-3', { kind: 'institution' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const card = await vault.deposits.card();
    const at = card.length - 20;
    const altered = `${card.slice(0, at)}${card[at] === 'A' ? 'B' : 'A'}${card.slice(at + 1)}`;
    const error = await laboratory
      .deposit(altered, text('x'), { category: 'laboratory' })
      .catch((e: unknown) => e);
    expect(isVaultError(error, 'integrity/bad-signature')).toBe(true);
  });
});
