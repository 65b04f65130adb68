import { equalBytes, hash } from '../crypto/hash.js';
import { verify } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import { decodeHead } from '../formats/head.js';
import { bytesToMapKey } from '../formats/id.js';
import { LIMITS } from '../formats/limits.js';
import { type Control, decodeOpHeader, type Member, type OpHeader } from '../formats/op.js';
import { admitsDevice, hasIdentityHead, type Identity } from './identity-chain.js';
import type { LogMember, LogState } from './log-state.js';

const ZERO = new Uint8Array(32);

/** What the rules need to know beside the state; all of it already verified. */
export interface LogContext {
  /** The verified identity log of a person, or `null` when it is not known here. */
  identityOf(person: Uint8Array): Identity | null;
  /** The running hash at an earlier position, or `null` when it is not kept here (then R-OP-6 is left to who keeps it). */
  hashAt(position: number): Uint8Array | null;
  /** Whether a change id was used by an op that is not void. */
  hasChange(change: Uint8Array): boolean;
  /** `verify` checks the signature, `remembered` when this very prefix was verified before and its hash is compared. */
  readonly signatures: 'verify' | 'remembered';
}

/** What became of an op: in force, or void (kept in the chain, without effect). SPEC §6.3. */
export interface AppliedOp {
  readonly state: LogState;
  readonly header: OpHeader;
  /** The author's role when the op was made. */
  readonly role: LogMember['role'];
  readonly outcome: 'applied' | 'void';
  readonly reason: 'epoch' | 'not-after' | null;
}

/**
 * Applies the next op's header to the public state of its log; the one place where SPEC §6.3 is decided.
 *
 * Pure. Throws the `integrity/*` code that SPEC names beside each rule; the state given is never changed.
 */
export function applyHeader(
  state: LogState | null,
  headerBytes: Uint8Array,
  signature: Uint8Array,
  context: LogContext,
): AppliedOp {
  const header = decodeOpHeader(headerBytes);
  const position = (state?.position ?? 0) + 1;
  if (context.signatures === 'verify' && !verify(header.device, 'op', headerBytes, signature)) {
    throw new VaultError('integrity/bad-signature', { position }); // R-OP-1
  }
  const running = hash('log', state?.hash ?? ZERO, headerBytes, signature);
  if (state === null) {
    return {
      state: found(header, running, context),
      header,
      role: 'owner',
      outcome: 'applied',
      reason: null,
    };
  }

  if (header.control?.type === 'found' || header.collection === null)
    throw new VaultError('integrity/bad-chain', { position }); // R-OP-9
  if (!equalBytes(header.vault, state.vault) || !equalBytes(header.collection, state.collection)) {
    throw new VaultError('integrity/wrong-audience', { position }); // R-OP-2
  }
  // First: two heads that the server signed prove a fork, whatever it hid before this op.
  checkSeen(state, header, context, position);
  const author = authorOf(state, header, context, position);
  const { role } = author;
  const lines = advanceLines(state, header, position);
  const chained: LogState = { ...state, position, hash: running, lines };

  if (header.epoch !== state.epoch) {
    if (header.epoch > state.epoch) throw new VaultError('integrity/bad-chain', { position });
    return { state: chained, header, role, outcome: 'void', reason: 'epoch' };
  }
  const outlives = header.control?.type === 'rotate' || header.control?.type === 'head';
  if (state.notAfter !== null && header.time > state.notAfter && !outlives) {
    return { state: chained, header, role, outcome: 'void', reason: 'not-after' };
  }
  checkChanges(header, context, position);
  return {
    state: control(chained, header, author, context, position),
    header,
    role,
    outcome: 'applied',
    reason: null,
  };
}

/** Checks that the bodies are those the header names (R-OP-8); `prunedOk` says whether a null body is allowed. */
export function checkBodies(
  header: OpHeader,
  bodies: readonly (Uint8Array | null)[],
  prunedOk: (change: Uint8Array) => boolean,
): void {
  if (bodies.length !== header.changes.length) throw new VaultError('integrity/bad-chain');
  header.changes.forEach(([change, digest, length], i) => {
    const body = bodies[i] ?? null;
    if (body === null) {
      if (!prunedOk(change)) throw new VaultError('integrity/dropped');
    } else if (body.length !== length || !equalBytes(hash('body', body), digest)) {
      throw new VaultError('integrity/bad-chain');
    }
  });
}

function found(header: OpHeader, running: Uint8Array, context: LogContext): LogState {
  const { control: founding } = header;
  const fits =
    founding?.type === 'found' &&
    header.collection === null &&
    header.epoch === 1 &&
    header.seq === 1 &&
    header.skips.length === 0 &&
    header.closes === null &&
    header.seen === null;
  if (!fits) throw new VaultError('integrity/bad-chain', { position: 1 }); // R-OP-9
  if (founding.payloads.length > header.changes.length)
    throw new VaultError('integrity/bad-chain', { position: 1 });
  const members = toMembers(founding.members, 1);
  const own = members.find(({ person }) => equalBytes(person, header.person));
  if (own?.role !== 'owner') throw new VaultError('integrity/not-authorised', { position: 1 });
  const state: LogState = {
    vault: header.vault,
    collection: running,
    nonce: founding.nonce,
    server: founding.server,
    position: 1,
    hash: running,
    epoch: 1,
    commitments: [founding.commitment],
    notAfter: founding.notAfter,
    members,
    lines: [{ device: header.device, incarnation: header.incarnation, seq: 1 }],
  };
  authorOf(state, header, context, 1);
  checkChanges(header, context, 1);
  return state;
}

function authorOf(state: LogState, header: OpHeader, context: LogContext, position: number): LogMember {
  const author = state.members.find(({ person }) => equalBytes(person, header.person));
  // A head that moves forward may bring the device that signs it.
  const head =
    header.control?.type === 'head' && equalBytes(header.control.member[0], header.person)
      ? ([header.control.member[2], header.control.member[3]] as const)
      : author && ([author.length, author.hash] as const);
  const identity = author && context.identityOf(author.person);
  if (!author || !identity || !head || !admitsDevice(identity, header.device, head)) {
    throw new VaultError('integrity/not-authorised', { position }); // R-OP-3
  }
  return author;
}

/**
 * One line per device: a new incarnation closes the one before it, which can then never go on. So the state stays as
 * small as the number of devices, however often these are opened.
 */
function advanceLines(state: LogState, header: OpHeader, position: number): LogState['lines'] {
  const { device, incarnation, seq, skips, closes } = header;
  const line = state.lines.find((other) => equalBytes(other.device, device));
  const goesOn = line !== undefined && equalBytes(line.incarnation, incarnation);
  if (closes === null) {
    // R-OP-4: a former incarnation, or a new one that does not close the one in force.
    if (line !== undefined && !goesOn) throw new VaultError('integrity/bad-chain', { position });
  } else {
    // R-OP-12: only the incarnation in force can be closed, and only by another.
    if (goesOn || equalBytes(closes[0], incarnation))
      throw new VaultError('integrity/bad-chain', { position });
    const known = line !== undefined && equalBytes(line.incarnation, closes[0]);
    if (!known || line.seq < closes[1]) throw new VaultError('integrity/dropped', { position }); // R-OP-12
  }
  const last = goesOn ? line.seq : 0;
  if (seq <= last) throw new VaultError('integrity/bad-chain', { position });
  // A number is the author's to choose: nothing is allocated for the hole it leaves.
  const hole = seq - last - 1;
  if (hole > skips.length) throw new VaultError('integrity/dropped', { position });
  if (hole < skips.length || skips.some((n, i) => n !== last + 1 + i)) {
    throw new VaultError('integrity/bad-chain', { position });
  }
  return [...state.lines.filter((other) => other !== line), { device, incarnation, seq }];
}

function checkSeen(state: LogState, header: OpHeader, context: LogContext, position: number): void {
  if (header.seen === null) return;
  const [headBytes, signature] = header.seen;
  const head = decodeHead(headBytes);
  const signed = context.signatures === 'remembered' || verify(state.server, 'head', headBytes, signature);
  if (!signed || !equalBytes(head.collection, state.collection)) {
    throw new VaultError('integrity/not-authorised', { position }); // R-OP-6: a false `seen` convicts its author
  }
  if (head.position >= position) throw new VaultError('integrity/fork', { position });
  const known = context.hashAt(head.position);
  if (known !== null && !equalBytes(known, head.hash)) throw new VaultError('integrity/fork', { position });
}

function checkChanges(header: OpHeader, context: LogContext, position: number): void {
  const names = new Set<string>();
  for (const [change] of header.changes) {
    const name = bytesToMapKey(change);
    if (names.has(name) || context.hasChange(change))
      throw new VaultError('integrity/bad-chain', { position }); // R-OP-7
    names.add(name);
  }
}

function control(
  state: LogState,
  header: OpHeader,
  author: LogMember,
  context: LogContext,
  position: number,
): LogState {
  const { control: change } = header;
  if (change === null) return state;
  const forOneself = change.type === 'head' && equalBytes(change.member[0], author.person);
  if (author.role !== 'owner' && !forOneself) throw new VaultError('integrity/not-authorised', { position }); // R-OP-5
  if ('payloads' in change && change.payloads.length > header.changes.length)
    throw new VaultError('integrity/bad-chain', { position });
  switch (change.type) {
    case 'rotate':
      return rotate(state, change, context, position);
    case 'roster':
      if (state.notAfter !== null && (change.notAfter === null || change.notAfter > state.notAfter)) {
        throw new VaultError('integrity/not-authorised', { position }); // R-OP-11
      }
      return { ...state, notAfter: change.notAfter };
    case 'admit':
    case 'head':
      return { ...state, members: moveMember(state.members, change, context, position) };
    default:
      return state;
  }
}

function rotate(
  state: LogState,
  change: Control & { type: 'rotate' },
  context: LogContext,
  position: number,
): LogState {
  const members = toMembers(change.members, position);
  for (const member of members) {
    const before = state.members.find(({ person }) => equalBytes(person, member.person));
    if (before) checkForward(before, member, context, position);
    // R-OP-10: a rotation removes; whoever is to join comes by `admit`.
    if (before?.role !== member.role) throw new VaultError('integrity/not-authorised', { position });
  }
  if (!members.some(({ role }) => role === 'owner'))
    throw new VaultError('integrity/not-authorised', { position }); // R-OP-10
  return {
    ...state,
    epoch: state.epoch + 1,
    commitments: [...state.commitments, change.commitment],
    notAfter: change.notAfter,
    members,
  };
}

function moveMember(
  members: readonly LogMember[],
  change: Control & { type: 'admit' | 'head' },
  context: LogContext,
  position: number,
): LogMember[] {
  const [next] = toMembers([change.member], position) as [LogMember];
  const before = members.find(({ person }) => equalBytes(person, next.person));
  if (before) {
    checkForward(before, next, context, position);
    if (before.role !== next.role) throw new VaultError('integrity/not-authorised', { position });
    return members.map((member) => (member === before ? next : member));
  }
  if (change.type === 'head') throw new VaultError('integrity/not-authorised', { position });
  if (members.length >= LIMITS.membersMax) throw new VaultError('format/too-large', { position });
  const identity = context.identityOf(next.person);
  if (identity === null || !hasIdentityHead(identity, [next.length, next.hash])) {
    throw new VaultError('integrity/not-authorised', { position }); // R-OP-5
  }
  return [...members, next];
}

function checkForward(before: LogMember, next: LogMember, context: LogContext, position: number): void {
  const identity = context.identityOf(next.person);
  const onLog = identity !== null && hasIdentityHead(identity, [next.length, next.hash]);
  if (next.length < before.length || !onLog) throw new VaultError('integrity/not-authorised', { position }); // R-OP-5
}

function toMembers(members: readonly Member[], position: number): LogMember[] {
  const names = new Set(members.map(([person]) => bytesToMapKey(person)));
  // Named twice, a member could be an owner to one reader of this log and a writer to another.
  if (names.size !== members.length) throw new VaultError('integrity/bad-chain', { position });
  return members.map(([person, role, length, headHash]) => ({ person, role, length, hash: headHash }));
}
