import { type DestinationStream, type Logger, pino } from 'pino';
import { hash } from '../crypto/hash.js';
import { systemRandom } from '../crypto/random.js';
import { bytesToHex } from '../formats/id.js';

/** How much the server writes about itself. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** One line per request; the fields here are all there ever are (`test/server-view.json`). */
export interface RequestLine {
  readonly request: string;
  readonly method: string;
  /** The pattern of the route, never the path: ids and queries are not written down. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly code: string | null;
  /** Who asked, as a hash under a key that ends with the process: lines of one person belong together, no more. */
  readonly account: string | null;
}

/** The server's journal: JSON lines without bodies, queries, addresses, names or ids. */
export interface ServerLog {
  request(line: RequestLine): void;
  /** An error nobody expected; its name and place, never its data. */
  fault(error: unknown): void;
  note(
    what: 'started' | 'stopping' | 'stopped' | 'collected',
    figures?: Readonly<Record<string, number>>,
  ): void;
  accountOf(person: Uint8Array): string;
}

/** Opens the journal; lines go to standard error unless `destination` says otherwise. */
export function createServerLog(options: {
  readonly level: LogLevel;
  readonly destination?: DestinationStream;
}): ServerLog {
  const logger: Logger = pino(
    { level: options.level, base: null },
    options.destination ?? pino.destination(2),
  );
  const key = systemRandom(32);
  return {
    request: (line) => logger.info(line, 'request'),
    fault(error) {
      const { name, code, stack } = error as { name?: string; code?: string; stack?: string };
      // The message is left out: a driver may quote values in it.
      const at = stack
        ?.split('\n')
        .filter((line) => line.trimStart().startsWith('at '))
        .slice(0, 6);
      logger.error({ name, code, at }, 'fault');
    },
    note: (what, figures = {}) => logger.info(figures, what),
    accountOf: (person) => bytesToHex(hash('log-account', key, person).subarray(0, 8)),
  };
}
