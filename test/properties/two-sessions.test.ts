import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSodium } from '../../src/crypto/sodium.js';
import { CollectionParty } from '../support/collection-party.js';
import { LogBench } from '../support/log-bench.js';
import { person } from '../support/people.js';

beforeAll(loadSodium);

type Act = 'write' | 'catch-up' | 'push-pull' | 'reopen';
const act = fc.record({
  who: fc.nat({ max: 1 }),
  act: fc.constantFrom<Act>('write', 'write', 'catch-up', 'push-pull', 'reopen'),
});

describe('two sessions of one device over one store', () => {
  it('R23 A49 whatever they do in turn or at once, the log keeps the rules, and every record is there once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(act, fc.boolean()), { maxLength: 20 }), async (acts) => {
        const bench = new LogBench('two sessions');
        const keys = { key: bench.random(32), roster: bench.random(32) };
        const alice = person('alice');
        const first = await CollectionParty.open(bench, alice);
        await first.found(keys);
        first.push();
        await first.pull();
        const second = await CollectionParty.open(bench, alice, first.store);
        second.join(keys);
        await second.reopen(keys);
        const sessions = [first, second] as const;
        let written = 0;
        let running: Promise<unknown>[] = [];
        const play = async ({ who, act }: (typeof acts)[number][0]) => {
          const session = sessions[who] as CollectionParty;
          if (act === 'write') {
            const item = new Uint8Array(16).fill(++written);
            await session.add({ item, base: [], kind: 'note', schema: 1, body: Uint8Array.of(written) });
          } else if (act === 'catch-up') await session.catchUp();
          else if (act === 'reopen') await session.reopen(keys);
        };
        for (const [step, atOnce] of acts) {
          if (!atOnce || step.act === 'push-pull' || step.act === 'reopen') {
            await Promise.all(running);
            running = [];
          }
          if (step.act === 'push-pull') {
            const leader = sessions[step.who] as CollectionParty;
            await leader.catchUp();
            leader.push();
            await leader.pull();
          } else if (step.act === 'reopen') await play(step);
          else running.push(play(step));
        }
        await Promise.all(running);
        for (const session of sessions) await session.catchUp();
        first.push();
        await first.pull();
        await second.catchUp();
        for (const { collection } of sessions) {
          expect(collection.pending.length).toBe(0);
          expect(collection.damaged).toEqual([]);
          const items = collection.view.list().map(({ current }) => current.body?.[0]);
          expect(items.sort((a = 0, b = 0) => a - b)).toEqual(
            Array.from({ length: written }, (_, i) => i + 1),
          );
          expect(collection.view.list().every(({ current }) => current.position !== null)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });
});
