import { isVaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import type { RecordKind } from '../records/record-kind.js';
import type { RecordItem } from '../vault/record-item.js';
import { HEADER } from './header.js';
import type { MessagingVault } from './messaging-person.js';
import { PARTICIPANT, type WantedParticipant } from './participant.js';
import { EVENT, type SealedEvent } from './thread-event.js';

/**
 * Gives those access whom an owner wants in a thread, and ends that of those who left or were removed.
 *
 * What is wanted is written down first, so any owner's client completes what another began; doing it again does nothing.
 * Throws `share/*` for someone who cannot be let in, once all others are.
 */
export async function settleThread(vault: MessagingVault, thread: string): Promise<void> {
  const wanted = await wantedIn(vault, thread);
  for (const { person, role } of await vault.records(PARTICIPANT, thread).members())
    if (role === 'owner') wanted.delete(person);
  const grants = (await vault.grants()).filter(({ collection }) => collection === thread);
  for (const grant of grants) if (!wanted.has(grant.with)) await vault.revoke(grant);
  let failure: unknown = null;
  for (const [person, { fromNow }] of wanted) {
    if (grants.some(({ with: reader }) => reader === person)) continue;
    try {
      const history = fromNow ? 'from-now' : 'all';
      await vault.share({
        with: person,
        collection: thread,
        role: 'contributor',
        purpose: 'messages',
        history,
      });
      if (fromNow) await writeAgain(vault, thread);
    } catch (error) {
      if (!isVaultError(error) || !error.code.startsWith('share/')) throw error;
      failure ??= error;
    }
  }
  if (failure !== null) throw failure;
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

/** Writes what the thread is about again, under the key in force: whoever came last can read nothing earlier. */
async function writeAgain(vault: MessagingVault, thread: string): Promise<void> {
  const renewed = Date.now();
  for (const { id } of await byOwners(vault, thread, HEADER))
    await vault.records(HEADER, thread).update(id, { renewed });
  for (const { id } of await byOwners(vault, thread, PARTICIPANT))
    await vault.records(PARTICIPANT, thread).update(id, { renewed });
}
