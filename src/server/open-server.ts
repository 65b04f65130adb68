import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from 'hono';
import { loadSodium } from '../crypto/sodium.js';
import { createApp } from './app.js';
import { createFileBlobs } from './blobs/files.js';
import { type Collected, collect } from './collect.js';
import { openHeadKey } from './head-key.js';
import { createIdentityCache } from './identities.js';
import { createServerLog, type LogLevel, type ServerLog } from './log.js';
import { DEFAULT_POLICY, type Policy } from './policy.js';
import { createLocalPush } from './push.js';
import { createRateLimit } from './rate-limit.js';
import type { Services } from './services.js';
import { openDatabase } from './sql/database.js';
import { openNonces } from './sql/nonces.js';

/** The files in the data directory. */
export const DATA_FILES = {
  database: 'coffret.sqlite',
  nonces: 'nonces.sqlite',
  blobs: 'blobs',
  headKey: 'head-key',
} as const;

/** How a server is opened; only `dataDir` is needed. */
export interface ServerOptions {
  /** Everything the server keeps; made when it is not there. One process at a time. */
  readonly dataDir: string;
  /** Origins of web pages that may call it. None unless named; programs that are not pages need none. */
  readonly allowOrigins?: readonly string[];
  /** The base URL that clients use, when a proxy or a mount shows the app another: signatures are over it. */
  readonly publicUrl?: string;
  readonly policy?: Partial<Policy>;
  readonly log?: ServerLog | LogLevel;
  /** The network address that rate limits count by. Without it all requests count as one address's. */
  readonly addressOf?: (context: Context) => string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** A server that answers requests; who listens on a port calls `fetch`. */
export interface CoffretServer {
  /** Answers one request. `env` is passed on to `addressOf` as `context.env`. */
  fetch(request: Request, env?: object): Response | Promise<Response>;
  /** The key its heads are signed with; new collections name it. */
  readonly key: Uint8Array;
  readonly log: ServerLog;
  /** Takes away what the policy's grace has passed for. Call it now and then; `listen` does so every hour. */
  collect(): Promise<Collected>;
  /** Ends event streams and refuses new requests with `busy`; then let running requests end, then `close`. */
  stop(): void;
  close(): Promise<void>;
}

/**
 * Opens a server over a data directory.
 *
 * Needs no secret and no configuration: the head-signing key is made on the first start. Throws `store/damaged` when
 * that key is not whole.
 */
export async function openServer(options: ServerOptions): Promise<CoffretServer> {
  const { dataDir, now = Date.now } = options;
  await loadSodium();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const policy: Policy = { ...DEFAULT_POLICY, ...options.policy };
  const log =
    typeof options.log === 'object' ? options.log : createServerLog({ level: options.log ?? 'info' });
  const headKey = await openHeadKey({ path: join(dataDir, DATA_FILES.headKey) });
  const db = await openDatabase({ path: join(dataDir, DATA_FILES.database) });
  const nonces = openNonces({ path: join(dataDir, DATA_FILES.nonces) });
  const stopping = new AbortController();
  const rate = (perMinute: number) => createRateLimit({ perMinute, now });
  const services: Services = {
    db,
    nonces,
    blobs: createFileBlobs({ directory: join(dataDir, DATA_FILES.blobs) }),
    headKey,
    identities: createIdentityCache(),
    push: createLocalPush(),
    log,
    policy,
    rates: {
      account: rate(policy.accountPerMinute),
      address: rate(policy.addressPerMinute),
      slot: rate(policy.slotPerMinute),
      enrolmentAddress: rate(policy.enrolmentsPerAddressPerMinute),
      enrolment: rate(policy.enrolmentsPerMinute),
    },
    now,
    stopping: stopping.signal,
    publicUrl: options.publicUrl === undefined ? null : new URL(options.publicUrl),
    addressOf: options.addressOf ?? (() => ''),
  };
  const app = createApp(services, { allowOrigins: options.allowOrigins ?? [] });
  return {
    fetch: (request, env) => app.fetch(request, env),
    key: headKey.publicKey,
    log,
    collect: () => collect(services),
    stop: () => stopping.abort(),
    async close() {
      stopping.abort();
      await db.destroy();
      nonces.close();
    },
  };
}
