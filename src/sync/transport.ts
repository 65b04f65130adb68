import type { RequestSigner } from '../protocol/request-signature.js';

/** One request to the server. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, from `/v1/` on. */
  readonly path: string;
  readonly body?: Uint8Array;
  /** Of the body, or without one of the answer; `application/cbor` unless it says otherwise. All else is CBOR. */
  readonly type?: 'application/cbor' | 'application/octet-stream';
  readonly headers?: Readonly<Record<string, string>>;
  /** Who signs the request (RFC 9421); `null` sends it unsigned. */
  readonly signer: RequestSigner | null;
  /** A longer answer is refused before it is kept; `WIRE_LIMITS.answerBytesMax` unless it says otherwise. */
  readonly answerBytesMax?: number;
  readonly signal?: AbortSignal;
}

/** What the server answered, whatever the status. */
export interface TransportAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: Uint8Array;
}

/**
 * How requests reach a server.
 *
 * Every adapter passes `test/conformance/transport.ts`. Errors are `sync/offline` when no answer came,
 * `sync/timeout` when it took too long, `sync/bad-answer` when it is too large, cut short, a redirect or of another
 * type, and `usage/aborted`. Refusals by the server are answers, not errors.
 */
export interface Transport {
  send(request: TransportRequest): Promise<TransportAnswer>;
  /**
   * Opens a `text/event-stream` and gives out its text as it comes, until the server ends it, `signal` aborts or an
   * error is thrown. A transport without it is polled.
   */
  listen?(request: {
    readonly path: string;
    readonly signer: RequestSigner;
    readonly signal: AbortSignal;
  }): AsyncIterable<string>;
}
