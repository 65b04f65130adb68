import { useMemo } from 'react';
import type {
  Agenda,
  AgendaItem,
  Conflict,
  Occurrence,
  Range,
  Reminder,
  UpcomingOptions,
} from '../agenda/index.js';
import type { Id, Vault } from '../index.js';
import { createLive, type Live } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import { load } from '../load.js';
import type { AnyVault } from './any-person.js';
import { lateLive, latePart } from './late-live.js';
import { type LiveOptions, type LiveView, useLive } from './use-live.js';
import { NO_ITEM, NO_LIST, useOfVault, useVault } from './use-vault.js';

/**
 * The agenda in the vault, to write to it: `null` where there is no vault, `undefined` while that is not known or the
 * program of the agenda is not loaded. That happens once in a page, when the first of these hooks is used.
 */
export function useAgenda(): Agenda | null | undefined {
  const vault = useVault();
  const live = useMemo(() => (vault ? agendaIn(vault) : null), [vault]);
  const { data, error } = useLive(live);
  if (error !== null) throw error;
  return vault ? data : vault;
}

/**
 * What starts in a range, in order; each occurrence is the same object until it changes.
 *
 * Another range is another list: round `from` and `to` to the day or the hour, and not to the moment of the rendering.
 */
export function useUpcoming<Options extends LiveOptions = LiveOptions>(
  upcoming: UpcomingOptions,
  options?: Options,
): LiveView<readonly Occurrence[], Options> {
  return useOfVault<readonly Occurrence[], Options>(
    (vault) => {
      const { from, to, zone, limit, touching } = upcoming;
      const key = ['upcoming', Number(from), Number(to), zone, limit, touching];
      return lateIn(vault, key, (agenda) => agenda.liveUpcoming(upcoming));
    },
    NO_LIST,
    options,
  );
}

/** One event of the agenda; `null` when there is none of this id, or none any more. */
export function useEvent<Options extends LiveOptions = LiveOptions>(
  id: Id<'item'>,
  options?: Options,
): LiveView<AgendaItem | null, Options> {
  return useOfVault<AgendaItem | null, Options>(
    (vault) => lateIn(vault, ['event', id], (agenda) => agenda.liveOne(id)),
    NO_ITEM,
    options,
  );
}

/** The pairs of occurrences in a range that take the same time; for the range, see `useUpcoming`. */
export function useAgendaConflicts<Options extends LiveOptions = LiveOptions>(
  range: Range,
  options?: Options,
): LiveView<readonly Conflict[], Options> {
  return useOfVault<readonly Conflict[], Options>(
    (vault) => {
      const key = ['conflicts', Number(range.from), Number(range.to), range.zone];
      return lateIn(vault, key, (agenda) => agenda.liveConflicts(range));
    },
    NO_LIST,
    options,
  );
}

/** The next reminder, without a word of what it is about; `null` when there is none. It follows the clock. */
export function useNextReminder<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<Reminder | null, Options> {
  return useOfVault<Reminder | null, Options>(
    (vault) => lateIn(vault, ['reminder'], (agenda) => agenda.liveNextReminder()),
    NO_ITEM,
    options,
  );
}

type Module = typeof import('../agenda/index.js');

const module = /* @__PURE__ */ latePart<Module>(() =>
  load('coffret/agenda', () => import('../agenda/index.js')),
);

/** The live values of each vault, by what they are of: a render that starts over finds its own again. */
const lives = /* @__PURE__ */ new WeakMap<AnyVault, LiveCache>();

function lateIn<T>(vault: AnyVault, key: readonly unknown[], make: (agenda: Agenda) => Live<T>): Live<T> {
  let cache = lives.get(vault);
  if (cache === undefined) {
    cache = new LiveCache();
    lives.set(vault, cache);
  }
  // The same in a worker as here, for a module.
  return cache.get(JSON.stringify(key), () =>
    lateLive(module, ({ agendaOf }) => make(agendaOf(vault as Vault))),
  );
}

function agendaIn(vault: AnyVault): Live<Agenda> {
  return lateIn(vault, ['agenda'], (agenda) =>
    createLive({ version: () => agenda, read: () => agenda, watch: () => () => {} }),
  );
}
