import { hash } from '../../src/crypto/hash.js';
import type { RandomBytes } from '../../src/crypto/random.js';
import { type SigningKeyPair, sign, signingKeyPairFromSeed } from '../../src/crypto/sign.js';
import { encodeHead, type SignedHead } from '../../src/formats/head.js';
import { bytesToHex } from '../../src/formats/id.js';
import { encodeOp, encodeOpHeader, type Member, type Op, type OpHeader } from '../../src/formats/op.js';
import { type Identity, identityHead } from '../../src/protocol/identity-chain.js';
import { type AppliedOp, applyHeader, checkBodies } from '../../src/protocol/log-rules.js';
import type { LogState } from '../../src/protocol/log-state.js';
import { type Person, START } from './people.js';
import { seededRandom } from './seeded-random.js';

/** An op header to be signed, with the bodies that its changes name. */
export interface Draft {
  readonly header: OpHeader;
  readonly bodies: readonly Uint8Array[];
}

/** One log as an honest server would hold it: drafts ops, signs them, applies them with the rules under test. */
export class LogBench {
  readonly random: RandomBytes;
  readonly vault: Uint8Array;
  readonly server: SigningKeyPair;
  readonly identities = new Map<string, Identity>();
  readonly hashes: Uint8Array[] = [];
  readonly changes = new Set<string>();
  readonly pruned = new Set<string>();
  readonly ops: Op[] = [];
  state: LogState | null = null;
  #incarnations = new Map<string, Uint8Array>();

  constructor(seed: string) {
    this.random = seededRandom(`log ${seed}`);
    this.vault = this.random(16);
    this.server = signingKeyPairFromSeed(this.random(32));
  }

  /** The state; throws before the first op. */
  get now(): LogState {
    if (this.state === null) throw new Error('no op yet');
    return this.state;
  }

  /** Makes an identity log known to whoever checks this log. */
  meet(...people: readonly Person[]): void {
    for (const { identity } of people) this.identities.set(bytesToHex(identity.person), identity);
  }

  member(who: Person, role: Member[1] = 'owner'): Member {
    const [length, headHash] = identityHead(who.identity);
    return [who.id, role, length, headHash];
  }

  /** Starts a new incarnation for a device; its first op is to close the one before. */
  restart(who: Person): void {
    this.#incarnations.delete(bytesToHex(who.device));
  }

  /** The next op of a device, one record in it unless `change` says otherwise. */
  draft(
    who: Person,
    change: Partial<OpHeader> = {},
    bodies: readonly Uint8Array[] = [this.random(300)],
  ): Draft {
    const name = bytesToHex(who.device);
    const incarnation = this.#incarnations.get(name) ?? this.random(16);
    this.#incarnations.set(name, incarnation);
    const line = this.state?.lines.find(
      (other) =>
        bytesToHex(other.device) === name && bytesToHex(other.incarnation) === bytesToHex(incarnation),
    );
    const header: OpHeader = {
      v: 1,
      suite: 1,
      vault: this.vault,
      collection: this.state?.collection ?? null,
      epoch: this.state?.epoch ?? 1,
      person: who.id,
      device: who.device,
      incarnation,
      seq: (line?.seq ?? 0) + 1,
      skips: [],
      closes: null,
      seen: null,
      time: START + 10_000 + this.hashes.length * 1000,
      onBehalfOf: null,
      control: null,
      blobs: { add: [], drop: [] },
      changes: bodies.map((body) => [this.random(16), hash('body', body), body.length]),
      ...change,
    };
    return { header, bodies };
  }

  /** The op that founds the log, with these members. */
  founding(
    who: Person,
    members: readonly Member[] = [this.member(who)],
    notAfter: number | null = null,
  ): Draft {
    return this.draft(who, {
      control: {
        type: 'found',
        nonce: this.random(16),
        server: this.server.publicKey,
        commitment: this.random(32),
        notAfter,
        members: [...members],
        payloads: [],
      },
    });
  }

  rotation(members: readonly Member[], notAfter: number | null = null): NonNullable<OpHeader['control']> {
    return {
      type: 'rotate',
      commitment: this.random(32),
      notAfter,
      members: [...members],
      payloads: ['roster'],
    };
  }

  sign(who: Person, { header, bodies }: Draft): Op {
    const headerBytes = encodeOpHeader(header);
    return { headerBytes, signature: sign(who.deviceKey, 'op', headerBytes), bodies };
  }

  /** What the rules say to an op, without keeping it. */
  check(op: Op): AppliedOp {
    const applied = applyHeader(this.state, op.headerBytes, op.signature, {
      identityOf: (id) => this.identities.get(bytesToHex(id)) ?? null,
      hashAt: (position) => this.hashes[position - 1] ?? null,
      hasChange: (change) => this.changes.has(bytesToHex(change)),
      signatures: 'verify',
    });
    checkBodies(applied.header, op.bodies, (change) => this.pruned.has(bytesToHex(change)));
    return applied;
  }

  /** Checks and keeps an op. */
  apply(op: Op): AppliedOp {
    const applied = this.check(op);
    this.state = applied.state;
    this.hashes.push(applied.state.hash);
    this.ops.push(op);
    if (applied.outcome === 'applied')
      for (const [change] of applied.header.changes) this.changes.add(bytesToHex(change));
    return applied;
  }

  append(who: Person, change: Partial<OpHeader> = {}): AppliedOp {
    return this.apply(this.sign(who, this.draft(who, change)));
  }

  found(who: Person, members?: readonly Member[], notAfter?: number | null): AppliedOp {
    return this.apply(this.sign(who, this.founding(who, members, notAfter)));
  }

  /** A head of this log as its server signs it. */
  head(
    position = this.now.position,
    changed: { readonly hash?: Uint8Array; readonly collection?: Uint8Array } = {},
  ): SignedHead {
    const headBytes = encodeHead({
      collection: changed.collection ?? this.now.collection,
      position,
      hash: changed.hash ?? this.hashes[position - 1] ?? this.random(32),
      time: START + 20_000,
    });
    return [headBytes, sign(this.server.secretKey, 'head', headBytes)];
  }

  /** Every op so far, encoded. */
  encoded(): Uint8Array[] {
    return this.ops.map(encodeOp);
  }
}
