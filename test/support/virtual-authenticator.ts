import { randomUUID } from 'node:crypto';
import type { CDPSession, Page } from 'playwright';

/** What kind of authenticator is plugged in. */
export interface AuthenticatorOptions {
  /** Whether it can evaluate a PRF; a passkey without one opens no vault. */
  readonly hasPrf?: boolean;
}

/** What a test does with an authenticator. */
export type AuthenticatorOrder =
  | { readonly verb: 'unplug' }
  /** Whether the person says yes from now on; no looks like a cancelled prompt. */
  | { readonly verb: 'agree'; readonly yes: boolean }
  /** Whether the person answers at all. */
  | { readonly verb: 'answer'; readonly yes: boolean }
  | { readonly verb: 'forget'; readonly credentialId: string }
  | { readonly verb: 'list' };

declare module 'vitest/browser' {
  interface BrowserCommands {
    plugAuthenticator(options: AuthenticatorOptions): Promise<string>;
    /** The ids of its passkeys, after the order was carried out. */
    tellAuthenticator(id: string, order: AuthenticatorOrder): Promise<readonly string[]>;
  }
}

interface CommandContext {
  readonly page: Page;
}

const plugged = new Map<string, { readonly session: CDPSession; readonly authenticatorId: string }>();
const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** Chromium's own virtual authenticators, for a page that tests what passkeys do. */
export const AUTHENTICATOR_COMMANDS = {
  async plugAuthenticator(context: unknown, { hasPrf = true }: AuthenticatorOptions): Promise<string> {
    const session = await sessionOf((context as CommandContext).page);
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal' },
        ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true, hasPrf },
        automaticPresenceSimulation: true,
      },
    });
    const id = randomUUID();
    plugged.set(id, { session, authenticatorId });
    return id;
  },

  async tellAuthenticator(
    _context: unknown,
    id: string,
    order: AuthenticatorOrder,
  ): Promise<readonly string[]> {
    const known = plugged.get(id);
    if (known === undefined) throw new Error(`no authenticator ${id}`);
    const { session, authenticatorId } = known;
    switch (order.verb) {
      case 'unplug':
        plugged.delete(id);
        await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
        return [];
      case 'agree':
        await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: order.yes });
        break;
      case 'answer':
        await session.send('WebAuthn.setAutomaticPresenceSimulation', {
          authenticatorId,
          enabled: order.yes,
        });
        break;
      case 'forget': {
        const credentialId = Buffer.from(order.credentialId, 'base64url').toString('base64');
        await session.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
        break;
      }
      case 'list':
        break;
    }
    const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId });
    return credentials.map(({ credentialId }) => Buffer.from(credentialId, 'base64').toString('base64url'));
  },
};

function sessionOf(page: Page): Promise<CDPSession> {
  const known = sessions.get(page);
  if (known !== undefined) return known;
  const opened = (async () => {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable', { enableUI: false });
    return session;
  })();
  sessions.set(page, opened);
  return opened;
}
