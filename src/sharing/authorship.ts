import { equalBytes, hash } from '../crypto/hash.js';
import { sign, verify } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import { type Authored, encodeAuthorship } from '../formats/record.js';
import type { Author } from '../log/sign-op.js';
import { admitsDevice, type Identity } from '../protocol/identity-chain.js';

/** A content as its author means it. */
export interface AuthoredContent {
  readonly kind: string;
  readonly schema: number;
  readonly body: Uint8Array;
}

/** Signs a content for one vault: the proof stays valid when the content is linked or adopted there. SPEC §7. */
export function signAuthorship(
  author: Author,
  vault: Uint8Array,
  time: number,
  content: AuthoredContent,
): Authored {
  const { person, device } = author;
  const message = authorshipMessage({ vault, person, device, time }, content);
  return [vault, person, device, time, sign(author.deviceKey, 'authored', message)];
}

/**
 * Checks an author's proof over a content.
 *
 * Throws `integrity/wrong-audience` when it was made for another vault (R-REC-3, A52), `integrity/not-authorised` when
 * the device is not the author's, `integrity/bad-signature`.
 */
export function checkAuthorship(
  proof: Authored,
  vault: Uint8Array,
  content: AuthoredContent,
  author: Identity,
): void {
  const [madeFor, person, device, time, signature] = proof;
  if (!equalBytes(madeFor, vault)) throw new VaultError('integrity/wrong-audience'); // R-REC-3
  if (!equalBytes(person, author.person) || !admitsDevice(author, device))
    throw new VaultError('integrity/not-authorised');
  const message = authorshipMessage({ vault, person, device, time }, content);
  if (!verify(device, 'authored', message, signature)) throw new VaultError('integrity/bad-signature');
}

function authorshipMessage(
  by: { vault: Uint8Array; person: Uint8Array; device: Uint8Array; time: number },
  { kind, schema, body }: AuthoredContent,
): Uint8Array {
  return encodeAuthorship({ ...by, kind, schema, contentHash: hash('content', body) });
}
