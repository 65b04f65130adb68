import {
  type Agenda,
  type AgendaItem,
  agendaOf,
  type Conflict,
  type Occurrence,
  type Range,
  type Reminder,
  type UpcomingOptions,
} from '../agenda/index.js';
import type { Id, Vault } from '../index.js';
import type { AnyVault } from './any-person.js';
import type { LiveOptions, LiveView } from './use-live.js';
import { NO_ITEM, NO_LIST, useOfVault, useVault } from './use-vault.js';

/** The agenda in the vault, to write to it: `null` where there is no vault, `undefined` while that is not known. */
export function useAgenda(): Agenda | null | undefined {
  const vault = useVault();
  return vault && agendaIn(vault);
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
    (vault) => agendaIn(vault).liveUpcoming(upcoming),
    NO_LIST,
    options,
  );
}

/** One event of the agenda; `null` when there is none of this id, or none any more. */
export function useEvent<Options extends LiveOptions = LiveOptions>(
  id: Id<'item'>,
  options?: Options,
): LiveView<AgendaItem | null, Options> {
  return useOfVault<AgendaItem | null, Options>((vault) => agendaIn(vault).liveOne(id), NO_ITEM, options);
}

/** The pairs of occurrences in a range that take the same time; for the range, see `useUpcoming`. */
export function useAgendaConflicts<Options extends LiveOptions = LiveOptions>(
  range: Range,
  options?: Options,
): LiveView<readonly Conflict[], Options> {
  return useOfVault<readonly Conflict[], Options>(
    (vault) => agendaIn(vault).liveConflicts(range),
    NO_LIST,
    options,
  );
}

/** The next reminder, without a word of what it is about; `null` when there is none. It follows the clock. */
export function useNextReminder<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<Reminder | null, Options> {
  return useOfVault<Reminder | null, Options>(
    (vault) => agendaIn(vault).liveNextReminder(),
    NO_ITEM,
    options,
  );
}

/** The same in a worker as here, for a module. */
function agendaIn(vault: AnyVault): Agenda {
  return agendaOf(vault as Vault);
}
