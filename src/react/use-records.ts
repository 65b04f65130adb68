import type { Id, RecordFilter, RecordItem, RecordKind, Records, Vault } from '../index.js';
import type { AnyVault } from './any-person.js';
import type { LiveOptions, LiveView } from './use-live.js';
import { NO_ITEM, NO_LIST, useOfVault } from './use-vault.js';

/**
 * The records of one kind in the vault, newest first; each is the same object until it changes.
 *
 * Declare the kind once, with `defineKind`, outside of components. A worker's program has to know it too (`serveVault`).
 */
export function useRecords<R extends object, Options extends LiveOptions = LiveOptions>(
  kind: RecordKind<R>,
  filter: RecordFilter<R> = {},
  options?: Options,
): LiveView<readonly RecordItem<R>[], Options> {
  return useOfVault<readonly RecordItem<R>[], Options>(
    (vault) => recordsIn(vault, kind).live(filter),
    NO_LIST,
    options,
  );
}

/** One record of the vault; `null` when there is none of this kind and id, or none any more. */
export function useRecord<R extends object, Options extends LiveOptions = LiveOptions>(
  kind: RecordKind<R>,
  id: Id<'item'>,
  options?: Options,
): LiveView<RecordItem<R> | null, Options> {
  return useOfVault<RecordItem<R> | null, Options>(
    (vault) => recordsIn(vault, kind).liveOne(id),
    NO_ITEM,
    options,
  );
}

/** The same in a worker as here, for a reader: the types of both are one only once the kind is known. */
function recordsIn<R extends object>(
  vault: AnyVault,
  kind: RecordKind<R>,
): Pick<Records<R>, 'live' | 'liveOne'> {
  return (vault as Vault).records(kind);
}
