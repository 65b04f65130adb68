import { isVaultError, VaultError } from '../errors.js';
import { decodeHead } from '../formats/head.js';
import { bytesToHex } from '../formats/id.js';
import { WIRE_LIMITS } from '../protocol/limits.js';
import { depositsAnswer, fetchesAnswer, inboxAnswer, opsAnswer } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import { call } from './answer.js';
import type { SyncHost } from './host.js';
import { collectionTarget } from './machine.js';
import { collectionLane } from './outbox.js';
import type { Line } from './push.js';

/** The inbox as a target. */
export const INBOX_TARGET = 'inbox';

/** One page: how many ops or items it held, whether there is more, and how many more the server claims. */
export interface PulledPage {
  readonly count: number;
  readonly more: boolean;
  readonly left: number;
}

/** The log of a collection as a target. */
export function logTarget(collection: Uint8Array): string {
  return collectionTarget(collectionLane(collection));
}

/** The deposits of a vault as a target. */
export function vaultTarget(vault: Uint8Array): string {
  return `vault/${bytesToHex(vault)}`;
}

/** The fetch log of a vault as a target. */
export function fetchesTarget(vault: Uint8Array): string {
  return `fetches/${bytesToHex(vault)}`;
}

/** Everything the host pulls now. */
export function targetsOf(host: SyncHost): string[] {
  return [
    INBOX_TARGET,
    ...host.vaults().flatMap(({ vault }) => [vaultTarget(vault), fetchesTarget(vault)]),
    ...host.collections().map(({ collection }) => logTarget(collection)),
  ];
}

/**
 * Pulls one page of a target and hands it to the host.
 *
 * Throws `sync/*`, `usage/aborted` and what the host throws; `sync/bad-answer` also when the server says there is
 * more and what it sent leads nowhere, so that no server can keep a client pulling for nothing.
 */
export async function pullPage(line: Line, target: string, signal: AbortSignal): Promise<PulledPage> {
  const { host } = line;
  if (target === INBOX_TARGET) return pullInbox(line, signal);
  const vault = host.vaults().find(({ vault }) => vaultTarget(vault) === target);
  if (vault !== undefined) return pullDeposits(line, vault.vault, signal);
  const watched = host.vaults().find(({ vault }) => fetchesTarget(vault) === target);
  if (watched !== undefined) return pullFetches(line, watched.vault, signal);
  const log = host.collections().find(({ collection }) => logTarget(collection) === target);
  if (log !== undefined) return pullOps(line, log.collection, signal);
  return { count: 0, more: false, left: 0 };
}

async function pullOps(
  { transport, signer, host }: Line,
  collection: Uint8Array,
  signal: AbortSignal,
): Promise<PulledPage> {
  const target = logTarget(collection);
  const position = (): number =>
    host.collections().find((log) => logTarget(log.collection) === target)?.position ?? Infinity;
  const before = position();
  const path = paths.opsAfter(collection, before, WIRE_LIMITS.pullOpsMax);
  const answer = await call(transport, { method: 'GET', path, signer, signal }, opsAnswer);
  await host.ingest(collection, { ...answer, after: before });
  const left = Math.max(0, claimedLength(answer.head[0]) - position());
  return advanced({ count: answer.ops.length, more: answer.more, left }, before, position());
}

async function pullInbox({ transport, signer, host }: Line, signal: AbortSignal): Promise<PulledPage> {
  const before = host.inboxCursor();
  const path = paths.inboxAfter(before);
  const { items, more } = await call(transport, { method: 'GET', path, signer, signal }, inboxAnswer);
  if (items.length > 0) await host.receivedInbox(items);
  return advanced({ count: items.length, more, left: 0 }, before, host.inboxCursor());
}

async function pullDeposits(
  { transport, signer, host }: Line,
  vault: Uint8Array,
  signal: AbortSignal,
): Promise<PulledPage> {
  const target = vaultTarget(vault);
  const cursor = (): number =>
    host.vaults().find((other) => vaultTarget(other.vault) === target)?.depositCursor ?? Infinity;
  const before = cursor();
  const path = paths.depositsAfter(vault, before);
  const { items, more } = await call(transport, { method: 'GET', path, signer, signal }, depositsAnswer);
  if (items.length > 0) await host.receivedDeposits(vault, items);
  return advanced({ count: items.length, more, left: 0 }, before, cursor());
}

async function pullFetches(
  { transport, signer, host }: Line,
  vault: Uint8Array,
  signal: AbortSignal,
): Promise<PulledPage> {
  const target = fetchesTarget(vault);
  const position = (): number =>
    host.vaults().find((other) => fetchesTarget(other.vault) === target)?.fetchPosition ?? Infinity;
  const before = position();
  const path = paths.fetchesAfter(vault, before, WIRE_LIMITS.pullFetchesMax);
  try {
    const answer = await call(transport, { method: 'GET', path, signer, signal }, fetchesAnswer);
    await host.receivedFetches(vault, { ...answer, after: before });
    return advanced({ count: answer.entries.length, more: answer.more, left: 0 }, before, position());
  } catch (error) {
    // A server that keeps no such log says nothing about it; how far the list goes shows that.
    if (isVaultError(error, 'sync/refused') && error.details.status === 404)
      return { count: 0, more: false, left: 0 };
    throw error;
  }
}

function advanced(page: PulledPage, before: number, after: number): PulledPage {
  if (page.more && after <= before) throw new VaultError('sync/bad-answer', { why: 'progress' });
  return page;
}

/** For progress only: the host verifies heads. */
function claimedLength(head: Uint8Array): number {
  try {
    return decodeHead(head).position;
  } catch {
    return 0;
  }
}
