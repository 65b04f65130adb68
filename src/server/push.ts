import { bytesToHex } from '../formats/id.js';
import type { ChangeNotice } from '../protocol/messages.js';

type Listener = (notice: ChangeNotice) => void;

/**
 * Tells connected clients that there is something new; the port for what several nodes would share.
 *
 * A notice may be lost or repeated: it is a hint to pull, and clients also pull without it.
 */
export interface Push {
  publish(people: readonly Uint8Array[], notice: ChangeNotice): void;
  /** Returns the function that ends it; `null` when the person has `streamsMax` already. */
  subscribe(person: Uint8Array, listener: Listener, streamsMax: number): (() => void) | null;
}

/** Push within one process. */
export function createLocalPush(): Push {
  const listeners = new Map<string, Set<Listener>>();
  return {
    publish(people, notice) {
      for (const person of people)
        for (const listener of listeners.get(bytesToHex(person)) ?? []) listener(notice);
    },
    subscribe(person, listener, streamsMax) {
      const key = bytesToHex(person);
      const own = listeners.get(key) ?? new Set();
      if (own.size >= streamsMax) return null;
      listeners.set(key, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(key) === own) listeners.delete(key);
      };
    },
  };
}
