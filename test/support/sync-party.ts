import { VaultError } from '../../src/errors.js';
import { bytesToHex } from '../../src/formats/id.js';
import type { RequestSigner } from '../../src/protocol/request-signature.js';
import type { Store, Write } from '../../src/store/port.js';
import type { SyncHost } from '../../src/sync/host.js';
import { collectionLane, type Outbox, openOutbox } from '../../src/sync/outbox.js';
import { createSync, type Sync } from '../../src/sync/runner.js';
import type { Transport } from '../../src/sync/transport.js';
import { createVirtualClock, type VirtualClock } from './virtual-clock.js';

/** A signer for servers that check nothing. */
export const ANY_SIGNER: RequestSigner = {
  keyId: { type: 'device', person: new Uint8Array(32), device: new Uint8Array(32) },
  sign: () => new Uint8Array(64),
};

/** Random bytes that repeat with the seed. */
export function seededBytes(seed: number): (length: number) => Uint8Array {
  let state = seed >>> 0 || 1;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
}

/** A host that verifies nothing and remembers what it was given, in memory. */
export interface RecordingHost extends SyncHost {
  readonly positions: Map<string, { collection: Uint8Array; position: number }>;
  readonly pulled: string[];
  readonly appendedOps: string[];
  readonly refusals: string[];
  readonly inbox: string[];
  /** Thrown by the next `ingest` of this collection. */
  readonly broken: Map<string, VaultError>;
  onRefused: SyncHost['refused'];
}

export function createRecordingHost(collections: readonly Uint8Array[] = []): RecordingHost {
  let cursor = 0;
  const host: RecordingHost = {
    positions: new Map(collections.map((id) => [bytesToHex(id), { collection: id, position: 0 }])),
    pulled: [],
    appendedOps: [],
    refusals: [],
    inbox: [],
    broken: new Map(),
    onRefused: async () => false,
    collections: () => [...host.positions.values()],
    vaults: () => [],
    inboxCursor: () => cursor,
    ingest: async (collection, { ops }) => {
      const id = bytesToHex(collection);
      const error = host.broken.get(id);
      if (error !== undefined) throw error;
      const log = host.positions.get(id);
      if (log === undefined) throw new VaultError('usage/not-found');
      log.position += ops.length;
      host.pulled.push(...ops.map(bytesToHex));
    },
    appended: async (_, ops) => {
      host.appendedOps.push(...ops.map(bytesToHex));
    },
    refused: async (queued, code) => {
      host.refusals.push(code);
      return host.onRefused(queued, code);
    },
    receivedInbox: async (items) => {
      for (const item of items) {
        host.inbox.push(bytesToHex(item.bytes));
        cursor = item.cursor;
      }
    },
    afterRun: async (report) => ({ report, again: false }),
    receivedDeposits: async () => {},
    receivedFetches: async () => {},
  };
  return host;
}

/** A store with a sync on it, under virtual time. */
export interface Party {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly host: RecordingHost;
  readonly clock: VirtualClock;
  readonly sync: Sync;
  commit(writes: readonly Write[]): Promise<void>;
}

export async function createParty(options: {
  readonly store: Store;
  readonly transport: Transport;
  readonly collections?: readonly Uint8Array[];
  readonly clock?: VirtualClock;
  readonly seed?: number;
  readonly signer?: RequestSigner;
  readonly onError?: (error: unknown) => void;
}): Promise<Party> {
  const { store, transport, clock = createVirtualClock(), seed = 1, signer = ANY_SIGNER } = options;
  const random = seededBytes(seed);
  const outbox = await openOutbox({ store, now: clock.now, random });
  const host = createRecordingHost(options.collections);
  const { now, wait } = clock;
  const sync = createSync({
    store,
    outbox,
    transport,
    signer,
    host,
    random,
    now,
    wait,
    ...(options.onError === undefined ? {} : { onError: options.onError }),
  });
  const commit = async (writes: readonly Write[]) => {
    await store.write(writes);
  };
  return { store, outbox, host, clock, sync, commit };
}

/** A collection id for tests. */
export function collectionId(n: number): Uint8Array {
  return new Uint8Array(32).fill(n + 1);
}

/** An op as the relay expects it: the collection, then a number. */
export function testOp(collection: Uint8Array, number: number): Uint8Array {
  return Uint8Array.of(...collection, number >> 8, number & 255);
}

/** The writes that queue one append of these ops. */
export function putOps(outbox: Outbox, collection: Uint8Array, ops: readonly Uint8Array[]): Write[] {
  return outbox.put([
    { lane: collectionLane(collection), entry: { kind: 'append', collection, ops, access: null } },
  ]);
}
