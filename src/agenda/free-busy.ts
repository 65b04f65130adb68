import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { deriveLive } from '../live/derive.js';
import type { Live } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import { defineKind } from '../records/record-kind.js';
import type { RecordHome, RecordsAnywhere } from '../vault/record-home.js';
import type { RecordItem } from '../vault/record-item.js';
import { overlaps } from './conflicts.js';
import type { Span } from './when.js';

const SPANS_MAX = 10_000;

/** When someone is busy, from one moment to another, and nothing else. Times are milliseconds since 1970. */
export interface FreeBusy {
  readonly from: number;
  /** Not included. */
  readonly to: number;
  /** In order, apart from each other; whatever is between is free. */
  readonly busy: readonly Span[];
}

const spanSchema = /* @__PURE__ */ z.strictObject({
  start: /* @__PURE__ */ z.int(),
  end: /* @__PURE__ */ z.int(),
});
const freeBusySchema = /* @__PURE__ */ z.strictObject({
  from: /* @__PURE__ */ z.int(),
  to: /* @__PURE__ */ z.int(),
  busy: /* @__PURE__ */ z.array(spanSchema).check(/* @__PURE__ */ z.maxLength(SPANS_MAX)),
});

/** What was published of an agenda. Shared with `{ collection: 'free-busy' }`, which gives nothing else. */
export const FREE_BUSY = /* @__PURE__ */ defineKind<FreeBusy>({
  kind: 'agenda.free-busy',
  schema: 1,
  collection: 'free-busy',
  parse(value) {
    const { success } = freeBusySchema.safeParse(value);
    if (!success || !isInOrder(value as FreeBusy))
      throw new VaultError('usage/invalid', { argument: 'freeBusy' });
    return value as FreeBusy;
  },
});

/** Reads what the holder of a vault has published of an agenda. */
export class FreeBusyReader {
  readonly #records: RecordsAnywhere<FreeBusy>;
  readonly #live = new LiveCache();

  /** @internal */
  constructor(home: RecordHome) {
    this.#records = home.records(FREE_BUSY);
  }

  /** What was published last, or null when nothing is. */
  async get(): Promise<FreeBusy | null> {
    return newest(await this.#records.list());
  }

  /** Whether a time is free; null where nothing is published that says so. Throws `usage/invalid` for no span. */
  async isFree(slot: { readonly from: Date | number; readonly to: Date | number }): Promise<boolean | null> {
    const [start, end] = [Number(slot.from), Number(slot.to)];
    if (!(start < end)) throw new VaultError('usage/invalid', { argument: 'slot' });
    const published = await this.get();
    if (published === null || start < published.from || end > published.to) return null;
    return !published.busy.some((span) => overlaps(span, { start, end }));
  }

  /** As `get`, and all that follows. */
  live(): Live<FreeBusy | null> {
    return this.#live.get('', () => deriveLive([this.#records.live()], newest));
  }
}

/** What is published in a vault or a share; the same object for the same home. Throws `usage/invalid` for a share of anything else. */
export function freeBusyOf(home: RecordHome): FreeBusyReader {
  const known = readers.get(home);
  if (known !== undefined) return known;
  const reader = new FreeBusyReader(home);
  readers.set(home, reader);
  return reader;
}

/**
 * Puts this in the place of all that was published, of which nothing stays in the history either.
 *
 * Throws `format/too-large` above 10 000 spans.
 */
export async function publish(home: RecordHome, freeBusy: FreeBusy): Promise<void> {
  if (freeBusy.busy.length > SPANS_MAX)
    throw new VaultError('format/too-large', { spans: freeBusy.busy.length });
  const records = home.records(FREE_BUSY);
  const { id } = await records.add(freeBusy);
  for (const other of await records.list()) if (other.id !== id) await records.erase(other.id);
}

/** Erases all that was published. */
export async function unpublish(home: RecordHome): Promise<void> {
  const records = home.records(FREE_BUSY);
  for (const { id } of await records.list()) await records.erase(id);
}

const readers = /* @__PURE__ */ new WeakMap<RecordHome, FreeBusyReader>();

function newest(items: readonly RecordItem<FreeBusy>[]): FreeBusy | null {
  return items[0]?.value ?? null;
}

function isInOrder({ from, to, busy }: FreeBusy): boolean {
  let last = from;
  for (const { start, end } of busy) {
    if (start < last || end <= start) return false;
    last = end;
  }
  return last <= to;
}
