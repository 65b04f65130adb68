import { equalBytes } from '../crypto/hash.js';
import { decodeGrantTerms } from '../formats/grant.js';
import { nameOf } from '../log/collection-log.js';
import type { Collection } from './collection.js';
import type { OwnedVault, Session } from './session.js';

/**
 * What is known of a message in order that answers nothing here: not so far, or never. Both questions are answered from
 * what is open here, without opening the message again.
 */
export interface Early {
  readonly sender: Uint8Array;
  /** Whether what it answers is here by now, and can be written to. */
  isAnswered(): boolean;
  /** Whether nothing will come that it answers, for a message that waits since then. */
  isFinal(since: number): boolean;
}

/** What one device of an owner sent may reach the server a while before what another one knew of it. */
const SETTLED_MS = 24 * 3600 * 1000;

/** The vault with this id when what a message answers is here and can be written to, or `null`. */
export function answeredVault(
  session: Session,
  vault: Uint8Array,
  isHere: (owned: OwnedVault) => boolean,
): OwnedVault | null {
  const owned = session.vaults.get(nameOf(vault));
  if (owned === undefined) return null;
  const { log, frozen } = owned.index.collection;
  return log.state !== null && frozen === null && isHere(owned) ? owned : null;
}

/** For what is about a vault, and was not answered by `answeredVault`. */
export function earlyForVault(
  session: Session,
  sender: Uint8Array,
  vault: Uint8Array,
  isHere: (owned: OwnedVault) => boolean,
): Early {
  return {
    sender,
    isAnswered: () => answeredVault(session, vault, isHere) !== null,
    isFinal: (since) => {
      const owned = session.vaults.get(nameOf(vault));
      const settled = isKnown(session, sender) ? since + SETTLED_MS : since;
      if (owned === undefined) return isWhole(session.index.collection, settled);
      return isWhole(owned.index.collection, settled) && !wasGivenAnything(session, owned, sender);
    },
  };
}

/** For the receipt of a deposit that is not known here. */
export function earlyForDeposit(session: Session, sender: Uint8Array): Early {
  const made = () =>
    session.index.list('index.deposited').filter(({ owner }) => equalBytes(owner, sender)).length;
  const { collection } = session.index;
  const before = collection.frozen === null ? made() : -1;
  return {
    sender,
    isAnswered: () => collection.frozen === null && made() > before,
    isFinal: (since) => isWhole(collection, since) && made() === 0,
  };
}

/** Whether this person added someone to the people they know, or named them in a log of their own. */
export function isKnown(session: Session, person: Uint8Array): boolean {
  const { index } = session;
  const contact = index.get('index.contact', person);
  // Whoever sends a grant is noted as well: that alone makes nobody known.
  if (contact !== null && contact.trust !== 'unknown') return true;
  return (
    index.list('index.deposited').some(({ owner }) => equalBytes(owner, person)) ||
    [...session.vaults.values()].some((owned) => wasGivenAnything(session, owned, person))
  );
}

/** Whether someone was ever given a collection. */
export function wasGiven(session: Session, collection: Uint8Array, person: Uint8Array): boolean {
  const history = session.collection(collection)?.readers.history() ?? [];
  return history.some((access) => equalBytes(access.person, person));
}

function wasGivenAnything(session: Session, { index }: OwnedVault, person: Uint8Array): boolean {
  return (
    index.list('index.collection').some(({ collection }) => wasGiven(session, collection, person)) ||
    index.list('index.consent').some(({ terms }) => equalBytes(decodeGrantTerms(terms).to, person))
  );
}

/** Whether all of a log is here as it was at that time. */
function isWhole({ log, frozen, incomplete, verifiedAt }: Collection, at: number): boolean {
  return log.position > 0 && frozen === null && !incomplete && verifiedAt !== null && verifiedAt >= at;
}
