import { createHash } from 'node:crypto';
import { equalBytes, hash } from '../../src/crypto/hash.js';
import { sign, signingKeyPairFromSeed } from '../../src/crypto/sign.js';
import type { SignedHead } from '../../src/formats/head.js';
import {
  encodeIdentityEntry,
  encodeSignedIdentityEntry,
  type IdentityEntry,
} from '../../src/formats/identity-entry.js';
import { type Control, encodeOp, encodeOpHeader, type Member, type OpHeader } from '../../src/formats/op.js';
import { type Identity, identityHead, verifyIdentityLog } from '../../src/protocol/identity-chain.js';

const ZERO = new Uint8Array(32);

/** Bytes that look random and are the same in every run. */
export function bytesOf(name: string, length: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let i = 0; i * 32 < length; i++) pieces.push(createHash('sha256').update(`${name}/${i}`).digest());
  return new Uint8Array(Buffer.concat(pieces).subarray(0, length));
}

/** A person with a real identity log; more devices are added with `addDevice`. */
export interface RawPerson {
  readonly name: string;
  readonly rootSeed: Uint8Array;
  /** The seed of the device that signs. */
  readonly seed: Uint8Array;
  readonly device: Uint8Array;
  readonly identity: Identity;
}

export function rawPerson(name: string, time = 1_700_000_000_000): RawPerson {
  const rootSeed = bytesOf(`${name}/root`, 32);
  const seed = bytesOf(`${name}/device`, 32);
  const device = signingKeyPairFromSeed(seed).publicKey;
  const entry: IdentityEntry = {
    v: 1,
    suite: 1,
    type: 'found',
    index: 0,
    person: null,
    previous: null,
    time,
    nonce: bytesOf(`${name}/nonce`, 16),
    root: signingKeyPairFromSeed(rootSeed).publicKey,
    device,
    kemEpoch: 1,
    kem: bytesOf(`${name}/kem`, 1216),
  };
  return { name, rootSeed, seed, device, identity: verifyIdentityLog([signEntry(entry, rootSeed, seed)]) };
}

/** The same person, signing with another device, which their log admits. */
export function addDevice(person: RawPerson, name: string): RawPerson {
  const seed = bytesOf(`${person.name}/${name}`, 32);
  const device = signingKeyPairFromSeed(seed).publicKey;
  const { identity, rootSeed } = person;
  const [length, previous] = identityHead(identity);
  const entry: IdentityEntry = {
    v: 1,
    suite: 1,
    type: 'device.add',
    index: length,
    person: identity.person,
    previous,
    time: identity.time + 1,
    device,
  };
  return {
    ...person,
    seed,
    device,
    identity: verifyIdentityLog([signEntry(entry, rootSeed, seed)], identity),
  };
}

function signEntry(entry: IdentityEntry, rootSeed: Uint8Array, seed: Uint8Array): Uint8Array {
  const entryBytes = encodeIdentityEntry(entry);
  return encodeSignedIdentityEntry({
    entryBytes,
    rootSignature: sign(rootSeed, 'identity-entry', entryBytes),
    deviceSignature: sign(seed, 'identity-device', entryBytes),
  });
}

export function member(person: RawPerson, role: Member[1] = 'owner'): Member {
  const [length, head] = identityHead(person.identity);
  return [person.identity.person, role, length, head];
}

/** What an op carries; the rest follows from where its log and its device stand. */
export interface RawOp {
  readonly control?: Control;
  readonly bodies?: readonly Uint8Array[];
  readonly blobs?: OpHeader['blobs'];
  readonly epoch?: number;
  readonly seq?: number;
  readonly skips?: number[];
  readonly closes?: OpHeader['closes'];
  readonly seen?: SignedHead | null;
  readonly time?: number;
  readonly incarnation?: Uint8Array;
  readonly changes?: readonly Uint8Array[];
}

/** Builds the ops of one collection with real signatures, without sealing anything: bodies are noise. */
export class RawLog {
  readonly vault: Uint8Array;
  collection: Uint8Array | null = null;
  epoch = 1;
  readonly name: string;
  readonly #seq = new Map<string, number>();
  #changes = 0;

  constructor(name: string, vault: Uint8Array = bytesOf(`${name}/vault`, 16)) {
    this.name = name;
    this.vault = vault;
  }

  /** The first op; sets `collection`. */
  found(
    person: RawPerson,
    options: {
      readonly server: Uint8Array;
      readonly members?: Member[];
      readonly notAfter?: number | null;
      readonly blobs?: OpHeader['blobs'];
      readonly time?: number;
    },
  ): Uint8Array {
    const { server, members = [member(person)], notAfter = null, blobs, time } = options;
    const control: Control = {
      type: 'found',
      nonce: bytesOf(`${this.name}/nonce`, 16),
      server,
      commitment: bytesOf(`${this.name}/commitment/1`, 32),
      notAfter,
      members,
      payloads: [],
    };
    const { headerBytes, signature, bytes } = this.#build(person, {
      control,
      ...(blobs && { blobs }),
      ...(time && { time }),
    });
    this.collection = hash('log', ZERO, headerBytes, signature);
    return bytes;
  }

  /** The next op of this person's device. */
  op(person: RawPerson, options: RawOp = {}): Uint8Array {
    return this.#build(person, { bodies: [bytesOf(`${this.name}/body/${this.#changes}`, 300)], ...options })
      .bytes;
  }

  /** An op that starts the next epoch with these members. */
  rotate(
    person: RawPerson,
    members: Member[],
    options: { readonly notAfter?: number | null; readonly time?: number; readonly skips?: number[] } = {},
  ): Uint8Array {
    const control: Control = {
      type: 'rotate',
      commitment: bytesOf(`${this.name}/commitment/${this.epoch + 1}`, 32),
      notAfter: options.notAfter ?? null,
      members,
      payloads: ['roster'],
    };
    const bytes = this.op(person, {
      control,
      bodies: [bytesOf(`${this.name}/roster/${this.epoch + 1}`, 300)],
      ...(options.time && { time: options.time }),
      skips: options.skips ?? [],
    });
    this.epoch += 1;
    return bytes;
  }

  #build(person: RawPerson, options: RawOp) {
    const incarnation = options.incarnation ?? bytesOf(`${person.name}/incarnation`, 16);
    const line = Buffer.concat([person.device, incarnation]).toString('hex');
    const seq = options.seq ?? (this.#seq.get(line) ?? 0) + 1;
    this.#seq.set(line, Math.max(seq, this.#seq.get(line) ?? 0));
    const bodies = options.bodies ?? [];
    const header: OpHeader = {
      v: 1,
      suite: 1,
      vault: this.vault,
      collection: this.collection,
      epoch: options.epoch ?? this.epoch,
      person: person.identity.person,
      device: person.device,
      incarnation,
      seq,
      skips: options.skips ?? [],
      closes: options.closes ?? null,
      seen: options.seen ? [options.seen[0], options.seen[1]] : null,
      time: options.time ?? 1_700_000_000_000,
      onBehalfOf: null,
      control: options.control ?? null,
      blobs: options.blobs ?? { add: [], drop: [] },
      changes: bodies.map((body, i) => [
        options.changes?.[i] ?? bytesOf(`${this.name}/change/${this.#changes++}`, 16),
        hash('body', body),
        body.length,
      ]),
    };
    const headerBytes = encodeOpHeader(header);
    const signature = sign(person.seed, 'op', headerBytes);
    return { headerBytes, signature, bytes: encodeOp({ headerBytes, signature, bodies }) };
  }
}

/** Whether a list holds these bytes. */
export function holds(list: readonly Uint8Array[], bytes: Uint8Array): boolean {
  return list.some((other) => equalBytes(other, bytes));
}
