/**
 * `coffret/passkey`: asking a passkey to open a vault.
 *
 * It belongs to a page: browsers show passkeys nowhere else. What it gives goes to `person.passkeys.add`, to
 * `openPerson` or to `recoverPerson`, in the page or in a worker.
 */
export type { Passkey } from '../keys/passkey.js';
export {
  type AskPasskeyOptions,
  askPasskey,
  type CreatePasskeyOptions,
  createPasskey,
  isPasskeySupported,
} from './ceremony.js';
