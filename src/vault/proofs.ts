import { isVaultError } from '../errors.js';
import type { OpHeader } from '../formats/op.js';
import type { RecordEnvelope } from '../formats/record.js';
import { type IdentityOf, nameOf } from '../log/collection-log.js';
import { checkAuthorship } from '../sharing/authorship.js';
import { fileAuthors } from './named-blobs.js';
import type { RecordView, Revision } from './record-view.js';

/** Which records of a collection name an author who is not proven so far; more may be known of them later. */
export class Proofs {
  readonly #view: RecordView;
  readonly #identityOf: IdentityOf;
  /** By the change that made them, with the vault they are in. */
  readonly #unproven = new Map<string, { readonly change: Uint8Array; readonly vault: Uint8Array }>();

  constructor(view: RecordView, identityOf: IdentityOf) {
    this.#view = view;
    this.#identityOf = identityOf;
  }

  /** A record as a revision of its item, judged by what is known of its author now. */
  revisionOf(record: RecordEnvelope, header: OpHeader, position: number | null): Revision {
    const proven = this.#isProven(record, header.vault);
    const name = nameOf(record.change);
    if (proven && this.#strangersIn(record).length === 0) this.#unproven.delete(name);
    else this.#unproven.set(name, { change: record.change, vault: header.vault });
    return toRevision(record, header, { position, proven });
  }

  /** The authors whose proofs did not hold with what is known of their identity logs, each once. */
  unprovenAuthors(): Uint8Array[] {
    const authors = new Map<string, Uint8Array>();
    for (const { change } of this.#unproven.values()) {
      const revision = this.#view.revision(change);
      const own = revision === null || revision.proven ? undefined : revision.authored?.[1];
      const people = [
        ...(own === undefined ? [] : [own]),
        ...(revision === null ? [] : this.#strangersIn(revision)),
      ];
      for (const person of people) authors.set(nameOf(person), person);
    }
    return [...authors.values()];
  }

  /** Judges the proofs again that did not hold, with what is known by now. */
  proveAgain(): void {
    for (const [name, { change, vault }] of this.#unproven) {
      const revision = this.#view.revision(change);
      const isOpen =
        revision !== null && !(this.#isProven(revision, vault) && this.#strangersIn(revision).length === 0);
      if (isOpen) continue;
      this.#unproven.delete(name);
      if (revision !== null) this.#view.put({ ...revision, proven: true });
    }
  }

  /** Who says to have written files of a record, and is not known here. */
  #strangersIn(record: Pick<RecordEnvelope, 'kind' | 'body'>): Uint8Array[] {
    return fileAuthors(record).filter((person) => this.#identityOf(person) === null);
  }

  clear(): void {
    this.#unproven.clear();
  }

  /** Whether the author that a record names is the one who signed its content; true when it names none. */
  #isProven({ authored, kind, schema, body }: RecordEnvelope, vault: Uint8Array): boolean {
    if (authored === null) return true;
    const author = this.#identityOf(authored[1]);
    if (author === null || body === null) return false;
    try {
      checkAuthorship(authored, vault, { kind, schema, body }, author);
      return true;
    } catch (error) {
      if (!isVaultError(error)) throw error;
      return false;
    }
  }
}

function toRevision(
  record: RecordEnvelope,
  header: OpHeader,
  { position, proven }: Pick<Revision, 'position' | 'proven'>,
): Revision {
  // Spelled out: a spread makes an object of no fixed shape, and there is one for every record.
  const { item, change, base, kind, schema, time, authored, link, body } = record;
  return {
    item,
    change,
    base,
    kind,
    schema,
    time,
    authored,
    link,
    body,
    person: header.person,
    device: header.device,
    epoch: header.epoch,
    position,
    proven,
  };
}
