import { Mutex } from 'async-mutex';
import { isVaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import type { RecordKind } from '../records/record-kind.js';
import type { RecordItem } from '../vault/record-item.js';
import type { Grant } from '../vault/vault.js';
import { HEADER } from './header.js';
import type { MessagingVault } from './messaging-person.js';
import { PARTICIPANT, type WantedParticipant } from './participant.js';
import { EVENT, type SealedEvent } from './thread-event.js';

/** What is being settled on this thread of the program, by the name of the thread: twice at once would let in twice. */
const settling = /* @__PURE__ */ new Map<string, Mutex>();

/**
 * Gives those access whom an owner wants in a thread, and ends that of those who left or were removed.
 *
 * What is wanted is written down first, so any owner's client completes what another began; doing it again does nothing.
 * Throws `share/*` for someone who cannot be let in, once all others are.
 */
export async function settleThread(vault: MessagingVault, thread: string): Promise<void> {
  const mutex = settling.get(thread) ?? new Mutex();
  settling.set(thread, mutex);
  try {
    await mutex.runExclusive(() => settle(vault, thread));
  } finally {
    if (!mutex.isLocked()) settling.delete(thread);
  }
}

/** As `settleThread` for many threads of a vault: its grants are looked at once for those where nothing is to be done. */
export async function settleAll(
  vault: MessagingVault,
  threads: readonly string[],
  attempt: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  if (threads.length === 0) return;
  const grants = new Map<string | null, Grant[]>();
  for (const grant of await vault.grants()) {
    const known = grants.get(grant.collection);
    if (known === undefined) grants.set(grant.collection, [grant]);
    else known.push(grant);
  }
  for (const thread of threads)
    await attempt(async () => {
      const { over, missing, latest } = await standingOf(vault, thread, grants.get(thread) ?? []);
      if (over.length > 0 || missing.length > 0 || (await isBehind(vault, thread, latest)))
        await settleThread(vault, thread);
    });
}

async function settle(vault: MessagingVault, thread: string): Promise<void> {
  const grants = (await vault.grants()).filter(({ collection }) => collection === thread);
  const { over, missing, latest } = await standingOf(vault, thread, grants);
  for (const grant of over) await vault.revoke(grant);
  let failure: unknown = null;
  let last = latest;
  let isNew = false;
  for (const { person, fromNow, added } of missing) {
    try {
      const history = fromNow ? 'from-now' : 'all';
      await vault.share({
        with: person,
        collection: thread,
        role: 'contributor',
        purpose: 'messages',
        history,
      });
      if (!fromNow) continue;
      isNew = true;
      last = Math.max(last, added);
    } catch (error) {
      if (!isVaultError(error) || !error.code.startsWith('share/')) throw error;
      failure ??= error;
    }
  }
  // Also for whom a device let in before it came to an end.
  if (isNew || (await isBehind(vault, thread, last))) await writeAgain(vault, thread, last);
  if (failure !== null) throw failure;
}

/** Which accesses are to end, who has none and is wanted, and when the last was added of those who read nothing earlier. */
async function standingOf(vault: MessagingVault, thread: string, grants: readonly Grant[]) {
  const wanted = await wantedIn(vault, thread);
  for (const { person, role } of await vault.records(PARTICIPANT, thread).members())
    if (role === 'owner') wanted.delete(person);
  const inside = new Set(grants.map(({ with: reader }) => reader));
  const all = [...wanted.values()];
  return {
    over: grants.filter((grant) => !wanted.has(grant.with)),
    missing: all.filter(({ person }) => !inside.has(person)),
    latest: all.reduce(
      (last, { person, fromNow, added }) => (fromNow && inside.has(person) ? Math.max(last, added) : last),
      0,
    ),
  };
}

/** Who is to be in a thread: whoever was invited, by an invitation that was neither taken back nor left. */
async function wantedIn(
  vault: MessagingVault,
  thread: string,
): Promise<Map<Id<'person'>, WantedParticipant>> {
  const invitations = await byOwners(vault, thread, PARTICIPANT);
  const left = leftInvitations(thread, await vault.records(EVENT, thread).list());
  const wanted = new Map<Id<'person'>, WantedParticipant>();
  for (const { id, value } of invitations) {
    const isOver = value.removed !== undefined || left.has(`${value.person} ${id}`);
    if (!isOver) wanted.set(value.person, value);
  }
  return wanted;
}

/**
 * What owners wrote about a thread. R-MSG-4: whoever is in it can write records of any kind there, and an owner that acts on
 * them, or writes them again, would make them their own.
 */
export async function byOwners<T extends { readonly thread: string }>(
  vault: MessagingVault,
  thread: string,
  kind: RecordKind<T>,
): Promise<RecordItem<T>[]> {
  const records = vault.records(kind, thread);
  const owners = new Set(
    (await records.members()).filter(({ role }) => role === 'owner').map(({ person }) => person),
  );
  return (await records.list()).filter(({ value, author }) => value.thread === thread && owners.has(author));
}

/** The invitations that were left by those they are for, as `person item`. */
export function leftInvitations(
  thread: string,
  events: readonly RecordItem<SealedEvent>[],
): ReadonlySet<string> {
  return new Set(
    events.flatMap(({ author, value: { type, from, invitations = [], thread: of } }) =>
      type === 'left' && author === from && of === thread ? invitations.map((id) => `${from} ${id}`) : [],
    ),
  );
}

/** Whether what the thread is about was not written again since someone came who reads nothing earlier. */
async function isBehind(vault: MessagingVault, thread: string, latest: number): Promise<boolean> {
  if (latest === 0) return false;
  const headers = await byOwners(vault, thread, HEADER);
  const invitations = await byOwners(vault, thread, PARTICIPANT);
  return (
    headers.some(({ value: { renewed = 0 } }) => renewed < latest) ||
    invitations.some(({ value: { added, renewed = 0 } }) => added <= latest && renewed < latest)
  );
}

/** Writes what the thread is about again, under the key in force: whoever came last can read nothing earlier. */
async function writeAgain(vault: MessagingVault, thread: string, latest: number): Promise<void> {
  // Never before the one it is for was added, by whatever clock that was: else it would be written again and again.
  const renewed = Math.max(Date.now(), latest);
  for (const { id } of await byOwners(vault, thread, HEADER))
    await vault.records(HEADER, thread).update(id, { renewed });
  for (const { id } of await byOwners(vault, thread, PARTICIPANT))
    await vault.records(PARTICIPANT, thread).update(id, { renewed });
}
