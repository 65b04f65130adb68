import {
  createCipheriv,
  createHash,
  createHmac,
  createPublicKey,
  verify as verifySignature,
} from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { decode as decodeCbor, encode as encodeCbor } from 'cborg';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/source-tree.js';

// A second reader of the formats, written from SPEC.md and nothing of src/: other CBOR, BLAKE2b, XChaCha20-Poly1305,
// Ed25519 and AES. Where it and the vectors disagree, one of SPEC, vectors and code is wrong.

/** What this reader says of bytes that it refuses; the word is that of the vectors. */
class Refusal extends Error {
  readonly verdict: string;
  constructor(verdict: string) {
    super(verdict);
    this.verdict = verdict;
  }
}
function refuseIf(condition: boolean, verdict: string): void {
  if (condition) throw new Refusal(verdict);
}

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const same = (a: Uint8Array, b: Uint8Array) => toHex(a) === toHex(b);
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

// §1.2, §2.2
function decode(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = decodeCbor(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      rejectDuplicateMapKeys: true,
    });
  } catch {
    throw new Refusal('malformed');
  }
  refuseIf(!same(encodeCbor(value), bytes), 'malformed');
  return value;
}
const transcript = (label: string, ...parts: Uint8Array[]) =>
  Buffer.concat([Buffer.from(`coffret/v1/${label}\0`), ...parts.flatMap((part) => [u64(part.length), part])]);
const hash = (label: string, ...parts: Uint8Array[]) => blake2b(transcript(label, ...parts), { dkLen: 32 });
const derive = (key: Uint8Array, length: number, label: string, ...parts: Uint8Array[]) =>
  blake2b(transcript(label, ...parts), { dkLen: length, key });
function isSigned(publicKey: Uint8Array, label: string, message: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
    format: 'jwk',
  });
  return verifySignature(
    null,
    Buffer.concat([Buffer.from(`coffret/v1/${label}\0`), message]),
    key,
    signature,
  );
}

// §3, §3.1
function paddedLength(content: number): number {
  const needed = content + 1;
  for (const bucket of [256, 512, 1024, 2048, 4096, 8192]) if (needed <= bucket) return bucket;
  const exponent = 31 - Math.clz32(needed);
  const step = 2 ** (exponent - (31 - Math.clz32(exponent) + 1));
  return Math.ceil(needed / step) * step;
}
interface SealInput {
  readonly key: string;
  readonly binding: Record<string, string | number | null>;
  readonly sealed: string;
}
function readSeal({ key, binding, sealed: text }: SealInput): unknown {
  const sealed = hex(text);
  refuseIf(sealed.length === 0, 'malformed');
  refuseIf(sealed[0] !== 1, 'unsupported');
  refuseIf(sealed.length < 73, 'malformed');
  const field = (name: string) => (typeof binding[name] === 'string' ? hex(binding[name]) : binding[name]);
  const fields = ['vault', 'collection', 'epoch', 'person', 'device', 'object'].map(field);
  const ad = encodeCbor(['coffret/v1', binding.type, 1, ...fields]);
  const x = derive(hex(key), 64, 'seal', sealed.subarray(1, 25), ad);
  refuseIf(!same(x.subarray(32), sealed.subarray(25, 57)), 'open-failed');
  let padded: Uint8Array;
  try {
    padded = xchacha20poly1305(x.subarray(0, 32), new Uint8Array(24), ad).decrypt(sealed.subarray(57));
  } catch {
    throw new Refusal('open-failed');
  }
  const end = padded.findLastIndex((byte) => byte !== 0);
  refuseIf(end < 0 || padded[end] !== 0x80 || paddedLength(end) !== padded.length, 'open-failed');
  return { plaintext: toHex(padded.subarray(0, end)) };
}

// §5
type Entry = {
  v: number;
  suite: number;
  type: string;
  index: number;
  person: Uint8Array | null;
  previous: Uint8Array | null;
} & {
  time: number;
  device: Uint8Array;
  root: Uint8Array;
  kem: Uint8Array;
};
const ENTRY_FIELDS: Record<string, Record<string, number>> = {
  found: { nonce: 16, root: 32, device: 32, kem: 1216 },
  'device.add': { person: 32, previous: 32, device: 32 },
};
const ENTRY_KEYS: Record<string, number> = { found: 12, 'device.add': 8 };
function readIdentity(entries: readonly string[]) {
  let root: Uint8Array | null = null;
  let kem: Uint8Array | null = null;
  let person: Uint8Array = new Uint8Array(32);
  let time = 0;
  const heads: Uint8Array[] = [];
  const devices: { device: Uint8Array; since: number }[] = [];
  entries.forEach((text, at) => {
    const [bytes, rootSignature, deviceSignature] = decode(hex(text)) as [Uint8Array, Uint8Array, Uint8Array];
    const entry = decode(bytes) as Entry;
    refuseIf(entry.v !== 1 || entry.suite !== 1, 'unsupported');
    const sizes = ENTRY_FIELDS[entry.type];
    if (sizes === undefined) throw new Refusal('unsupported');
    refuseIf(Object.keys(entry).length !== ENTRY_KEYS[entry.type], 'malformed');
    const wrongSize = Object.entries(sizes).some(
      ([name, size]) => (entry as unknown as Record<string, Uint8Array>)[name]?.length !== size,
    );
    refuseIf(wrongSize, 'malformed');
    refuseIf(entry.index !== at || (entry.type === 'found') !== (at === 0), 'bad-chain');
    if (at === 0) {
      root = entry.root;
      kem = entry.kem;
      person = hash('person', bytes);
    }
    refuseIf(
      !isSigned(root as unknown as Uint8Array, 'identity-entry', bytes, rootSignature),
      'bad-signature',
    );
    refuseIf(!isSigned(entry.device, 'identity-device', bytes, deviceSignature), 'bad-signature');
    const before = heads[at - 1];
    if (before !== undefined) {
      refuseIf(
        !same(entry.person as Uint8Array, person) || !same(entry.previous as Uint8Array, before),
        'bad-chain',
      );
      refuseIf(entry.time < time || devices.some(({ device }) => same(device, entry.device)), 'bad-chain');
    }
    time = entry.time;
    devices.push({ device: entry.device, since: at + 1 });
    heads.push(hash('identity', before ?? new Uint8Array(32), bytes));
  });
  refuseIf(entries.length === 0, 'bad-chain');
  return { person, kem: kem as unknown as Uint8Array, heads, devices };
}
function readIdentityLog({ entries }: { readonly entries: readonly string[] }): unknown {
  const { person, kem, heads, devices } = readIdentity(entries);
  return {
    person: toHex(person),
    head: [heads.length, toHex(heads.at(-1) as Uint8Array)],
    devices: devices.map(({ device, since }) => ({ device: toHex(device), since })),
    kem: toHex(kem),
  };
}

// §6
type MemberRow = [person: Uint8Array, role: 'owner' | 'writer', length: number, hash: Uint8Array];
interface Control {
  readonly type: string;
  readonly server: Uint8Array;
  readonly notAfter: number | null;
  readonly members: MemberRow[];
  readonly member: MemberRow;
  readonly payloads?: string[];
  readonly changes: Uint8Array[];
}
interface Header {
  readonly v: number;
  readonly suite: number;
  readonly vault: Uint8Array;
  readonly collection: Uint8Array | null;
  readonly epoch: number;
  readonly person: Uint8Array;
  readonly device: Uint8Array;
  readonly incarnation: Uint8Array;
  readonly seq: number;
  readonly skips: number[];
  readonly closes: [Uint8Array, number] | null;
  readonly seen: [Uint8Array, Uint8Array] | null;
  readonly time: number;
  readonly control: Control | null;
  readonly changes: [Uint8Array, Uint8Array, number][];
}
/** The payloads that each control may name, in the order of the changes. */
const PAYLOADS: Record<string, string[]> = {
  found: ['[]', '["roster"]'],
  rotate: ['["roster"]', '["roster","previous-key"]'],
  roster: ['["roster"]'],
  admit: [],
  head: [],
  prune: [],
};

function readOps({ identities, ops }: { readonly identities: string[][]; readonly ops: string[] }): unknown {
  const known = identities.map(readIdentity);
  const isOn = (person: Uint8Array, length: number, head: Uint8Array) => {
    const own = known.find((other) => same(other.person, person))?.heads[length - 1];
    return own !== undefined && same(own, head);
  };
  let running: Uint8Array = new Uint8Array(32);
  let collection: Uint8Array = running;
  let vault: Uint8Array = running;
  let server: Uint8Array = running;
  let epoch = 1;
  let notAfter: number | null = null;
  let members: MemberRow[] = [];
  const hashes: Uint8Array[] = [];
  const outcomes: string[] = [];
  const lines = new Map<string, { incarnation: Uint8Array; seq: number }>();
  const used = new Set<string>();
  const missing = new Set<string>();
  const pruned = new Set<string>();

  for (const text of ops) {
    const [headerBytes, signature, bodies] = decode(hex(text)) as [
      Uint8Array,
      Uint8Array,
      (Uint8Array | null)[],
    ];
    const header = decode(headerBytes) as Header;
    refuseIf(header.v !== 1 || header.suite !== 1, 'unsupported');
    const { control } = header;
    refuseIf(Object.keys(header).length !== 17, 'malformed');
    if (control !== null) {
      const lists = PAYLOADS[control.type];
      refuseIf(lists === undefined, 'malformed');
      const payloads = JSON.stringify(control.payloads);
      refuseIf(payloads === undefined ? lists?.length !== 0 : !lists?.includes(payloads), 'malformed');
    }
    refuseIf(typeof control?.notAfter === 'number' && control.notAfter % 86_400_000 !== 0, 'malformed');
    refuseIf(!isSigned(header.device, 'op', headerBytes, signature), 'bad-signature'); // R-OP-1
    const first = hashes.length === 0;
    refuseIf(first !== (control?.type === 'found') || first !== (header.collection === null), 'bad-chain'); // R-OP-9
    running = hash('log', running, headerBytes, signature);
    if (first) {
      const founding = control as Control;
      [collection, vault, server, members, notAfter] = [
        running,
        header.vault,
        founding.server,
        founding.members,
        founding.notAfter,
      ];
      refuseIf(members.find(([person]) => same(person, header.person))?.[1] !== 'owner', 'not-authorised');
    }
    refuseIf(
      !same(header.vault, vault) || !same(header.collection ?? collection, collection),
      'wrong-audience',
    ); // R-OP-2
    if (header.seen !== null) {
      const [, of, position, headHash] = decode(header.seen[0]) as [string, Uint8Array, number, Uint8Array]; // R-OP-6
      refuseIf(
        !isSigned(server, 'head', header.seen[0], header.seen[1]) || !same(of, collection),
        'not-authorised',
      );
      const at = hashes[position - 1];
      refuseIf(at === undefined || !same(at, headHash), 'fork');
    }
    const author = members.find(([person]) => same(person, header.person));
    const own = control?.type === 'head' && same(control.member[0], header.person) ? control.member : author; // R-OP-3
    const identity = known.find(({ person }) => same(person, header.person));
    const admitted =
      own !== undefined &&
      isOn(header.person, own[2], own[3]) &&
      identity?.devices.some(({ device, since }) => since <= own[2] && same(device, header.device));
    refuseIf(author === undefined || !admitted, 'not-authorised');

    const { incarnation, closes } = header;
    const line = lines.get(toHex(header.device));
    const goesOn = line !== undefined && same(line.incarnation, incarnation);
    refuseIf(line !== undefined && !goesOn && closes === null, 'bad-chain'); // R-OP-4
    if (closes !== null) {
      refuseIf(goesOn || same(closes[0], incarnation), 'bad-chain'); // R-OP-12
      const isInForce = line !== undefined && same(line.incarnation, closes[0]) && closes[1] <= line.seq;
      refuseIf(!isInForce, 'dropped');
    }
    const last = goesOn ? line.seq : 0;
    refuseIf(header.seq <= last, 'bad-chain'); // R-OP-4
    refuseIf(header.seq - last - 1 > header.skips.length, 'dropped');
    refuseIf(
      header.seq - last - 1 < header.skips.length || header.skips.some((skip, i) => skip !== last + 1 + i),
      'bad-chain',
    );
    lines.set(toHex(header.device), { incarnation, seq: header.seq });
    hashes.push(running);
    refuseIf(header.epoch > epoch, 'bad-chain');
    const isVoid =
      header.epoch < epoch || (notAfter !== null && header.time > notAfter && control?.type !== 'rotate');
    refuseIf(bodies.length !== header.changes.length, 'bad-chain'); // R-OP-8
    header.changes.forEach(([change, digest, length], i) => {
      const body = bodies[i] as Uint8Array | null;
      if (body === null) missing.add(toHex(change));
      else refuseIf(body.length !== length || !same(hash('body', body), digest), 'bad-chain');
    });
    outcomes.push(isVoid ? 'void' : 'applied');
    if (isVoid) continue;
    for (const [change] of header.changes) {
      refuseIf(used.has(toHex(change)), 'bad-chain'); // R-OP-7
      used.add(toHex(change));
    }
    refuseIf((control?.payloads?.length ?? 0) > header.changes.length, 'bad-chain');
    if (control === null || control.type === 'found') continue;
    const forOneself = control.type === 'head' && same(control.member[0], header.person);
    refuseIf(author?.[1] !== 'owner' && !forOneself, 'not-authorised'); // R-OP-5
    const fits = (next: MemberRow) => {
      const before = members.find(([person]) => same(person, next[0]));
      if (!isOn(next[0], next[2], next[3])) return false;
      if (before === undefined) return control.type === 'admit';
      return before[1] === next[1] && next[2] >= before[2];
    };
    if (control.type === 'rotate') {
      const names = new Set(control.members.map(([person]) => toHex(person)));
      refuseIf(names.size !== control.members.length, 'bad-chain');
      refuseIf(
        !control.members.every(fits) || !control.members.some(([, role]) => role === 'owner'),
        'not-authorised',
      ); // R-OP-10
      [members, notAfter] = [control.members, control.notAfter];
      epoch += 1;
    } else if (control.type === 'roster') {
      const raised = notAfter !== null && (control.notAfter === null || control.notAfter > notAfter);
      refuseIf(raised, 'not-authorised'); // R-OP-11
      notAfter = control.notAfter;
    } else if (control.type === 'prune') {
      for (const change of control.changes) pruned.add(toHex(change));
    } else {
      const { member } = control;
      refuseIf(!fits(member), 'not-authorised');
      const isNew = !members.some(([person]) => same(person, member[0]));
      members = isNew
        ? [...members, member]
        : members.map((other) => (same(other[0], member[0]) ? member : other));
    }
  }
  refuseIf(![...missing].every((change) => pruned.has(change)), 'dropped');
  return {
    ...{
      position: hashes.length,
      hash: toHex(running),
      collection: toHex(collection),
      epoch,
      notAfter,
      outcomes,
    },
    members: members.map(([person, role, length, head]) => [toHex(person), role, length, toHex(head)]),
  };
}

// §8
interface BlobOutput {
  readonly reference: {
    readonly id: string;
    readonly key: string;
    readonly bytes: number;
    readonly padded: number;
  } & {
    readonly stored: number;
    readonly chunks: number;
    readonly list: string;
  };
  readonly storedSha256: string;
  readonly plaintextSha256: string;
}
const CHUNK = 262144;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** Makes the stored bytes of a blob anew from its vector: key, salt and file give them, there is no other randomness. */
function storedBlob(input: { key: string; salt: string; vault: string; blob: string; bytes: number }): {
  stored: Uint8Array;
  file: Uint8Array;
  list: Uint8Array;
} {
  const file = Uint8Array.from({ length: input.bytes }, (_, i) => (i * 31 + (i >> 8) * 7 + (i >> 16)) & 255);
  const padded = Buffer.alloc(input.bytes === 0 ? 256 : paddedLength(input.bytes - 1));
  padded.set(file);
  const info = Buffer.concat([
    Buffer.from('coffret/v1/blob+AEAD_AES_256_GCM\0'),
    hex(input.salt),
    hex(input.vault),
    hex(input.blob),
  ]);
  let block = Buffer.alloc(0);
  let output = Buffer.alloc(0);
  for (let i = 1; output.length < 76; i++) {
    block = createHmac('sha512', hex(input.key))
      .update(Buffer.concat([block, info, Buffer.from([i])]))
      .digest();
    output = Buffer.concat([output, block]);
  }
  const sealed: Uint8Array[] = [];
  for (let index = 0; index * CHUNK <= padded.length; index++) {
    const chunk = padded.subarray(index * CHUNK, (index + 1) * CHUNK);
    sealed.push(gcm(output.subarray(0, 32), output.subarray(32, 44), index, chunk));
  }
  const list = Buffer.concat(sealed.map(sha256));
  return { stored: Buffer.concat([hex(input.salt), output.subarray(44, 76), ...sealed, list]), file, list };
}

/** One chunk under the base nonce XOR its index. */
function gcm(key: Uint8Array, base: Uint8Array, index: number, chunk: Uint8Array): Uint8Array {
  const nonce = Buffer.from(base);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ index) >>> 0, 8);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
}

interface Vector {
  readonly expect: string;
  readonly input: never;
  readonly output?: unknown;
}
function vectorsOf(format: string): [string, Vector][] {
  const folder = join(ROOT, 'test/vectors', format);
  return readdirSync(folder).map((name) => [
    name,
    JSON.parse(readFileSync(join(folder, name), 'utf8')) as Vector,
  ]);
}
function verdictOf(read: () => unknown): { verdict: string; result: unknown } {
  try {
    return { verdict: 'ok', result: read() };
  } catch (error) {
    if (error instanceof Refusal) return { verdict: error.verdict, result: undefined };
    throw error;
  }
}

describe.each([
  ['seal', readSeal],
  ['identity-log', readIdentityLog],
  ['op', readOps],
] as const)('a second reader of %s', (format, read) => {
  it.each(vectorsOf(format))('%s comes out the same', (_, vector) => {
    const { verdict, result } = verdictOf(() => read(vector.input));
    expect(verdict).toBe(vector.expect);
    if (verdict === 'ok') expect(result).toEqual(vector.output);
  });
});

describe('a second writer of blobs', () => {
  const good = vectorsOf('blob').filter(([, { expect: outcome }]) => outcome === 'ok');

  it.each(good)('%s is stored as the same bytes', (_, vector) => {
    const { reference, storedSha256, plaintextSha256 } = vector.output as BlobOutput;
    const { part } = vector.input as { part?: { start: number; end: number } };
    const { stored, file, list } = storedBlob(vector.input);
    expect(toHex(sha256(stored))).toBe(storedSha256);
    expect(toHex(sha256(list))).toBe(reference.list);
    expect([stored.length, list.length / 32]).toEqual([reference.stored, reference.chunks]);
    expect(toHex(sha256(part ? file.subarray(part.start, part.end) : file))).toBe(plaintextSha256);
  });
});
