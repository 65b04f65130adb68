import { equalBytes } from '../crypto/hash.js';
import { verify } from '../crypto/sign.js';
import { loadSodium } from '../crypto/sodium.js';
import { VaultError } from '../errors.js';
import type { FetchEntry, FetchHead } from '../formats/fetch-log.js';
import { bytesToHex, type Id, printId } from '../formats/id.js';
import { beginAt, checkFetchHead, followFetches, sinceFirst } from '../protocol/fetch-chain.js';
import { admitsDevice, type Identity, verifyIdentityLog } from '../protocol/identity-chain.js';
import {
  decodeJournalFile,
  decodeSignedJournalFile,
  type JournalFile,
  type JournalFileGrant,
} from '../records/journal-file.js';
import { verifyConsent } from '../sharing/consents.js';
import { readReadReceipt, verifyReadReceipt } from '../sharing/read-receipts.js';
import { type JournalReach, reachOf } from './journal-reach.js';

/** An access as an exported journal states it. */
export interface VerifiedGrant {
  readonly log: Id<'collection'>;
  readonly person: Id<'person'>;
  readonly by: Id<'person'>;
  readonly onBehalfOf: Id<'person'> | null;
  /** The category, or the collection of records; null for a single document. */
  readonly category: string | null;
  readonly document: Id<'item'> | null;
  readonly role: 'reader' | 'contributor';
  readonly purpose: string;
  readonly begins: number;
  readonly expires: number | null;
  readonly ended: number | null;
  readonly endedBy: Id<'person'> | null;
  /** Who vouches for it: the owner alone, or the person as well, for all of its terms but its end. */
  readonly signedBy: 'owner' | 'both';
}

/** A read receipt whose reader's signature was checked. */
export interface VerifiedReceipt {
  readonly log: Id<'collection'>;
  readonly person: Id<'person'>;
  readonly device: Id<'device'>;
  /** As they are named in that log, which for a single document is not the name it has in the vault. */
  readonly items: readonly { readonly item: Id<'item'>; readonly change: Id<'change'> }[];
  readonly time: number;
  readonly onBehalfOf: Id<'person'> | null;
}

/** A delivery that a server signed. */
export interface VerifiedFetch {
  readonly position: number;
  readonly person: Id<'person'>;
  readonly device: Id<'device'>;
  /** Entries of a log from one position to another, or a file. */
  readonly log: Id<'collection'> | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly blob: Id<'blob'> | null;
  readonly time: number;
}

/** An exported journal, every signature in it checked. */
export interface VerifiedJournal {
  readonly vault: Id<'vault'>;
  /** The owner who exported and signed it, by the clock of whose device `time` is. */
  readonly person: Id<'person'>;
  readonly time: number;
  readonly grants: readonly VerifiedGrant[];
  readonly receipts: readonly VerifiedReceipt[];
  /** What the server says it delivered, in its order; empty when it never said anything. */
  readonly fetches: readonly VerifiedFetch[];
  /** The key that signed `fetches`, to compare with the server's own; null when there are none. */
  readonly server: Uint8Array | null;
  /** How much of what there was is in each list, and on whose word. */
  readonly reach: JournalReach;
}

/**
 * Checks an exported journal with nothing but itself; `explainJournal` says what each part shows.
 *
 * Whether `person` and the others are who one thinks they are, their cards and safety numbers say; whether the vault is
 * `person`'s, nothing in it does. Throws `integrity/not-authorised`, `integrity/bad-signature`,
 * `integrity/wrong-audience` for a part that says something else than its line, `integrity/bad-chain` for what is there twice, `format/*`.
 */
export async function verifyJournal(file: Uint8Array): Promise<VerifiedJournal> {
  await loadSodium();
  const { journalBytes, device, signature } = decodeSignedJournalFile(file);
  const journal = decodeJournalFile(journalBytes);
  const known = identitiesIn(journal);
  const owner = known.require(journal.person);
  if (!admitsDevice(owner, device)) throw new VaultError('integrity/not-authorised'); // R-JRN-1
  if (!verify(device, 'journal', journalBytes, signature)) throw new VaultError('integrity/bad-signature');
  return {
    vault: printId('vault', journal.vault),
    person: printId('person', journal.person),
    time: journal.time,
    grants: journal.grants.map((line) => checkGrant(journal.vault, line, known)),
    receipts: checkReceipts(journal, known),
    ...checkFetches(journal),
  };
}

/** R-JRN-4. */
function checkFetches({
  vault,
  time,
  fetches,
}: JournalFile): Pick<VerifiedJournal, 'fetches' | 'server' | 'reach'> {
  const grants = { by: 'owner', until: time } as const;
  if (fetches === null) return { fetches: [], server: null, reach: reachOf(grants, null) };
  const { server, runs } = fetches;
  const lines: FetchEntry[] = [];
  let last: FetchHead | null = null;
  let said: { since: number; until: number } | null = null;
  for (const { begin, before, from, head, entries } of runs) {
    const [first, to] = [begin, head].map((signed) => checkFetchHead(signed, { vault, server })) as [
      FetchHead,
      FetchHead,
    ];
    const known = before && checkFetchHead(before, { vault, server });
    const cut = beginAt(first, later(last, known));
    const place = from === null ? cut : { position: from[0], hash: from[1] };
    const followed = followFetches(place, entries, vault);
    const end = followed.places.at(-1) ?? place;
    const [kept] = followed.lines;
    // One after the other, each from the cut of a head, or an entry whose successors lead there, to the end of another.
    const isBehind =
      (last !== null && place.position < last.position) ||
      (known !== null && place.position < known.position) ||
      (from !== null && (place.position < cut.position || kept === undefined));
    if (isBehind || end.position !== to.position || !equalBytes(end.hash, to.hash))
      throw new VaultError('integrity/bad-chain');
    last = to;
    said = {
      since: from === null || kept === undefined ? cut.since : sinceFirst(cut.since, kept),
      until: to.time,
    };
    for (const line of followed.lines) lines.push(line);
  }
  return { fetches: lines.map(verifiedFetch), server, reach: reachOf(grants, said) };
}

function later(a: FetchHead | null, b: FetchHead | null): FetchHead | null {
  return a === null || (b !== null && b.position > a.position) ? b : a;
}

function verifiedFetch({ position, person, device, what, time }: FetchEntry): VerifiedFetch {
  const [kind, id] = what;
  return {
    position,
    person: printId('person', person),
    device: printId('device', device),
    log: kind === 'ops' ? printId('collection', id) : null,
    from: kind === 'ops' ? what[2] : null,
    to: kind === 'ops' ? what[3] : null,
    blob: kind === 'blob' ? printId('blob', id) : null,
    time,
  };
}

interface KnownIdentities {
  require(person: Uint8Array): Identity;
}

function identitiesIn({ identities }: JournalFile): KnownIdentities {
  const known = new Map<string, Identity>();
  for (const entries of identities) {
    const identity = verifyIdentityLog(entries);
    const name = bytesToHex(identity.person);
    if (known.has(name)) throw new VaultError('integrity/bad-chain');
    known.set(name, identity);
  }
  return {
    require(person) {
      const identity = known.get(bytesToHex(person));
      if (identity === undefined) throw new VaultError('integrity/not-authorised');
      return identity;
    },
  };
}

function checkGrant(vault: Uint8Array, line: JournalFileGrant, known: KnownIdentities): VerifiedGrant {
  const { consent, role, purpose, category, begins, expires, ended } = line;
  if (consent !== null) checkConsent(vault, line, consent, known);
  return {
    ...{ role, purpose, category, begins, expires, ended },
    log: printId('collection', line.collection),
    person: printId('person', line.person),
    by: printId('person', line.by),
    onBehalfOf: line.onBehalfOf === null ? null : printId('person', line.onBehalfOf),
    document: line.item === null ? null : printId('item', line.item),
    endedBy: line.endedBy === null ? null : printId('person', line.endedBy),
    // Terms name nobody on whose behalf they are agreed to.
    signedBy: consent === null || line.grant === null || line.onBehalfOf !== null ? 'owner' : 'both',
  };
}

/** R-JRN-2. A document is given through a collection of its person: that they agreed to, not to each document. */
function checkConsent(
  vault: Uint8Array,
  line: JournalFileGrant,
  consent: Uint8Array,
  known: KnownIdentities,
): void {
  const { terms } = verifyConsent(consent, known.require(line.by), known.require(line.person));
  const about = equalBytes(terms.vault, vault) && equalBytes(terms.collection, line.collection);
  const same =
    line.grant === null ||
    (equalBytes(terms.grant, line.grant) &&
      terms.role === line.role &&
      terms.purpose === line.purpose &&
      terms.category === line.category &&
      isSame(terms.item, line.item) &&
      terms.begins === line.begins &&
      terms.expires === line.expires);
  if (!about || !same) throw new VaultError('integrity/wrong-audience');
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}

/** R-JRN-3. */
function checkReceipts(journal: JournalFile, known: KnownIdentities): VerifiedReceipt[] {
  const nameOfAccess = (person: Uint8Array, log: Uint8Array) => `${bytesToHex(person)} ${bytesToHex(log)}`;
  const given = new Set(journal.grants.map(({ person, collection }) => nameOfAccess(person, collection)));
  const seen = new Set<string>();
  return journal.receipts.map((bytes) => {
    const { content, device, digest } = verifyReadReceipt(
      bytes,
      known.require(readReadReceipt(bytes).content.person),
    );
    if (!equalBytes(content.vault, journal.vault)) throw new VaultError('integrity/wrong-audience');
    if (!given.has(nameOfAccess(content.person, content.collection)))
      throw new VaultError('integrity/not-authorised');
    const name = bytesToHex(digest);
    if (seen.has(name)) throw new VaultError('integrity/bad-chain');
    seen.add(name);
    return {
      log: printId('collection', content.collection),
      person: printId('person', content.person),
      device: printId('device', device),
      items: content.items.map(([item, change]) => ({
        item: printId('item', item),
        change: printId('change', change),
      })),
      time: content.time,
      onBehalfOf: content.onBehalfOf === null ? null : printId('person', content.onBehalfOf),
    };
  });
}
