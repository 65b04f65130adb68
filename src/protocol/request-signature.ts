import { parseDictionary, serializeInnerList } from 'structured-headers';
import { equalBytes, sha256 } from '../crypto/hash.js';
import { verifyRaw } from '../crypto/sign.js';
import { bytesToBase64url, bytesToHex, hexToBytes } from '../formats/id.js';
import { WIRE_LIMITS } from './limits.js';

// RFC 9421 with one profile and no options: these components in this order, these parameters in this order.
const COMPONENTS = ['@method', '@authority', '@path', '@query', 'content-digest'] as const;
const PARAMETERS = ['created', 'expires', 'nonce', 'keyid', 'alg', 'tag'] as const;
const TAG = 'coffret-v1';
const LABEL = 'coffret';

/** Who signs requests: a device of a person, or the key of a slot that is about to be opened. */
export type RequestKeyId =
  | { readonly type: 'device'; readonly person: Uint8Array; readonly device: Uint8Array }
  | { readonly type: 'slot'; readonly slot: Uint8Array };

/** A key that signs requests. `sign` is raw Ed25519 (`signRaw`) over the bytes it is given. */
export interface RequestSigner {
  readonly keyId: RequestKeyId;
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** The `keyid` parameter: `device:<person>.<device>` or `slot:<slot>`, in hexadecimal. */
export function printKeyId(keyId: RequestKeyId): string {
  if (keyId.type === 'slot') return `slot:${bytesToHex(keyId.slot)}`;
  return `device:${bytesToHex(keyId.person)}.${bytesToHex(keyId.device)}`;
}

/** Reads a `keyid` parameter; `null` when it is none. */
export function parseKeyId(text: string): RequestKeyId | null {
  const slot = /^slot:([0-9a-f]{32})$/.exec(text)?.[1];
  if (slot !== undefined) return { type: 'slot', slot: hexToBytes(slot) as Uint8Array };
  const [, person, device] = /^device:([0-9a-f]{64})\.([0-9a-f]{64})$/.exec(text) ?? [];
  if (person === undefined || device === undefined) return null;
  return {
    type: 'device',
    person: hexToBytes(person) as Uint8Array,
    device: hexToBytes(device) as Uint8Array,
  };
}

/**
 * The headers that sign a request: `content-digest` (RFC 9530), `signature-input` and `signature` (RFC 9421).
 *
 * `time` is now, in milliseconds; `nonce` has 16 random bytes and is never used twice, also when a request is repeated.
 * `body` is empty for a request without one. The server learns the signer's person and device, or the slot.
 */
export async function signRequest(options: {
  readonly method: string;
  readonly url: string;
  readonly body: Uint8Array;
  readonly signer: RequestSigner;
  readonly time: number;
  readonly nonce: Uint8Array;
}): Promise<Record<'content-digest' | 'signature-input' | 'signature', string>> {
  const { method, url, body, signer, time, nonce } = options;
  const contentDigest = printDigest(await sha256(body));
  const created = Math.floor(time / 1000);
  const parameters = printParameters(
    new Map<string, number | string>([
      ['created', created],
      ['expires', created + WIRE_LIMITS.clockWindowMs / 1000],
      ['nonce', bytesToBase64url(nonce)],
      ['keyid', printKeyId(signer.keyId)],
      ['alg', 'ed25519'],
      ['tag', TAG],
    ]),
  );
  const signature = await signer.sign(signatureBase({ method, url, contentDigest, parameters }));
  return {
    'content-digest': contentDigest,
    'signature-input': `${LABEL}=${parameters}`,
    signature: `${LABEL}=:${bytesToBase64(signature)}:`,
  };
}

/** What the headers of a signed request claim; nothing of it is verified. */
export interface RequestSignature {
  readonly keyId: RequestKeyId;
  /** Seconds since 1970. */
  readonly created: number;
  readonly expires: number;
  readonly nonce: string;
  /** SHA-256 that the body must have. */
  readonly digest: Uint8Array;
  /** The bytes that are signed. */
  readonly base: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Reads the signature of a request; `null` when it has none or not exactly in our profile (R-REQ-1).
 *
 * `url` is the one the client used: behind a proxy, the public one.
 */
export function readRequestSignature(options: {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}): RequestSignature | null {
  const { method, url, headers } = options;
  const contentDigest = headers.get('content-digest');
  const digest = contentDigest === null ? null : parseDigest(contentDigest);
  const input = headers.get('signature-input');
  const signature = headers.get('signature');
  if (contentDigest === null || digest === null || input === null || signature === null) return null;
  if (input.length + signature.length > WIRE_LIMITS.signatureHeaderBytesMax) return null;
  try {
    const list = onlyMember(input);
    const [signatureBytes] = onlyMember(signature) ?? [];
    if (!list || !Array.isArray(list[0]) || !(signatureBytes instanceof ArrayBuffer)) return null;
    const [components, parameters] = list;
    if (components.map(([name]) => name).join() !== COMPONENTS.join()) return null;
    if (components.some(([, own]) => own.size > 0) || [...parameters.keys()].join() !== PARAMETERS.join())
      return null;
    const [created, expires, nonce, keyid, alg, tag] = [...parameters.values()];
    if (!Number.isSafeInteger(created) || !Number.isSafeInteger(expires)) return null;
    if (typeof nonce !== 'string' || !/^[A-Za-z0-9_-]{22}$/.test(nonce)) return null;
    if (alg !== 'ed25519' || tag !== TAG || typeof keyid !== 'string') return null;
    const keyId = parseKeyId(keyid);
    if (keyId === null) return null;
    const printed = serializeInnerList([components, parameters]);
    const base = signatureBase({ method, url, contentDigest, parameters: printed });
    return {
      keyId,
      created: created as number,
      expires: expires as number,
      nonce,
      digest,
      base,
      signature: new Uint8Array(signatureBytes),
    };
  } catch {
    return null; // not structured fields (RFC 9651)
  }
}

/** Whether `time` (milliseconds) lies within the window of the request, and the window is no wider than ours (R-REQ-2). */
export function isInTime({ created, expires }: RequestSignature, time: number): boolean {
  const { clockWindowMs } = WIRE_LIMITS;
  const ageMs = time - created * 1000;
  return (
    ageMs >= -clockWindowMs &&
    ageMs <= clockWindowMs &&
    expires * 1000 >= time &&
    (expires - created) * 1000 <= clockWindowMs
  );
}

/** Whether the signature over the request's line, authority and digest was made by this key (R-REQ-3). */
export function isSignedBy(request: RequestSignature, publicKey: Uint8Array): boolean {
  return verifyRaw(publicKey, request.base, request.signature);
}

/** Whether this is the body that was signed (R-REQ-4). */
export async function hasSignedBody(request: RequestSignature, body: Uint8Array): Promise<boolean> {
  return equalBytes(request.digest, await sha256(body));
}

function signatureBase(options: {
  readonly method: string;
  readonly url: string;
  readonly contentDigest: string;
  readonly parameters: string;
}): Uint8Array {
  const { host, pathname, search } = new URL(options.url);
  const lines = [
    `"@method": ${options.method.toUpperCase()}`,
    `"@authority": ${host}`,
    `"@path": ${pathname}`,
    `"@query": ${search === '' ? '?' : search}`,
    `"content-digest": ${options.contentDigest}`,
    `"@signature-params": ${options.parameters}`,
  ];
  return new TextEncoder().encode(lines.join('\n'));
}

function printParameters(parameters: Map<string, number | string>): string {
  return serializeInnerList([COMPONENTS.map((name) => [name, new Map()]), parameters]);
}

/** A dictionary that has one member, which is ours. */
function onlyMember(header: string) {
  const dictionary = parseDictionary(header);
  return dictionary.size === 1 ? dictionary.get(LABEL) : undefined;
}

function printDigest(digest: Uint8Array): string {
  return `sha-256=:${bytesToBase64(digest)}:`;
}

function parseDigest(header: string): Uint8Array | null {
  const encoded = /^sha-256=:([A-Za-z0-9+/]{43}=):$/.exec(header)?.[1];
  return encoded === undefined
    ? null
    : Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
}

function bytesToBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
