import type { Context } from 'hono';
import { hexToBytes } from '../formats/id.js';
import { decodeMessage, encodeMessage, type Message } from '../protocol/messages.js';
import { refuse } from './refuse.js';
import type { Env } from './services.js';

/** Reads a body that may be this long. Refuses with `too-large` before it holds more. */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > bytesMax) throw refuse('too-large', { bytesMax });
  if (request.body === null) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > bytesMax) throw refuse('too-large', { bytesMax });
    pieces.push(piece);
  }
  const body = new Uint8Array(length);
  let position = 0;
  for (const piece of pieces) {
    body.set(piece, position);
    position += piece.length;
  }
  return body;
}

/** The decoded body of a signed request. Throws `format/*`, which is refused as `malformed` or `too-large`. */
export function bodyOf<T>(context: Context<Env>, message: Message<T>): T {
  return decodeMessage(message, context.get('body'));
}

/** An answer in CBOR. */
export function answerWith<T>(message: Message<T>, value: T, status: 200 | 201 = 200): Response {
  const body = encodeMessage(message, value) as Uint8Array<ArrayBuffer>;
  return new Response(body, { status, headers: { 'content-type': 'application/cbor' } });
}

/** An id in the path, in lower-case hexadecimal. Refuses with `malformed`. */
export function idInPath(context: Context<Env>, name: string, length: 16 | 32): Uint8Array {
  const bytes = hexToBytes(context.req.param(name) ?? '');
  if (bytes === null || bytes.length !== length) throw refuse('malformed', { at: name });
  return bytes;
}

/** A whole number in the query. Refuses with `malformed`. */
export function numberInQuery(context: Context<Env>, name: string, fallback: number): number {
  const text = context.req.query(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) throw refuse('malformed', { at: name });
  return value;
}
