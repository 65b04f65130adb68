import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { bytesToHex } from '../formats/id.js';
import { WIRE_LIMITS } from '../protocol/limits.js';
import {
  hasSignedBody,
  isInTime,
  isSignedBy,
  type RequestKeyId,
  readRequestSignature,
} from '../protocol/request-signature.js';
import { readBody } from './body.js';
import { refuse, refuseRate } from './refuse.js';
import type { Caller, Env, Services } from './services.js';

/** Who may sign: an enrolled device, also the key of a slot, or also a device that is about to be enrolled. */
export type Signers = 'device' | 'device-or-slot' | 'slot' | 'newcomer';

/**
 * Lets a request through when it is signed by whom it must be, for the first time and in time. PROTOCOL §2.
 *
 * The body is read after the signature over its digest has been verified: a stranger can not make the server hold one.
 */
export function signedBy(
  services: Services,
  signers: Signers,
  bodyBytesMax: number = WIRE_LIMITS.requestBytesMax,
) {
  return createMiddleware<Env>(async (context, next) => {
    const { headers, method } = context.req.raw;
    const signature = readRequestSignature({ method, url: publicUrl(context, services), headers });
    if (signature === null) throw refuse('signature'); // R-REQ-1
    const time = services.now();
    const { keyId } = signature;
    const key = await keyOf(services, keyId, signers);
    // The same work for a key that does not exist, so that time says nothing either.
    const good = isSignedBy(signature, key?.publicKey ?? services.headKey.publicKey);
    if (!isInTime(signature, time)) throw refuse('clock', { time }); // R-REQ-2
    if (key === null || !good) throw refuse('signature'); // R-REQ-3
    context.set('account', services.log.accountOf(key.caller.person));
    const waitMs = services.rates.account.take(bytesToHex(key.caller.person));
    if (waitMs > 0) throw refuseRate(waitMs);
    const fresh = services.nonces.remember({
      key: keyId.type === 'device' ? keyId.device : keyId.slot,
      nonce: signature.nonce,
      forgetAt: signature.created + (2 * WIRE_LIMITS.clockWindowMs) / 1000,
      now: Math.floor(time / 1000),
    });
    if (!fresh) throw refuse('signature', { reason: 'nonce' }); // R-REQ-5
    const body = await readBody(context.req.raw, bodyBytesMax);
    if (!(await hasSignedBody(signature, body))) throw refuse('signature', { reason: 'digest' }); // R-REQ-4
    context.set('caller', key.caller);
    context.set('body', body);
    await next();
  });
}

/** The device that signed; for routes that only devices reach. */
export function deviceOf(context: Context<Env>): Caller & { type: 'device' } {
  const caller = context.get('caller');
  if (caller.type !== 'device') throw refuse('signature');
  return caller;
}

async function keyOf(
  services: Services,
  keyId: RequestKeyId,
  signers: Signers,
): Promise<{ readonly caller: Caller; readonly publicKey: Uint8Array } | null> {
  if (keyId.type === 'slot') {
    if (signers !== 'slot' && signers !== 'device-or-slot') return null;
    // R-SLT-1: counted by slot, so that many addresses are no more attempts.
    const waitMs = services.rates.slot.take(bytesToHex(keyId.slot));
    if (waitMs > 0) throw refuseRate(waitMs);
    const row = await services.db
      .selectFrom('slots')
      .select(['person', 'auth'])
      .where('slot', '=', keyId.slot)
      .executeTakeFirst();
    return row
      ? { caller: { type: 'slot', person: row.person, slot: keyId.slot }, publicKey: row.auth }
      : null;
  }
  if (signers === 'slot') return null;
  // A device is its key, so a newcomer proves it too; what it is allowed depends on the entry it brings.
  const enrolled =
    signers === 'newcomer' || (await services.identities.isEnrolled(services.db, keyId.person, keyId.device));
  return enrolled ? { caller: keyId, publicKey: keyId.device } : null;
}

/** The URL as the client signed it. */
function publicUrl(context: Context, { publicUrl: base }: Services): string {
  if (base === null) return context.req.url;
  const { pathname, search } = new URL(context.req.url);
  const prefix = base.pathname.replace(/\/$/, '');
  return `${base.origin}${prefix}${pathname}${search}`;
}
