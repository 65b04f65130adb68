import { useMemo } from 'react';
import type { FiledDocument, FiledFilter, FilingCabinet, Folder } from '../documents/index.js';
import type { Id, RecordItem } from '../index.js';
import { createLive, type Live } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import { load } from '../load.js';
import type { AnyVault } from './any-person.js';
import { lateLive, latePart } from './late-live.js';
import { type LiveOptions, type LiveView, useLive } from './use-live.js';
import { NO_ITEM, NO_LIST, useOfVault, useVault } from './use-vault.js';

/**
 * How documents are filed in the vault, for its verbs: `null` where there is no vault, `undefined` while that is not known or the
 * program of the filing is not loaded. That happens once in a page, when the first of these hooks is used.
 *
 * A worker's program has to know its kinds (`DOCUMENTS_KINDS`, see `serveVault`); that of this package does.
 */
export function useFiling(): FilingCabinet | null | undefined {
  const vault = useVault();
  const live = useMemo(() => (vault ? cabinetIn(vault) : null), [vault]);
  const { data, error } = useLive(live);
  if (error !== null) throw error;
  return vault ? data : vault;
}

/**
 * The documents of the vault with what its holder says of them, pinned ones first, then the newest by their own day; each is the
 * same object until something about it changes. None when there is no vault.
 */
export function useFiledDocuments<Options extends LiveOptions = LiveOptions>(
  filter: FiledFilter = {},
  options?: Options,
): LiveView<readonly FiledDocument[], Options> {
  return useOfVault<readonly FiledDocument[], Options>(
    (vault) => {
      const { category, folder, pinned, current } = filter;
      // A folder that is null is none; one that is not said is any.
      const key = [
        'list',
        category ?? '',
        folder === undefined ? '' : folder,
        pinned ?? '',
        current ?? false,
      ];
      return lateIn(vault, key, (cabinet) => cabinet.live(filter));
    },
    NO_LIST,
    options,
  );
}

/** One document as `useFiledDocuments` has it; `null` when there is none of this id, or none any more. */
export function useFiledDocument<Options extends LiveOptions = LiveOptions>(
  id: Id<'item'>,
  options?: Options,
): LiveView<FiledDocument | null, Options> {
  return useOfVault<FiledDocument | null, Options>(
    (vault) => lateIn(vault, ['one', id], (cabinet) => cabinet.liveOne(id)),
    NO_ITEM,
    options,
  );
}

/** The folders, by name. */
export function useFolders<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly RecordItem<Folder>[], Options> {
  return useOfVault<readonly RecordItem<Folder>[], Options>(
    (vault) => lateIn(vault, ['folders'], (cabinet) => cabinet.liveFolders()),
    NO_LIST,
    options,
  );
}

type Module = typeof import('../documents/index.js');

const module = /* @__PURE__ */ latePart<Module>(() =>
  load('coffret/documents', () => import('../documents/index.js')),
);

/** The live values of each vault, by what they are of: a render that starts over finds its own again. */
const lives = /* @__PURE__ */ new WeakMap<AnyVault, LiveCache>();

/** The same in a worker as here, for a module. */
function lateIn<T>(
  vault: AnyVault,
  key: readonly unknown[],
  make: (cabinet: FilingCabinet) => Live<T>,
): Live<T> {
  const cache = lives.get(vault) ?? new LiveCache();
  lives.set(vault, cache);
  return cache.get(JSON.stringify(key), () =>
    lateLive(module, ({ documentsOf }) => make(documentsOf(vault))),
  );
}

function cabinetIn(vault: AnyVault): Live<FilingCabinet> {
  return lateIn(vault, ['cabinet'], (cabinet) =>
    createLive({ version: () => cabinet, read: () => cabinet, watch: () => () => {} }),
  );
}
