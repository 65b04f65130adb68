/**
 * Whether what is stored here stays.
 *
 * Browsers take back what sites store: when the disk is full, and in Safari after seven days without a visit (of pages
 * that are not on the Home Screen), unless the origin was granted persistence. WebKit: "Full Third-Party Cookie Blocking
 * and More", 2020.
 */

/** How the storage of this origin stands. In Node, and where a browser does not tell, all of it is `null`. */
export interface StorageState {
  /** Whether the browser has promised to keep it. */
  readonly persisted: boolean | null;
  /** What the whole origin uses, about. */
  readonly usedBytes: number | null;
  /** What it may use, about. */
  readonly quotaBytes: number | null;
}

/** What an app should tell the person about the storage here. */
export type StorageWarning = 'may-be-evicted' | 'nearly-full';

const HOUR_MS = 3_600_000;
/** So long things may wait to be sent before it is worth a word: most are gone in seconds. */
const WAITING_MS_MAX = HOUR_MS;
/** Two days before the seven of Safari are over. */
const WAITING_LONG_MS = 5 * 24 * HOUR_MS;
const FULL_FROM = 0.9;

const WARNINGS = {
  'may-be-evicted': [
    'Some changes are only on this device, and the browser may delete them. Connect to the network so that they are sent.',
    "Des modifications ne sont que sur cet appareil, et le navigateur peut les effacer. Connectez-vous au réseau pour qu'elles soient envoyées.",
  ],
  'nearly-full': [
    'There is little room left on this device for new documents.',
    'Il reste peu de place sur cet appareil pour de nouveaux documents.',
  ],
} as const satisfies Record<StorageWarning, readonly [en: string, fr: string]>;

/** The sentence for a person that goes with a warning, in English or French. */
export function explainStorage(warning: StorageWarning, language: 'en' | 'fr'): string {
  return WARNINGS[warning][language === 'fr' ? 1 : 0];
}

/**
 * Asks the browser to keep what is stored here: call it on the page, once something is worth keeping.
 *
 * Some browsers ask the person, others decide by themselves. False when it was not granted, `null` where there is nobody
 * to ask: in Node, and in a worker.
 */
export async function requestPersistence(): Promise<boolean | null> {
  return ask((storage) => storage.persist?.());
}

/** How the storage of this origin stands. */
export async function storageState(): Promise<StorageState> {
  const persisted = await ask((storage) => storage.persisted?.());
  const estimate = await ask((storage) => storage.estimate?.());
  return { persisted, usedBytes: estimate?.usage ?? null, quotaBytes: estimate?.quota ?? null };
}

/** What to warn of, when something waits to be sent since then, or nothing does. @internal */
export function storageWarnings(
  { persisted, usedBytes, quotaBytes }: StorageState,
  unsyncedSince: number | null,
  now: number,
): StorageWarning[] {
  const warnings: StorageWarning[] = [];
  const waitingMs = unsyncedSince === null ? -1 : now - unsyncedSince;
  const isLong = persisted !== null && waitingMs >= WAITING_LONG_MS;
  if (isLong || (persisted === false && waitingMs >= WAITING_MS_MAX)) warnings.push('may-be-evicted');
  if (usedBytes !== null && quotaBytes !== null && usedBytes >= quotaBytes * FULL_FROM)
    warnings.push('nearly-full');
  return warnings;
}

/** When `storageWarnings` may say something else about what waits since then, or null. @internal */
export function nextStorageWarning(unsyncedSince: number | null, now: number): number | null {
  if (unsyncedSince === null) return null;
  const moments = [unsyncedSince + WAITING_MS_MAX, unsyncedSince + WAITING_LONG_MS];
  return moments.find((moment) => moment > now) ?? null;
}

/** What the browser's storage answers; `null` where there is none, and where it cannot do this or will not say. */
async function ask<T>(
  question: (storage: Partial<StorageManager>) => Promise<T> | undefined,
): Promise<T | null> {
  const { navigator } = globalThis as { readonly navigator?: { readonly storage?: StorageManager } };
  if (navigator?.storage === undefined) return null;
  try {
    return (await question(navigator.storage)) ?? null;
  } catch {
    return null;
  }
}
