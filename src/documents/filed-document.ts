import type { Id } from '../formats/id.js';
import { isSameList } from '../live/live.js';
import type { Document } from '../vault/document-view.js';
import type { RecordItem } from '../vault/record-item.js';
import type { Filing } from './filing.js';
import type { Folder } from './folder.js';
import type { Relation, RelationType } from './relation.js';
import { append, replacedIn } from './replaced.js';

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
  readonly #known = new WeakMap<Document, FiledDocument>();

  /** All of them, pinned ones first, then the newest by their own day. */
  of({ documents, filings, folders, relations }: FiledFrom): FiledDocument[] {
    const said = new Map<Id<'item'>, Partial<Filing>>();
    // Two devices may have made one each: field by field the later word counts.
    for (const { value } of filings.toSorted((a, b) => a.changed - b.changed || compare(a.id, b.id))) {
      const before = said.get(value.document);
      said.set(value.document, before === undefined ? value : { ...before, ...value });
    }
    const related = new Map<Id<'item'>, FiledDocument['relations'][number][]>();
    for (const { id, value } of relations.toSorted((a, b) => compare(a.id, b.id)))
      append(related, value.document, Object.freeze({ id, to: value.to, type: value.type }));
    const known = new Set(folders.map(({ id }) => id));
    const replaced = replacedIn(documents, relations);
    return documents
      .map((document) => {
        const { folder, title, pinned, note, acknowledged } = said.get(document.id) ?? NOTHING;
        return this.#filed(document, {
          title: title ?? document.title,
          folder: folder !== undefined && known.has(folder) ? folder : null,
          pinned: pinned ?? false,
          note: note ?? null,
          relations: related.get(document.id) ?? NONE,
          supersededBy: replaced.by.get(document.id) ?? null,
          replaces: replaced.of.get(document.id) ?? NONE,
          askFirst: document.about?.notYetAnnounced === true && acknowledged === undefined,
        });
      })
      .sort(inOrder);
  }

  #filed(document: Document, said: Said): FiledDocument {
    const known = this.#known.get(document);
    if (known !== undefined && isSaid(known, said)) return known;
    Object.freeze(said.relations);
    Object.freeze(said.replaces);
    const filed: FiledDocument = Object.freeze({
      ...document,
      ...said,
      authorTitle: document.title,
      hiddenFromRepresentatives: document.about?.hiddenFromRepresentatives === true,
    });
    this.#known.set(document, filed);
    return filed;
  }
}

/** What may change about a document that stays the same. */
type Said = Omit<
  FiledDocument,
  Exclude<keyof Document, 'title'> | 'authorTitle' | 'hiddenFromRepresentatives'
>;

const NOTHING: Partial<Filing> = {};
const NONE: readonly never[] = [];

function isSaid(filed: FiledDocument, said: Said): boolean {
  return (
    filed.title === said.title &&
    filed.folder === said.folder &&
    filed.pinned === said.pinned &&
    filed.note === said.note &&
    filed.supersededBy === said.supersededBy &&
    filed.askFirst === said.askFirst &&
    isSameList(filed.replaces, said.replaces) &&
    filed.relations.length === said.relations.length &&
    filed.relations.every(({ id, to, type }, i) => {
      const other = said.relations[i];
      return id === other?.id && to === other.to && type === other.type;
    })
  );
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
