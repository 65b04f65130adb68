import { sign } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { encode } from '../../../src/formats/codec.js';
import { encodeOp, type Op, type OpHeader } from '../../../src/formats/op.js';
import { LogBench } from '../../support/log-bench.js';
import { type Person, person, withNewDevice } from '../../support/people.js';
import { writeVector } from './write.js';

await loadSodium();
const DAY = 86_400_000;
const [alice, bob, carol, eve] = ['alice', 'bob', 'carol', 'eve'].map(person) as [
  Person,
  Person,
  Person,
  Person,
];
const phone = withNewDevice(bob);
const identities = [alice, phone, carol, eve].map(({ identity }) => identity.entries);

/** A log of alice and bob as owners and carol as a writer. */
function begin(): LogBench {
  const log = new LogBench('vectors of ops');
  log.meet(alice, phone, carol, eve);
  log.found(alice, [log.member(alice), log.member(bob), log.member(carol, 'writer')]);
  return log;
}
function ok(name: string, title: string, story: (log: LogBench) => void, spec = '§6.3'): void {
  const log = begin();
  const outcomes = ['applied'];
  const apply = log.apply.bind(log);
  log.apply = (op) => {
    const applied = apply(op);
    outcomes.push(applied.outcome);
    return applied;
  };
  story(log);
  const { position, hash, collection, epoch, notAfter, members } = log.now;
  const output = {
    position,
    hash,
    collection,
    epoch,
    notAfter,
    outcomes,
    members: members.map((member) => [member.person, member.role, member.length, member.hash]),
  };
  writeVector('op', name, { title, spec, expect: 'ok', input: { identities, ops: log.encoded() }, output });
}
/** The last op breaks the rule; those before it are good. */
function bad(name: string, rule: string, expect: string, title: string, story: (log: LogBench) => Op): void {
  const log = begin();
  const op = story(log);
  writeVector('op', name, {
    title,
    spec: '§6.3',
    rule,
    expect,
    input: { identities, ops: [...log.encoded(), encodeOp(op)] },
  });
}
const op = (log: LogBench, who: Person, change: Partial<OpHeader> = {}) =>
  log.sign(who, log.draft(who, change));
const keepAll = (log: LogBench) => [log.member(alice), log.member(bob), log.member(carol, 'writer')];

ok('founded', 'the first op alone', () => {});
ok('records', 'records of owners and a writer, and heads they have seen', (log) => {
  log.append(bob);
  log.append(carol, { seen: [...log.head(2)] });
  log.append(bob, { blobs: { add: [[log.random(16), 632]], drop: [log.random(16)] } });
});
ok('rotated', 'a rotation removes carol; what bob wrote before he saw it is void', (log) => {
  const late = op(log, bob);
  log.append(alice, { control: log.rotation([log.member(alice), log.member(bob)], DAY * 30_000) });
  log.apply(late);
  log.append(bob);
});
ok('past-the-day', 'an op past the epoch’s last day is void, a rotation is not', (log) => {
  const time = DAY * 20_300;
  log.append(alice, { control: { type: 'roster', notAfter: time, payloads: ['roster'] } });
  log.append(bob, { time });
  log.append(bob, { time: time + 1 });
  log.append(bob, { time: time + 1, control: log.rotation(keepAll(log)) });
});
ok('skipped', 'numbers that were refused are listed', (log) => {
  log.append(bob);
  log.append(bob, { seq: 4, skips: [2, 3] });
});
ok('incarnations', 'a new incarnation closes the former one', (log) => {
  const { header } = log.append(bob);
  log.restart(bob);
  log.append(bob, { closes: [header.incarnation, 1] });
});
ok('own-head', 'a head moves forward with the device it brings', (log) => {
  log.append(phone, { control: { type: 'head', member: log.member(phone) } });
  log.append(phone);
});
ok('admitted', 'a new writer', (log) => {
  log.append(alice, { control: { type: 'admit', member: log.member(eve, 'writer') } });
  log.append(eve);
});
ok('pruned', 'a body that an owner pruned is null', (log) => {
  const { header } = log.append(bob);
  const [[change]] = header.changes as [OpHeader['changes'][0]];
  log.append(alice, { control: { type: 'prune', changes: [change] } });
  log.ops[1] = { ...(log.ops[1] as Op), bodies: [null] };
});

bad('signature', 'R-OP-1', 'bad-signature', 'the signature of another member', (log) => {
  const value = op(log, bob);
  return { ...value, signature: sign(carol.deviceKey, 'op', value.headerBytes) };
});
bad('signature-label', 'R-OP-1', 'bad-signature', 'a signature under the label of a grant', (log) => {
  const value = op(log, bob);
  return { ...value, signature: sign(bob.deviceKey, 'grant', value.headerBytes) };
});
bad('other-vault', 'R-OP-2', 'wrong-audience', 'another vault', (log) =>
  op(log, bob, { vault: log.random(16) }),
);
bad('other-collection', 'R-OP-2', 'wrong-audience', 'another collection', (log) =>
  op(log, bob, { collection: log.random(32) }),
);
bad('stranger', 'R-OP-3', 'not-authorised', 'an author who is no member', (log) => op(log, eve));
bad('device-of-another', 'R-OP-3', 'not-authorised', 'a device of another person', (log) =>
  op(log, eve, { person: bob.id }),
);
bad(
  'device-not-admitted',
  'R-OP-3',
  'not-authorised',
  'a device that the head in force does not admit',
  (log) => op(log, phone),
);
bad('removed', 'R-OP-3', 'not-authorised', 'a member whom a rotation removed', (log) => {
  log.append(alice, { control: log.rotation([log.member(alice)]) });
  return op(log, bob);
});
bad('replayed', 'R-OP-4', 'bad-chain', 'an op served twice', (log) => {
  log.append(bob);
  return log.ops[1] as Op;
});
bad('hole', 'R-OP-4', 'dropped', 'a number left out', (log) => op(log, bob, { seq: 2 }));
bad('hole-huge', 'R-OP-4', 'dropped', 'the largest number', (log) =>
  op(log, bob, { seq: Number.MAX_SAFE_INTEGER }),
);
bad('skips-short', 'R-OP-4', 'dropped', 'skips that do not fill the hole', (log) =>
  op(log, bob, { seq: 3, skips: [1] }),
);
bad('skips-others', 'R-OP-4', 'bad-chain', 'skips of other numbers', (log) =>
  op(log, bob, { seq: 3, skips: [2, 3] }),
);
bad('closed', 'R-OP-4', 'bad-chain', 'an incarnation that goes on after it was closed', (log) => {
  const { header } = log.append(bob);
  log.restart(bob);
  log.append(bob, { closes: [header.incarnation, 1] });
  return op(log, bob, { incarnation: header.incarnation, seq: 2 });
});
bad('incarnation-unclosed', 'R-OP-4', 'bad-chain', 'a new incarnation that closes nothing', (log) => {
  log.append(bob);
  log.restart(bob);
  return op(log, bob);
});
bad('writer-rotates', 'R-OP-5', 'not-authorised', 'a rotation by a writer', (log) =>
  op(log, carol, { control: log.rotation(keepAll(log)) }),
);
bad('writer-admits', 'R-OP-5', 'not-authorised', 'an admission by a writer', (log) =>
  op(log, carol, { control: { type: 'admit', member: log.member(eve) } }),
);
bad('writer-prunes', 'R-OP-5', 'not-authorised', 'a prune by a writer', (log) =>
  op(log, carol, { control: { type: 'prune', changes: [log.random(16)] } }),
);
bad('head-backwards', 'R-OP-5', 'not-authorised', 'a head that moves backwards', (log) => {
  log.append(bob, { control: { type: 'head', member: log.member(phone) } });
  return op(log, alice, { control: { type: 'head', member: log.member(bob) } });
});
bad('admits-other-head', 'R-OP-5', 'not-authorised', 'an admission with a head not on the log', (log) => {
  const [id, role, length] = log.member(eve, 'writer');
  return op(log, alice, { control: { type: 'admit', member: [id, role, length, log.random(32)] } });
});
bad('admits-unknown', 'R-OP-5', 'not-authorised', 'an admission of someone without identity log', (log) =>
  op(log, alice, { control: { type: 'admit', member: log.member(person('mallory'), 'writer') } }),
);
bad('head-promotes', 'R-OP-5', 'not-authorised', 'a writer who makes themselves an owner', (log) =>
  op(log, carol, { control: { type: 'head', member: log.member(carol, 'owner') } }),
);
bad('seen-other-hash', 'R-OP-6', 'fork', 'a signed head with another hash', (log) =>
  op(log, bob, { seen: [...log.head(1, { hash: log.random(32) })] }),
);
bad('seen-ahead', 'R-OP-6', 'fork', 'a signed head of a position that is not there yet', (log) =>
  op(log, bob, { seen: [...log.head(2)] }),
);
bad('seen-by-stranger', 'R-OP-6', 'fork', 'the same by an author whom this log does not know', (log) =>
  op(log, eve, { seen: [...log.head(1, { hash: log.random(32) })] }),
);
bad('seen-unsigned', 'R-OP-6', 'not-authorised', 'a head that the server did not sign', (log) => {
  const [headBytes] = log.head(1);
  return op(log, bob, { seen: [headBytes, sign(eve.deviceKey, 'head', headBytes)] });
});
bad('change-again', 'R-OP-7', 'bad-chain', 'a change id used before', (log) => {
  const { header } = log.append(bob);
  const draft = log.draft(carol, { changes: header.changes });
  return log.sign(carol, { ...draft, bodies: log.ops[1]?.bodies as Uint8Array[] });
});
bad('body-other', 'R-OP-8', 'bad-chain', 'another body', (log) => ({
  ...op(log, bob),
  bodies: [log.random(300)],
}));
bad('body-missing', 'R-OP-8', 'bad-chain', 'a body too few', (log) => ({ ...op(log, bob), bodies: [] }));
bad('body-null', 'R-OP-8', 'dropped', 'a null body that no prune names', (log) => ({
  ...op(log, bob),
  bodies: [null],
}));
bad('founded-twice', 'R-OP-9', 'bad-chain', 'a second founding', (log) => log.sign(bob, log.founding(bob)));
bad('members-twice', 'R-OP-10', 'bad-chain', 'a rotation that names a member twice', (log) =>
  op(log, alice, { control: log.rotation([log.member(alice), log.member(alice)]) }),
);
bad('no-owner', 'R-OP-10', 'not-authorised', 'a rotation that keeps no owner', (log) =>
  op(log, alice, { control: log.rotation([log.member(carol, 'writer')]) }),
);
bad('rotation-adds', 'R-OP-10', 'not-authorised', 'a rotation that adds a member', (log) =>
  op(log, alice, { control: log.rotation([...keepAll(log), log.member(eve, 'writer')]) }),
);
bad('epoch-ahead', 'R-OP-10', 'bad-chain', 'an epoch that no rotation has started', (log) =>
  op(log, bob, { epoch: 2 }),
);
bad('day-raised', 'R-OP-11', 'not-authorised', 'a roster that raises the last day', (log) => {
  log.append(alice, { control: { type: 'roster', notAfter: DAY * 30_000, payloads: ['roster'] } });
  return op(log, alice, { control: { type: 'roster', notAfter: null, payloads: ['roster'] } });
});
bad('closes-unknown', 'R-OP-12', 'dropped', 'an incarnation closed that the log does not know', (log) => {
  log.append(bob);
  log.restart(bob);
  return op(log, bob, { closes: [log.random(16), 1] });
});
bad('closes-first', 'R-OP-12', 'dropped', 'an incarnation closed by the first op of its device', (log) =>
  op(log, bob, { closes: [log.random(16), 0] }),
);
bad('closes-former', 'R-OP-12', 'dropped', 'an incarnation closed that was closed before', (log) => {
  const { header } = log.append(bob);
  log.restart(bob);
  log.append(bob, { closes: [header.incarnation, 1] });
  log.restart(bob);
  return op(log, bob, { closes: [header.incarnation, 1] });
});
bad('closes-of-another', 'R-OP-12', 'dropped', 'the incarnation of another device closed', (log) => {
  const { header } = log.append(carol);
  log.append(bob);
  log.restart(bob);
  return op(log, bob, { closes: [header.incarnation, 1] });
});
bad(
  'closes-going-on',
  'R-OP-12',
  'bad-chain',
  'an incarnation that goes on and closes a former one',
  (log) => {
    const { header } = log.append(bob);
    log.restart(bob);
    log.append(bob, { closes: [header.incarnation, 1] });
    return op(log, bob, { closes: [header.incarnation, 1] });
  },
);
bad(
  'closes-ahead',
  'R-OP-12',
  'dropped',
  'an incarnation closed at a number that the log has not reached',
  (log) => {
    const { header } = log.append(bob);
    log.restart(bob);
    return op(log, bob, { closes: [header.incarnation, 2] });
  },
);
bad('closes-itself', 'R-OP-12', 'bad-chain', 'an op that closes its own incarnation', (log) => {
  const { header } = log.append(bob);
  return op(log, bob, { closes: [header.incarnation, 1] });
});
bad('closes-itself-anew', 'R-OP-12', 'bad-chain', 'a new incarnation that closes itself', (log) => {
  log.append(bob);
  log.restart(bob);
  const incarnation = log.random(16);
  return op(log, bob, { incarnation, closes: [incarnation, 1] });
});
/** An op whose header is not of the shape that `encodeOpHeader` takes. */
function shaped(log: LogBench, change: object): Op {
  const { header, bodies } = log.draft(bob);
  const headerBytes = encode({ ...header, ...change } as never);
  return { headerBytes, signature: sign(bob.deviceKey, 'op', headerBytes), bodies };
}
bad('version-2', 'R-SUITE-1', 'unsupported', 'another version', (log) => shaped(log, { v: 2 }));
bad('suite-2', 'R-SUITE-1', 'unsupported', 'another suite', (log) => shaped(log, { suite: 2 }));
bad('extra-field', 'R-CBOR-1', 'malformed', 'a field too many', (log) => shaped(log, { note: null }));
bad('half-a-day', 'R-CBOR-1', 'malformed', 'a last day that is no whole day', (log) =>
  shaped(log, { control: { ...log.rotation(keepAll(log)), notAfter: DAY / 2 } }),
);
bad('unknown-control', 'R-CBOR-1', 'malformed', 'a control of an unknown type', (log) =>
  shaped(log, { control: { type: 'dissolve' } }),
);
/** A control op with payloads that SPEC §6.2 does not list for it. */
function listing(type: string, payloads: readonly string[]): (log: LogBench) => Op {
  return (log) => {
    const control = {
      found: log.founding(bob).header.control,
      rotate: log.rotation(keepAll(log)),
      roster: { type, notAfter: null },
    }[type];
    return shaped(log, { control: { ...control, payloads } });
  };
}
const malformed = (name: string, title: string, story: (log: LogBench) => Op) =>
  bad(name, 'R-CBOR-1', 'malformed', title, story);
malformed('payloads-found', 'a founding with a previous key', listing('found', ['roster', 'previous-key']));
malformed('payloads-none', 'a rotation without roster', listing('rotate', []));
malformed(
  'payloads-order',
  'a previous key before the roster',
  listing('rotate', ['previous-key', 'roster']),
);
malformed('payloads-roster', 'a roster with a previous key', listing('roster', ['roster', 'previous-key']));
malformed('payloads-twice', 'a rotation with two rosters', listing('rotate', ['roster', 'roster']));
