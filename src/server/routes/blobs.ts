import { Hono } from 'hono';
import { equalBytes } from '../../crypto/hash.js';
import { bytesToHex } from '../../formats/id.js';
import { LIMITS } from '../../formats/limits.js';
import { WIRE_LIMITS } from '../../protocol/limits.js';
import { beginBlobRequest, blobAnswer } from '../../protocol/messages.js';
import { deviceOf, signedBy } from '../authenticate.js';
import { roleInVault } from '../authorize.js';
import { blobRow, canRead } from '../blob-references.js';
import type { BlobName } from '../blobs/port.js';
import { answerWith, bodyOf, idInPath, numberInQuery } from '../body.js';
import { recordFetch } from '../fetch-log.js';
import { charge, requireDepositRoom } from '../quota.js';
import { refuse } from '../refuse.js';
import type { Env, Services } from '../services.js';
import { spendTicket } from '../tickets.js';

/** Blobs: resumable upload, ranged download. PROTOCOL §4.4. */
export function blobRoutes(services: Services): Hono<Env> {
  const { db, blobs } = services;
  const app = new Hono<Env>();
  const writing = new Set<string>();

  app.post('/v1/vaults/:vault/blobs/:blob', signedBy(services, 'device', 4096), async (context) => {
    const vault = idInPath(context, 'vault', 16);
    const blob = idInPath(context, 'blob', 16);
    const { person } = deviceOf(context);
    const { bytes, ticket } = bodyOf(context, beginBlobRequest);
    if (bytes === 0 || bytes > LIMITS.blobBytesMax)
      throw refuse('too-large', { bytesMax: LIMITS.blobBytesMax });
    const offset = await db.transaction().execute(async (trx) => {
      const role = await roleInVault(trx, vault, person);
      const asMember = role === 'owner' || role === 'writer';
      if (!asMember && ticket === null) throw refuse(role === null ? 'not-found' : 'forbidden');
      const row = await blobRow(trx, vault, blob);
      if (row) {
        if (!equalBytes(row.person, person) || row.bytes !== bytes) throw refuse('exists'); // R-BLB-1
        return row.offset;
      }
      if (!asMember && ticket !== null) {
        await spendTicket(services, trx, { vault, ticket, person, bytes, count: 0 });
        await requireDepositRoom(trx, { vault, person, bytes, policy: services.policy });
      }
      await charge(trx, vault, bytes, services.policy);
      await trx
        .insertInto('blobs')
        .values({
          vault,
          blob,
          person,
          ticket: asMember ? null : ticket,
          bytes,
          offset: 0,
          idle: services.now(),
        })
        .execute();
      return 0;
    });
    return answerWith(blobAnswer, { offset, complete: offset === bytes });
  });

  app.patch(
    '/v1/vaults/:vault/blobs/:blob',
    signedBy(services, 'device', WIRE_LIMITS.blobPieceBytesMax),
    async (context) => {
      const vault = idInPath(context, 'vault', 16);
      const blob = idInPath(context, 'blob', 16);
      const { person } = deviceOf(context);
      const at = numberInQuery(context, 'offset', 0);
      const piece = context.get('body');
      const name = nameOf(vault, blob);
      const lock = `${name.vault}/${name.blob}`;
      if (writing.has(lock)) throw refuse('busy', {}, { 'retry-after': '1' }); // R-BLB-1
      writing.add(lock);
      try {
        const row = await blobRow(db, vault, blob);
        if (!row || !equalBytes(row.person, person)) throw refuse('not-found');
        if (row.offset === row.bytes) return answerWith(blobAnswer, { offset: row.offset, complete: true });
        if (at !== row.offset) throw refuse('offset', { offset: row.offset }); // R-BLB-1
        const offset = at + piece.length;
        if (piece.length === 0) throw refuse('malformed', { at: 'body' });
        if (offset > row.bytes) throw refuse('too-large', { bytesMax: row.bytes - at }); // R-BLB-1
        await blobs.write(name, at, piece);
        // The row counts the piece only when the disk has it (R-BLB-1); what a crash leaves beyond the row is written over.
        await db
          .updateTable('blobs')
          .set({ offset })
          .where('vault', '=', vault)
          .where('blob', '=', blob)
          .where('offset', '=', at)
          .execute();
        if (row.idle !== null) await touch(services, vault, blob);
        return answerWith(blobAnswer, { offset, complete: offset === row.bytes });
      } finally {
        writing.delete(lock);
      }
    },
  );

  app.get('/v1/vaults/:vault/blobs/:blob', signedBy(services, 'device', 0), async (context) => {
    const vault = idInPath(context, 'vault', 16);
    const blob = idInPath(context, 'blob', 16);
    const { person, device } = deviceOf(context);
    const row = await blobRow(db, vault, blob);
    if (!row || row.offset !== row.bytes || !(await mayRead(services, vault, blob, person)))
      throw refuse('not-found');
    const range = rangeOf(context.req.header('range'), row.bytes);
    if (range === null) {
      return new Response(null, { status: 416, headers: { 'content-range': `bytes */${row.bytes}` } });
    }
    const { start, end } = range;
    await recordFetch(services, { vault, person, device, what: ['blob', blob] });
    const headers: Record<string, string> = {
      'content-type': 'application/octet-stream',
      'content-length': String(end - start),
      'accept-ranges': 'bytes',
    };
    const whole = start === 0 && end === row.bytes && context.req.header('range') === undefined;
    if (!whole) headers['content-range'] = `bytes ${start}-${end - 1}/${row.bytes}`;
    const stream = blobs.read(nameOf(vault, blob), start, end);
    return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, {
      status: whole ? 200 : 206,
      headers,
    });
  });
  return app;
}

/** Through a collection with a live reference, or as an owner while the blob is in a deposit (R-REF-3). */
async function mayRead(
  { db }: Services,
  vault: Uint8Array,
  blob: Uint8Array,
  person: Uint8Array,
): Promise<boolean> {
  if (await canRead(db, vault, blob, person)) return true;
  const deposit = await db
    .selectFrom('deposit_blobs')
    .select('deposit')
    .where('vault', '=', vault)
    .where('blob', '=', blob)
    .limit(1)
    .executeTakeFirst();
  return deposit !== undefined && (await roleInVault(db, vault, person)) === 'owner';
}

/** An upload that goes on is not yet waste. */
async function touch({ db, now }: Services, vault: Uint8Array, blob: Uint8Array): Promise<void> {
  await db
    .updateTable('blobs')
    .set({ idle: now() })
    .where('vault', '=', vault)
    .where('blob', '=', blob)
    .where('idle', 'is not', null)
    .execute();
}

function nameOf(vault: Uint8Array, blob: Uint8Array): BlobName {
  return { vault: bytesToHex(vault), blob: bytesToHex(blob) };
}

/** One range of bytes (RFC 9110 §14.1.2), the whole when there is none, `null` when it can not be satisfied. */
function rangeOf(header: string | undefined, bytes: number): { start: number; end: number } | null {
  if (header === undefined) return { start: 0, end: bytes };
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header) ?? [];
  if (first === undefined) return null;
  const start = Number(first);
  const end = last === '' || last === undefined ? bytes : Math.min(bytes, Number(last) + 1);
  return start < end ? { start, end } : null;
}
