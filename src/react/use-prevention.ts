import { useMemo } from 'react';
import { createLive, type Live } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import { load } from '../load.js';
import type {
  PreventionEdition,
  PreventionFacts,
  PreventionItem,
  PreventionOptions,
} from '../prevention/index.js';
import { type LiveOptions, type LiveView, useLive } from './use-live.js';

/** What is asked, and how the component waits for the rules to be loaded. */
export interface PreventionViewOptions extends PreventionOptions, LiveOptions {}

/**
 * What prevention is due for a person, as `preventionFor` of `coffret/prevention` gives it; it needs no vault.
 *
 * Pending until the rules are loaded, once in a page, and with `null` for facts. The list is the same object until the facts
 * or options say something else: both may be made anew at each render. What is wrong in them shows `usage/invalid`.
 */
export function usePrevention<Options extends PreventionViewOptions>(
  facts: PreventionFacts | null,
  options: Options,
): LiveView<readonly PreventionItem[], Options> {
  const { on, ahead, edition } = options;
  const said = facts === null ? null : JSON.stringify([facts, { on, ahead }]);
  const live = useMemo(() => (said === null ? null : listFor(said, edition)), [said, edition]);
  return useLive<readonly PreventionItem[], Options>(live, options);
}

type Rules = typeof import('../prevention/index.js');
type Said = [facts: PreventionFacts, options: Omit<PreventionOptions, 'edition'>];

/** The lists that components show, by what was said: a render that starts over finds its own again. */
const ownLists = /* @__PURE__ */ new LiveCache();
const listsOf = /* @__PURE__ */ new WeakMap<PreventionEdition, LiveCache>();

function listFor(said: string, edition: PreventionEdition | undefined): Live<readonly PreventionItem[]> {
  let lists = edition === undefined ? ownLists : listsOf.get(edition);
  if (lists === undefined) {
    lists = new LiveCache();
    if (edition !== undefined) listsOf.set(edition, lists);
  }
  return lists.get(said, () => {
    let rules: Rules | null = null;
    let thrown: { readonly error: unknown } | null = null;
    return createLive({
      version: () => rules ?? thrown,
      read: () => {
        if (thrown !== null) throw thrown.error;
        if (rules === null) return undefined;
        const [facts, options] = JSON.parse(said) as Said;
        return rules.preventionFor(facts, edition === undefined ? options : { ...options, edition });
      },
      watch: (onNotice) => {
        thrown = null;
        load('coffret/prevention', () => import('../prevention/index.js')).then(
          (loaded) => {
            rules = loaded;
            onNotice();
          },
          (error: unknown) => {
            thrown = { error };
            onNotice();
          },
        );
        return () => {};
      },
    });
  });
}
