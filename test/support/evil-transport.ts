import type { Message } from '../../src/protocol/messages.js';
import { decodeMessage, encodeMessage } from '../../src/protocol/messages.js';
import type { Transport, TransportAnswer, TransportRequest } from '../../src/sync/transport.js';
import { seededRandom } from './seeded-random.js';

/** What a request asks for, by PROTOCOL §4. */
export type Route =
  | 'server'
  | 'identity'
  | 'slot'
  | 'found'
  | 'append'
  | 'ops'
  | 'blob'
  | 'deposits'
  | 'fetches'
  | 'inbox'
  | 'send'
  | 'other';

/** One request on its way, in the hands of whoever runs the server. */
export interface Exchange {
  readonly route: Route;
  readonly request: TransportRequest;
  /** The id in the path, in hexadecimal: a collection, a person, a slot, a vault; else the empty string. */
  readonly id: string;
  /** What the real server answers; asked as often as one likes. */
  honest(): Promise<TransportAnswer>;
  /** Seeded bytes. */
  random(length: number): Uint8Array;
}

/** Answers in the server's place, or gives `null` to leave the request to the next lie and then to the real server. */
export type Lie = (exchange: Exchange) => Promise<TransportAnswer | null> | TransportAnswer | null;

/** What a client sent, as anyone on the server's side sees it. */
export interface SentRequest {
  readonly line: string;
  readonly route: Route;
  readonly id: string;
  readonly body: Uint8Array;
}

/** A transport whose answers are the server operator's choice. */
export interface EvilTransport extends Transport {
  /** The lies told, in order of precedence; empty is an honest server. May be changed at any time. */
  plan: readonly Lie[];
  /** Everything sent so far. */
  readonly sent: SentRequest[];
  /** How many answers were lies. */
  readonly lied: number;
}

/** Puts a liar between a client and the real server. The same seed tells the same lies. */
export function createEvilTransport(options: {
  readonly inner: Transport;
  readonly seed: string;
  readonly plan?: readonly Lie[];
}): EvilTransport {
  const { inner, seed } = options;
  const random = seededRandom(seed);
  const sent: SentRequest[] = [];
  let lied = 0;
  const transport: EvilTransport = {
    plan: options.plan ?? [],
    sent,
    get lied() {
      return lied;
    },
    async send(request) {
      const { route, id } = routeOf(request);
      sent.push({
        line: `${request.method} ${request.path}`,
        route,
        id,
        body: request.body?.slice() ?? new Uint8Array(),
      });
      for (const lie of transport.plan) {
        const answer = await lie({ route, id, request, honest: () => inner.send(request), random });
        if (answer === null) continue;
        lied += 1;
        return answer;
      }
      return inner.send(request);
    },
  };
  return transport;
}

/** A lie told on one route: the honest answer, decoded, changed and encoded again. Refusals pass as they are. */
export function changed<T>(
  route: Route,
  message: Message<T>,
  change: (answer: T, exchange: Exchange) => T | null | Promise<T | null>,
): Lie {
  return async (exchange) => {
    if (exchange.route !== route) return null;
    const honest = await exchange.honest();
    if (honest.status >= 300) return null;
    const answer = await change(decodeMessage(message, honest.body), exchange);
    return answer === null ? null : { ...honest, body: encodeMessage(message, answer) };
  };
}

/** A lie told on one route with the bytes of the answer. */
export function changedBytes(
  route: Route,
  change: (body: Uint8Array, exchange: Exchange) => Uint8Array | null,
): Lie {
  return async (exchange) => {
    if (exchange.route !== route) return null;
    const honest = await exchange.honest();
    if (honest.status >= 300) return null;
    const body = change(honest.body.slice(), exchange);
    return body === null ? null : { ...honest, body };
  };
}

const ROUTES: readonly (readonly [route: Route, pattern: RegExp])[] = [
  ['server', /^GET \/v1\/server$/],
  ['identity', /^GET \/v1\/people\/([0-9a-f]+)\/identity/],
  ['slot', /^GET \/v1\/slots\/([0-9a-f]+)$/],
  ['found', /^POST \/v1\/collections$/],
  ['append', /^POST \/v1\/collections\/([0-9a-f]+)\/ops$/],
  ['ops', /^GET \/v1\/collections\/([0-9a-f]+)\/ops/],
  ['blob', /^GET \/v1\/vaults\/[0-9a-f]+\/blobs\/([0-9a-f]+)$/],
  ['deposits', /^GET \/v1\/vaults\/([0-9a-f]+)\/deposits/],
  ['fetches', /^GET \/v1\/vaults\/([0-9a-f]+)\/fetches/],
  ['inbox', /^GET \/v1\/inbox/],
  ['send', /^POST \/v1\/people\/([0-9a-f]+)\/inbox$/],
];

function routeOf({ method, path }: TransportRequest): { route: Route; id: string } {
  for (const [route, pattern] of ROUTES) {
    const match = pattern.exec(`${method} ${path}`);
    if (match !== null) return { route, id: match[1] ?? '' };
  }
  return { route: 'other', id: '' };
}
