import { bytesToHex } from '../formats/id.js';

const query = (name: string, value: number) => `${name}=${String(value)}`;

/** The paths of PROTOCOL §4, from raw ids; a transport puts its base URL before them. */
export const paths = {
  server: '/v1/server',
  people: '/v1/people',
  collections: '/v1/collections',
  events: '/v1/events',
  identity: (person: Uint8Array) => `/v1/people/${bytesToHex(person)}/identity`,
  identityAfter: (person: Uint8Array, after: number) => `${paths.identity(person)}?${query('after', after)}`,
  personSlot: (person: Uint8Array, slot: Uint8Array) =>
    `/v1/people/${bytesToHex(person)}/slots/${bytesToHex(slot)}`,
  slot: (slot: Uint8Array) => `/v1/slots/${bytesToHex(slot)}`,
  ops: (collection: Uint8Array) => `/v1/collections/${bytesToHex(collection)}/ops`,
  opsAfter: (collection: Uint8Array, after: number, limit: number) =>
    `${paths.ops(collection)}?${query('after', after)}&${query('limit', limit)}`,
  access: (collection: Uint8Array) => `/v1/collections/${bytesToHex(collection)}/access`,
  head: (collection: Uint8Array) => `/v1/collections/${bytesToHex(collection)}/head`,
  blob: (vault: Uint8Array, blob: Uint8Array) => `/v1/vaults/${bytesToHex(vault)}/blobs/${bytesToHex(blob)}`,
  blobPiece: (vault: Uint8Array, blob: Uint8Array, offset: number) =>
    `${paths.blob(vault, blob)}?${query('offset', offset)}`,
  ticket: (vault: Uint8Array, ticket: Uint8Array) =>
    `/v1/vaults/${bytesToHex(vault)}/tickets/${bytesToHex(ticket)}`,
  fetches: (vault: Uint8Array) => `/v1/vaults/${bytesToHex(vault)}/fetches`,
  fetchesAfter: (vault: Uint8Array, after: number, limit: number) =>
    `${paths.fetches(vault)}?${query('after', after)}&${query('limit', limit)}`,
  deposits: (vault: Uint8Array) => `/v1/vaults/${bytesToHex(vault)}/deposits`,
  depositsAfter: (vault: Uint8Array, after: number) => `${paths.deposits(vault)}?${query('after', after)}`,
  deposit: (vault: Uint8Array, deposit: Uint8Array) => `${paths.deposits(vault)}/${bytesToHex(deposit)}`,
  personInbox: (person: Uint8Array) => `/v1/people/${bytesToHex(person)}/inbox`,
  inboxAfter: (after: number) => `/v1/inbox?${query('after', after)}`,
  inboxItem: (message: Uint8Array) => `/v1/inbox/${bytesToHex(message)}`,
} as const;
