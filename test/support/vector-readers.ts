import { concatBytes, sha256 } from '../../src/crypto/hash.js';
import { expose } from '../../src/crypto/secret.js';
import { verify } from '../../src/crypto/sign.js';
import { openBlob, sealBlob } from '../../src/envelope/blob.js';
import { openData } from '../../src/envelope/data.js';
import { openFromSender, type WrapLabel } from '../../src/envelope/recipient.js';
import { VaultError } from '../../src/errors.js';
import { type BlobReference, checkBlobReference } from '../../src/formats/blob-reference.js';
import { decodeContactCard, decodeVaultCard, parseCard, printCard } from '../../src/formats/card.js';
import {
  decodeFetchEntry,
  decodeFetchHead,
  encodeFetchEntry,
  encodeFetchHead,
} from '../../src/formats/fetch-log.js';
import { bytesToHex } from '../../src/formats/id.js';
import { decodeOp, encodeOp } from '../../src/formats/op.js';
import { decodeRecord, encodeRecord } from '../../src/formats/record.js';
import type { Binding } from '../../src/formats/sealed.js';
import { decodeSlot, encodeSlot } from '../../src/formats/slot.js';
import { decodeWrapped, encodeWrapped } from '../../src/formats/wrapped.js';
import { takePasskey } from '../../src/keys/passkey.js';
import { parsePhrase } from '../../src/keys/phrase.js';
import { openRememberedRoot } from '../../src/keys/remembered.js';
import { openPassphraseSlot, openStrongSlot, type StrongSecret } from '../../src/keys/slots.js';
import { extendFetches, type FetchRun } from '../../src/protocol/fetch-chain.js';
import { type Identity, identityHead, verifyIdentityLog } from '../../src/protocol/identity-chain.js';
import { applyHeader, checkBodies } from '../../src/protocol/log-rules.js';
import type { LogState } from '../../src/protocol/log-state.js';
import { checkAuthorship } from '../../src/sharing/authorship.js';
import { openDeposit } from '../../src/sharing/deposits.js';
import { openGrant } from '../../src/sharing/grants.js';
import { fromHex } from './hex.js';
import { secretOf } from './people.js';

/** A binding as a vector states it: bytes as hexadecimal. */
type BindingText = Omit<{ [Field in keyof Binding]: string | null }, 'epoch' | 'type'> &
  Pick<Binding, 'epoch' | 'type'>;

function bindingOf({ type, epoch, vault, collection, person, device, object }: BindingText): Binding {
  const orNull = (text: string | null) => (text === null ? null : fromHex(text));
  return {
    ...{ type, epoch, vault: orNull(vault), collection: orNull(collection) },
    ...{ person: orNull(person), device: orNull(device), object: fromHex(object as string) },
  };
}

/** Encoding again what was decoded must give the same bytes. */
function sameAgain(bytes: Uint8Array, again: Uint8Array): void {
  if (bytesToHex(bytes) !== bytesToHex(again)) throw new Error('the encoding of what was decoded differs');
}

const identityOf = (entries: readonly string[]) => verifyIdentityLog(entries.map(fromHex));

async function strongSecretOf(input: { words?: string; passkey?: string }): Promise<StrongSecret> {
  if (input.words !== undefined) return parsePhrase(input.words);
  const output = fromHex(input.passkey as string);
  return takePasskey({ credentialId: 'AQ', take: () => output }).secret;
}

/** How each format is read: from the input of a vector to its output, or to the error that it expects. */
export const readers = {
  seal(input: { key: string; binding: BindingText; sealed: string }) {
    return {
      plaintext: openData(
        secretOf('collection-key', fromHex(input.key)),
        bindingOf(input.binding),
        fromHex(input.sealed),
      ),
    };
  },

  'identity-log'(input: { entries: string[] }) {
    const identity = identityOf(input.entries);
    return {
      person: identity.person,
      head: identityHead(identity),
      devices: identity.devices,
      kem: identity.kem,
    };
  },

  'fetch-log'(input: {
    vault: string;
    server: string;
    answers: { entries: string[]; head: [string, string]; more: boolean }[];
  }) {
    const source = { vault: fromHex(input.vault), server: fromHex(input.server) };
    let run: FetchRun | null = null;
    let stretches = 0;
    for (const { entries, head, more } of input.answers) {
      const told = entries.map(fromHex);
      for (const entry of told) sameAgain(entry, encodeFetchEntry(decodeFetchEntry(entry)));
      const signed = [fromHex(head[0]), fromHex(head[1])] as const;
      sameAgain(signed[0], encodeFetchHead(decodeFetchHead(signed[0])));
      const taken = extendFetches(run, { entries: told, head: signed, more }, source);
      if (taken.isNew) stretches += 1;
      run = taken.run;
    }
    return { position: run?.position, hash: run?.hash, stretches };
  },

  op(input: { identities: string[][]; ops: string[] }) {
    const identities = new Map<string, Identity>();
    for (const identity of input.identities.map(identityOf))
      identities.set(bytesToHex(identity.person), identity);
    const hashes: Uint8Array[] = [];
    const changes = new Set<string>();
    const pruned = new Set<string>();
    const missing = new Set<string>();
    const outcomes: string[] = [];
    let state: LogState | null = null;
    for (const text of input.ops) {
      const op = decodeOp(fromHex(text));
      sameAgain(fromHex(text), encodeOp(op));
      const applied = applyHeader(state, op.headerBytes, op.signature, {
        identityOf: (person) => identities.get(bytesToHex(person)) ?? null,
        hashAt: (position) => hashes[position - 1] ?? null,
        hasChange: (change) => changes.has(bytesToHex(change)),
        signatures: 'verify',
      });
      const { header, outcome } = applied;
      checkBodies(header, op.bodies, (change) => missing.add(bytesToHex(change)) !== null);
      state = applied.state;
      hashes.push(state.hash);
      outcomes.push(outcome);
      if (outcome === 'void') continue;
      for (const [change] of header.changes) changes.add(bytesToHex(change));
      if (header.control?.type === 'prune')
        for (const change of header.control.changes) pruned.add(bytesToHex(change));
    }
    if (![...missing].every((change) => pruned.has(change))) throw new VaultError('integrity/dropped');
    const { position, hash, collection, epoch, notAfter, members } = state as LogState;
    const rows = members.map((member) => [member.person, member.role, member.length, member.hash]);
    return { position, hash, collection, epoch, notAfter, outcomes, members: rows };
  },

  record(input: { record: string; vault: string; author: string[] | null }) {
    const record = decodeRecord(fromHex(input.record));
    sameAgain(fromHex(input.record), encodeRecord(record));
    const { authored, kind, schema, body } = record;
    if (authored !== null && body !== null && input.author !== null) {
      checkAuthorship(authored, fromHex(input.vault), { kind, schema, body }, identityOf(input.author));
    }
    return record;
  },

  recipient(input: {
    label: WrapLabel;
    wrapped: string;
    sender: string;
    seed: string;
    binding: BindingText;
  }) {
    const wrapped = decodeWrapped(fromHex(input.wrapped));
    sameAgain(fromHex(input.wrapped), encodeWrapped(wrapped));
    const kemSeed = secretOf('kem-seed', fromHex(input.seed));
    return {
      plaintext: openFromSender({
        label: input.label,
        wrapped,
        senderDevice: fromHex(input.sender),
        kemSeed,
        binding: bindingOf(input.binding),
      }),
    };
  },

  async blob(input: BlobInput) {
    const { stored, reference } = await blobOf(input);
    const pieces: Uint8Array[] = [];
    const read = async (offset: number, length: number) => stored.slice(offset, offset + length);
    const vault = fromHex(input.vault);
    for await (const piece of openBlob({ reference, vault, read, ...input.part })) pieces.push(piece.slice());
    const plaintext = concatBytes(...pieces);
    return {
      reference,
      storedSha256: await sha256(stored),
      bytes: plaintext.length,
      plaintextSha256: await sha256(plaintext),
    };
  },

  async slot(input: { slot: string; words?: string; passphrase?: string; passkey?: string }) {
    const bytes = fromHex(input.slot);
    sameAgain(bytes, encodeSlot(decodeSlot(bytes)));
    const opened =
      input.passphrase !== undefined
        ? await openPassphraseSlot(bytes, input.passphrase)
        : openStrongSlot(bytes, await strongSecretOf(input));
    const rootSeed = 'rootSeed' in opened ? expose(opened.rootSeed as never) : null;
    return {
      person: opened.person,
      index: opened.index,
      personalRoot: expose(opened.personalRoot),
      rootSeed,
    };
  },

  async remembered(input: { key: string; bytes: string; person: string; store: string; now: number }) {
    const raw = fromHex(input.key) as Uint8Array<ArrayBuffer>;
    const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
    const place = { person: fromHex(input.person), store: input.store };
    const root = await openRememberedRoot({ key, bytes: fromHex(input.bytes) }, place, input.now);
    return { personalRoot: expose(root) };
  },

  card(input: { type: 'contact' | 'vault'; text: string }) {
    const signed = parseCard(input.type, input.text);
    if (printCard(input.type, signed) !== input.text) throw new Error('the card prints otherwise');
    const card =
      input.type === 'contact' ? decodeContactCard(signed.cardBytes) : decodeVaultCard(signed.cardBytes);
    const identity = verifyIdentityLog(signed.identityLog);
    if (!verify(signed.device, `${input.type}-card`, signed.cardBytes, signed.signature))
      throw new VaultError('integrity/bad-signature');
    return { card, person: identity.person };
  },

  grant(input: { grant: string; sender: string[]; recipient: string[]; seed: string }) {
    const opened = openGrant({
      ...{
        bytes: fromHex(input.grant),
        sender: identityOf(input.sender),
        recipient: identityOf(input.recipient),
      },
      kemSeed: secretOf('kem-seed', fromHex(input.seed)),
    });
    const { header, key, previous, terms } = opened;
    return {
      header,
      key: expose(key),
      previous: previous.map((earlier) => [earlier.epoch, expose(earlier.key)]),
      terms,
    };
  },

  deposit(input: { deposit: string; vault: string; depositor: string[]; seed: string; key: string }) {
    const { header, content, authored, digest } = openDeposit({
      ...{
        bytes: fromHex(input.deposit),
        vault: fromHex(input.vault),
        depositor: identityOf(input.depositor),
      },
      ...{ depositSeed: secretOf('kem-seed', fromHex(input.seed)), depositKey: fromHex(input.key) },
    });
    return { header, content, authored, digest };
  },
};

/** A blob too large to print: byte i of its file is `(i * 31 + (i >> 8) * 7 + (i >> 16)) & 255`. */
export interface BlobInput {
  readonly key: string;
  readonly salt: string;
  readonly vault: string;
  readonly blob: string;
  readonly bytes: number;
  /** What becomes of the stored bytes, in order. */
  readonly edits: readonly (
    | { readonly flip: number }
    | { readonly cut: number }
    | { readonly append: string }
    | { readonly copy: readonly [from: number, to: number, length: number] }
  )[];
  /** What is read of the record, if it is not what sealing gave. */
  readonly reference?: { readonly [Field in keyof BlobReference]?: number | string };
  readonly part?: { readonly start: number; readonly end: number };
}

/** Seals the blob of a vector and edits what is stored. */
export async function blobOf(input: BlobInput): Promise<{ reference: BlobReference; stored: Uint8Array }> {
  const file = Uint8Array.from({ length: input.bytes }, (_, i) => (i * 31 + (i >> 8) * 7 + (i >> 16)) & 255);
  const given = [fromHex(input.key), fromHex(input.salt)];
  const parts: Uint8Array[] = [];
  const made = await sealBlob({
    ...{ source: once(file), bytes: file.length, vault: fromHex(input.vault), blob: fromHex(input.blob) },
    random: () => given.shift() as Uint8Array,
    append: async (stored) => void parts.push(stored.slice()),
  });
  let stored = concatBytes(...parts);
  for (const edit of input.edits) {
    if ('flip' in edit) stored[edit.flip] = (stored[edit.flip] as number) ^ 1;
    else if ('cut' in edit) stored = stored.slice(0, stored.length - edit.cut);
    else if ('append' in edit) stored = concatBytes(stored, fromHex(edit.append));
    else stored.copyWithin(edit.copy[1], edit.copy[0], edit.copy[0] + edit.copy[2]);
  }
  const changed = Object.fromEntries(
    Object.entries(input.reference ?? {}).map(([field, value]) => [
      field,
      typeof value === 'string' ? fromHex(value) : value,
    ]),
  );
  return { reference: checkBlobReference({ ...made, ...changed }), stored };
}

async function* once(file: Uint8Array): AsyncGenerator<Uint8Array> {
  yield file;
}
