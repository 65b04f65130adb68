import { concatBytes, equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { encode } from './codec.js';

/** What a sealed thing is; a seal of one type never opens as another (A34). SPEC §3. */
export type SealType =
  | 'record'
  | 'previous-key'
  | 'roster'
  | 'grant'
  | 'deposit'
  | 'receipt'
  | 'slot-root'
  | 'slot-personal-root'
  | 'local';

/** The associated data of a seal. Every field is mandatory; `null` says that it does not apply. SPEC §3. */
export interface Binding {
  readonly type: SealType;
  readonly vault: Uint8Array | null;
  readonly collection: Uint8Array | null;
  readonly epoch: number | null;
  readonly person: Uint8Array | null;
  readonly device: Uint8Array | null;
  readonly object: Uint8Array;
}

const SUITE = 1;
const NONCE_BYTES = 24;
const COMMITMENT_BYTES = 32;
const PREFIX_BYTES = 1 + NONCE_BYTES + COMMITMENT_BYTES;
const TAG_BYTES = 16;

/** A binding but for its object, and the bytes all of them begin with. */
interface Place {
  readonly binding: Omit<Binding, 'object'>;
  readonly objectBytes: number;
  readonly bytes: Uint8Array;
}

/** The last one: the seals of one op, and of one log, differ in their object only. */
let lastPlace: Place | null = null;

/** Encodes the associated data of a seal. */
export function encodeBinding(binding: Binding): Uint8Array {
  const { object } = binding;
  if (lastPlace === null || !isAt(lastPlace, binding)) {
    const { type, vault, collection, epoch, person, device } = binding;
    const bytes = encode(['coffret/v1', type, SUITE, vault, collection, epoch, person, device, object]);
    lastPlace = placeOf(binding, bytes);
    return bytes;
  }
  // The object is last, and its length is in what stands before it.
  const { bytes } = lastPlace;
  const whole = new Uint8Array(bytes.length + object.length);
  whole.set(bytes);
  whole.set(object, bytes.length);
  return whole;
}

/** Copies what it remembers: a caller's array may change. */
function placeOf(
  { type, vault, collection, epoch, person, device, object }: Binding,
  bytes: Uint8Array,
): Place {
  const own = (id: Uint8Array | null) => (id === null ? null : id.slice());
  const ids = { vault: own(vault), collection: own(collection), person: own(person), device: own(device) };
  const objectBytes = object.length;
  return { binding: { type, epoch, ...ids }, objectBytes, bytes: bytes.slice(0, bytes.length - objectBytes) };
}

function isAt({ binding: place, objectBytes }: Place, binding: Binding): boolean {
  return (
    binding.object instanceof Uint8Array &&
    binding.object.length === objectBytes &&
    binding.type === place.type &&
    binding.epoch === place.epoch &&
    isSame(binding.collection, place.collection) &&
    isSame(binding.vault, place.vault) &&
    isSame(binding.person, place.person) &&
    isSame(binding.device, place.device)
  );
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a instanceof Uint8Array && equalBytes(a, b);
}

/** The parts of a sealed byte string; they are views, not copies. */
export interface SealedParts {
  readonly nonce: Uint8Array;
  readonly commitment: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export function encodeSealed({ nonce, commitment, ciphertext }: SealedParts): Uint8Array {
  return concatBytes(encodeSealedLead(nonce), commitment, ciphertext);
}

/** What stands before the commitment in sealed bytes. */
export function encodeSealedLead(nonce: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + NONCE_BYTES);
  bytes[0] = SUITE;
  bytes.set(nonce, 1);
  return bytes;
}

/** Splits sealed bytes. Throws `format/unsupported` (R-SEAL-1) or `format/malformed` (R-SEAL-2). */
export function decodeSealed(bytes: Uint8Array): SealedParts {
  if (bytes.length === 0) throw new VaultError('format/malformed');
  if (bytes[0] !== SUITE) throw new VaultError('format/unsupported', { suite: bytes[0] as number });
  if (bytes.length < PREFIX_BYTES + TAG_BYTES)
    throw new VaultError('format/malformed', { bytes: bytes.length });
  return {
    nonce: bytes.subarray(1, 1 + NONCE_BYTES),
    commitment: bytes.subarray(1 + NONCE_BYTES, PREFIX_BYTES),
    ciphertext: bytes.subarray(PREFIX_BYTES),
  };
}
