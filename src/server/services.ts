import type { Context } from 'hono';
import type { BlobBytes } from './blobs/port.js';
import type { HeadKey } from './head-key.js';
import type { IdentityCache } from './identities.js';
import type { ServerLog } from './log.js';
import type { Policy } from './policy.js';
import type { Push } from './push.js';
import type { RateLimit } from './rate-limit.js';
import type { Db } from './sql/database.js';
import type { Nonces } from './sql/nonces.js';

/** All that the routes work with. */
export interface Services {
  readonly db: Db;
  readonly nonces: Nonces;
  readonly blobs: BlobBytes;
  readonly headKey: HeadKey;
  readonly identities: IdentityCache;
  readonly push: Push;
  readonly log: ServerLog;
  readonly policy: Policy;
  readonly rates: {
    readonly account: RateLimit;
    readonly address: RateLimit;
    readonly slot: RateLimit;
    readonly enrolmentAddress: RateLimit;
    readonly enrolment: RateLimit;
  };
  readonly now: () => number;
  /** Aborted when the server stops; long answers end then. */
  readonly stopping: AbortSignal;
  /** The URL that clients see, when a proxy or a mount shows the app another. */
  readonly publicUrl: URL | null;
  /** What rate limits by address count; the empty text where there is no address. */
  readonly addressOf: (context: Context) => string;
}

/** Who signed a request; verified. */
export type Caller =
  | { readonly type: 'device'; readonly person: Uint8Array; readonly device: Uint8Array }
  | { readonly type: 'slot'; readonly person: Uint8Array; readonly slot: Uint8Array };

/** What middleware leaves for the routes. */
export interface Env {
  Variables: { caller: Caller; body: Uint8Array; account: string | null; code: string | null };
}
