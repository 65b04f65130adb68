/** What of the core a page may use from outside its worker: one entry for each class, and nothing that is not in it. */

import type { Ending } from './contract.js';

/** The members of one class, by how they cross. */
export interface Surface {
  /** Plain values: they cross with the object, as they are at that moment. */
  readonly data?: readonly string[];
  /** Objects inside, each with a surface of its own. */
  readonly parts?: Readonly<Record<string, SurfaceName>>;
  /** Objects that the worker makes of this one; each has a surface of its own. */
  readonly made?: Readonly<Record<string, SurfaceName>>;
  /** Methods that give such an object for a kind of record; on the page they do so at once, too. */
  readonly rooms?: Readonly<Record<string, SurfaceName>>;
  /** Values that have no moment at which they cross; on the page they are promises. */
  readonly asks?: readonly string[];
  /** Methods that take an id and a change, which may be computed from the value as it is. */
  readonly changes?: readonly string[];
  /** Methods; on the page they are asynchronous. */
  readonly calls?: readonly string[];
  /** Methods whose callback is called after they return, until the function that they give is called. */
  readonly listens?: readonly string[];
  /** Methods that give bytes piece by piece. */
  readonly streams?: readonly string[];
  /** Methods that give a `Live`; on the page they do so at once, too. */
  readonly lives?: readonly string[];
  /** Methods after which no key may be left: they end the worker. */
  readonly locks?: readonly Ending[];
}

/** The classes whose objects a page can hold. */
export type SurfaceName = keyof typeof SURFACES;

export const SURFACES = {
  Person: {
    data: ['id', 'name', 'kind'],
    parts: { people: 'People', passkeys: 'Passkeys' },
    rooms: { records: 'Records' },
    calls: [
      ...[
        'contactCard',
        'createVault',
        'vaults',
        'vault',
        'sharedWithMe',
        'deposit',
        'depositRecord',
        'deposited',
        'consents',
        'acknowledgeReads',
        'acknowledgesReads',
      ],
      ...['createRecoveryPhrase', 'changePassphrase', 'stayUnlocked', 'forgetUnlock', 'lockedElsewhere'],
      ...['sync', 'resendLost', 'health', 'storage'],
    ],
    lives: ['liveVaults', 'liveShares', 'liveHealth', 'liveSync', 'liveStorage'],
    listens: ['startSync'],
    locks: ['lock', 'lockEverywhere', 'close'],
  },
  People: { calls: ['add', 'list', 'get', 'verify'], lives: ['live'] },
  Passkeys: { calls: ['list', 'add', 'remove'] },
  Vault: {
    data: ['id', 'holder'],
    parts: { documents: 'Documents', deposits: 'DepositBox', journal: 'Journal' },
    made: { search: 'Search' },
    rooms: { records: 'Records' },
    calls: [
      ...['updateHolder', 'share', 'revoke', 'grants', 'ledger', 'consent', 'evidence'],
      'recordCollections',
    ],
    lives: ['liveGrants', 'liveRecordCollections'],
  },
  Documents: {
    calls: [
      ...['add', 'replace', 'update', 'remove', 'restore', 'erase'],
      ...['list', 'get', 'history', 'blob', 'digest', 'whoCanRead', 'mask', 'unmask'],
    ],
    streams: ['read'],
    lives: ['live', 'liveOne'],
  },
  DepositBox: {
    calls: ['card', 'revokeCards', 'list', 'adopt', 'refuse', 'waitingRecords', 'adoptRecord'],
    lives: ['liveWaiting', 'liveWaitingRecords'],
  },
  Journal: {
    calls: ['grants', 'receipts', 'fetches', 'reach', 'export'],
    lives: ['liveGrants', 'liveReceipts', 'liveFetches'],
  },
  Records: {
    data: ['kind'],
    calls: [
      ...['add', 'addAll', 'remove', 'restore', 'erase', 'get', 'list', 'history'],
      ...['blob', 'saveFile', 'members'],
    ],
    streams: ['read'],
    changes: ['update'],
    asks: ['damaged'],
    lives: ['live', 'liveOne', 'liveMembers'],
  },
  ReceivedShare: {
    data: [
      ...['grant', 'from', 'role', 'purpose', 'category', 'collection', 'begins', 'expires'],
      ...['trust', 'status'],
    ],
    made: { search: 'Search' },
    rooms: { records: 'Records' },
    calls: ['list', 'blob', 'add', 'acknowledge'],
    streams: ['read'],
    lives: ['live'],
  },
  Search: { asks: ['size'], calls: ['update', 'find'], listens: ['follow'], lives: ['liveFind'] },
} as const satisfies Record<string, Loose>;

/** The names of surfaces are those of the table itself. */
type Loose = Omit<Surface, 'parts' | 'made' | 'rooms'> & {
  readonly parts?: object;
  readonly made?: object;
  readonly rooms?: object;
};

/** The surface of this name. */
export function surfaceNamed(name: SurfaceName): Surface {
  return SURFACES[name] as Surface;
}
