import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSodium } from '../../src/crypto/sodium.js';
import type { Live, RecordItem } from '../../src/index.js';
import { addDocuments, documentRecords } from '../bench/documents.js';
import { confirmAll, createParty } from '../bench/party.js';
import { SYMPTOM, type Symptom } from '../support/symptom.js';

beforeAll(loadSodium);

const act = fc.record({
  what: fc.constantFrom(
    'add',
    'add',
    'update',
    'remove',
    'restore',
    'document',
    'confirm',
    'look',
    'listen',
    'leave',
  ),
  which: fc.nat({ max: 50 }),
  pain: fc.nat({ max: 3 }),
});

/** What an observer is told must be what asking gives, and keep what it can of what was told before. */
class Witness<T extends { readonly id: string }> {
  readonly live: Live<readonly T[]>;
  readonly #list: () => readonly T[];
  readonly #stops: (() => void)[] = [];
  last: readonly T[] | undefined;
  readonly failures: unknown[] = [];

  constructor(live: Live<readonly T[]>, list: () => readonly T[]) {
    this.live = live;
    this.#list = list;
  }

  listen(): void {
    this.#stops.push(
      this.live.subscribe((value) => {
        try {
          this.#hear(value);
        } catch (error) {
          // Nobody waits for a notice: what is wrong is told at the end.
          this.failures.push(error);
        }
      }),
    );
  }

  #hear(value: readonly T[]): void {
    expect(this.live.getSnapshot()).toBe(value);
    const asked = this.#list();
    expect(value).toHaveLength(asked.length);
    for (const [at, shown] of value.entries()) expect(shown).toBe(asked[at]);
    for (const shown of value) {
      const before = this.last?.find(({ id }) => id === shown.id);
      if (before !== undefined && JSON.stringify(before) === JSON.stringify(shown))
        expect(shown).toBe(before);
    }
    this.last = value;
  }

  leave(): void {
    this.#stops.pop()?.();
  }

  get listens(): boolean {
    return this.#stops.length > 0;
  }
}

describe('live lists', () => {
  it('are at every notice what asking gives, and keep every object that still says the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        const party = await createParty();
        const { vault, session, person } = party;
        const diary = vault.records(SYMPTOM);
        const known: RecordItem<Symptom>[] = [];
        const witnesses = [
          new Witness(diary.live(), () => diary.list()),
          new Witness(diary.live({ where: { pain: 1 } }), () => diary.list({ where: { pain: 1 } })),
          new Witness(vault.documents.live(), () => vault.documents.list()),
        ] as const;
        for (const witness of witnesses) witness.listen();
        for (const { what, which, pain } of acts) {
          const id = known[which % Math.max(1, known.length)]?.id;
          const witness = witnesses[which % 3] as Witness<{ readonly id: string }>;
          if (what === 'add')
            known.push(await diary.add({ day: '2026-06-01', what: `n${String(which)}`, pain }));
          else if (what === 'document') await addDocuments(party, documentRecords(1));
          else if (what === 'confirm') await confirmAll(party);
          else if (what === 'look') witness.live.getSnapshot();
          else if (what === 'listen') witness.listen();
          else if (what === 'leave') witness.leave();
          else if (id !== undefined && what === 'update' && diary.get(id) !== null)
            await diary.update(id, { pain });
          else if (id !== undefined && what === 'remove' && diary.get(id) !== null) await diary.remove(id);
          else if (id !== undefined && what === 'restore' && diary.get(id) === null) await diary.restore(id);
        }
        await new Promise<void>((resolve) => {
          const stop = session.changes.watch(() => {
            stop();
            resolve();
          });
          session.changes.notify();
        });
        for (const { live, last, listens } of witnesses) if (listens) expect(last).toBe(live.getSnapshot());
        expect(witnesses[0].live.getSnapshot()).toEqual(diary.list());
        expect(witnesses[2].live.getSnapshot()).toEqual(vault.documents.list());
        expect(witnesses.flatMap(({ failures }) => failures)).toEqual([]);
        await person.lock();
        for (const { live } of witnesses) expect(live.getSnapshot()).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });
});
