import { equalBytes, hash } from '../crypto/hash.js';
import { expose } from '../crypto/secret.js';
import { isVaultError, VaultError } from '../errors.js';
import { decode } from '../formats/codec.js';
import { decodeSignedDepositReceipt } from '../formats/deposit.js';
import { decodeConsentReceipt, decodeGrantTerms } from '../formats/grant.js';
import { decodeWrapped } from '../formats/wrapped.js';
import type { Identity } from '../protocol/identity-chain.js';
import { encodeMessage, sendRequest } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import { signConsent, verifyConsent } from '../sharing/consents.js';
import { verifyDepositReceipt } from '../sharing/deposits.js';
import { openGrant, readGrantHeader } from '../sharing/grants.js';
import { makeMessage, openMessage, readMessageHeader } from '../sharing/messages.js';
import { answeredVault, type Early, earlyForDeposit, earlyForVault } from './answers-nothing.js';
import { checkReadReceipt } from './journal-intake.js';
import type { OwnedVault, Session } from './session.js';
import type { Transaction } from './transaction.js';

/** The name the server keeps an inbox item under; both sides derive it from the bytes. */
export function inboxItemId(bytes: Uint8Array): Uint8Array {
  return hash('inbox', bytes).slice(0, 16);
}

/**
 * Takes in one item of the inbox: a grant, a consent, a deposit receipt, a read receipt.
 *
 * Anyone may drop anything there, so what does not verify is passed over: it must not stand in the way of the rest. What
 * is in order and answers something that is not here is early: the log that has it may come later. Throws only what says
 * nothing about the item: `sync/*`, `store/*`, and why nothing can be written here.
 */
export async function receiveItem(session: Session, bytes: Uint8Array): Promise<'taken' | 'refused' | Early> {
  let keep: Keep | Early;
  try {
    const type = headerType(bytes);
    if (type === 'grant') keep = await checkGrant(session, bytes);
    else if (type === 'message') keep = await checkMessage(session, bytes);
    else throw new VaultError('format/unsupported');
  } catch (error) {
    const says = isVaultError(error) && /^(format|integrity|share)\//.test(error.code);
    if (!says) throw error;
    return 'refused';
  }
  if (typeof keep !== 'function') return keep;
  await session.transact(keep);
  return 'taken';
}

type Keep = (transaction: Transaction) => void;

function headerType(bytes: Uint8Array): unknown {
  const header = decode(decodeWrapped(bytes).headerBytes, { maxBytes: 64 * 1024 });
  return typeof header === 'object' && header !== null && 'type' in header ? header.type : null;
}

async function checkGrant(session: Session, bytes: Uint8Array): Promise<Keep> {
  const { person, device } = readGrantHeader(bytes);
  const sender = await session.requireIdentity(person, device);
  const grant = openGrant({ bytes, sender, recipient: session.identity, kemSeed: session.kem.seed });
  const { terms, header } = grant;
  const { index } = session;
  // What is one's own cannot be given by someone else: such a grant would stand before the owner's own keys.
  if (session.isOwn(terms.collection)) throw new VaultError('integrity/wrong-audience');
  const known = index.get('index.received', terms.grant);
  if (known !== null) {
    // A new epoch of a grant already known: the terms must be the ones agreed on.
    const agreed = decodeGrantTerms(known.terms);
    if (!equalBytes(agreed.from, terms.from) || !equalBytes(agreed.collection, terms.collection))
      throw new VaultError('integrity/wrong-audience');
  }
  return (transaction) => {
    if (known === null) {
      rememberStranger(session, transaction, sender);
      index.put(transaction, 'index.received', terms.grant, {
        terms: grant.termsBytes,
        termsSignature: grant.termsSignature,
        senderDevice: header.device,
        epoch: header.epoch,
        time: session.now(),
      });
    }
    keepKey(session, transaction, terms.collection, header.epoch, expose(grant.key));
    for (const { epoch, key } of grant.previous)
      keepKey(session, transaction, terms.collection, epoch, expose(key));
  };
}

/**
 * Countersigns the terms of grants whose log is here and shows that their sender owns what they give. SPEC §10.
 *
 * It says that the terms were received and by whom, so it waits until they are known to be true.
 */
export function acknowledgeGrants(session: Session, transaction: Transaction): void {
  const { index, author, random, now, book } = session;
  for (const { terms: termsBytes, termsSignature, senderDevice } of index.list('index.received')) {
    const terms = decodeGrantTerms(termsBytes);
    const members = session.collection(terms.collection)?.log.state?.members ?? [];
    const owns = members.some(({ person, role }) => role === 'owner' && equalBytes(person, terms.from));
    const recipient = book.get(terms.from);
    if (!owns || recipient === null || termsSignature === null) continue;
    if (index.get('index.consent', terms.grant) !== null) continue;
    const receipt = signConsent({ termsBytes, senderDevice, termsSignature }, author);
    index.put(transaction, 'index.consent', terms.grant, {
      grant: terms.grant,
      terms: termsBytes,
      receipt,
      withdrawn: null,
    });
    const made = makeMessage({ kind: 'consent', author, recipient, content: receipt, random, time: now() });
    sendToInbox(transaction, terms.from, made.bytes);
  }
}

function keepKey(
  session: Session,
  transaction: Transaction,
  collection: Uint8Array,
  epoch: number,
  key: Uint8Array,
): void {
  // Named by the key too: a wrong key offered for an epoch must not displace the right one.
  const name = keyName(collection, epoch, key);
  if (session.index.get('index.key', name) !== null) return;
  session.index.put(transaction, 'index.key', name, { collection, epoch, key: key.slice() });
}

/** The name of a key entry: collection, epoch, and the key itself. */
export function keyName(collection: Uint8Array, epoch: number, key: Uint8Array): Uint8Array {
  const name = new Uint8Array(collection.length + 8 + key.length);
  name.set(collection);
  new DataView(name.buffer).setBigUint64(collection.length, BigInt(epoch));
  name.set(key, collection.length + 8);
  return name;
}

/** Queues something for a person's inbox. */
export function sendToInbox(
  transaction: Transaction,
  person: Uint8Array,
  bytes: Uint8Array,
  lane = 'inbox',
): void {
  const body = encodeMessage(sendRequest, { id: inboxItemId(bytes), bytes });
  transaction.send(lane, { kind: 'request', method: 'POST', path: paths.personInbox(person), body });
}

function rememberStranger(session: Session, transaction: Transaction, identity: Identity): void {
  if (session.index.get('index.contact', identity.person) !== null) return;
  session.index.put(transaction, 'index.contact', identity.person, {
    ...{ person: identity.person, name: '', kind: 'patient', trust: 'unknown', time: session.now() },
    identity: [...identity.entries],
  });
}

async function checkMessage(session: Session, bytes: Uint8Array): Promise<Keep | Early> {
  const { person, device } = readMessageHeader(bytes);
  const sender = await session.requireIdentity(person, device);
  const recipient = session.identity;
  const { header, content } = openMessage({ bytes, sender, recipient, kemSeed: session.kem.seed });
  if (header.kind === 'consent') return checkConsent(session, content, sender);
  if (header.kind === 'read-receipt') return checkReadReceipt(session, content, sender);
  return checkDepositReceipt(session, content, sender);
}

function checkConsent(session: Session, receipt: Uint8Array, sender: Identity): Keep | Early {
  const { terms } = verifyConsent(receipt, session.identity, sender);
  const offeredIn = ({ index }: OwnedVault) => index.get('index.consent', terms.grant);
  const isHere = (owned: OwnedVault) => offeredIn(owned) !== null;
  const owned = answeredVault(session, terms.vault, isHere);
  const offered = owned && offeredIn(owned);
  if (owned === null || offered === null) return earlyForVault(session, sender.person, terms.vault, isHere);
  if (!equalBytes(offered.terms, decodeConsentReceipt(receipt).termsBytes))
    throw new VaultError('integrity/wrong-audience');
  return (transaction) => owned.index.put(transaction, 'index.consent', terms.grant, { ...offered, receipt });
}

function checkDepositReceipt(session: Session, receipt: Uint8Array, sender: Identity): Keep | Early {
  decodeSignedDepositReceipt(receipt);
  if (session.index.collection.frozen !== null) return earlyForDeposit(session, sender.person);
  for (const deposited of session.index.list('index.deposited')) {
    if (!equalBytes(deposited.owner, sender.person)) continue;
    try {
      verifyDepositReceipt(receipt, sender, deposited);
    } catch (error) {
      if (isVaultError(error, 'integrity/wrong-audience')) continue;
      throw error;
    }
    return (transaction) =>
      session.index.put(transaction, 'index.deposited', deposited.deposit, { ...deposited, receipt });
  }
  return earlyForDeposit(session, sender.person);
}
