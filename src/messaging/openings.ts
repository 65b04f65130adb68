import { isVaultError, VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import { flattenLive } from '../live/flatten.js';
import type { Live } from '../live/live.js';
import type { WaitingRecord } from '../vault/deposit-box.js';
import type { WorkOptions } from '../vault/document-files.js';
import type { Contact } from '../vault/people.js';
import type { RecordFile } from '../vault/record-files.js';
import { HEADER } from './header.js';
import type { Messaging } from './messaging.js';
import type { MessagingPerson, MessagingVault } from './messaging-person.js';
import { OPENING, type SealedOpening } from './opening.js';
import { PARTICIPANT } from './participant.js';
import { type MessagingPolicy, mayOpen, POLICY, POLICY_DEFAULT } from './policy.js';
import { byOwners } from './settle.js';
import { latestOf, policyOf } from './single-record.js';

/** Someone who asks to open a thread in a vault of this person. */
export interface WaitingOpening {
  readonly id: Id<'deposit'>;
  readonly vault: Id<'vault'>;
  readonly thread: string;
  readonly from: Id<'person'>;
  /** Null for someone whose card was never added: accepting adds it. */
  readonly contact: Contact | null;
  readonly subject: string;
  readonly text: string;
  /** To be read once it is accepted. */
  readonly files: readonly RecordFile[];
  readonly sent: number;
  /** Whether the policy of the vault lets them. */
  readonly allowed: boolean;
}

/** What others ask to open in the vaults of a person. */
export class Openings {
  readonly #person: MessagingPerson;
  readonly #messaging: Messaging;
  readonly #live: Live<readonly WaitingOpening[]>;

  /** @internal */
  constructor(person: MessagingPerson, messaging: Messaging) {
    this.#person = person;
    this.#messaging = messaging;
    const waiting = deriveLive([person.liveVaults()], (vaults) =>
      vaults.map((vault) =>
        deriveLive(
          [vault.deposits.liveWaitingRecords(OPENING), vault.records(POLICY).live(), person.people.live()],
          (records, policies, contacts) =>
            openingsIn(vault, records, latestOf(policies) ?? POLICY_DEFAULT, contacts),
        ),
      ),
    );
    this.#live = deriveLive([flattenLive(waiting)], (all) => all.flat().sort(oldestFirst));
  }

  /** What waits, oldest first. What does not hold together is left out. */
  async list(): Promise<WaitingOpening[]> {
    const contacts = await this.#person.people.list();
    const found: WaitingOpening[] = [];
    for (const vault of await this.#person.vaults()) {
      const records = await vault.deposits.waitingRecords(OPENING);
      found.push(...openingsIn(vault, records, await policyOf(vault), contacts));
    }
    return found.sort(oldestFirst);
  }

  /** As `list`, and every list that follows. */
  live(): Live<readonly WaitingOpening[]> {
    return this.#live;
  }

  /**
   * Accepts: a thread is founded in the vault, with their message as the first, and shared with them.
   *
   * Someone who is no contact becomes one by the card they sent: their keys are pinned. Doing it again does nothing. Throws
   * `access/not-allowed` when the policy does not let them, `usage/not-found`, `share/*`, `sync/*` for its files.
   */
  async accept(id: Id<'deposit'>, work: WorkOptions = {}): Promise<string> {
    const opening = (await this.list()).find((waiting) => waiting.id === id);
    if (opening === undefined) throw new VaultError('usage/not-found', { id });
    if (!opening.allowed) throw new VaultError('access/not-allowed');
    const vault = (await this.#person.vaults()).find((owned) => owned.id === opening.vault);
    if (vault === undefined) throw new VaultError('usage/not-found', { id });
    const { from, card } = await this.#requireFreeName(vault, id);
    // First, so that with the card of someone else nothing is taken in.
    await this.#contactOf(from, card);
    await vault.deposits.adoptRecord(id, OPENING, { collection: opening.thread, ...work });
    await this.complete(vault, opening.thread);
    return opening.thread;
  }

  /** Turns it away: it is deleted everywhere, and whoever asked is not told why. Throws `usage/not-found`. */
  async decline(id: Id<'deposit'>): Promise<void> {
    const opening = (await this.list()).find((waiting) => waiting.id === id);
    const vault = (await this.#person.vaults()).find((owned) => owned.id === opening?.vault);
    if (vault === undefined) throw new VaultError('usage/not-found', { id });
    await vault.deposits.refuse(id);
  }

  /** Accepts from contacts what a policy accepts by itself. @internal */
  async acceptAllowed(onError: (error: unknown) => void): Promise<void> {
    for (const { id, vault: name, allowed, contact } of await this.list()) {
      const vault = (await this.#person.vaults()).find((owned) => owned.id === name);
      const isKnown = contact !== null && contact.trust !== 'unknown';
      if (vault === undefined || !allowed || !isKnown) continue;
      if ((await policyOf(vault)).acceptance !== 'automatic') continue;
      try {
        await this.accept(id);
      } catch (error) {
        if (!isVaultError(error) || error.code === 'access/locked') throw error;
        onError(error);
      }
    }
  }

  /** Gives a thread that was taken in what it is about, and lets in who opened it. Done again, it does nothing. @internal */
  async complete(vault: MessagingVault, thread: string): Promise<void> {
    const [opening] = await vault.records(OPENING, thread).list();
    if (opening === undefined || opening.value.thread !== thread || opening.value.from !== opening.author)
      return;
    const { from, subject, sent, card } = opening.value;
    if ((await byOwners(vault, thread, HEADER)).length === 0)
      await vault.records(HEADER, thread).add({ thread, subject, opener: from, opened: sent });
    const invited = await byOwners(vault, thread, PARTICIPANT);
    if (invited.some(({ value }) => value.person === from)) return;
    await this.#messaging.invite(vault, thread, [await this.#contactOf(from, card)]);
  }

  /** Who opened a thread, as a contact. The card of someone else adds nobody, and lets nobody in. */
  async #contactOf(from: Id<'person'>, card: string): Promise<Contact> {
    const { people } = this.#person;
    const known = await people.get(from);
    return known !== null && known.trust !== 'unknown' ? known : people.add(card, { expected: from });
  }

  /**
   * R-MSG-5: nobody opens a thread under the name of one that is there. What they wrote would stand among what others wrote, and
   * what is written to the others would go to them.
   */
  async #requireFreeName(vault: MessagingVault, id: Id<'deposit'>): Promise<SealedOpening> {
    const waiting = (await vault.deposits.waitingRecords(OPENING)).find((record) => record.id === id);
    if (waiting === undefined) throw new VaultError('usage/not-found', { id });
    const { from, value } = waiting as WaitingRecord<SealedOpening>;
    const { thread } = value;
    if ((await vault.recordCollections()).includes(thread)) {
      const known = await vault.records(OPENING, thread).list();
      // Taken in already, by another device.
      if (known.some((other) => other.author === from && isSame(other.value, value))) return value;
    } else if (!(await this.#messaging.threads()).some((other) => other.id === thread)) return value;
    throw new VaultError('integrity/wrong-audience');
  }
}

function isSame(a: SealedOpening, b: SealedOpening): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Openings as shown; one in another's name is not. */
function openingsIn(
  vault: MessagingVault,
  records: readonly WaitingRecord<object>[],
  policy: MessagingPolicy,
  contacts: readonly Contact[],
): WaitingOpening[] {
  return (records as readonly WaitingRecord<SealedOpening>[]).flatMap(({ id, from, value, files }) => {
    // R-MSG-1
    if (value.from !== from) return [];
    const contact = contacts.find((known) => known.id === from) ?? null;
    const { thread, subject, text, sent } = value;
    const allowed = mayOpen(policy, contact);
    return [{ id, vault: vault.id, thread, from, contact, subject, text, files, sent, allowed }];
  });
}

function oldestFirst(a: WaitingOpening, b: WaitingOpening): number {
  return a.sent - b.sent || (a.id < b.id ? -1 : 1);
}
