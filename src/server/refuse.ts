import { HTTPException } from 'hono/http-exception';
import { isVaultError } from '../errors.js';
import { encodeRefusal, REFUSALS, type RefusalCode, type RefusalDetails } from '../protocol/refusal.js';

/** The refusal of a request, to be thrown. PROTOCOL §6. */
export function refuse(
  code: RefusalCode,
  details: RefusalDetails = {},
  headers: Record<string, string> = {},
): HTTPException {
  const body = encodeRefusal(code, details) as Uint8Array<ArrayBuffer>;
  const res = new Response(body, {
    status: REFUSALS[code],
    headers: { 'content-type': 'application/cbor', ...headers },
  });
  return new HTTPException(res.status as 400, { res, message: code });
}

/** Refuses with `rate` until then. */
export function refuseRate(waitMs: number): HTTPException {
  return refuse('rate', {}, { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) });
}

/** What a thrown error is told to a client: a refusal as it is, what our rules say by code, anything else as `internal`. */
export function refusalOf(error: unknown): HTTPException {
  if (error instanceof HTTPException) return error.res ? error : refuse('malformed');
  if (!isVaultError(error)) return refuse('internal');
  const rule = { rule: error.code };
  if (error.code === 'format/too-large') return refuse('too-large');
  if (error.code.startsWith('format/')) return refuse('malformed');
  // R-SRV-3: which refusal goes with which rule of the log.
  switch (error.code) {
    case 'integrity/not-authorised':
      return refuse('forbidden', rule);
    case 'integrity/bad-chain':
    case 'integrity/dropped':
    case 'integrity/fork':
      return refuse('sequence', rule);
    case 'integrity/bad-signature':
    case 'integrity/wrong-audience':
      return refuse('malformed', rule);
    default:
      return refuse('internal');
  }
}
