import type { Vault } from '../index.js';
import { createLive, type Live } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import { load } from '../load.js';
import type { SearchOptions, SearchResults } from '../search/index.js';
import type { AnyVault } from './any-person.js';
import { lateLive, latePart } from './late-live.js';
import type { LiveOptions, LiveView } from './use-live.js';
import { useOfVault } from './use-vault.js';

/**
 * What is found in the vault for what someone typed, and what is found later; the index is kept up to date meanwhile.
 *
 * Pending with every other text until its own results are there: those of an earlier one are never shown for it. Whoever
 * types fast wants `useDeferredValue`. On the page's own thread say first what is found, with `registerRecords` and
 * `registerFiles` of `searchOf(vault)`; in a worker its program says so.
 */
export function useSearch<Options extends LiveOptions = LiveOptions>(
  text: string,
  search: SearchOptions = {},
  options?: Options,
): LiveView<SearchResults, Options> {
  return useOfVault<SearchResults, Options>((vault) => found(vault, text, search), NOTHING, options);
}

type Module = typeof import('../search/index.js');

const module = /* @__PURE__ */ latePart<Module>(() =>
  load('coffret/search', () => import('../search/index.js')),
);

/** The live values of each vault on this thread, by what is looked for. */
const lives = /* @__PURE__ */ new WeakMap<Vault, LiveCache>();

/** In a worker the code is there, too. */
function found(vault: AnyVault, text: string, search: SearchOptions): Live<SearchResults> {
  if ('search' in vault) return vault.search.liveFind(text, search);
  const cache = lives.get(vault) ?? new LiveCache();
  lives.set(vault, cache);
  return cache.get(JSON.stringify([text, search]), () =>
    lateLive(module, ({ searchOf }) => searchOf(vault).liveFind(text, search)),
  );
}

const NONE: SearchResults = { hits: [], total: 0 };

/** What is found in no vault. */
const NOTHING: Live<SearchResults> = /* @__PURE__ */ createLive({
  version: () => 0,
  read: () => NONE,
  watch: () => () => {},
});
