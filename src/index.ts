/**
 * Coffret: end-to-end encrypted personal health vaults.
 *
 * `createPerson`, `openPerson` and `recoverPerson` give a person; everything else hangs from them.
 */

export type { PassphraseCost } from './envelope/passphrase.js';
export { explain, isVaultError, VaultError, type VaultErrorCode, type VaultErrorDetails } from './errors.js';
export type { Id, IdKind } from './formats/id.js';
export type { Passkey } from './keys/passkey.js';
export type { PhraseLanguage } from './keys/phrase.js';
export type { Live, LiveListener, LiveObserver, Unsubscribe } from './live/live.js';
export {
  type AutoLock,
  type AutoLockEnd,
  type AutoLockOptions,
  createAutoLock,
  type Lockable,
} from './lock/auto-lock.js';
export type { RequestKeyId, RequestSigner } from './protocol/request-signature.js';
export { categoryLabel, DOCUMENT_CATEGORIES, type DocumentCategory } from './records/category.js';
export type { DocumentAbout, Frozen } from './records/document-about.js';
export { defineKind, type RecordKind } from './records/record-kind.js';
export type { Trust } from './sharing/contacts.js';
export type { StorageState, StorageWarning } from './store/persistence.js';
export type {
  BlobEntry,
  BlobSink,
  BlobStore,
  Entry,
  Expectation,
  ScanOptions,
  Store,
  Write,
} from './store/port.js';
export type { SyncProgress, SyncReport } from './sync/run.js';
export type { SyncCall, SyncStatus } from './sync/runner.js';
export type { Transport, TransportAnswer, TransportRequest } from './sync/transport.js';
export { type Consent, verifyConsentReceipt } from './vault/consent.js';
export type { DepositBox, WaitingDeposit, WaitingRecord } from './vault/deposit-box.js';
export type { DepositRecordOptions, MadeDeposit } from './vault/depositor.js';
export type { Progress, ReadOptions, WorkOptions } from './vault/document-files.js';
export type { Document, DocumentMetadata, Version } from './vault/document-view.js';
export type { AddDocumentOptions, DocumentFilter, Documents } from './vault/documents.js';
export type { Evidence } from './vault/evidence.js';
export type { FileSource } from './vault/file-source.js';
export type { ContradictedJournal, FrozenCollection, Health } from './vault/health.js';
export type { Holder } from './vault/holder.js';
export type { Journal } from './vault/journal.js';
export type { JournalFetch } from './vault/journal-fetches.js';
export type { JournalGrant } from './vault/journal-grants.js';
export type { JournalReach, ListReach } from './vault/journal-reach.js';
export type { JournalReceipt, ReadItem } from './vault/journal-receipts.js';
export {
  type VerifiedFetch,
  type VerifiedGrant,
  type VerifiedJournal,
  type VerifiedReceipt,
  verifyJournal,
} from './vault/journal-verify.js';
export { explainJournal, type JournalPart } from './vault/journal-words.js';
export type { Mask, MaskOptions } from './vault/masks.js';
export {
  type CommonOptions,
  type CreateOptions,
  createPerson,
  type Opener,
  type OpenOptions,
  openPerson,
  type Recoverer,
  type RecoverOptions,
  recoverPerson,
} from './vault/open-person.js';
export { type PasskeyEntry, type Passkeys, passkeysOf } from './vault/passkeys.js';
export type { Contact, People } from './vault/people.js';
export type { Person } from './vault/person.js';
export type { DocumentReader, LedgerLine } from './vault/readers.js';
export type { ReceivedShare } from './vault/received.js';
export type { RecordFile, RecordFileSource, SaveOptions } from './vault/record-files.js';
export type { Given, RecordHome, RecordsAnywhere } from './vault/record-home.js';
export type { RecordConflict, RecordItem, RecordVersion } from './vault/record-item.js';
export type {
  AddOptions,
  RecordChange,
  RecordFilter,
  RecordMember,
  Records,
} from './vault/records.js';
export type { ShareRole } from './vault/shares.js';
export type { StorageHealth } from './vault/storage-health.js';
export type { Factor } from './vault/strong-slots.js';
export type { SyncState } from './vault/sync-state.js';
export type { Grant, ShareOptions, Vault } from './vault/vault.js';
