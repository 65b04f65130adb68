import type { Id, RecordFilter, RecordItem, RecordKind, Records, Vault } from '../index.js';
import type { AnyVault } from './any-person.js';
import type { LiveOptions, LiveReady, LiveResult, SuspenseOptions } from './use-live.js';
import { NO_ITEM, NO_LIST, useOfVault } from './use-vault.js';

/**
 * The records of one kind in the vault, newest first; each is the same object until it changes.
 *
 * Declare the kind once, with `defineKind`, outside of components. A worker's program has to know it too (`serveVault`).
 */
export function useRecords<T extends object>(
  kind: RecordKind<T>,
  filter: RecordFilter<T> | undefined,
  options: SuspenseOptions,
): LiveReady<readonly RecordItem<T>[]>;
export function useRecords<T extends object>(
  kind: RecordKind<T>,
  filter?: RecordFilter<T>,
  options?: LiveOptions,
): LiveResult<readonly RecordItem<T>[]>;
export function useRecords<T extends object>(
  kind: RecordKind<T>,
  filter: RecordFilter<T> = {},
  options?: LiveOptions,
): LiveResult<readonly RecordItem<T>[]> {
  return useOfVault((vault) => recordsIn(vault, kind).live(filter), NO_LIST, options);
}

/** One record of the vault; `null` when there is none of this kind and id, or none any more. */
export function useRecord<T extends object>(
  kind: RecordKind<T>,
  id: Id<'item'>,
  options: SuspenseOptions,
): LiveReady<RecordItem<T> | null>;
export function useRecord<T extends object>(
  kind: RecordKind<T>,
  id: Id<'item'>,
  options?: LiveOptions,
): LiveResult<RecordItem<T> | null>;
export function useRecord<T extends object>(
  kind: RecordKind<T>,
  id: Id<'item'>,
  options?: LiveOptions,
): LiveResult<RecordItem<T> | null> {
  return useOfVault<RecordItem<T> | null>((vault) => recordsIn(vault, kind).liveOne(id), NO_ITEM, options);
}

/** The same in a worker as here, for a reader: the types of both are one only once the kind is known. */
function recordsIn<T extends object>(
  vault: AnyVault,
  kind: RecordKind<T>,
): Pick<Records<T>, 'live' | 'liveOne'> {
  return (vault as Vault).records(kind);
}
