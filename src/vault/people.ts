import { type Id, parseId, printId } from '../formats/id.js';
import { VaultError } from '../errors.js';
import { Kept } from '../live/kept.js';
import type { Live } from '../live/live.js';
import { verifyIdentityLog, type Identity } from '../protocol/identity-chain.js';
import type { IndexEntry } from '../records/index-entry.js';
import { readContactCard, safetyNumber, type Trust } from '../sharing/contacts.js';
import type { Session } from './session.js';
import { sessionLiveList, versionOfAll } from './session-live.js';

/** Someone this person knows. */
export interface Contact {
  readonly id: Id<'person'>;
  /** What their card says; a claim, not a proof. Empty for someone who has only been met through a grant. */
  readonly name: string;
  readonly kind: 'patient' | 'professional' | 'institution' | 'app';
  readonly trust: Trust;
  /** Twelve groups of five digits; the same on the other side when nobody is in between. */
  readonly safetyNumber: string;
}

/** The people a person knows, with the keys pinned for each. */
export class People {
  readonly #session: Session;
  readonly #kept = new Kept<Contact>();

  /** @internal */
  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Adds someone by their contact card and pins their keys.
   *
   * Throws `format/malformed`, `integrity/*` for a card that does not hold together, `share/key-changed` when these
   * are not the keys known for this person, `integrity/wrong-audience` when it is not the card of who is `expected`, and then
   * adds nobody. The server learns nothing.
   */
  async add(card: string, options: { readonly expected?: Id<'person'> } = {}): Promise<Contact> {
    const session = this.#session;
    session.requireOpen();
    const read = readContactCard(card);
    const { expected } = options;
    if (expected !== undefined && printId('person', read.identity.person) !== expected)
      throw new VaultError('integrity/wrong-audience');
    const identity = await session.book.learn(read.identity);
    const known = session.index.get('index.contact', identity.person);
    const { name, kind } = read.card;
    const trust = known === null || known.trust === 'unknown' ? 'pinned' : known.trust;
    await this.#write({
      person: identity.person,
      name,
      kind,
      trust,
      time: session.now(),
      identity: [...identity.entries],
    });
    return this.#require(printId('person', identity.person));
  }

  /** Everyone known, by name; each is the same object while nothing about them changed. */
  list(): Contact[] {
    const entries = this.#session.index.list('index.contact');
    return this.#kept
      .all(entries.map((entry) => this.#show(entry)))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** As `list`, and every list that follows. */
  live(): Live<readonly Contact[]> {
    return sessionLiveList(this.#session, 'people', {
      version: () => versionOfAll([this.#session.index.collection]),
      read: () => this.list(),
    });
  }

  /** One person, or `null`. */
  get(id: Id<'person'>): Contact | null {
    const entry = this.#session.index.get('index.contact', parseId('person', id));
    return entry === null ? null : this.#show(entry);
  }

  /**
   * Notes that the safety number was compared with the person themselves.
   *
   * `shown` is the number as the other side reads it; throws `share/key-changed` when it is another one.
   */
  async verify(id: Id<'person'>, shown: string): Promise<Contact> {
    const entry = this.#session.index.get('index.contact', parseId('person', id));
    if (entry === null) throw new VaultError('share/unknown-person');
    const digits = (text: string) => text.replaceAll(/\D/g, '');
    if (digits(shown) !== digits(this.#show(entry).safetyNumber)) throw new VaultError('share/key-changed');
    await this.#write({ ...entry, trust: 'verified' });
    return this.#require(id);
  }

  /**
   * The verified identity of a contact, for sharing. Throws `share/unknown-person` unless their card was added.
   *
   * The pinned log and the newest one known must be one history.
   *
   * @internal
   */
  async identityOf(id: Id<'person'>): Promise<{ readonly identity: Identity; readonly trust: Trust }> {
    const person = parseId('person', id);
    const entry = this.#session.index.get('index.contact', person);
    if (entry === null) throw new VaultError('share/unknown-person');
    const identity = await this.#session.book.learn(verifyIdentityLog(entry.identity));
    return { identity, trust: entry.trust };
  }

  async #write(entry: IndexEntry<'index.contact'>): Promise<void> {
    const { index } = this.#session;
    await this.#session.transact((transaction) =>
      index.put(transaction, 'index.contact', entry.person, entry),
    );
  }

  #show(entry: IndexEntry<'index.contact'>): Contact {
    const { person, name, kind, trust } = entry;
    const other = this.#session.book.get(person) ?? verifyIdentityLog(entry.identity);
    return {
      id: printId('person', person),
      name,
      kind,
      trust,
      safetyNumber: safetyNumber(this.#session.identity, other),
    };
  }

  #require(id: Id<'person'>): Contact {
    const contact = this.get(id);
    if (contact === null) throw new VaultError('share/unknown-person');
    return contact;
  }
}
