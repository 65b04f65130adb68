/** `coffret/worker`: the same API on a page, with keys and cryptography in a dedicated worker. */
export { startTrustedWorker } from '../crypto/worker-start.js';
export type {
  FromWorker,
  HasRecordsInWorker,
  HasSearchInWorker,
  InWorker,
  MemberInWorker,
  RecordsInWorker,
  SearchInWorker,
  StaysInWorker,
} from './remote-object.js';
export {
  openVaultInWorker,
  type OptionsInWorker,
  type PersonInWorker,
  type VaultState,
  type VaultInWorker,
  type VaultInWorkerOptions,
} from './worker-vault.js';
