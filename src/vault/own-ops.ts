import { equalBytes } from '../crypto/hash.js';
import type { OpHeader } from '../formats/op.js';
import { type CollectionLog, type LogOp, nameOf } from '../log/collection-log.js';

/** What the log says of this device's own ops: which are in it, and which of those say nothing. */
export class OwnOps {
  readonly #device: Uint8Array;
  readonly #log: CollectionLog;
  /** Own ops that the log holds without effect, by line and number: what they say is still to be said. */
  readonly #voided = new Set<string>();
  /** This device's former incarnations in the log, and the last number of each. */
  readonly #closed = new Map<string, number>();

  constructor(device: Uint8Array, log: CollectionLog) {
    this.#device = device;
    this.#log = log;
  }

  /** Whether an op is this device's. */
  isOwn({ device }: OpHeader): boolean {
    return equalBytes(device, this.#device);
  }

  /** Notes an op of the log, as it is taken in. */
  note({ header, outcome }: LogOp): void {
    if (!this.isOwn(header)) return;
    const { closes } = header;
    if (closes !== null) this.#closed.set(nameOf(closes[0]), closes[1]);
    if (outcome === 'void') this.#voided.add(numberOf(header));
  }

  /** Whether the log holds this op of one's own, in force or void. */
  isInLog({ collection, device, incarnation, seq }: OpHeader): boolean {
    if (collection === null) return this.#log.position > 0;
    const closedAt = this.#closed.get(nameOf(incarnation));
    if (closedAt !== undefined) return seq <= closedAt;
    const line = this.#log.state?.lines.find(
      (other) => equalBytes(other.device, device) && equalBytes(other.incarnation, incarnation),
    );
    return line !== undefined && line.seq >= seq;
  }

  /** Whether the log holds it, and it is in force there. */
  isDone(header: OpHeader): boolean {
    return this.isInLog(header) && !this.isVoid(header);
  }

  /** Whether the log holds it without effect. */
  isVoid(header: OpHeader): boolean {
    return this.#voided.has(numberOf(header));
  }
}

/** The name of an op's place in its author's numbering. */
function numberOf({ device, incarnation, seq }: Pick<OpHeader, 'device' | 'incarnation' | 'seq'>): string {
  return `${nameOf(device)}/${nameOf(incarnation)}/${seq}`;
}
