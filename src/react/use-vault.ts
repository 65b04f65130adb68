import { createContext, createElement, type ReactElement, type ReactNode, useContext, useMemo } from 'react';
import type { Document, DocumentFilter, Grant, Id, Live } from '../index.js';
import { createLive } from '../live/live.js';
import type { AnyVault } from './any-person.js';
import { useOpenPerson } from './use-device.js';
import {
  type LiveOptions,
  type LiveReady,
  type LiveResult,
  type LiveView,
  useLive,
  useLiveResult,
} from './use-live.js';

const ChosenVault = createContext<AnyVault | null>(null);

/** Makes `vault` the one that hooks below it speak of; elsewhere that is the person's first. */
export function InVault(props: { readonly vault: AnyVault; readonly children?: ReactNode }): ReactElement {
  return createElement(ChosenVault.Provider, { value: props.vault }, props.children);
}

/** The vaults that the person owns. */
export function useVaults<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly AnyVault[], Options> {
  const live: Live<readonly AnyVault[]> | undefined = useOpenPerson()?.liveVaults();
  return useLive(live ?? null, options);
}

/**
 * The vault of this id, or the one of `InVault`, or else the person's first: `null` when there is none, `undefined` while
 * that is not known. It is another object when the holder changes. What goes wrong is thrown to the error boundary.
 */
export function useVault(id?: Id<'vault'>): AnyVault | null | undefined {
  const { data, error } = useVaultResult(id, undefined);
  if (error !== null) throw error;
  return data;
}

/** The documents of the vault, newest first; each is the same object until it changes. None when there is no vault. */
export function useDocuments<Options extends LiveOptions = LiveOptions>(
  filter: DocumentFilter = {},
  options?: Options,
): LiveView<readonly Document[], Options> {
  return useOfVault<readonly Document[], Options>((vault) => vault.documents.live(filter), NO_LIST, options);
}

/** One document of the vault; `null` when there is none of this id, or none any more. */
export function useDocument<Options extends LiveOptions = LiveOptions>(
  id: Id<'item'>,
  options?: Options,
): LiveView<Document | null, Options> {
  return useOfVault<Document | null, Options>((vault) => vault.documents.liveOne(id), NO_ITEM, options);
}

/** The accesses in force that were given to the vault, for showing and for `vault.revoke`. */
export function useGrants<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly Grant[], Options> {
  return useOfVault<readonly Grant[], Options>((vault) => vault.liveGrants(), NO_LIST, options);
}

/** Follows something in the vault that is meant; `none` stands for it where there is no vault. */
export function useOfVault<T, Options extends LiveOptions>(
  liveOf: (vault: AnyVault) => Live<T>,
  none: Live<T>,
  options: Options | undefined,
): LiveView<T, Options> {
  const { data: vault, ...rest } = useVaultResult(undefined, options);
  const live = vault === undefined ? null : vault === null ? none : liveOf(vault);
  const result = useLiveResult(live, vault === undefined ? undefined : options);
  return (rest.error === null ? result : { data: undefined, ...rest }) as LiveView<T, Options>;
}

/** The vault that is meant, as a result: pending until the person's vaults are known. */
function useVaultResult(
  id: Id<'vault'> | undefined,
  options: LiveOptions | undefined,
): LiveResult<AnyVault | null> {
  const chosen = useContext(ChosenVault);
  const person = useOpenPerson();
  const isChosen = chosen !== null && (id === undefined || id === chosen.id);
  const vaults = useLiveResult<readonly AnyVault[]>(
    isChosen ? null : (person?.liveVaults() ?? null),
    isChosen ? undefined : options,
  );
  return useMemo(() => {
    if (isChosen) return ready(chosen);
    if (vaults.data === undefined) return vaults;
    return ready(vaults.data.find((vault) => id === undefined || vault.id === id) ?? null);
  }, [isChosen, chosen, vaults, id]);
}

function ready<T>(data: T): LiveReady<T> {
  return { data, error: null, message: null, pending: false };
}

/** What there is in no vault. */
export const NO_ITEM: Live<null> = /* @__PURE__ */ constant<null>(null);

/** The list of it. */
export const NO_LIST: Live<readonly never[]> = /* @__PURE__ */ constant<readonly never[]>([]);

function constant<T>(value: T): Live<T> {
  return createLive({ version: () => 0, read: () => value, watch: () => () => {} });
}
