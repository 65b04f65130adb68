import { VaultError } from '../errors.js';

/** What an id names, and how it is printed. SPEC §1.3. */
const KINDS = {
  person: { prefix: 'per_', bytes: 32 },
  device: { prefix: 'dev_', bytes: 32 },
  vault: { prefix: 'vlt_', bytes: 16 },
  collection: { prefix: 'col_', bytes: 32 },
  item: { prefix: 'itm_', bytes: 16 },
  change: { prefix: 'chg_', bytes: 16 },
  blob: { prefix: 'blb_', bytes: 16 },
  grant: { prefix: 'grt_', bytes: 16 },
  deposit: { prefix: 'dep_', bytes: 16 },
  ticket: { prefix: 'tkt_', bytes: 16 },
  slot: { prefix: 'slt_', bytes: 16 },
  message: { prefix: 'msg_', bytes: 16 },
} as const;

/** What ids name. */
export type IdKind = keyof typeof KINDS;

/** A printed id; its prefix says what it names, so one kind is never taken for another (A33). */
export type Id<Kind extends IdKind> = `${(typeof KINDS)[Kind]['prefix']}${string}`;

/** Prints an id: prefix and unpadded base64url. Throws `usage/invalid` when the length is wrong. */
export function printId<Kind extends IdKind>(kind: Kind, bytes: Uint8Array): Id<Kind> {
  const { prefix, bytes: length } = KINDS[kind];
  if (bytes.length !== length) throw new VaultError('usage/invalid', { kind, bytes: bytes.length });
  return `${prefix}${bytesToBase64url(bytes)}` as Id<Kind>;
}

/** Parses a printed id. Throws `usage/invalid` for another prefix, length or a non-canonical form (R-ID-1). */
export function parseId<Kind extends IdKind>(kind: Kind, text: string): Uint8Array {
  const { prefix, bytes: length } = KINDS[kind];
  if (typeof text !== 'string' || !text.startsWith(prefix))
    throw new VaultError('usage/invalid', { expected: kind });
  const bytes = base64urlToBytes(text.slice(prefix.length));
  if (bytes === null || bytes.length !== length) throw new VaultError('usage/invalid', { expected: kind });
  return bytes;
}

/** Whether a value is a printed id of a kind. */
export function isId<Kind extends IdKind>(kind: Kind, value: unknown): value is Id<Kind> {
  if (typeof value !== 'string') return false;
  try {
    parseId(kind, value);
    return true;
  } catch {
    return false;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Unpadded base64url (RFC 4648 §5). By hand: a list prints three ids for each document, and `btoa` wants text. */
export function bytesToBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const a = bytes[at] as number;
    const b = bytes[at + 1];
    const c = bytes[at + 2];
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += character(word >> 18) + character(word >> 12);
    if (b !== undefined) text += character(word >> 6);
    if (c !== undefined) text += character(word);
  }
  return text;
}

function character(bits: number): string {
  return ALPHABET[bits & 63] as string;
}

/** The bytes of unpadded base64url, or `null` unless the text is exactly what `bytesToBase64url` prints. */
export function base64urlToBytes(text: string): Uint8Array | null {
  for (const character of text) if (!ALPHABET.includes(character)) return null;
  if (text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return bytesToBase64url(bytes) === text ? bytes : null;
}

/** Bytes as a key of a `Map` or `Set`, one character each; at most a few hundred. Not for the eye nor the store. */
export function bytesToMapKey(bytes: Uint8Array): string {
  if (bytes.length === 16) return sixteenCharacters(bytes as unknown as Sixteen);
  // Spreading the array into the call goes through its iterator and takes twice as long.
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

type Four = readonly [number, number, number, number];
type Sixteen = readonly [...Four, ...Four, ...Four, ...Four];

/** An array of arguments takes three times as long, and a log has two such ids for every record. */
function sixteenCharacters(b: Sixteen): string {
  // biome-ignore format: one line of code
  return String.fromCharCode(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

/** Lower-case hexadecimal, for storage keys and paths. */
export function bytesToHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** The bytes of lower-case hexadecimal, or `null` when it is none. */
export function hexToBytes(text: string): Uint8Array | null {
  if (text.length % 2 === 1 || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}
