/** What shows that someone is there. */
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'scroll'] as const;
/** What happens when a page comes back: from another tab, from the cache, from being frozen, from a sleeping machine. */
const WAKES = ['focus', 'pageshow', 'online'] as const;

/** What the timer hears of the page. */
export interface PageListener {
  onActivity(): void;
  /** The page may have been away. */
  onWake(): void;
  onHidden(isHidden: boolean): void;
}

/** Listens to a page until the function given back is called. Does nothing where there is no page. */
export function watchPage(listener: PageListener): () => void {
  if (typeof document === 'undefined') return () => {};
  const ending = new AbortController();
  const passive = { capture: true, passive: true, signal: ending.signal };
  for (const sign of SIGNS) addEventListener(sign, () => listener.onActivity(), passive);
  for (const wake of WAKES) addEventListener(wake, () => listener.onWake(), passive);
  document.addEventListener('resume', () => listener.onWake(), passive);
  document.addEventListener('visibilitychange', () => listener.onHidden(document.hidden), passive);
  listener.onHidden(document.hidden);
  return () => ending.abort();
}

/** What a tab tells: how long ago someone was active, and whether it can be seen. */
export interface Told {
  readonly idleMs: number;
  readonly isSeen: boolean;
}

/**
 * What the tabs of one person tell each other.
 *
 * Every script of the origin can hear and say it. It could as well move the pointer, and it learns no more than that.
 */
export interface Neighbours {
  tell(told: Told): void;
  /** Asks the others to tell. */
  ask(): void;
  close(): void;
}

/** Joins the tabs of a person. Where there is no BroadcastChannel, there are none. */
export function joinNeighbours(
  person: string,
  listener: { onTold(told: Told): void; onAsked(): void },
): Neighbours {
  if (typeof BroadcastChannel !== 'function') return { tell: () => {}, ask: () => {}, close: () => {} };
  const channel = new BroadcastChannel(`coffret/active/${person}`);
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (data === 'ask') listener.onAsked();
    if (!Array.isArray(data)) return;
    const [idleMs, isSeen] = data as unknown[];
    if (typeof idleMs === 'number' && idleMs >= 0) listener.onTold({ idleMs, isSeen: isSeen === true });
  });
  return {
    tell: ({ idleMs, isSeen }) => channel.postMessage([idleMs, isSeen]),
    ask: () => channel.postMessage('ask'),
    close: () => channel.close(),
  };
}
