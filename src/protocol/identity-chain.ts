import { equalBytes, hash } from '../crypto/hash.js';
import { verify } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import { decodeIdentityEntry, decodeSignedIdentityEntry } from '../formats/identity-entry.js';
import { LIMITS } from '../formats/limits.js';

const ZERO = new Uint8Array(32);

/** How far an identity log goes: `[length, hash]`. SPEC §5. */
export type IdentityHead = readonly [length: number, hash: Uint8Array];

/** A person's keys as their own verified identity log states them. */
export interface Identity {
  readonly person: Uint8Array;
  readonly root: Uint8Array;
  readonly kem: Uint8Array;
  readonly kemEpoch: number;
  /** Every device and the length of the log that admitted it. */
  readonly devices: readonly { readonly device: Uint8Array; readonly since: number }[];
  /** The running hash after each entry; `heads[n - 1]` is the head of length n. */
  readonly heads: readonly Uint8Array[];
  readonly time: number;
  /** The signed entries as received, for passing on. */
  readonly entries: readonly Uint8Array[];
}

/**
 * Verifies a whole identity log, or the entries that follow one already verified.
 *
 * Throws `integrity/bad-chain` or `integrity/bad-signature` (R-ID-2, R-ID-3, R-ID-5), `format/unsupported` (R-ID-4).
 * The person's id is the hash of the first entry, so the log certifies itself.
 */
export function verifyIdentityLog(entries: readonly Uint8Array[], known: Identity | null = null): Identity {
  if (entries.length + (known?.entries.length ?? 0) > LIMITS.identityEntriesMax)
    throw new VaultError('format/too-large');
  let identity = known;
  for (const signed of entries) identity = appendIdentityEntry(identity, signed);
  if (identity === null) throw new VaultError('integrity/bad-chain', { at: 0 });
  return identity;
}

function appendIdentityEntry(identity: Identity | null, signed: Uint8Array): Identity {
  const { entryBytes, rootSignature, deviceSignature } = decodeSignedIdentityEntry(signed);
  const entry = decodeIdentityEntry(entryBytes);
  const at = identity?.entries.length ?? 0;
  const root = entry.type === 'found' ? entry.root : identity?.root;
  if (entry.index !== at || root === undefined || (entry.type === 'found') !== (at === 0)) {
    throw new VaultError('integrity/bad-chain', { at });
  }
  if (!verify(root, 'identity-entry', entryBytes, rootSignature))
    throw new VaultError('integrity/bad-signature', { at });
  if (!verify(entry.device, 'identity-device', entryBytes, deviceSignature)) {
    throw new VaultError('integrity/bad-signature', { at });
  }
  if (entry.type === 'found') {
    return {
      person: hash('person', entryBytes),
      root: entry.root,
      kem: entry.kem,
      kemEpoch: entry.kemEpoch,
      devices: [{ device: entry.device, since: 1 }],
      heads: [hash('identity', ZERO, entryBytes)],
      time: entry.time,
      entries: [signed],
    };
  }
  const before = identity as Identity;
  const previous = before.heads[at - 1] as Uint8Array;
  if (
    !equalBytes(entry.person, before.person) ||
    !equalBytes(entry.previous, previous) ||
    entry.time < before.time
  ) {
    throw new VaultError('integrity/bad-chain', { at });
  }
  if (before.devices.some(({ device }) => equalBytes(device, entry.device)))
    throw new VaultError('integrity/bad-chain', { at });
  return {
    ...before,
    devices: [...before.devices, { device: entry.device, since: at + 1 }],
    heads: [...before.heads, hash('identity', previous, entryBytes)],
    time: entry.time,
    entries: [...before.entries, signed],
  };
}

/** The newest head of a verified identity log. */
export function identityHead(identity: Identity): IdentityHead {
  return [identity.heads.length, identity.heads[identity.heads.length - 1] as Uint8Array];
}

/** Whether this head lies on the verified log. */
export function hasIdentityHead(identity: Identity, [length, headHash]: IdentityHead): boolean {
  const own = identity.heads[length - 1];
  return own !== undefined && equalBytes(own, headHash);
}

/** Whether the log, as far as this head, admits the device. */
export function admitsDevice(
  identity: Identity,
  device: Uint8Array,
  head: IdentityHead = identityHead(identity),
): boolean {
  if (!hasIdentityHead(identity, head)) return false;
  return identity.devices.some((entry) => entry.since <= head[0] && equalBytes(entry.device, device));
}
