import { DOCUMENT_KIND } from '../records/document.js';
import { isSameList } from '../live/live.js';
import type { Collection } from './collection.js';
import { type Document, documentOf } from './document-view.js';
import { keptHistory, pendingPrunes } from './erase.js';
import type { Item, Revision } from './record-view.js';

interface Shown {
  readonly category: string | null;
  readonly history: readonly Revision[];
  readonly document: Document | null;
}

/** Documents as shown last, by their items: an item is another object as soon as one of its revisions changes. */
const shownItems = /* @__PURE__ */ new WeakMap<Item, Shown>();

/** The documents of one collection, in no order; each is the same object while nothing about it changed. */
export function documentsIn(collection: Collection, category: string | null, removed = false): Document[] {
  const pruned = pendingPrunes(collection);
  const documents: Document[] = [];
  for (const item of collection.view.list({ kind: DOCUMENT_KIND, removed })) {
    const document = shownDocument(collection, item, category, pruned);
    if (document !== null) documents.push(document);
  }
  return documents;
}

/** As `documentOf`; the same object while nothing about the document changed. */
export function shownDocument(
  collection: Collection,
  item: Item,
  category: string | null,
  pruned = pendingPrunes(collection),
): Document | null {
  const known = shownItems.get(item);
  // Looked up again only while something is being erased: else the revisions of an item are its history.
  if (known !== undefined && known.category === category) {
    if (pruned.size === 0 && known.history.length === item.revisions) return known.document;
    if (isSameList(known.history, keptHistory(collection, item.item, pruned))) return known.document;
  }
  const history = keptHistory(collection, item.item, pruned);
  const document = documentOf(item, history, category);
  if (document !== null) Object.freeze(document);
  shownItems.set(item, { category, history, document });
  return document;
}

/** The order of every list of documents. */
export function newestFirst(a: Document, b: Document): number {
  return b.added - a.added || (a.id < b.id ? 1 : -1);
}
