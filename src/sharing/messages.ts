import { equalBytes } from '../crypto/hash.js';
import type { RandomBytes } from '../crypto/random.js';
import { kemKeyHash, openFromSender, sealToRecipient } from '../envelope/recipient.js';
import { VaultError } from '../errors.js';
import { decodeMessageHeader, encodeMessageHeader, type MessageHeader } from '../formats/message.js';
import type { Binding } from '../formats/sealed.js';
import { decodeWrapped, encodeWrapped } from '../formats/wrapped.js';
import type { KemSeed } from '../keys/hierarchy.js';
import type { Author } from '../log/sign-op.js';
import { admitsDevice, type Identity } from '../protocol/identity-chain.js';

/** Seals a receipt to one person. The server sees sender, recipient and kind. SPEC §12. */
export function makeMessage(options: {
  readonly kind: MessageHeader['kind'];
  readonly author: Author;
  readonly recipient: Identity;
  readonly content: Uint8Array;
  readonly random: RandomBytes;
  readonly time: number;
}): { readonly message: Uint8Array; readonly bytes: Uint8Array } {
  const { kind, author, recipient, content, random, time } = options;
  const message = random(16);
  const header: MessageHeader = {
    v: 1,
    suite: 1,
    type: 'message',
    message,
    person: author.person,
    device: author.device,
    recipient: recipient.person,
    kem: kemKeyHash(recipient.kem),
    time,
    kind,
  };
  const wrapped = sealToRecipient({
    label: 'message',
    recipientKey: recipient.kem,
    headerBytes: encodeMessageHeader(header),
    binding: messageBinding(header),
    plaintext: content,
    deviceKey: author.deviceKey,
    random,
  });
  return { message, bytes: encodeWrapped(wrapped) };
}

/** A message's header, unverified. Throws `format/*`. */
export function readMessageHeader(bytes: Uint8Array): MessageHeader {
  return decodeMessageHeader(decodeWrapped(bytes).headerBytes);
}

/** Verifies and opens a message. Throws `integrity/wrong-audience`, `integrity/not-authorised`, `integrity/*`. */
export function openMessage(options: {
  readonly bytes: Uint8Array;
  readonly sender: Identity;
  readonly recipient: Identity;
  readonly kemSeed: KemSeed;
}): { readonly header: MessageHeader; readonly content: Uint8Array } {
  const { bytes, sender, recipient, kemSeed } = options;
  const wrapped = decodeWrapped(bytes);
  const header = decodeMessageHeader(wrapped.headerBytes);
  const forUs =
    equalBytes(header.recipient, recipient.person) && equalBytes(header.kem, kemKeyHash(recipient.kem));
  if (!forUs) throw new VaultError('integrity/wrong-audience');
  if (!equalBytes(header.person, sender.person) || !admitsDevice(sender, header.device))
    throw new VaultError('integrity/not-authorised');
  const binding = messageBinding(header);
  const content = openFromSender({
    label: 'message',
    wrapped,
    senderDevice: header.device,
    kemSeed,
    binding,
  });
  return { header, content };
}

function messageBinding(header: MessageHeader): Binding {
  const { person, device, message } = header;
  return { type: 'receipt', vault: null, collection: null, epoch: null, person, device, object: message };
}
