import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hash } from '../../../src/crypto/hash.js';
import { sign, signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { encode } from '../../../src/formats/codec.js';
import { bytesToHex } from '../../../src/formats/id.js';
import { LIMITS } from '../../../src/formats/limits.js';
import { decodeOpHeader, type Member, type Op, type OpHeader } from '../../../src/formats/op.js';
import { checkBodies } from '../../../src/protocol/log-rules.js';
import { codeOf } from '../../support/code-of.js';
import { LogBench } from '../../support/log-bench.js';
import { type Person, person, START, withNewDevice } from '../../support/people.js';

const DAY = 86_400_000;

let alice: Person;
let bob: Person;
let carol: Person;
let eve: Person;
let log: LogBench;

beforeAll(async () => {
  await loadSodium();
  [alice, bob, carol, eve] = ['alice', 'bob', 'carol', 'eve'].map(person) as [Person, Person, Person, Person];
});

/** A log of alice and bob as owners and carol as a writer. */
beforeEach(() => {
  log = new LogBench('rules');
  log.meet(alice, bob, carol, eve);
  log.found(alice, [log.member(alice), log.member(bob), log.member(carol, 'writer')]);
});

const refusal = (op: Op) => codeOf(() => log.check(op));
const refusalOf = (who: Person, change: Partial<OpHeader>) => refusal(log.sign(who, log.draft(who, change)));
const founds = (
  members: readonly (readonly [Person, 'owner' | 'writer'])[],
  change: Partial<OpHeader> = {},
  by = alice,
) => {
  const fresh = new LogBench('founding');
  fresh.meet(alice, bob, carol);
  const draft = fresh.founding(
    by,
    members.map(([who, role]) => fresh.member(who, role)),
  );
  return codeOf(() => fresh.check(fresh.sign(by, { ...draft, header: { ...draft.header, ...change } })));
};

describe('an op in order', () => {
  it('takes effect, by owners and writers alike', () => {
    expect(log.append(bob).outcome).toBe('applied');
    expect(log.append(carol).outcome).toBe('applied');
    expect(log.now.position).toBe(3);
  });

  it('leaves the state it was applied to as it was', () => {
    const before = log.now;
    const copy = structuredClone(before);
    log.append(bob);
    expect(before).toEqual(copy);
  });

  it('chains the header and the signature, not the bodies', () => {
    const before = log.now.hash;
    const op = log.sign(bob, log.draft(bob));
    expect(log.check(op).state.hash).toEqual(hash('log', before, op.headerBytes, op.signature));
  });

  it('names its collection by the hash of the first op', () => {
    const [first] = log.ops as [Op];
    expect(log.now.collection).toEqual(hash('log', new Uint8Array(32), first.headerBytes, first.signature));
  });
});

describe('R-OP-1 the signature', () => {
  it('R-OP-1 refuses a changed header', async () => {
    const op = log.sign(bob, log.draft(bob));
    const headerBytes = op.headerBytes.slice();
    headerBytes[headerBytes.length - 1] = (headerBytes.at(-1) as number) ^ 1;
    expect(await refusal({ ...op, headerBytes })).toBe('integrity/bad-signature');
  });

  it('R-OP-1 refuses a signature under another label', async () => {
    const op = log.sign(bob, log.draft(bob));
    for (const label of ['grant', 'head', 'authored', 'identity-device']) {
      expect(await refusal({ ...op, signature: sign(bob.deviceKey, label, op.headerBytes) })).toBe(
        'integrity/bad-signature',
      );
    }
  });

  it('R-OP-1 refuses the signature of another member', async () => {
    const op = log.sign(bob, log.draft(bob));
    expect(await refusal({ ...op, signature: sign(alice.deviceKey, 'op', op.headerBytes) })).toBe(
      'integrity/bad-signature',
    );
  });
});

describe('R-OP-2 the audience', () => {
  it('R-OP-2 refuses an op of another vault', async () => {
    expect(await refusalOf(bob, { vault: log.random(16) })).toBe('integrity/wrong-audience');
  });

  it('R-OP-2 refuses an op of another collection', async () => {
    expect(await refusalOf(bob, { collection: log.random(32) })).toBe('integrity/wrong-audience');
  });
});

describe('R-OP-3 the author', () => {
  it('R-OP-3 refuses a stranger', async () => {
    expect(await refusalOf(eve, {})).toBe('integrity/not-authorised');
  });

  it('R-OP-3 refuses a member signing with a device of someone else', async () => {
    expect(await refusalOf(eve, { person: bob.id })).toBe('integrity/not-authorised');
  });

  it('R-OP-3 refuses a device that the head in force does not admit, and admits it once the head moved', async () => {
    const phone = withNewDevice(bob);
    log.meet(phone);
    expect(await refusalOf(phone, {})).toBe('integrity/not-authorised');
    log.append(alice, { control: { type: 'head', member: log.member(phone) } });
    expect(log.append(phone).outcome).toBe('applied');
  });

  it('R-OP-3 refuses a member whose identity log is not known here', async () => {
    log.identities.clear();
    expect(await refusalOf(bob, {})).toBe('integrity/not-authorised');
  });

  it('R-OP-3 refuses a head in force that does not lie on the identity log', async () => {
    const phone = withNewDevice(bob);
    const other = withNewDevice(bob, 'another branch');
    log.meet(phone);
    log.append(alice, { control: { type: 'head', member: log.member(phone) } });
    log.meet(other);
    expect(await refusalOf(phone, {})).toBe('integrity/not-authorised');
  });

  it('R-OP-3 refuses whoever a rotation removed', async () => {
    log.append(alice, { control: log.rotation([log.member(alice)]) });
    expect(await refusalOf(bob, {})).toBe('integrity/not-authorised');
    expect(await refusalOf(bob, { epoch: 1 })).toBe('integrity/not-authorised');
  });
});

describe('R-OP-5 control ops', () => {
  const controls = (): [string, NonNullable<OpHeader['control']>][] => [
    ['rotate', log.rotation([log.member(carol, 'writer'), log.member(alice)])],
    ['roster', { type: 'roster', notAfter: null, payloads: ['roster'] }],
    ['admit', { type: 'admit', member: log.member(eve, 'writer') }],
    ['head of another', { type: 'head', member: log.member(bob) }],
    ['prune', { type: 'prune', changes: [log.random(16)] }],
  ];

  it('R-OP-5 refuses every one of them by a writer', async () => {
    for (const [name, control] of controls()) {
      expect.soft(await refusalOf(carol, { control }), name).toBe('integrity/not-authorised');
    }
  });

  it('R-OP-5 accepts every one of them by an owner', async () => {
    for (const [name, control] of controls())
      expect.soft(await refusalOf(alice, { control }), name).toBe('ok');
  });

  it('R-OP-5 lets a writer move their own head, with the device it brings', () => {
    const phone = withNewDevice(carol);
    log.meet(phone);
    expect(
      log.append(phone, { control: { type: 'head', member: log.member(phone, 'writer') } }).outcome,
    ).toBe('applied');
    expect(log.append(phone).outcome).toBe('applied');
  });

  it('R-OP-5 never moves a head backwards, by whoever', async () => {
    const phone = withNewDevice(carol);
    log.meet(phone);
    log.append(carol, { control: { type: 'head', member: log.member(phone, 'writer') } });
    const back = log.member(carol, 'writer');
    expect(await refusalOf(carol, { control: { type: 'head', member: back } })).toBe(
      'integrity/not-authorised',
    );
    expect(await refusalOf(alice, { control: { type: 'head', member: back } })).toBe(
      'integrity/not-authorised',
    );
    expect(await refusalOf(alice, { control: { type: 'admit', member: back } })).toBe(
      'integrity/not-authorised',
    );
    const members = [log.member(alice), back];
    expect(await refusalOf(alice, { control: log.rotation(members) })).toBe('integrity/not-authorised');
  });

  it('R-OP-5 refuses a head that is not on the identity log', async () => {
    const [, , length] = log.member(carol, 'writer');
    const member: [Uint8Array, 'writer', number, Uint8Array] = [
      carol.id,
      'writer',
      length + 1,
      log.random(32),
    ];
    expect(await refusalOf(alice, { control: { type: 'head', member } })).toBe('integrity/not-authorised');
  });

  it('R-OP-5 gives no other role by head or admit', async () => {
    for (const type of ['head', 'admit'] as const) {
      expect(await refusalOf(alice, { control: { type, member: log.member(carol, 'owner') } })).toBe(
        'integrity/not-authorised',
      );
    }
    expect(await refusalOf(carol, { control: { type: 'head', member: log.member(carol, 'owner') } })).toBe(
      'integrity/not-authorised',
    );
  });

  it('R-OP-5 admits nobody by a head', async () => {
    expect(await refusalOf(alice, { control: { type: 'head', member: log.member(eve, 'writer') } })).toBe(
      'integrity/not-authorised',
    );
    expect(await refusalOf(eve, { control: { type: 'head', member: log.member(eve, 'owner') } })).toBe(
      'integrity/not-authorised',
    );
  });

  it('R-OP-5 admits nobody with a head that is not on the identity log', async () => {
    const [id, , length, headHash] = log.member(eve, 'writer');
    const admits = (member: Member) => refusalOf(alice, { control: { type: 'admit', member } });
    expect(await admits([id, 'writer', length, log.random(32)])).toBe('integrity/not-authorised');
    expect(await admits([id, 'writer', length + 1, headHash])).toBe('integrity/not-authorised');
    expect(await admits([id, 'writer', length, headHash])).toBe('ok');
    log.identities.delete(bytesToHex(eve.id));
    expect(await admits([id, 'writer', length, headHash])).toBe('integrity/not-authorised');
  });

  it('admits whom an owner names', () => {
    log.append(alice, { control: { type: 'admit', member: log.member(eve, 'writer') } });
    expect(log.append(eve).outcome).toBe('applied');
  });

  it('admits no more members than a rotation can name', async () => {
    const many = Array.from({ length: LIMITS.membersMax - 3 }, (_, i) => ({
      ...{
        person: Uint8Array.from({ length: 32 }, (_unused, at) => (at < 2 ? (i >> (8 * at)) & 255 : 7)),
        role: 'writer' as const,
      },
      ...{ length: 1, hash: new Uint8Array(32) },
    }));
    log.state = { ...log.now, members: [...log.now.members, ...many] };
    expect(await refusalOf(alice, { control: { type: 'admit', member: log.member(eve, 'writer') } })).toBe(
      'format/too-large',
    );
  });
});

describe('R-OP-6 the head the author has seen', () => {
  it('R-OP-6 accepts a head of this log', () => {
    log.append(bob);
    expect(log.append(carol, { seen: [...log.head(2)] }).outcome).toBe('applied');
  });

  it('R-OP-6 takes a signed head with another hash for a fork', async () => {
    expect(await refusalOf(bob, { seen: [...log.head(1, { hash: log.random(32) })] })).toBe('integrity/fork');
  });

  it('R-OP-6 takes a signed head that lies ahead for a fork', async () => {
    expect(await refusalOf(bob, { seen: [...log.head(2)] })).toBe('integrity/fork');
  });

  it('R-OP-6 holds the author guilty of a head that the server did not sign', async () => {
    const [headBytes] = log.head(1);
    const other = signingKeyPairFromSeed(log.random(32));
    const seen: [Uint8Array, Uint8Array] = [headBytes, sign(other.secretKey, 'head', headBytes)];
    expect(await refusalOf(bob, { seen })).toBe('integrity/not-authorised');
    expect(await refusalOf(bob, { seen: [headBytes, sign(log.server.secretKey, 'op', headBytes)] })).toBe(
      'integrity/not-authorised',
    );
  });

  it('R-OP-6 refuses the head of another collection', async () => {
    expect(await refusalOf(bob, { seen: [...log.head(1, { collection: log.random(32) })] })).toBe(
      'integrity/not-authorised',
    );
  });
});

describe('R-OP-7 change ids', () => {
  it('R-OP-7 refuses one twice in an op', async () => {
    const draft = log.draft(bob, {}, [log.random(10), log.random(10)]);
    const [first, second] = draft.header.changes as [OpHeader['changes'][0], OpHeader['changes'][0]];
    const changes = [first, [first[0], second[1], second[2]]] as OpHeader['changes'];
    expect(await refusal(log.sign(bob, { ...draft, header: { ...draft.header, changes } }))).toBe(
      'integrity/bad-chain',
    );
  });

  it('R-OP-7 refuses one used before, and allows one that only a void op used', async () => {
    const { header } = log.append(bob);
    const again = log.draft(carol, { changes: header.changes });
    const bodies = log.ops.at(-1)?.bodies as Uint8Array[];
    expect(await refusal(log.sign(carol, { ...again, bodies }))).toBe('integrity/bad-chain');
    const late = log.draft(bob);
    log.append(alice, { control: log.rotation([log.member(alice), log.member(bob)]) });
    expect(log.apply(log.sign(bob, late)).outcome).toBe('void');
    const redone = log.draft(bob, { changes: late.header.changes });
    expect(log.check(log.sign(bob, { ...redone, bodies: late.bodies })).outcome).toBe('applied');
  });
});

describe('R-OP-8 bodies', () => {
  it('R-OP-8 refuses another body, a missing one and one too many', async () => {
    const { header, bodies } = log.draft(bob);
    const [body] = bodies as [Uint8Array];
    const check = (given: readonly (Uint8Array | null)[]) =>
      codeOf(() => checkBodies(header, given, () => false));
    expect(await check([body])).toBe('ok');
    expect(await check([log.random(body.length)])).toBe('integrity/bad-chain');
    expect(await check([body.slice(1)])).toBe('integrity/bad-chain');
    expect(await check([])).toBe('integrity/bad-chain');
    expect(await check([body, body])).toBe('integrity/bad-chain');
  });

  it('R-OP-8 refuses a body whose hash fits and whose length does not', async () => {
    const { header, bodies } = log.draft(bob);
    const [[change, digest, length]] = header.changes as [OpHeader['changes'][0]];
    const lying = { ...header, changes: [[change, digest, length + 1]] } as OpHeader;
    expect(await codeOf(() => checkBodies(lying, bodies, () => false))).toBe('integrity/bad-chain');
  });

  it('R-OP-8 takes a null body for a drop unless a prune names it', async () => {
    const { header } = log.draft(bob);
    expect(await codeOf(() => checkBodies(header, [null], () => false))).toBe('integrity/dropped');
    expect(await codeOf(() => checkBodies(header, [null], () => true))).toBe('ok');
  });
});

describe('R-OP-9 the first op', () => {
  it('R-OP-9 founds', async () => {
    expect(await founds([[alice, 'owner']])).toBe('ok');
    expect(await founds([[alice, 'owner']], { control: null })).toBe('integrity/bad-chain');
  });

  it.each([
    ['an epoch', { epoch: 2 }],
    ['a number', { seq: 2 }],
    ['skips', { skips: [1] }],
    ['a collection', { collection: new Uint8Array(32) }],
    ['something to close', { closes: [new Uint8Array(16), 1] as [Uint8Array, number] }],
    ['a head it has seen', { seen: [new Uint8Array(3), new Uint8Array(64)] as [Uint8Array, Uint8Array] }],
  ])('R-OP-9 does not begin with %s of later ops', async (_, change) => {
    expect(await founds([[alice, 'owner']], change)).toBe('integrity/bad-chain');
  });

  it('R-OP-9 names its author as an owner', async () => {
    expect(await founds([[alice, 'writer']])).toBe('integrity/not-authorised');
    expect(await founds([[bob, 'owner']])).toBe('integrity/not-authorised');
  });

  it('R-OP-9 names each member once', async () => {
    expect(
      await founds([
        [alice, 'owner'],
        [bob, 'owner'],
        [bob, 'writer'],
      ]),
    ).toBe('integrity/bad-chain');
  });

  it('R-OP-9 is the only one that founds', async () => {
    const { header } = log.founding(bob, [log.member(bob)]);
    expect(await refusalOf(bob, { control: header.control })).toBe('integrity/bad-chain');
    expect(await refusalOf(bob, { collection: null })).toBe('integrity/bad-chain');
  });

  it('R-OP-9 is checked like any other: its device, its changes and its payloads', async () => {
    expect(await founds([[alice, 'owner']], { device: bob.device }, alice)).toBe('integrity/bad-signature');
    expect(await founds([[bob, 'owner']], { person: bob.id })).toBe('integrity/not-authorised');
    const fresh = new LogBench('payloads');
    fresh.meet(alice);
    const { header, bodies } = fresh.founding(alice);
    const refusalOfFirst = (change: Partial<OpHeader>, given = bodies) =>
      codeOf(() => fresh.check(fresh.sign(alice, { header: { ...header, ...change }, bodies: given })));
    const control = { ...header.control, payloads: ['roster'] } as OpHeader['control'];
    expect(await refusalOfFirst({ control })).toBe('ok');
    expect(await refusalOfFirst({ control, changes: [] }, [])).toBe('integrity/bad-chain');
    expect(await refusalOfFirst({ control: fresh.rotation([fresh.member(alice)]) })).toBe(
      'integrity/bad-chain',
    );
    const [change] = header.changes as [OpHeader['changes'][0]];
    const twice = refusalOfFirst({ changes: [change, change] }, [...bodies, ...bodies]);
    expect(await twice).toBe('integrity/bad-chain');
    expect(await refusalOfFirst({})).toBe('ok');
  });
});

describe('R-OP-10 rotation', () => {
  it('R-OP-10 starts the next epoch with a new commitment and the members it keeps', () => {
    const control = log.rotation([log.member(alice), log.member(carol, 'writer')], DAY * 30_000);
    const { state } = log.append(alice, { control });
    expect(state.epoch).toBe(2);
    expect(state.commitments).toHaveLength(2);
    expect(state.notAfter).toBe(DAY * 30_000);
    expect(state.members.map(({ person: id }) => id)).toEqual([alice.id, carol.id]);
  });

  it('R-OP-10 keeps at least one owner', async () => {
    const control = log.rotation([log.member(carol, 'writer')]);
    expect(await refusalOf(alice, { control })).toBe('integrity/not-authorised');
  });

  it('R-OP-10 adds nobody, gives no other role and names nobody twice', async () => {
    const adds = log.rotation([log.member(alice), log.member(eve, 'writer')]);
    const promotes = log.rotation([log.member(alice), log.member(carol, 'owner')]);
    const repeats = log.rotation([log.member(alice), log.member(alice)]);
    expect(await refusalOf(alice, { control: adds })).toBe('integrity/not-authorised');
    expect(await refusalOf(alice, { control: promotes })).toBe('integrity/not-authorised');
    expect(await refusalOf(alice, { control: repeats })).toBe('integrity/bad-chain');
  });

  it('refuses more payloads than changes', async () => {
    const rotate = {
      ...log.rotation([log.member(alice)]),
      payloads: ['roster', 'previous-key'],
    } as OpHeader['control'];
    expect(await refusalOf(alice, { control: rotate })).toBe('integrity/bad-chain');
  });
});

describe('R-CBOR-1 the payloads of a control op', () => {
  const LISTS = [[], ['roster'], ['previous-key'], ['roster', 'previous-key'], ['previous-key', 'roster']];
  const WRONG: unknown[] = [['roster', 'roster'], ['roster,previous-key'], ['record'], [[]], 'roster', null];

  it.each([
    ['found', [0, 1]],
    ['rotate', [1, 3]],
    ['roster', [1]],
  ])('R-CBOR-1 are exactly the lists of SPEC §6.2 for %s', async (type, taken) => {
    const controls: Record<string, unknown> = {
      found: log.founding(alice).header.control,
      rotate: log.rotation([log.member(alice)]),
      roster: { type: 'roster', notAfter: null },
    };
    const verdict = (payloads: unknown) => {
      const { header } = log.draft(alice);
      const control = { ...(controls[type] as object), payloads };
      return codeOf(() => decodeOpHeader(encode({ ...header, control } as never)));
    };
    for (const [i, list] of LISTS.entries())
      expect.soft(await verdict(list), list.join()).toBe(taken.includes(i) ? 'ok' : 'format/malformed');
    for (const wrong of WRONG) expect.soft(await verdict(wrong), String(wrong)).toBe('format/malformed');
  });
});

describe('void ops', () => {
  it('are those of an epoch that is over; a later epoch is none', async () => {
    const late = log.draft(bob);
    log.append(alice, { control: log.rotation([log.member(alice), log.member(bob)]) });
    const before = log.now;
    const { state, outcome, reason } = log.apply(log.sign(bob, late));
    expect([outcome, reason]).toEqual(['void', 'epoch']);
    const { position, hash: running, lines, ...rest } = state;
    expect({ ...before, ...rest }).toEqual(before);
    expect([position, lines.length]).toEqual([3, 2]);
    expect(running).not.toEqual(before.hash);
    expect(await refusalOf(bob, { epoch: 3, seq: 2 })).toBe('integrity/bad-chain');
  });

  it('are those past the epoch’s last day, save a rotation', () => {
    const notAfter = Math.ceil(START / DAY) * DAY;
    log.append(alice, { control: { type: 'roster', notAfter, payloads: ['roster'] } });
    expect(log.append(bob, { time: notAfter }).outcome).toBe('applied');
    expect(log.append(bob, { time: notAfter + 1 })).toMatchObject({ outcome: 'void', reason: 'not-after' });
    expect(
      log.append(alice, { time: notAfter + 1, control: { type: 'admit', member: log.member(eve, 'writer') } })
        .outcome,
    ).toBe('void');
    expect(
      log.append(alice, { time: notAfter + 1, control: log.rotation([log.member(alice)]) }).outcome,
    ).toBe('applied');
  });

  it('must keep every other rule', async () => {
    log.append(alice, { control: log.rotation([log.member(alice), log.member(bob)]) });
    expect(await refusalOf(bob, { epoch: 1, seq: 5 })).toBe('integrity/dropped');
    expect(await refusalOf(bob, { epoch: 1, seen: [...log.head(1, { hash: log.random(32) })] })).toBe(
      'integrity/fork',
    );
    expect(await refusalOf(bob, { epoch: 1, vault: log.random(16) })).toBe('integrity/wrong-audience');
  });

  it('hold their number: it is not used again', async () => {
    const late = log.draft(bob);
    log.append(alice, { control: log.rotation([log.member(alice), log.member(bob)]) });
    log.apply(log.sign(bob, late));
    expect(await refusalOf(bob, { seq: 1 })).toBe('integrity/bad-chain');
    expect(log.append(bob, { seq: 2 }).outcome).toBe('applied');
  });
});

describe('R-OP-11 the last day', () => {
  it('R-OP-11 comes forward and never goes back within an epoch', async () => {
    const roster = (notAfter: number | null): Partial<OpHeader> => ({
      control: { type: 'roster', notAfter, payloads: ['roster'] },
    });
    log.append(alice, roster(DAY * 30_002));
    log.append(alice, roster(DAY * 30_001));
    expect(log.now.notAfter).toBe(DAY * 30_001);
    expect(await refusalOf(alice, roster(DAY * 30_001))).toBe('ok');
    expect(await refusalOf(alice, roster(DAY * 30_002))).toBe('integrity/not-authorised');
    expect(await refusalOf(alice, roster(null))).toBe('integrity/not-authorised');
    log.append(alice, { control: log.rotation([log.member(alice)], null) });
    expect(log.now.notAfter).toBeNull();
  });

  it('R-OP-11 is not moved by an admission', () => {
    log.append(alice, { control: { type: 'roster', notAfter: DAY * 30_001, payloads: ['roster'] } });
    log.append(alice, { control: { type: 'admit', member: log.member(eve, 'writer') } });
    expect(log.now.notAfter).toBe(DAY * 30_001);
  });
});
