import type { SignedHead } from '../formats/head.js';
import type { ServedFetches } from '../protocol/fetch-chain.js';
import type { SyncReport } from './run.js';
import type { QueuedEntry } from './outbox.js';

/** What the server answered to a pull of ops. Nothing in it is verified yet. */
export interface PulledOps {
  readonly ops: readonly Uint8Array[];
  readonly head: SignedHead;
  readonly more: boolean;
  /** The position after which they were asked for. */
  readonly after: number;
}

/** What the server answered to an append. Nothing in it is verified yet. */
export interface AppendAnswer {
  readonly positions: readonly number[];
  readonly head: SignedHead;
}

/** A message in the person's inbox, still sealed. */
export interface InboxItem {
  readonly cursor: number;
  readonly from: Uint8Array;
  readonly bytes: Uint8Array;
}

/** A deposit that waits for an owner, still sealed. */
export interface DepositItem {
  readonly cursor: number;
  readonly bytes: Uint8Array;
}

/**
 * The side of sync that understands what moves: it verifies, stores and advances its own cursors.
 *
 * Calls about one collection, vault or the inbox never overlap; calls about different ones may. Each may be made
 * again with the same bytes after a crash, so each is idempotent. An `integrity/*` or `format/*` error from
 * `ingest` or `received…` ends that pull for this run, is reported, and changes nothing in what is requested
 * otherwise (A11, R18). A `store/*` or any other error ends the run.
 */
export interface SyncHost {
  /** Logs to pull and how far each is verified here. May grow during a run. */
  collections(): readonly { readonly collection: Uint8Array; readonly position: number }[];
  /** Vaults that are this person's: the cursor of the last deposit stored, the position up to which their fetch log is known. */
  vaults(): readonly {
    readonly vault: Uint8Array;
    readonly depositCursor: number;
    readonly fetchPosition: number;
  }[];
  /** The cursor of the last inbox item stored. */
  inboxCursor(): number;
  /** Verifies and stores pulled ops. The position moves past them, or this throws. */
  ingest(collection: Uint8Array, answer: PulledOps): Promise<void>;
  /** Notes that the server has these ops. The entry leaves the outbox after this resolves. */
  appended(collection: Uint8Array, ops: readonly Uint8Array[], answer: AppendAnswer): Promise<void>;
  /**
   * A refusal that no retry can mend; for ops, the collection was pulled again just before.
   *
   * Resolves to true when the entry is out of the outbox (in the same write as what replaces it; later entries of
   * the lane may be replaced too), to false when it is kept: then the lane stops for this run. `code` is the
   * server's, or `blob-missing` when the ciphertext to upload is not in the store any more.
   */
  refused(queued: QueuedEntry, code: string): Promise<boolean>;
  /**
   * What follows from a run, in the foreground or the background, that nothing stopped.
   *
   * Resolves to the report as it is to be shown, and whether something was queued that could be sent now.
   */
  afterRun(report: SyncReport): Promise<{ readonly report: SyncReport; readonly again: boolean }>;
  /** Stores inbox items and moves the cursor past them. */
  receivedInbox(items: readonly InboxItem[]): Promise<void>;
  /** Stores deposits and moves the vault's cursor past them. */
  receivedDeposits(vault: Uint8Array, items: readonly DepositItem[]): Promise<void>;
  /** Verifies and stores what the server says it delivered after a position. The position moves past it, or this throws. */
  receivedFetches(vault: Uint8Array, answer: ServedFetches & { readonly after: number }): Promise<void>;
}
