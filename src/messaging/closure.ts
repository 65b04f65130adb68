import type { Id } from '../formats/id.js';
import type { Placed } from './causal-order.js';
import type { Reference } from './shape.js';

/** Who closed a thread, and when by their clock. */
export interface Closed {
  readonly by: Id<'person'>;
  readonly time: number;
}

/** Something written in a thread, as far as closing goes. */
interface Line extends Placed {
  readonly record: {
    readonly value: { readonly from: Id<'person'>; readonly sent: number; readonly type?: string };
  };
}

/** Who closed the thread, if it is: whoever did may open it again, and so may an owner. */
export function closureOf(order: readonly Line[], owners: ReadonlySet<Id<'person'>>): Closed | null {
  let closed: Closed | null = null;
  for (const { record } of order) {
    const { type, from, sent } = record.value;
    if (type === 'closed') closed ??= { by: from, time: sent };
    else if (type === 'reopened' && (closed?.by === from || owners.has(from))) closed = null;
  }
  return closed;
}

/**
 * What was written by someone who knew that the thread was closed.
 *
 * For each thing is kept which closings and openings its author had seen, a bit for each.
 */
export function writtenAfterClose(
  order: readonly Line[],
  owners: ReadonlySet<Id<'person'>>,
): ReadonlySet<Reference> {
  const happened = order.filter(({ record: { value } }) => isClosingOrOpening(value.type));
  const late = new Set<Reference>();
  if (happened.length === 0) return late;
  const bits = new Map(happened.map(({ key }, i) => [key, 1n << BigInt(i)]));
  const seenBy = new Map<Reference, bigint>();
  const isClosed = new Map<bigint, boolean>();
  for (const { key, after } of order) {
    const seen = after.reduce((all, parent) => all | (seenBy.get(parent) ?? 0n), 0n);
    seenBy.set(key, seen | (bits.get(key) ?? 0n));
    const known = isClosed.get(seen) ?? closureOf(pick(happened, seen), owners) !== null;
    isClosed.set(seen, known);
    if (known) late.add(key);
  }
  return late;
}

/** Those whose bit is set. */
function pick<T>(list: readonly T[], bits: bigint): T[] {
  const digits = bits.toString(2);
  return list.filter((_, i) => digits[digits.length - 1 - i] === '1');
}

function isClosingOrOpening(type: string | undefined): boolean {
  return type === 'closed' || type === 'reopened';
}
