import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordItem } from '../../src/index.js';
import { causalOrder, type Placed, upTo } from '../../src/messaging/causal-order.js';
import type { SealedMessage } from '../../src/messaging/message.js';
import type { SealedReceipt } from '../../src/messaging/receipt.js';
import { type Reference, referenceTo } from '../../src/messaging/shape.js';
import type { SealedEvent } from '../../src/messaging/thread-event.js';
import {
  type Entry,
  type Message,
  type ThreadRecords,
  type Transcript,
  transcriptOf,
} from '../../src/messaging/transcript.js';

const THREAD = `thread-${'0'.repeat(32)}`;
const PEOPLE = ['per_alice', 'per_martin', 'per_nadia', 'per_omar'] as const;
type Who = (typeof PEOPLE)[number];
const [ALICE, MARTIN] = PEOPLE;

interface Written extends Placed {
  readonly from: Who;
  readonly ref: `msg_${string}`;
}

/** Something written by `from` as the `n`th of all, after these, by a clock that may be anything. */
function written(n: number, from: Who, after: readonly Reference[], sent: number): Written {
  const ref = `msg_${String(n).padStart(5, '0')}` as const;
  return { from, ref, key: referenceTo(from, ref), after, sent };
}

/** What people wrote, each after any of what was there: nobody names what does not exist. */
const history = (max = 60) =>
  fc
    .array(
      fc.record({
        from: fc.constantFrom(...PEOPLE),
        // Near ones and far ones.
        parents: fc.array(fc.oneof(fc.nat({ max: 3 }), fc.nat({ max })), { maxLength: 4 }),
        sent: fc.nat({ max: 20 }),
      }),
      { minLength: 1, maxLength: max },
    )
    .map((steps) => {
      const things: Written[] = [];
      for (const [n, { from, parents, sent }] of steps.entries()) {
        const after = parents.flatMap((back) => things.at(-1 - back)?.key ?? []);
        things.push(written(n, from, [...new Set(after)], sent));
      }
      return things;
    });

/** Things that name each other, themselves and what nobody wrote, as only liars do. */
const nonsense = fc
  .array(
    fc.record({
      from: fc.constantFrom(...PEOPLE),
      parents: fc.array(fc.nat({ max: 50 }), { maxLength: 4 }),
      sent: fc.nat({ max: 5 }),
    }),
    { minLength: 1, maxLength: 45 },
  )
  .map((steps) => {
    const names = Array.from({ length: 51 }, (_, n) => written(n, steps[n]?.from ?? ALICE, [], 0).key);
    return steps.map(({ from, parents, sent }, n) =>
      written(
        n,
        from,
        parents.map((parent) => names[parent] as Reference),
        sent,
      ),
    );
  });

/** A list with some of it taken out. */
const withSome = <T>(list: fc.Arbitrary<readonly T[]>) =>
  list.chain((all) =>
    fc.subarray([...all]).map((gone) => {
      return { all, gone: new Set(gone), present: all.filter((one) => !gone.includes(one)) };
    }),
  );

const shuffled = <T>(list: readonly T[]) =>
  fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length });

function item<T>(value: T, author: Who, change: Partial<RecordItem<T>> = {}): RecordItem<T> {
  const name = JSON.stringify(value);
  return {
    ...{ id: `itm_${name}`, version: `chg_${name}`, value, created: 1, changed: 1, author },
    ...{ synced: true, conflicts: [], versions: 1, files: [], ...change },
  };
}

function message({ from, ref, after, sent }: Written): RecordItem<SealedMessage> {
  return item({ thread: THREAD, from, ref, after, sent, to: [], text: ref }, from);
}

function event(
  { from, ref, after, sent }: Written,
  about: Pick<SealedEvent, 'type' | 'of'>,
): RecordItem<SealedEvent> {
  return item({ thread: THREAD, from, ref, after, sent, ...about }, from);
}

/** A thread of Alice's, with the others in it, as one of them sees it. */
function threadOf(things: readonly Written[], more: Partial<ThreadRecords> = {}): ThreadRecords {
  return {
    ...{ thread: THREAD, me: ALICE, headers: [], participants: [], openings: [], events: [] },
    ...{ receipts: [], marks: [], contacts: [], messages: things.map(message) },
    members: PEOPLE.map((person) => ({ person, role: person === ALICE ? 'owner' : 'contributor' })),
    ...more,
  };
}

const messagesIn = ({ entries }: Pick<Transcript, 'entries'>): Message[] =>
  entries.filter((entry): entry is Message => entry.type === 'message');
const keysIn = (things: readonly { readonly key: Reference }[]) => things.map(({ key }) => key);
const gapsIn = (entries: readonly Entry[]) =>
  entries.flatMap((entry) => (entry.type === 'gap' ? entry.missing : []));

/** What this person notes when all that is shown to them was read. */
const markOf = ({ heads, missing }: Transcript) => ({ thread: THREAD, read: heads, except: missing });

/** All things after which each of these comes, over what is here. */
function ancestry(things: readonly Placed[]): Map<Reference, Set<Reference>> {
  const known = new Map(things.map((thing) => [thing.key, thing]));
  return new Map(
    things.map((thing) => {
      const above = new Set<Reference>();
      for (const next = [...thing.after]; next.length > 0; ) {
        const key = next.pop() as Reference;
        if (above.has(key) || !known.has(key)) continue;
        above.add(key);
        next.push(...(known.get(key)?.after ?? []));
      }
      return [thing.key, above];
    }),
  );
}

/** Fails unless each stands after all that it comes after; those that say to come after themselves stand anywhere. */
function expectCausal(order: readonly Reference[], things: readonly Placed[]): void {
  const place = new Map(order.map((key, i) => [key, i]));
  const above = ancestry(things);
  const isCircular = (key: Reference) => above.get(key)?.has(key) ?? false;
  for (const [key, parents] of above) {
    if (isCircular(key) || [...parents].some(isCircular)) continue;
    for (const parent of parents)
      expect(place.get(parent), `${parent} before ${key}`).toBeLessThan(place.get(key) as number);
  }
}

describe('the order of a thread', () => {
  it('R-MSG-3 A39 puts each message after all that its author had seen, however the clocks went', () => {
    fc.assert(
      fc.property(history(300), (things) => {
        const { order, missing } = causalOrder(things);
        expect(keysIn(order).toSorted()).toEqual(keysIn(things).toSorted());
        expect(missing.size).toBe(0);
        expectCausal(keysIn(order), things);
      }),
      { numRuns: 50 },
    );
  });

  it('A39 is the same in whatever order the server gives them', () => {
    const given = history().chain((things) => fc.tuple(fc.constant(things), shuffled(things)));
    fc.assert(
      fc.property(given, ([things, served]) => {
        const [one, other] = [causalOrder(things), causalOrder(served)];
        expect(keysIn(other.order)).toEqual(keysIn(one.order));
        expect(other.heads).toEqual(one.heads);
      }),
    );
  });

  it('is also the same, and ends, for what names itself, one another or nothing, each shown once', () => {
    const given = nonsense.chain((things) => fc.tuple(fc.constant(things), shuffled(things)));
    fc.assert(
      fc.property(given, ([things, served]) => {
        const { order, heads } = causalOrder(things);
        expect(keysIn(order).toSorted()).toEqual(keysIn(things).toSorted());
        expect(keysIn(causalOrder(served).order)).toEqual(keysIn(order));
        expect(heads.length).toBeGreaterThan(0);
        expectCausal(keysIn(order), things);
      }),
    );
  });

  it('R-MSG-3 keeps to causality when any of it is withheld, and shows what is missing where it is first named', () => {
    fc.assert(
      fc.property(withSome(history(150)), ({ present }) => {
        const { entries } = transcriptOf(threadOf(present));
        const order = keysIn(messagesIn({ entries }));
        expect(order.toSorted()).toEqual(keysIn(present).toSorted());
        expectCausal(order, present);
        const here = new Set(order);
        const named = new Set(present.flatMap(({ after }) => after).filter((key) => !here.has(key)));
        expect(gapsIn(entries).toSorted()).toEqual([...named].sort());
        for (const [i, entry] of entries.entries()) {
          if (entry.type !== 'gap') continue;
          const next = entries.slice(i).find((other) => other.type === 'message');
          const after = present.find(({ key }) => key === next?.key)?.after;
          for (const key of entry.missing) expect(after).toContain(key);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('R-MSG-3 never turns around what one author had seen of another when something comes late', () => {
    const arriving = withSome(history()).chain((some) =>
      fc.tuple(fc.constant(some), shuffled([...some.gone])),
    );
    fc.assert(
      fc.property(arriving, ([{ all, present }, late]) => {
        const related = ancestry(all);
        let here = [...present];
        for (const arrived of late.slice(0, 5)) {
          const before = keysIn(causalOrder(here).order);
          here = [...here, arrived];
          const after = keysIn(causalOrder(here).order);
          const known = ancestry(here);
          const place = new Map(after.map((key, i) => [key, i]));
          for (const [i, later] of before.entries())
            for (const earlier of before.slice(0, i))
              if (known.get(later)?.has(earlier)) {
                expect(related.get(later)).toContain(earlier);
                expect(place.get(earlier)).toBeLessThan(place.get(later) as number);
              }
        }
        expect(gapsIn(transcriptOf(threadOf(here)).entries).some((key) => keysIn(here).includes(key))).toBe(
          false,
        );
      }),
    );
  });

  it('is the same for everyone in the thread who has the same of it', () => {
    fc.assert(
      fc.property(withSome(history()), fc.constantFrom(...PEOPLE), ({ present }, me) => {
        const shown = (who: Who) =>
          transcriptOf(threadOf(present, { me: who })).entries.map((entry) =>
            entry.type === 'gap' ? entry : entry.key,
          );
        expect(shown(me)).toEqual(shown(ALICE));
      }),
    );
  });
});

describe('what is read', () => {
  it('is all that was shown, and nothing that came later: also what was missing in the middle', () => {
    fc.assert(
      fc.property(withSome(history(100)), ({ all, gone, present }) => {
        const marks = [item(markOf(transcriptOf(threadOf(present))), ALICE)];
        const then = transcriptOf(threadOf(present, { marks }));
        expect(then.unread).toBe(0);
        const now = transcriptOf(threadOf(all, { marks }));
        const late = keysIn([...gone].filter(({ from }) => from !== ALICE));
        const unread = messagesIn(now).filter(({ own, read }) => !own && !read);
        expect(keysIn(unread).toSorted()).toEqual(late.toSorted());
        expect(now.unread).toBe(late.length);
      }),
    );
  });

  it('adds up over the devices of one person, and their own messages never count', () => {
    const devices = history().chain((things) =>
      fc.tuple(fc.constant(things), fc.array(fc.subarray(things), { minLength: 1, maxLength: 3 })),
    );
    fc.assert(
      fc.property(devices, ([things, seen]) => {
        const marks = seen.map((some) => item(markOf(transcriptOf(threadOf(some))), ALICE));
        const { unread, entries } = transcriptOf(threadOf(things, { marks }));
        const read = new Set(seen.flatMap(keysIn));
        const own = new Set(keysIn(things.filter(({ from }) => from === ALICE)));
        expect(unread).toBe(things.filter(({ key }) => !read.has(key) && !own.has(key)).length);
        expect(unread).toBe(messagesIn({ entries }).filter(({ own: mine, read: is }) => !mine && !is).length);
        expect(transcriptOf(threadOf(things)).unread).toBe(things.length - own.size);
      }),
    );
  });

  it('A43 by others is what they had, as they signed it, each reader once', () => {
    const receipt = (value: Pick<SealedReceipt, 'read' | 'except' | 'time'>, author: Who, from = author) =>
      item({ thread: THREAD, from, ...value }, author, { id: `itm_${author} ${from} ${value.time}` });
    const reading = history().chain((things) =>
      fc.tuple(fc.constant(things), fc.array(fc.subarray(things), { minLength: 1, maxLength: 3 })),
    );
    fc.assert(
      fc.property(reading, ([things, seen]) => {
        const told = seen.map((some, i) => {
          const { read, except } = markOf(transcriptOf(threadOf(some, { me: MARTIN })));
          return receipt({ read, except, time: 100 + i }, MARTIN);
        });
        // Omar says that Martin read everything; another thread's receipt says so too.
        const all = { read: keysIn(things), except: [], time: 50 };
        const forged = receipt(all, 'per_omar', MARTIN);
        const moved = item(
          { thread: `thread-${'1'.repeat(32)}`, from: MARTIN, ...all } as SealedReceipt,
          MARTIN,
        );
        const { entries, setAside } = transcriptOf(threadOf(things, { receipts: [...told, forged, moved] }));
        expect(setAside).toBe(2);
        for (const { key, from, readBy } of messagesIn({ entries })) {
          const first = seen.findIndex((some) => some.some((thing) => thing.key === key));
          const expected = first < 0 || from === MARTIN ? [] : [{ person: MARTIN, time: 100 + first }];
          expect(readBy).toEqual(expected);
        }
      }),
    );
  });

  it('reaches no further than what names what: over exceptions, gaps and circles it stops', () => {
    const marked = nonsense.chain((things) =>
      fc.tuple(fc.constant(things), fc.subarray(things), fc.subarray(things)),
    );
    fc.assert(
      fc.property(marked, ([things, heads, except]) => {
        const known = new Map(things.map((thing) => [thing.key, thing]));
        const reached = upTo(known, keysIn(heads), keysIn(except));
        const here = new Set(keysIn(heads));
        for (const thing of things) if (reached.has(thing.key)) for (const key of thing.after) here.add(key);
        for (const key of keysIn(except)) here.delete(key);
        expect([...reached].sort()).toEqual([...here].filter((key) => known.has(key)).sort());
      }),
    );
  });
});

describe('what is set aside', () => {
  type Twist = 'another thread' | 'another author' | 'once more' | 'once more, changed';

  it('R-MSG-1 R-MSG-2 A34 A52 is all that was moved, forged or repeated, and it changes nothing of the rest', () => {
    const tampered = history().chain((things) =>
      fc.tuple(
        fc.constant(things),
        fc.array(
          fc.record({
            of: fc.constantFrom(...things),
            twist: fc.constantFrom<Twist[]>(
              'another thread',
              'another author',
              'once more',
              'once more, changed',
            ),
          }),
          { maxLength: 8 },
        ),
      ),
    );
    fc.assert(
      fc.property(tampered, ([things, twists]) => {
        const changed = new Set<Reference>();
        const hostile = twists.map(({ of, twist }, i) => {
          const { value, author } = message(of);
          // Whoever forges also chooses the time that the record bears, but comes second for what is their own.
          const name = { id: `itm_~${i}` as const, created: twist.startsWith('once') ? 2 : 0 };
          if (twist === 'another thread')
            return item({ ...value, thread: `thread-${'1'.repeat(32)}` }, of.from, name);
          if (twist === 'another author') return item(value, of.from === ALICE ? MARTIN : ALICE, name);
          if (twist === 'once more') return item(value, author as Who, name);
          changed.add(of.key);
          return item({ ...value, text: 'something else', after: [] }, author as Who, name);
        });
        const honest = transcriptOf(threadOf(things));
        const messages = [...hostile, ...things.map(message)];
        const seen = transcriptOf(threadOf(things, { messages }));
        expect(seen.setAside).toBe(hostile.length);
        const marked = honest.entries.map((entry) =>
          entry.type === 'message' && changed.has(entry.key) ? { ...entry, edited: true } : entry,
        );
        expect({ ...seen, entries: seen.entries }).toEqual({
          ...honest,
          entries: marked,
          setAside: hostile.length,
        });
      }),
    );
  });

  it('R-MSG-4 is whatever is not an owner’s to say: what a thread is about, and who is in it', () => {
    const header = { thread: THREAD, opener: ALICE, opened: 7, subject: 'Wound' } as const;
    const wanted = { thread: THREAD, kind: 'professional', added: 1, fromNow: true } as const;
    fc.assert(
      fc.property(fc.constantFrom(...PEOPLE), fc.nat({ max: 20 }), (author, created) => {
        const headers = [
          item(header, ALICE, { id: 'itm_~2', created: 10 }),
          item({ ...header, subject: 'Win' }, author, { id: 'itm_~1', created }),
        ];
        const invited = item({ ...wanted, person: MARTIN, name: 'Martin' }, ALICE, { id: 'itm_~2' });
        const participants = [
          invited,
          item({ ...wanted, person: 'per_mallory', name: 'Mallory' } as const, author, { created }),
          item({ ...wanted, person: MARTIN, name: 'Nobody' }, author, { id: 'itm_~3', created: 2 }),
        ];
        const transcript = transcriptOf(threadOf([], { headers, participants }));
        const nameOf = (person: string) =>
          transcript.participants.find((other) => other.person === person)?.name;
        const isOwner = author === ALICE;
        expect(transcript.subject).toBe(isOwner && created <= 10 ? 'Win' : 'Wound');
        expect(transcript.setAside).toBe(isOwner ? 0 : 3);
        expect(nameOf('per_mallory')).toBe(isOwner ? 'Mallory' : undefined);
        expect(nameOf(MARTIN)).toBe(isOwner ? 'Nobody' : 'Martin');
      }),
    );
  });
});

describe('a long thread', () => {
  const many = 5000;
  const chain = (options: { parents?: (n: number) => number[]; sent?: (n: number) => number } = {}) => {
    const { parents = (n) => [n - 1], sent = (n) => n } = options;
    const keys = Array.from({ length: many }, (_, n) => written(n, PEOPLE[n % 3] as Who, [], 0).key);
    return keys.map((_, n) =>
      written(
        n,
        PEOPLE[n % 3] as Who,
        parents(n).flatMap((parent) => keys[parent] ?? []),
        sent(n),
      ),
    );
  };

  it.each([
    ['of answers, closed at the start', {}],
    ['of answers whose clocks run backwards', { sent: (n: number) => many - n }],
    ['in which all answer the first', { parents: (n: number) => (n === 0 ? [] : [0]) }],
    ['in which nobody answers anybody', { parents: () => [] }],
    ['in which everyone names the next and the last', { parents: (n: number) => [n - 1, n + 1] }],
  ])('%s: 5 000 messages of three authors are put together', (_, options) => {
    const things = chain(options);
    const [first, ...rest] = things as [Written, ...Written[]];
    const events = [event(first, { type: 'closed' })];
    const records = threadOf(rest, { events });
    const { entries, heads, missing } = transcriptOf({ ...records, messages: records.messages.toReversed() });
    expect(missing).toEqual([]);
    const shown = messagesIn({ entries });
    expect(shown).toHaveLength(many - 1);
    const marks = [item({ thread: THREAD, read: heads, except: [] }, ALICE)];
    const receipts = Array.from({ length: 20 }, (_, i) =>
      item({ thread: THREAD, from: MARTIN, read: heads, except: [], time: i }, MARTIN, { id: `itm_${i}` }),
    );
    expect(transcriptOf({ ...records, marks, receipts }).unread).toBe(0);
  });
});

describe('a closed thread', () => {
  it('shows which messages were written by someone who knew', () => {
    const closing = history().chain((things) =>
      fc.tuple(fc.constant(things), fc.array(fc.nat({ max: things.length - 1 }), { maxLength: 4 })),
    );
    fc.assert(
      fc.property(closing, ([things, at]) => {
        // Of the people here only Martin closes and opens: one after the other.
        const turns = [...new Set(at)].map((n) => things[n] as Written).filter(({ from }) => from === MARTIN);
        const events = turns.map((thing, i) => event(thing, { type: i % 2 === 0 ? 'closed' : 'reopened' }));
        const typeOf = new Map(events.map(({ value }) => [referenceTo(value.from, value.ref), value.type]));
        const messages = things.filter(({ key }) => !typeOf.has(key));
        const { entries } = transcriptOf(threadOf(messages, { events }));
        const { order } = causalOrder(things);
        const above = ancestry(things);
        for (const { key, afterClose } of messagesIn({ entries })) {
          const known = order.filter((thing) => above.get(key)?.has(thing.key));
          const last = known.flatMap((thing) => typeOf.get(thing.key) ?? []).at(-1);
          expect(afterClose).toBe(last === 'closed');
        }
      }),
    );
  });

  it('keeps what was read as read when its author takes a message back', () => {
    fc.assert(
      fc.property(history(), fc.nat(), (things, n) => {
        const before = transcriptOf(threadOf(things));
        const marks = [item(markOf(before), ALICE)];
        const taken = things[n % things.length] as Written;
        const away = written(things.length, taken.from, before.heads, 99);
        const blank = item({ ...message(taken).value, text: '' }, taken.from, { versions: 2 });
        const messages = things.map((thing) => (thing === taken ? blank : message(thing)));
        const events = [event(away, { type: 'retracted', of: taken.key })];
        const { unread, entries } = transcriptOf(threadOf(things, { messages, events, marks }));
        expect(unread).toBe(0);
        expect(entries).toContainEqual({ type: 'gap', missing: [taken.key], reason: 'retracted' });
        expect(keysIn(messagesIn({ entries }))).not.toContain(taken.key);
        // Nobody takes back what is another's.
        const other = PEOPLE.find((person) => person !== taken.from) as Who;
        const theirs = [
          event(written(things.length, other, before.heads, 99), { type: 'retracted', of: taken.key }),
        ];
        const shown = transcriptOf(threadOf(things, { events: theirs, marks }));
        expect(keysIn(messagesIn(shown))).toContain(taken.key);
      }),
    );
  });
});
