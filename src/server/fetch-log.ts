import { equalBytes, hash } from '../crypto/hash.js';
import { systemRandom } from '../crypto/random.js';
import { encode } from '../formats/codec.js';
import {
  type Delivered,
  encodeDelivered,
  encodeFetchEntry,
  NO_FETCHES,
  nextFetchHash,
  type SignedFetchHead,
} from '../formats/fetch-log.js';
import { ownersOf } from './authorize.js';
import { refuse } from './refuse.js';
import type { Services } from './services.js';
import type { Db } from './sql/database.js';

const DAY_MS = 86_400_000;
/** More entries than a server can have lost since any backup. */
const RESTORE_GAP = 2 ** 32;

/** What was delivered of a vault, and to which device. */
export interface Delivery {
  readonly vault: Uint8Array;
  readonly person: Uint8Array;
  readonly device: Uint8Array;
  readonly what: Delivered;
}

/**
 * Writes down a delivery before it is sent: what is not in the log is not delivered. PROTOCOL §5.6.
 *
 * One entry a day for the same thing to the same device, so a resumed download and a repeated pull cost a look and no write.
 * Refuses with `rate` who is no owner and had more entries than the policy allows in a day: nobody can crowd out what they
 * fetched before.
 */
export async function recordFetch(services: Services, delivery: Delivery): Promise<void> {
  const { db, policy } = services;
  const { vault, person, device, what } = delivery;
  if (isPersonal(vault, person)) return; // R-DLV-1
  const time = services.now();
  const day = Math.floor(time / DAY_MS);
  const delivered = hash('delivered', encode([device, day]), encodeDelivered(what)).slice(0, 16);
  if (await isRecorded(db, vault, delivered)) return;
  await db.transaction().execute(async (trx) => {
    if (await isRecorded(trx, vault, delivered)) return;
    const { count } = await trx
      .selectFrom('fetches')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('vault', '=', vault)
      .where('person', '=', person)
      .where('time', '>', time - DAY_MS)
      .executeTakeFirstOrThrow();
    // R-DLV-2: what is an owner's own to fill, nobody else suffers from, and a new device fetches everything at once.
    const isOver = count >= policy.fetchesPerPersonPerDay;
    if (isOver && !(await ownersOf(trx, vault)).some((owner) => equalBytes(owner, person)))
      throw refuse('rate', {}, { 'retry-after': '3600' });
    const before = await endOf(trx, vault, time);
    const position = before.position + 1;
    const entry = encodeFetchEntry({ vault, position, person, device, what, time });
    await trx
      .insertInto('fetches')
      .values({ vault, position, hash: nextFetchHash(before.hash, entry), person, time, delivered, entry })
      .execute();
  });
}

/** A page of a vault's log as of one moment, with the head of that moment. */
export async function pageOfFetches(
  services: Services,
  options: { readonly vault: Uint8Array; readonly after: number; readonly limit: number },
): Promise<{ entries: Uint8Array[]; head: [Uint8Array, Uint8Array]; more: boolean }> {
  const { vault, after, limit } = options;
  const time = services.now();
  const { rows, end } = await services.db.transaction().execute(async (trx) => ({
    end: await endOf(trx, vault, time),
    rows: await trx
      .selectFrom('fetches')
      .select(['position', 'entry'])
      .where('vault', '=', vault)
      .where('position', '>', after)
      .orderBy('position')
      .limit(limit)
      .execute(),
  }));
  const { position, hash, cut, since } = end;
  const head: SignedFetchHead = services.headKey.signFetches({
    ...{ vault, position, hash, cut: cut.position, cutHash: cut.hash, since, time },
  });
  return {
    entries: rows.map(({ entry }) => entry),
    head: [head[0], head[1]],
    more: (rows.at(-1)?.position ?? position) < position,
  };
}

/** Takes away entries beyond the policy's age and number, and keeps the hash at the cut (R-DLV-3). */
export async function cutFetches({ db, policy, now }: Services): Promise<number> {
  const logs = await db.selectFrom('fetch_logs').select('vault').execute();
  let gone = 0;
  for (const { vault } of logs) {
    gone += await db.transaction().execute(async (trx) => {
      const newest = await endOf(trx, vault, now());
      const last = await trx
        .selectFrom('fetches')
        .select(['position', 'hash', 'time'])
        .where('vault', '=', vault)
        .where(({ eb, or }) =>
          or([
            eb('time', '<', now() - policy.fetchKeptMs),
            eb('position', '<=', newest.position - policy.fetchesPerVaultMax),
          ]),
        )
        .orderBy('position', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (!last) return 0;
      await trx
        .updateTable('fetch_logs')
        .set({ cut: last.position, cut_hash: last.hash, since: last.time + 1 })
        .where('vault', '=', vault)
        .execute();
      const { numDeletedRows } = await trx
        .deleteFrom('fetches')
        .where('vault', '=', vault)
        .where('position', '<=', last.position)
        .executeTakeFirst();
      return Number(numDeletedRows);
    });
  }
  return gone;
}

/** After a restored backup nobody knows what was signed since: every log goes on beyond that, and says so by its cut. PROTOCOL §5.5. */
export async function leaveFetchGaps(db: Db, time: number): Promise<void> {
  for (const { vault } of await db.selectFrom('fetch_logs').select('vault').execute()) {
    const { position } = await endOf(db, vault, time);
    const cut = { cut: position + RESTORE_GAP, cut_hash: systemRandom(32), since: time };
    await db.updateTable('fetch_logs').set(cut).where('vault', '=', vault).execute();
    await db.deleteFrom('fetches').where('vault', '=', vault).execute();
  }
}

async function isRecorded(db: Db, vault: Uint8Array, delivered: Uint8Array): Promise<boolean> {
  const row = await db
    .selectFrom('fetches')
    .select('position')
    .where('vault', '=', vault)
    .where('delivered', '=', delivered)
    .executeTakeFirst();
  return row !== undefined;
}

/** Where a vault's log stands; begins it when there is none. */
async function endOf(db: Db, vault: Uint8Array, time: number) {
  await db
    .insertInto('fetch_logs')
    .values({ vault, cut: 0, cut_hash: NO_FETCHES, since: time })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const log = await db
    .selectFrom('fetch_logs')
    .select(['cut', 'cut_hash', 'since'])
    .where('vault', '=', vault)
    .executeTakeFirstOrThrow();
  const last = await db
    .selectFrom('fetches')
    .select(['position', 'hash'])
    .where('vault', '=', vault)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  const cut = { position: log.cut, hash: log.cut_hash };
  return { ...(last ?? cut), cut, since: log.since };
}

/** Whether a vault is the pseudo-vault of this person, of which nobody else can be given anything. */
function isPersonal(vault: Uint8Array, person: Uint8Array): boolean {
  return equalBytes(vault, hash('personal-vault', person).slice(0, 16));
}
