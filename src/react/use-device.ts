import { useContext, useMemo, useSyncExternalStore } from 'react';
import { VaultError } from '../errors.js';
import type { CreateOptions, OpenOptions, RecoverOptions } from '../index.js';
import type { AnyPerson } from './any-person.js';
import type { Device, DeviceMoment, OnDevice } from './device.js';
import { DeviceContext } from './device-context.js';
import { useExplain } from './use-explain.js';

/**
 * What can be done with the person on this device. None of it ever rejects: what went wrong is in `error`.
 *
 * A person whom the app gave to the provider can only be locked.
 */
export interface DeviceActions {
  /** Creates a person, where the state is `empty`; resolves with them, or with `null` when that failed. */
  readonly create: (options: OnDevice<CreateOptions>) => Promise<AnyPerson | null>;
  /** Opens the person, where the state is `locked`; as `create`. */
  readonly open: (options: OnDevice<OpenOptions>) => Promise<AnyPerson | null>;
  /** Brings a person back from their 24 words, where the state is `empty`; as `create`. */
  readonly recover: (options: OnDevice<RecoverOptions>) => Promise<AnyPerson | null>;
  /** Empties the page below the provider, then wipes the keys. */
  readonly lock: () => Promise<void>;
  /** As `lock`, and every other tab that has this person open locks at once. */
  readonly lockEverywhere: () => Promise<void>;
  /** Looks again, where the state is `failed`. */
  readonly retry: () => Promise<void>;
}

/** The person on this device, and what to show meanwhile. */
export type DeviceView = DeviceActions &
  (
    | { readonly state: 'open'; readonly person: AnyPerson; readonly error: null; readonly message: null }
    | {
        /**
         * `starting` and `opening` take a moment; `empty`: offer to create or to recover; `locked`: ask for what opens
         * it; `failed`: the device cannot be used as it is, and `error` says why.
         */
        readonly state: 'starting' | 'empty' | 'locked' | 'opening' | 'failed';
        readonly person: null;
        /** Why the last attempt failed, as a wrong passphrase; or null. */
        readonly error: VaultError | null;
        /** The sentence for it, to show. */
        readonly message: string | null;
      }
  );

/** Shows how it stands with the person on this device, and gives what can be done about it. */
export function useDevice(): DeviceView {
  const device = useProvided();
  const { state, person, error, thrown } = useMoment(device);
  const explain = useExplain();
  const actions = useMemo(
    () => ({
      ...{ create: device.create, open: device.open, recover: device.recover },
      ...{ lock: device.lock, lockEverywhere: device.lockEverywhere, retry: device.start },
    }),
    [device],
  );
  if (thrown !== null) throw thrown.value;
  return { ...actions, state, person, error, message: explain(error) } as DeviceView;
}

/** The person who is open, or `null`. */
export function useOpenPerson(): AnyPerson | null {
  return useMoment(useProvided()).person;
}

/** The device of the nearest provider. Throws `usage/no-provider`. */
export function useProvided(): Device {
  const device = useContext(DeviceContext);
  if (device === null) throw new VaultError('usage/no-provider');
  return device;
}

/** The present moment of a device. */
export function useMoment(device: Device): DeviceMoment {
  return useSyncExternalStore(device.subscribe, device.getSnapshot, device.getServerSnapshot);
}
