import {
  createElement,
  Fragment,
  type ReactElement,
  type ReactNode,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { AnyPerson } from './any-person.js';
import { Device, type PersonSource } from './device.js';
import { DeviceContext } from './device-context.js';
import { useMoment } from './use-device.js';
import { type Language, LanguageContext } from './use-explain.js';

/** What a provider takes: where the person comes from, or a person who is open. */
export type VaultProviderProps = {
  readonly children?: ReactNode;
  /** The language of sentences about errors; that of `<html lang>` unless given. */
  readonly language?: Language;
  /** Shown while something below waits, with `suspense` and no boundary of its own. */
  readonly fallback?: ReactNode;
} & (
  | {
      /**
       * Reaches what this device holds: `() => openVaultInWorker({ name: 'my-app' })`. Called when the provider has
       * mounted, and again after each lock. Give the provider another `key` for another device.
       */
      readonly source: () => PersonSource | Promise<PersonSource>;
      /** False leaves syncing to the app; otherwise it goes on in the background while the person is open. */
      readonly sync?: boolean;
      readonly person?: undefined;
    }
  | {
      /** A person whom the app opened, and closes; null while there is none. */
      readonly person: AnyPerson | null;
      readonly source?: undefined;
      readonly sync?: undefined;
    }
);

/**
 * Gives the components below it the person on this device; `useDevice` shows how it stands with them.
 *
 * What it opened itself it closes when it is unmounted. When the person is locked or replaced, everything below starts
 * over: no component keeps on the page, or in its state, what it read from the vault.
 */
export function VaultProvider(props: VaultProviderProps): ReactElement {
  const { children, language = null, fallback = null, source, sync = true, person = null } = props;
  const latest = useRef(source);
  useEffect(() => {
    latest.current = source;
  });
  const [own] = useState(() => new Device({ connect: () => (latest.current as typeof source & {})(), sync }));
  const given = useMemo(() => new Device({ person }), [person]);
  const device = source === undefined ? given : own;
  useEffect(() => device.use(), [device]);
  const { gone } = useMoment(device);
  const replaced = useReplaced(person);
  const inner = createElement(Suspense, { fallback }, children);
  return createElement(
    LanguageContext.Provider,
    { value: language },
    createElement(
      DeviceContext.Provider,
      { value: device },
      createElement(Fragment, { key: `${replaced} ${gone}` }, inner),
    ),
  );
}

/** How many persons were taken out of the provider's hands, the present one not among them. */
function useReplaced(person: AnyPerson | null): number {
  const [seen, setSeen] = useState({ person, replaced: 0 });
  if (seen.person === person) return seen.replaced;
  const replaced = seen.replaced + (seen.person === null ? 0 : 1);
  setSeen({ person, replaced });
  return replaced;
}
