import { VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import type { Live } from '../live/live.js';
import type { ReadOptions, WorkOptions } from '../vault/document-files.js';
import type { FileSource } from '../vault/file-source.js';
import type { RecordFile } from '../vault/record-files.js';
import type { RecordItem } from '../vault/record-item.js';
import { DRAFT, DRAFT_FILE, type DraftContent, type DraftFile } from './draft.js';
import type { Messaging } from './messaging.js';
import type { MessagingPerson } from './messaging-person.js';
import { newThreadName } from './shape.js';
import type { Thread } from './thread.js';

/** A message that is not sent, as shown. */
export interface Draft extends DraftContent {
  readonly id: Id<'item'>;
  /** When it was last changed, in milliseconds since 1970. */
  readonly changed: number;
  readonly files: readonly DraftAttachment[];
}

/** A file attached to a draft. */
export interface DraftAttachment extends RecordFile {
  /** Names it in `detach`. */
  readonly attachment: Id<'item'>;
}

const EMPTY: DraftContent = { thread: null, vault: null, subject: '', to: [], text: '', documents: [] };

/** Messages that are not sent: on all devices of this person, and nowhere else. */
export class Drafts {
  readonly #person: MessagingPerson;
  readonly #messaging: Messaging;
  readonly #live: Live<readonly Draft[]>;

  /** @internal */
  constructor(person: MessagingPerson, messaging: Messaging) {
    this.#person = person;
    this.#messaging = messaging;
    this.#live = deriveLive([person.records(DRAFT).live(), person.records(DRAFT_FILE).live()], draftsOf);
  }

  /** The drafts, the one changed last first. */
  async list(): Promise<Draft[]> {
    const person = this.#person;
    return draftsOf(await person.records(DRAFT).list(), await person.records(DRAFT_FILE).list());
  }

  /** As `list`, and every list that follows. */
  live(): Live<readonly Draft[]> {
    return this.#live;
  }

  /** Begins a draft: an answer in a `thread`, or a new thread in a `vault`. Throws `usage/invalid`, `format/too-large`. */
  async create(content: Partial<DraftContent>): Promise<Draft> {
    const { id } = await this.#person.records(DRAFT).add({ ...EMPTY, ...content });
    return this.#require(id);
  }

  /** Changes a draft; two devices that change different fields change both. Throws `usage/not-found`. */
  async update(id: Id<'item'>, change: Partial<DraftContent>): Promise<Draft> {
    await this.#person.records(DRAFT).update(id, change);
    return this.#require(id);
  }

  /** Attaches a file of any size. Throws `usage/not-found`, `usage/file-changed`, `usage/aborted`, `store/quota`. */
  async attach(id: Id<'item'>, file: FileSource, work: WorkOptions = {}): Promise<Draft> {
    await this.#require(id);
    await this.#person.records(DRAFT_FILE).add({ draft: id }, { ...work, files: [file] });
    return this.#require(id);
  }

  /** Takes a file off a draft; it is erased. Throws `usage/not-found`. */
  async detach(attachment: Id<'item'>): Promise<void> {
    await this.#person.records(DRAFT_FILE).erase(attachment);
  }

  /** Deletes a draft and its files for good. Throws `usage/not-found`. */
  async remove(id: Id<'item'>): Promise<void> {
    const { files } = await this.#require(id);
    for (const { attachment } of files) await this.detach(attachment);
    await this.#person.records(DRAFT).erase(id);
  }

  /**
   * Sends a draft and deletes it; its files are encrypted anew, for those who are to read them.
   *
   * What went wrong leaves the draft; of a new thread that was begun by then it keeps the name, so that sending it again goes
   * there. Throws `usage/not-found` when its thread or vault is not there,
   * `usage/invalid` for neither or nobody, and as `thread.reply` and `messaging.open`.
   */
  async send(id: Id<'item'>, work: WorkOptions = {}): Promise<Thread> {
    const draft = await this.#require(id);
    const files = [...draft.files.map((file) => this.#source(file, work)), ...draft.documents];
    const thread = await this.#deliver(draft, { files, ...work });
    await this.remove(id);
    return thread;
  }

  async #deliver(draft: Draft, message: WorkOptions & { readonly files: (FileSource | Id<'item'>)[] }) {
    const { id, thread: named, vault: place, subject, to, text } = draft;
    const known = named === null ? null : await this.#messaging.thread(named);
    // One without a line was begun, and is finished first.
    const isBegun = known !== null && place !== null && (await known.view()).entries.length === 0;
    if (known !== null && !isBegun) {
      await known.reply(text, message);
      return known;
    }
    if (place === null) {
      if (named !== null) throw new VaultError('usage/not-found', { what: 'thread' });
      throw new VaultError('usage/invalid', { argument: 'vault' });
    }
    const vault = (await this.#person.vaults()).find((owned) => owned.id === place);
    if (vault === undefined) throw new VaultError('usage/not-found', { what: 'vault' });
    const name = named ?? newThreadName();
    const begin = async () => {
      if (named === null) await this.update(id, { thread: name });
    };
    return this.#messaging.openNamed(name, vault, { subject, with: to, text, ...message }, begin);
  }

  /** A file of a draft, decrypted as it is read. */
  #source({ attachment, id, bytes, name, mediaType }: DraftAttachment, { signal }: ReadOptions): FileSource {
    const records = this.#person.records(DRAFT_FILE);
    return { name, type: mediaType, size: bytes, stream: () => records.read(attachment, id, { signal }) };
  }

  async #require(id: Id<'item'>): Promise<Draft> {
    const found = (await this.list()).find((draft) => draft.id === id);
    if (found === undefined) throw new VaultError('usage/not-found', { id });
    return found;
  }
}

function draftsOf(
  drafts: readonly RecordItem<DraftContent>[],
  attached: readonly RecordItem<DraftFile>[],
): Draft[] {
  return drafts
    .map(({ id, value, changed }) => ({
      ...value,
      ...{ id, changed },
      files: attached
        .filter((file) => file.value.draft === id)
        .sort((a, b) => a.created - b.created)
        .flatMap((file) => file.files.map((shown) => ({ ...shown, attachment: file.id }))),
    }))
    .sort((a, b) => b.changed - a.changed || (a.id < b.id ? 1 : -1));
}
