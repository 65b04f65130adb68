import type { Person, ReceivedShare, Vault } from '../index.js';

/** A person as a page holds one: of the core on the page's own thread, or in a worker. `await` what their calls give. */
export type AnyPerson = Person;

/** A vault of such a person. */
export type AnyVault = Vault;

/** What someone shared with such a person. */
export type AnyShare = ReceivedShare;
