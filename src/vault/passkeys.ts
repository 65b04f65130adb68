import { VaultError } from '../errors.js';
import { bytesToBase64url, bytesToHex, type Id, parseId, printId } from '../formats/id.js';
import { type Passkey, takePasskey } from '../keys/passkey.js';
import { createStrongSlot } from '../keys/slots.js';
import type { Store } from '../store/port.js';
import type { Session } from './session.js';
import {
  hasPhrase,
  keepOnServer,
  keepPasskey,
  listKeptPasskeys,
  openRootSeed,
  removeSlot,
  type SlotEntry,
} from './strong-slots.js';

/** The server keeps sixteen slots a person; one phrase takes two while it is replaced. */
const PASSKEYS_MAX = 8;
const LABEL_LENGTH_MAX = 200;

/** A passkey that opens this person. */
export interface PasskeyEntry {
  readonly id: Id<'slot'>;
  /** What the person called it. */
  readonly label: string;
  readonly created: number;
  /** For `askPasskey`. */
  readonly credentialId: string;
  /** Whether it opens this device without the network: it was added here, or brought the person here. */
  readonly here: boolean;
}

/** The passkeys of a person. */
export class Passkeys {
  readonly #session: Session;

  /** @internal */
  constructor(session: Session) {
    this.#session = session;
  }

  /** Every passkey of this person, oldest first, those added on other devices included. Throws `access/locked`. */
  async list(): Promise<PasskeyEntry[]> {
    const session = this.#session;
    const here = new Set((await listKeptPasskeys(session.store)).map(({ slot }) => slot));
    return entriesOf(session).map((entry) => show(entry, here.has(bytesToHex(entry.slot))));
  }

  /**
   * Lets a passkey of `coffret/passkey` open this person: on this device from now on, and on any other with the server.
   *
   * Asks for the passphrase again. The server learns that there is one more slot, and keeps ciphertext that only the
   * passkey opens. To add one that is known already makes it open this device too. Throws `access/phrase-first` while no
   * recovery phrase exists: a passkey must not be the only way back. Throws `access/wrong-passphrase`, `usage/invalid`,
   * `usage/closed` for a passkey that was used before.
   */
  async add(options: {
    readonly passphrase: string;
    readonly passkey: Passkey;
    readonly label: string;
  }): Promise<PasskeyEntry> {
    const session = this.#session;
    const { passphrase, passkey, label } = options;
    requireLabel(label);
    requirePhrase(session);
    const rootSeed = await openRootSeed(session, { passphrase });
    const { secret, credential } = takePasskey(passkey);
    try {
      const { author, personalRoot, index, random } = session;
      const created = session.now();
      const { slotId, bytes } = createStrongSlot({
        ...{ secret, person: author.person, random, time: created },
        content: { rootSeed, personalRoot, index: index.collection.id },
      });
      const made: SlotEntry = {
        ...({ kind: 'passkey', slot: slotId, created, removed: false } as const),
        ...{ label, credential },
      };
      await session.transact((transaction) => {
        requirePhrase(session);
        const others = entriesOf(session).filter(({ slot }) => bytesToHex(slot) !== bytesToHex(slotId));
        if (others.length >= PASSKEYS_MAX)
          throw new VaultError('usage/invalid', { argument: 'passkey', passkeysMax: PASSKEYS_MAX });
        keepOnServer(session, transaction, made, bytes);
        transaction.writes.push(keepPasskey(slotId, { credential, slot: bytes }));
      });
      return show(made, true);
    } finally {
      rootSeed.wipe();
      secret.wipe();
    }
  }

  /**
   * Makes a passkey open nothing any more: here now, on the server at the next sync, on other devices at theirs.
   *
   * Whoever kept a copy of what it opened, and has the passkey, can still open that copy. Throws `usage/not-found`.
   */
  async remove(id: Id<'slot'>): Promise<void> {
    const session = this.#session;
    const slot = parseId('slot', id);
    await session.transact((transaction) => {
      const entry = session.index.get('index.slot', slot);
      if (entry === null || entry.kind !== 'passkey') throw new VaultError('usage/not-found');
      removeSlot(session, transaction, entry);
    });
  }
}

/**
 * The passkeys that open what a store holds, as `askPasskey` takes them, before anything is open.
 *
 * Empty where there are none. A passkey of another device of the person is not among them: it needs `recoverPerson`.
 */
export async function passkeysOf(options: { readonly store: Store }): Promise<string[]> {
  return (await listKeptPasskeys(options.store)).map(({ credential }) => bytesToBase64url(credential));
}

function entriesOf(session: Session): SlotEntry[] {
  return session.index
    .list('index.slot')
    .filter(({ kind, removed }) => kind === 'passkey' && !removed)
    .sort((a, b) => a.created - b.created);
}

function show({ slot, label = '', created, credential }: SlotEntry, here: boolean): PasskeyEntry {
  const credentialId = bytesToBase64url(credential ?? new Uint8Array());
  return { id: printId('slot', slot), label, created, credentialId, here };
}

function requireLabel(label: unknown): void {
  if (typeof label !== 'string' || label === '' || label.length > LABEL_LENGTH_MAX)
    throw new VaultError('usage/invalid', { argument: 'label' });
}

/** R-PRF-3: looked at before the person is asked for anything, and again when it is written. */
function requirePhrase(session: Session): void {
  if (!hasPhrase(session)) throw new VaultError('access/phrase-first');
}
