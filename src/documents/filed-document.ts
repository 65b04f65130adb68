import type { Id } from '../formats/id.js';
import type { Document } from '../vault/document-view.js';
import type { RecordItem } from '../vault/record-item.js';
import type { Filing } from './filing.js';
import type { Folder } from './folder.js';
import type { Relation, RelationType } from './relation.js';

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

/** Puts documents and what is said about them together. Pure. */
export function filedDocuments({ documents, filings, folders, relations }: FiledFrom): FiledDocument[] {
  const filed = new Map<Id<'item'>, Partial<Filing>>();
  // Two devices may have made one each: field by field the later word counts.
  for (const { value } of filings.toSorted((a, b) => a.changed - b.changed || (a.id < b.id ? -1 : 1)))
    filed.set(value.document, { ...filed.get(value.document), ...value });
  const known = new Set(folders.map(({ id }) => id));
  const chains = replacedIn(documents, relations);
  return documents.map((document) => {
    const said = filed.get(document.id);
    const { about } = document;
    return Object.freeze({
      ...document,
      title: said?.title ?? document.title,
      authorTitle: document.title,
      folder: said?.folder !== undefined && known.has(said.folder) ? said.folder : null,
      pinned: said?.pinned ?? false,
      note: said?.note ?? null,
      relations: Object.freeze(
        relations
          .filter(({ value }) => value.document === document.id)
          .map(({ id, value }) => ({ id, to: value.to, type: value.type })),
      ),
      supersededBy: chains.by.get(document.id) ?? null,
      replaces: Object.freeze(chains.of.get(document.id) ?? []),
      askFirst: about?.notYetAnnounced === true && said?.acknowledged === undefined,
      hiddenFromRepresentatives: about?.hiddenFromRepresentatives === true,
    });
  });
}

/** What takes the place of what: by sets and versions, by what a document says to replace, and by the holder's word. */
function replacedIn(documents: readonly Document[], relations: readonly RecordItem<Relation>[]) {
  const by = new Map<Id<'item'>, Id<'item'>>();
  const of = new Map<Id<'item'>, Id<'item'>[]>();
  const here = new Map(documents.map((document) => [document.id, document]));
  const replace = (later: Id<'item'>, earlier: Id<'item'>) => {
    if (later === earlier || by.has(earlier) || !here.has(later) || !here.has(earlier)) return;
    by.set(earlier, later);
    of.set(later, [...(of.get(later) ?? []), earlier]);
  };
  const sets = new Map<string, Document[]>();
  const named = new Map<string, Id<'item'>>();
  for (const document of documents) {
    const { setId, documentId } = document.about ?? {};
    if (setId !== undefined) {
      const name = JSON.stringify([setId.system, setId.value]);
      sets.set(name, [...(sets.get(name) ?? []), document]);
    }
    if (documentId !== undefined)
      named.set(JSON.stringify([documentId.system, documentId.value]), document.id);
  }
  for (const versions of sets.values()) {
    const ordered = versions.toSorted((a, b) => versionOf(a) - versionOf(b) || a.added - b.added);
    for (const [i, later] of ordered.entries()) {
      const earlier = ordered[i - 1];
      if (earlier !== undefined && versionOf(earlier) < versionOf(later)) replace(later.id, earlier.id);
    }
  }
  for (const { id, about } of documents)
    for (const { system, value } of about?.replaces ?? []) {
      const earlier = named.get(JSON.stringify([system, value]));
      if (earlier !== undefined) replace(id, earlier);
    }
  for (const { value } of relations) if (value.type === 'replaces') replace(value.document, value.to);
  return { by, of };
}

function versionOf({ about }: Document): number {
  return about?.versionNumber ?? 0;
}
