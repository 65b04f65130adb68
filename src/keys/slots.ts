import { equalBytes, hash } from '../crypto/hash.js';
import { deriveBytes } from '../crypto/kdf.js';
import { kemKeyPairFromSeed } from '../crypto/kem.js';
import type { RandomBytes } from '../crypto/random.js';
import { expose, Secret } from '../crypto/secret.js';
import { type SigningKeyPair, signingKeyPairFromSeed } from '../crypto/sign.js';
import { openData, sealData } from '../envelope/data.js';
import { type PassphraseCost, stretchPassphrase } from '../envelope/passphrase.js';
import { isVaultError, VaultError } from '../errors.js';
import { passkeyPrfInput } from '../formats/prf-input.js';
import type { Binding } from '../formats/sealed.js';
import {
  decodePersonalRoot,
  decodeSlot,
  decodeSlotPublic,
  encodePersonalRoot,
  encodeSlot,
  encodeSlotPublic,
  type SlotPublic,
} from '../formats/slot.js';
import type { PersonalRoot } from './hierarchy.js';
import type { RootSeed } from './identity.js';
import type { PasskeySecret } from './passkey.js';
import type { PhraseEntropy } from './phrase.js';

/** What every slot protects, each part under its own seal. SPEC §9. */
export interface SlotContent {
  readonly rootSeed: RootSeed;
  readonly personalRoot: PersonalRoot;
  readonly index: Uint8Array | null;
}

/** What opening a slot to work gives; the root seed stays sealed. */
export interface OpenedSlot {
  readonly person: Uint8Array;
  readonly personalRoot: PersonalRoot;
  readonly index: Uint8Array | null;
  readonly cost: PassphraseCost | null;
}

/** Makes the local passphrase slot. Throws as `stretchPassphrase`. */
export async function createPassphraseSlot(options: {
  readonly passphrase: string;
  readonly cost: PassphraseCost;
  readonly person: Uint8Array;
  readonly content: SlotContent;
  readonly random: RandomBytes;
  readonly time: number;
}): Promise<Uint8Array> {
  const { passphrase, cost, person, content, random, time } = options;
  const salt = random(16);
  const secret = await stretchPassphrase(passphrase, salt, cost);
  try {
    const kdf = { memory: cost.memoryBytes, passes: cost.passes, salt };
    return sealSlot(secret, content, random, {
      ...({ v: 1, suite: 1, kind: 'passphrase' } as const),
      ...{ person, slot: random(16), created: time, kdf, auth: null, kem: slotKemKey(secret) },
    });
  } finally {
    secret.wipe();
  }
}

/** A secret that nobody can guess, so that what it opens may be kept on the server. SPEC §9. */
export type StrongSecret = PhraseEntropy | PasskeySecret;

/** Makes the slot that 24 words or a passkey open; the server may keep it. */
export function createStrongSlot(options: {
  readonly secret: StrongSecret;
  readonly person: Uint8Array;
  readonly content: SlotContent;
  readonly random: RandomBytes;
  readonly time: number;
}): { readonly slotId: Uint8Array; readonly bytes: Uint8Array } {
  const { secret, person, content, random, time } = options;
  const { slotId, auth } = strongSlotAccess(secret);
  const common = { v: 1, suite: 1, person, slot: slotId, created: time, auth: auth.publicKey } as const;
  const kem = slotKemKey(secret);
  const bytes = sealSlot(
    secret,
    content,
    random,
    secret.kind === 'passkey'
      ? { ...common, kem, kind: 'passkey', kdf: { prf: passkeyPrfInput() } }
      : { ...common, kem, kind: 'phrase', kdf: null },
  );
  auth.secretKey.wipe();
  return { slotId, bytes };
}

/** Under which id a strong secret's slot is kept, and the key that signs the request for it. SPEC §9. */
export function strongSlotAccess(secret: StrongSecret): {
  readonly slotId: Uint8Array;
  readonly auth: SigningKeyPair;
} {
  const slotId = deriveBytes(secret, 16, 'slot-id');
  return { slotId, auth: signingKeyPairFromSeed(deriveBytes(secret, 32, 'slot-auth')) };
}

/**
 * Opens the local slot with a passphrase.
 *
 * Throws `access/wrong-passphrase` (also for a damaged slot: the two look alike), `format/kdf-policy` before any work.
 */
export async function openPassphraseSlot(bytes: Uint8Array, passphrase: string): Promise<OpenedSlot> {
  return withPassphrase(bytes, passphrase, (secret, slot) => openPersonalRoot(secret, slot));
}

/** Opens the root seed in the local slot: asked for again each time the identity log is to change. Throws likewise. */
export async function openPassphraseRootSeed(bytes: Uint8Array, passphrase: string): Promise<RootSeed> {
  return withPassphrase(bytes, passphrase, (secret, slot) => openRootSeed(secret, slot));
}

/**
 * Opens a slot with the secret it was made for.
 *
 * Throws `integrity/open-failed`, `integrity/wrong-audience` for a slot of another kind, `format/*`.
 */
export function openStrongSlot(
  bytes: Uint8Array,
  secret: StrongSecret,
): OpenedSlot & { readonly rootSeed: RootSeed } {
  const slot = readSlot(bytes);
  // R-SLOT-2: the kind is what the secret is, not what the slot says.
  if (slot.open.kind !== secret.kind) throw new VaultError('integrity/wrong-audience');
  if (slot.open.kind === 'passkey' && !equalBytes(slot.open.kdf.prf, passkeyPrfInput()))
    throw new VaultError('format/unsupported'); // R-PRF-1
  return { ...openPersonalRoot(secret, slot), rootSeed: openRootSeed(secret, slot) };
}

type ReadSlot = ReturnType<typeof readSlot>;

function readSlot(bytes: Uint8Array) {
  const parts = decodeSlot(bytes);
  return { ...parts, open: decodeSlotPublic(parts.publicBytes) };
}

async function withPassphrase<T>(
  bytes: Uint8Array,
  passphrase: string,
  open: (secret: Secret<string>, slot: ReadSlot) => T,
): Promise<T> {
  const slot = readSlot(bytes);
  const { kdf } = slot.open;
  if (kdf === null || 'prf' in kdf) throw new VaultError('format/malformed');
  const secret = await stretchPassphrase(passphrase, kdf.salt, {
    memoryBytes: kdf.memory,
    passes: kdf.passes,
  });
  try {
    return open(secret, slot);
  } catch (error) {
    throw isVaultError(error, 'integrity/open-failed') ? new VaultError('access/wrong-passphrase') : error;
  } finally {
    secret.wipe();
  }
}

function sealSlot(
  secret: Secret<string>,
  content: SlotContent,
  random: RandomBytes,
  open: SlotPublic,
): Uint8Array {
  const publicBytes = encodeSlotPublic(open);
  const key = slotKey(secret, open);
  const root = encodePersonalRoot({ root: expose(content.personalRoot), index: content.index });
  const slot = {
    publicBytes,
    sealedRootSeed: sealData(key, binding('slot-root', open, publicBytes), expose(content.rootSeed), random),
    sealedPersonalRoot: sealData(key, binding('slot-personal-root', open, publicBytes), root, random),
  };
  root.fill(0);
  key.wipe();
  return encodeSlot(slot);
}

function openRootSeed(secret: Secret<string>, slot: ReadSlot): RootSeed {
  const key = slotKey(secret, slot.open);
  try {
    const at = binding('slot-root', slot.open, slot.publicBytes);
    return Secret.of('root-seed', openData(key, at, slot.sealedRootSeed).slice());
  } finally {
    key.wipe();
  }
}

function openPersonalRoot(secret: Secret<string>, slot: ReadSlot): OpenedSlot {
  const { open, publicBytes, sealedPersonalRoot } = slot;
  const key = slotKey(secret, open);
  try {
    const bytes = openData(key, binding('slot-personal-root', open, publicBytes), sealedPersonalRoot);
    const { root, index } = decodePersonalRoot(bytes);
    const { kdf } = open;
    const cost = kdf === null || 'prf' in kdf ? null : { memoryBytes: kdf.memory, passes: kdf.passes };
    return { person: open.person, personalRoot: Secret.of('personal-root', root.slice()), index, cost };
  } finally {
    key.wipe();
  }
}

function slotKey(secret: Secret<string>, open: SlotPublic): Secret<'slot'> {
  return Secret.of('slot', deriveBytes(secret, 32, 'slot-key', open.person, open.slot));
}

function slotKemKey(secret: Secret<string>): Uint8Array {
  const seed = Secret.of('kem-seed', deriveBytes(secret, 32, 'slot-kem'));
  const { publicKey } = kemKeyPairFromSeed(seed);
  seed.wipe();
  return publicKey;
}

function binding(
  type: 'slot-root' | 'slot-personal-root',
  open: SlotPublic,
  publicBytes: Uint8Array,
): Binding {
  const none = { vault: null, collection: null, epoch: null, device: null };
  return { type, ...none, person: open.person, object: hash('slot', publicBytes) };
}
