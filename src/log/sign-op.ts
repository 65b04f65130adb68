import { equalBytes, hash } from '../crypto/hash.js';
import type { Secret } from '../crypto/secret.js';
import { sign } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import type { SignedHead } from '../formats/head.js';
import { LIMITS } from '../formats/limits.js';
import { type Control, encodeOp, encodeOpHeader, type OpHeader } from '../formats/op.js';
import type { LogState } from '../protocol/log-state.js';

/** Who signs: a person, one of their devices, and its key. */
export interface Author {
  readonly person: Uint8Array;
  readonly device: Uint8Array;
  readonly deviceKey: Secret<'signing-key'>;
}

/** Where an op stands in its author's own numbering. SPEC §6.1. */
export interface LineStep {
  readonly incarnation: Uint8Array;
  readonly seq: number;
  readonly skips: readonly number[];
  readonly closes: readonly [incarnation: Uint8Array, seq: number] | null;
}

/** What an op says, all payloads sealed already. */
export interface OpContent {
  readonly vault: Uint8Array;
  readonly collection: Uint8Array | null;
  readonly epoch: number;
  readonly control: Control | null;
  readonly changes: readonly { readonly change: Uint8Array; readonly body: Uint8Array }[];
  readonly blobs: {
    readonly add: readonly (readonly [Uint8Array, number])[];
    readonly drop: readonly Uint8Array[];
  };
  readonly seen: SignedHead | null;
  readonly time: number;
}

/** An op as it will be stored and sent, for ever byte for byte. */
export interface SignedOp {
  readonly header: OpHeader;
  readonly headerBytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly bodies: readonly Uint8Array[];
  readonly bytes: Uint8Array;
}

/** Builds and signs an op. Throws `format/too-large` beyond the limits of SPEC §1.1. */
export function signOp(author: Author, step: LineStep, content: OpContent): SignedOp {
  const { vault, collection, epoch, control, changes, blobs, seen, time } = content;
  if (changes.length > LIMITS.changesMax || blobs.add.length > LIMITS.blobsPerOpMax)
    throw new VaultError('format/too-large');
  const header: OpHeader = {
    v: 1,
    suite: 1,
    vault,
    collection,
    epoch,
    person: author.person,
    device: author.device,
    incarnation: step.incarnation,
    seq: step.seq,
    skips: [...step.skips],
    closes: step.closes === null ? null : [step.closes[0], step.closes[1]],
    seen: seen === null ? null : [seen[0], seen[1]],
    time,
    onBehalfOf: null,
    control,
    blobs: { add: blobs.add.map(([blob, bytes]) => [blob, bytes]), drop: [...blobs.drop] },
    changes: changes.map(({ change, body }) => [change, hash('body', body), body.length]),
  };
  const headerBytes = encodeOpHeader(header);
  const signature = sign(author.deviceKey, 'op', headerBytes);
  const bodies = changes.map(({ body }) => body);
  const bytes = encodeOp({ headerBytes, signature, bodies });
  if (bytes.length > LIMITS.opBytesMax || headerBytes.length > LIMITS.headerBytesMax)
    throw new VaultError('format/too-large');
  return { header, headerBytes, signature, bodies, bytes };
}

/**
 * One device's numbering in one log, for the time this store is open. SPEC §6.1.
 *
 * Each opening is a new incarnation, so a store restored from a backup never signs a number twice (A49).
 */
export class Line {
  readonly #device: Uint8Array;
  #incarnation: Uint8Array;
  #used = 0;

  constructor(device: Uint8Array, incarnation: Uint8Array) {
    this.#device = device;
    this.#incarnation = incarnation;
  }

  /** Starts again under another incarnation: another session of this device has written here and closed this one. */
  renew(incarnation: Uint8Array): void {
    this.#incarnation = incarnation;
    this.#used = 0;
  }

  /** Whether an op of this device is of this line. */
  isOwn(incarnation: Uint8Array): boolean {
    return equalBytes(this.#incarnation, incarnation);
  }

  /**
   * The next step. `state` is the log with the device's own pending ops applied to it; numbers of ops that were
   * refused are not in it and so are skipped.
   */
  next(state: LogState | null): LineStep {
    const seq = ++this.#used;
    const line = state?.lines.find(({ device }) => equalBytes(device, this.#device));
    const goesOn = line !== undefined && equalBytes(line.incarnation, this.#incarnation);
    const last = goesOn ? line.seq : 0;
    const skips = Array.from({ length: seq - last - 1 }, (_, i) => last + 1 + i);
    const closes = line === undefined || goesOn ? null : ([line.incarnation, line.seq] as const);
    return { incarnation: this.#incarnation, seq, skips, closes };
  }
}
