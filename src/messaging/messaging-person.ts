import type { Id } from '../formats/id.js';
import type { Live } from '../live/live.js';
import type { RecordKind } from '../records/record-kind.js';
import type { WaitingRecord } from '../vault/deposit-box.js';
import type { DepositRecordOptions, MadeDeposit } from '../vault/depositor.js';
import type { WorkOptions } from '../vault/document-files.js';
import type { Contact } from '../vault/people.js';
import type { Given, RecordHome } from '../vault/record-home.js';
import type { Grant, ShareOptions } from '../vault/vault.js';

/** What messaging needs of a person: one of the core, on this thread or in a worker. */
export interface MessagingPerson extends RecordHome {
  readonly id: Id<'person'>;
  readonly name: string;
  readonly kind: Contact['kind'];
  readonly people: {
    add(card: string, options?: { readonly expected?: Id<'person'> }): Promise<Contact>;
    list(): Given<Contact[]>;
    get(id: Id<'person'>): Given<Contact | null>;
    live(): Live<readonly Contact[]>;
  };
  contactCard(): Given<string>;
  vaults(): Given<MessagingVault[]>;
  liveVaults(): Live<readonly MessagingVault[]>;
  sharedWithMe(): Given<MessagingShare[]>;
  liveShares(): Live<readonly MessagingShare[]>;
  depositRecord<T extends object>(
    card: string,
    kind: RecordKind<T>,
    value: T,
    options?: DepositRecordOptions,
  ): Promise<MadeDeposit>;
  deposited(): Given<MadeDeposit[]>;
}

/** What messaging needs of a vault. */
export interface MessagingVault extends RecordHome {
  readonly id: Id<'vault'>;
  readonly deposits: {
    waitingRecords(kind: RecordKind<object>): Promise<WaitingRecord<object>[]>;
    liveWaitingRecords(kind: RecordKind<object>): Live<readonly WaitingRecord<object>[]>;
    adoptRecord(
      id: Id<'deposit'>,
      kind: RecordKind<object>,
      options?: WorkOptions & { readonly collection?: string },
    ): Promise<Id<'item'>>;
    refuse(id: Id<'deposit'>): Promise<void>;
  };
  recordCollections(): Given<string[]>;
  liveRecordCollections(): Live<readonly string[]>;
  share(options: ShareOptions): Promise<Grant>;
  revoke(grant: Grant): Promise<void>;
  grants(): Given<Grant[]>;
}

/** What messaging needs of a share. */
export interface MessagingShare extends RecordHome {
  readonly from: Id<'person'>;
  readonly collection: string | null;
  readonly role: 'reader' | 'contributor';
  readonly status: 'open' | 'ended' | 'refused';
}
