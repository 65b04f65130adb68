import type { Person, ReceivedShare, Vault } from '../index.js';
import type { InWorker } from '../worker/index.js';

/** A person as a page holds one: of the core on the page's own thread, or in a worker. `await` what their calls give. */
export type AnyPerson = Person | InWorker<Person>;

/** A vault of such a person. */
export type AnyVault = Vault | InWorker<Vault>;

/** What someone shared with such a person. */
export type AnyShare = ReceivedShare | InWorker<ReceivedShare>;
