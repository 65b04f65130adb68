'use client';
/** `coffret/react`: a person's vault in components. */

export type { AnyPerson, AnyShare, AnyVault } from './any-person.js';
export type { OnDevice, PersonSource } from './device.js';
export { Preview, type PreviewProps } from './preview.js';
export { type Action, type ActionOptions, useAction, type Work } from './use-action.js';
export { useAgenda, useAgendaConflicts, useEvent, useNextReminder, useUpcoming } from './use-agenda.js';
export { type DeviceActions, type DeviceView, useDevice } from './use-device.js';
export { type BlobOptions, type BlobResult, useDocumentBlob } from './use-document-blob.js';
export { useFiledDocument, useFiledDocuments, useFiling, useFolders } from './use-documents-filed.js';
export { type Explain, type Language, useExplain } from './use-explain.js';
export { useJournalFetches, useJournalGrants, useJournalReceipts } from './use-journal.js';
export {
  type LiveOptions,
  type LiveReady,
  type LiveResult,
  type LiveView,
  useLive,
} from './use-live.js';
export {
  useDrafts,
  useMessaging,
  useOpenings,
  useThread,
  useThreads,
  useUnreadCount,
} from './use-messages.js';
export { useHealth, usePeople, usePerson, useShares, useSyncState } from './use-person.js';
export { type PreventionViewOptions, usePrevention } from './use-prevention.js';
export {
  useBloodGroup,
  useHabits,
  useMeasures,
  useProfile,
  useProfileSummary,
  useProposals,
  useSection,
  useSectionState,
  useWishes,
} from './use-profile.js';
export { useRecord, useRecords } from './use-records.js';
export { useSearch } from './use-search.js';
export { useSyncMessage } from './use-sync-message.js';
export { InVault, useDocument, useDocuments, useGrants, useVault, useVaults } from './use-vault.js';
export { VaultProvider, type VaultProviderProps } from './vault-provider.js';
