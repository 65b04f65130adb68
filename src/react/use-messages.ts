import type { Draft, ThreadView, WaitingOpening } from '../messaging/index.js';
import { type Messaging, messagingOf } from '../messaging/index.js';
import { useOpenPerson } from './use-device.js';
import { type LiveOptions, type LiveView, useLive } from './use-live.js';

/** The messaging of the person, for its verbs; null while nobody is open. */
export function useMessaging(): Messaging | null {
  const person = useOpenPerson();
  return person === null || person === undefined ? null : messagingOf(person);
}

/** The threads of the person, the one with the newest message first. */
export function useThreads<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly ThreadView[], Options> {
  return useLive<readonly ThreadView[], Options>(useMessaging()?.live() ?? null, options);
}

/** One thread; `null` when there is none of this id, or none so far. */
export function useThread<Options extends LiveOptions = LiveOptions>(
  id: string,
  options?: Options,
): LiveView<ThreadView | null, Options> {
  return useLive<ThreadView | null, Options>(useMessaging()?.liveThread(id) ?? null, options);
}

/** How many messages were not read. */
export function useUnreadCount<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<number, Options> {
  return useLive<number, Options>(useMessaging()?.liveUnread() ?? null, options);
}

/** Who asks to open a thread in a vault of the person. */
export function useOpenings<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly WaitingOpening[], Options> {
  return useLive<readonly WaitingOpening[], Options>(useMessaging()?.openings.live() ?? null, options);
}

/** The messages that were not sent. */
export function useDrafts<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly Draft[], Options> {
  return useLive<readonly Draft[], Options>(useMessaging()?.drafts.live() ?? null, options);
}
