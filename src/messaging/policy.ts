import * as z from 'zod/mini';
import { defineKind } from '../records/record-kind.js';
import type { Contact } from '../vault/people.js';

/** Who may open a thread in a vault, and how sure the holder must be of them. */
export interface MessagingPolicy {
  /**
   * `anyone`: the holder, and whoever holds a card of the vault. `professionals`: only professionals and institutions, as in
   * *Mon espace santé*, so the holder opens none. `holder`: only the holder. What a contact is, their card claims;
   * `trust: 'verified'` asks for more.
   */
  readonly opening: 'anyone' | 'professionals' | 'holder';
  /** How sure of the opener's keys; `pinned` is met by adding their card. */
  readonly trust: 'pinned' | 'verified';
  /** `automatic` accepts what the policy allows from people who are contacts already, while `start` is on. */
  readonly acceptance: 'ask' | 'automatic';
}

/** What holds where nothing was set. */
export const POLICY_DEFAULT: MessagingPolicy = /* @__PURE__ */ Object.freeze({
  opening: 'anyone',
  trust: 'pinned',
  acceptance: 'ask',
});

const policy = z.strictObject({
  opening: z.enum(['anyone', 'professionals', 'holder']),
  trust: z.enum(['pinned', 'verified']),
  acceptance: z.enum(['ask', 'automatic']),
});

export const POLICY = /* @__PURE__ */ defineKind<MessagingPolicy>({
  kind: 'messaging.policy',
  schema: 1,
  collection: 'messaging',
  parse: (value) => z.parse(policy, value),
});

/** Whether a policy lets someone open a thread by a deposit; someone unknown is sure by what their card pins. */
export function mayOpen(
  { opening, trust }: MessagingPolicy,
  contact: Pick<Contact, 'kind' | 'trust'> | null,
): boolean {
  if (opening === 'holder') return false;
  if (trust === 'verified' && contact?.trust !== 'verified') return false;
  return opening === 'anyone' || contact?.kind === 'professional' || contact?.kind === 'institution';
}
