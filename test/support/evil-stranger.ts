import { expose } from '../../src/crypto/secret.js';
import { hash } from '../../src/crypto/hash.js';
import { sign } from '../../src/crypto/sign.js';
import {
  decodeIdentityEntry,
  decodeSignedIdentityEntry,
  encodeIdentityEntry,
  encodeSignedIdentityEntry,
  type IdentityEntry,
} from '../../src/formats/identity-entry.js';
import { decodeOp, decodeOpHeader, type OpHeader } from '../../src/formats/op.js';
import { type Author, signOp } from '../../src/log/sign-op.js';
import { verifyIdentityLog } from '../../src/protocol/identity-chain.js';
import {
  encodeMessage,
  foundPersonRequest,
  identityAnswer,
  inboxAnswer,
} from '../../src/protocol/messages.js';
import { paths } from '../../src/protocol/paths.js';
import { runningHash } from './evil-operator.js';
import { changed, type Lie } from './evil-transport.js';
import { type Person, person } from './people.js';
import { send } from './raw-client.js';
import { seededRandom } from './seeded-random.js';

/** Someone with real keys and no rights, who works for the operator. */
export interface Stranger extends Person {
  readonly author: Author;
  readonly random: (length: number) => Uint8Array;
}

export function stranger(name: string): Stranger {
  const eve = person(name);
  const author = { person: eve.id, device: eve.device, deviceKey: eve.deviceKey };
  return { ...eve, author, random: seededRandom(`stranger ${name}`) };
}

/** Enrols the stranger on the real server, as anyone can. */
export async function enrolStranger(url: string, eve: Stranger): Promise<void> {
  const body = encodeMessage(foundPersonRequest, { entry: eve.identity.entries[0] as Uint8Array });
  const keyId = { type: 'device', person: eve.id, device: eve.device } as const;
  const reply = await send(url, {
    method: 'POST',
    path: paths.people,
    body,
    signer: { keyId, seed: expose(eve.deviceSeed) },
  });
  if (reply.code !== null) throw new Error(`the stranger was not enrolled: ${reply.code}`);
}

/** An op that fits the end of a log in everything but its author; `change` says what else is wrong with it. */
export function forgedOp(
  eve: Stranger,
  ops: readonly Uint8Array[],
  change: Partial<OpHeader> = {},
): Uint8Array {
  const last = headerOf(ops.at(-1) as Uint8Array);
  const { vault, collection, epoch } = last;
  const author = {
    ...eve.author,
    ...(change.person && { person: change.person }),
    ...(change.device && { device: change.device }),
  };
  const step = {
    incarnation: change.incarnation ?? eve.random(16),
    seq: change.seq ?? 1,
    skips: [],
    closes: null,
  };
  const control = change.control ?? null;
  const body = eve.random(329);
  const changes = control === null ? [{ change: eve.random(16), body }] : [];
  return signOp(author, step, {
    ...{ vault, collection: collection ?? runningHash(ops.slice(0, 1)), epoch, control, changes },
    ...{ blobs: { add: [], drop: [] }, seen: null, time: last.time },
  }).bytes;
}

export function headerOf(op: Uint8Array): OpHeader {
  return decodeOpHeader(decodeOp(op).headerBytes);
}

/** An identity log grown by a device that the stranger made, under the stranger's root. */
export function grownBy(
  eve: Stranger,
  entries: readonly Uint8Array[],
): { readonly entries: Uint8Array[]; readonly head: Uint8Array } {
  const identity = verifyIdentityLog(entries);
  const previous = identity.heads.at(-1) as Uint8Array;
  const entry: IdentityEntry = {
    ...{ v: 1, suite: 1, type: 'device.add', index: entries.length, person: identity.person, previous },
    ...{ time: identity.time + 1, device: eve.device },
  };
  const entryBytes = encodeIdentityEntry(entry);
  const signed = encodeSignedIdentityEntry({
    entryBytes,
    rootSignature: sign(eve.rootSeed, 'identity-entry', entryBytes),
    deviceSignature: sign(eve.deviceKey, 'identity-device', entryBytes),
  });
  return { entries: [...entries, signed], head: hash('identity', previous, entryBytes) };
}

/** A founding entry with the stranger's keys inside, and the rest as the real person wrote it. */
export function rekeyed(eve: Stranger, first: Uint8Array): Uint8Array {
  const signed = decodeSignedIdentityEntry(first);
  const entry = decodeIdentityEntry(signed.entryBytes);
  const own = decodeIdentityEntry(
    decodeSignedIdentityEntry(eve.identity.entries[0] as Uint8Array).entryBytes,
  );
  if (entry.type !== 'found' || own.type !== 'found')
    throw new Error('an identity log begins with its founding');
  return encodeSignedIdentityEntry({
    ...signed,
    entryBytes: encodeIdentityEntry({ ...entry, kem: own.kem }),
  });
}

/** Serves other entries than those a person made. */
export function substitutePk(of: string, entries: (honest: readonly Uint8Array[]) => Uint8Array[]): Lie {
  return changed('identity', identityAnswer, (answer, { id }) =>
    id === of ? { entries: entries(answer.entries) } : null,
  );
}

/** Puts items into an inbox, as if they had been sent there; the true ones may be held back. */
export function injected(
  items: readonly Uint8Array[],
  from: Uint8Array,
  rest: 'kept' | 'withheld' = 'kept',
): Lie {
  return changed('inbox', inboxAnswer, (answer, { request }) => {
    const after = Number(new URL(request.path, 'https://any.invalid').searchParams.get('after'));
    const kept = rest === 'kept' ? answer.items : [];
    let cursor = Math.max(after, ...kept.map((item) => item.cursor));
    // Each is offered again and again, as a server can.
    return { items: [...kept, ...items.map((bytes) => ({ cursor: ++cursor, from, bytes }))], more: false };
  });
}
