/** How much of what there was a list of a journal holds, and on whose word. */
export interface ListReach {
  /** Whether nothing is missing between `since` and `until`. */
  readonly complete: boolean;
  /** In milliseconds since 1970; null: from the beginning. */
  readonly since: number | null;
  /** Likewise; null: up to now. */
  readonly until: number | null;
  /** Who says so: the signed logs, the owner who exported the file, each reader for themselves, the server. */
  readonly by: 'logs' | 'owner' | 'readers' | 'server';
}

/** The reach of each list of a journal. */
export interface JournalReach {
  /** Complete from the first access on: one that is not in it does not exist. */
  readonly grants: ListReach;
  /** Never complete: nobody has to say that they read. */
  readonly receipts: ListReach;
  /** Complete from where the server's list begins, as far as the server tells. */
  readonly fetches: ListReach;
}

/** The reaches, where the server said from when until when its list is complete, or nothing. */
export function reachOf(
  grants: { readonly by: 'logs' | 'owner'; readonly until: number | null },
  fetches: { readonly since: number; readonly until: number } | null,
): JournalReach {
  return {
    grants: { complete: true, since: null, ...grants },
    receipts: { complete: false, since: null, until: null, by: 'readers' },
    fetches: {
      complete: fetches !== null,
      since: fetches?.since ?? null,
      until: fetches?.until ?? null,
      by: 'server',
    },
  };
}
