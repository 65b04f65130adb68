import { commands } from 'vitest/browser';
import type { AuthenticatorOptions } from './virtual-authenticator.js';

/** A person's phone or password manager, as far as passkeys go. */
export interface Authenticator {
  /** The ids of the passkeys in it. */
  list(): Promise<readonly string[]>;
  /** Whether the person says yes when asked; no looks like a cancelled prompt, and too many of them lock it for good. */
  agree(yes: boolean): Promise<void>;
  /** Whether the person does anything at all when asked. */
  answer(yes: boolean): Promise<void>;
  /** Deletes a passkey. */
  forget(credentialId: string): Promise<void>;
  unplug(): Promise<void>;
}

/** Gives this page an authenticator; there may be one at a time. */
export async function plugAuthenticator(options: AuthenticatorOptions = {}): Promise<Authenticator> {
  const id = await commands.plugAuthenticator(options);
  return {
    list: () => commands.tellAuthenticator(id, { verb: 'list' }),
    agree: async (yes) => void (await commands.tellAuthenticator(id, { verb: 'agree', yes })),
    answer: async (yes) => void (await commands.tellAuthenticator(id, { verb: 'answer', yes })),
    forget: async (credentialId) =>
      void (await commands.tellAuthenticator(id, { verb: 'forget', credentialId })),
    unplug: async () => void (await commands.tellAuthenticator(id, { verb: 'unplug' })),
  };
}
