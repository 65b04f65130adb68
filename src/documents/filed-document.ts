import type { Id } from '../formats/id.js';
import type { Document } from '../vault/document-view.js';
import type { RecordItem } from '../vault/record-item.js';
import type { Filing } from './filing.js';
import type { Folder } from './folder.js';
import type { Relation, RelationType } from './relation.js';
import { append, type Replaced, replacedIn } from './replaced.js';

/** A document with what its holder says about it; a plain value. */
export interface FiledDocument extends Document {
  /** The holder's title if they gave one, else its author's, which is in `authorTitle`. */
  readonly title: string;
  readonly authorTitle: string;
  readonly folder: Id<'item'> | null;
  readonly pinned: boolean;
  readonly note: string | null;
  readonly relations: readonly {
    readonly id: Id<'item'>;
    readonly to: Id<'item'>;
    readonly type: RelationType;
  }[];
  /** A later version of it that is here, or null: its set and version, or that it says to replace this one. */
  readonly supersededBy: Id<'item'> | null;
  /** The earlier versions that it takes the place of, as far as they are here. */
  readonly replaces: readonly Id<'item'>[];
  /**
   * Whether to ask before it is shown: its source says that it was not announced to the patient (`INVISIBLE_PATIENT`), and nobody
   * has said so far that they want to see it. A rule for what an app shows, and no secret from the holder.
   */
  readonly askFirst: boolean;
  /** Not to be shown to legal representatives. A rule for what an app shows: there are no families so far. */
  readonly hiddenFromRepresentatives: boolean;
}

/** What a list of filed documents is made of. */
export interface FiledFrom {
  readonly documents: readonly Document[];
  readonly filings: readonly RecordItem<Filing>[];
  readonly folders: readonly RecordItem<Folder>[];
  readonly relations: readonly RecordItem<Relation>[];
}

/** Puts documents and what is said about them together. */
export class FiledDocuments {
  /** As put together last: what of a document did not change is the same object. */
  readonly #known = new WeakMap<Document, { readonly said: string; readonly filed: FiledDocument }>();

  /** All of them, pinned ones first, then the newest by their own day. */
  of({ documents, filings, folders, relations }: FiledFrom): FiledDocument[] {
    const said = new Map<Id<'item'>, Partial<Filing>>();
    // Two devices may have made one each: field by field the later word counts.
    for (const { value } of filings.toSorted((a, b) => a.changed - b.changed || compare(a.id, b.id)))
      said.set(value.document, { ...said.get(value.document), ...value });
    const related = new Map<Id<'item'>, FiledDocument['relations'][number][]>();
    for (const { id, value } of relations)
      append(related, value.document, { id, to: value.to, type: value.type });
    const known = new Set(folders.map(({ id }) => id));
    const replaced = replacedIn(documents, relations);
    return documents
      .map((document) => {
        const { folder, ...filing } = said.get(document.id) ?? {};
        const place = folder !== undefined && known.has(folder) ? folder : null;
        return this.#filed(document, { ...filing, folder: place }, related.get(document.id) ?? [], replaced);
      })
      .sort(inOrder);
  }

  #filed(
    document: Document,
    filing: Omit<Partial<Filing>, 'folder'> & Pick<FiledDocument, 'folder'>,
    related: FiledDocument['relations'],
    replaced: Replaced,
  ): FiledDocument {
    const { about } = document;
    const more = {
      title: filing.title ?? document.title,
      authorTitle: document.title,
      folder: filing.folder,
      pinned: filing.pinned ?? false,
      note: filing.note ?? null,
      relations: related.toSorted((a, b) => compare(a.id, b.id)),
      supersededBy: replaced.by.get(document.id) ?? null,
      replaces: replaced.of.get(document.id) ?? [],
      askFirst: about?.notYetAnnounced === true && filing.acknowledged === undefined,
      hiddenFromRepresentatives: about?.hiddenFromRepresentatives === true,
    };
    const text = JSON.stringify(more);
    const known = this.#known.get(document);
    if (known?.said === text) return known.filed;
    for (const relation of more.relations) Object.freeze(relation);
    Object.freeze(more.relations);
    Object.freeze(more.replaces);
    const filed: FiledDocument = Object.freeze({ ...document, ...more });
    this.#known.set(document, { said: text, filed });
    return filed;
  }
}

function inOrder(a: FiledDocument, b: FiledDocument): number {
  return (
    Number(b.pinned) - Number(a.pinned) ||
    compare(b.date ?? '', a.date ?? '') ||
    b.added - a.added ||
    compare(b.id, a.id)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
