import type { DocumentCategory } from '../records/category.js';
import type { DocumentAbout } from '../records/document-about.js';
import { aboutOf, dayOfDocument } from './about.js';
import type { CdaDocument } from './read-cda.js';
import { cut } from './xml-element.js';

/** Under what a clinical document is filed. */
export interface CdaFiling {
  readonly category: DocumentCategory;
  /** Its own, cut to what a vault takes; else what its type is called; else `Document`. */
  readonly title: string;
  /** The day it is of, `YYYY-MM-DD`, or null. */
  readonly date: string | null;
  readonly about: DocumentAbout;
}

const TITLE_CHARS_MAX = 200;

/**
 * All that a vault is told of a clinical document when it is added, in one: `cabinet.file(file, filingOf(cda), { identity })`.
 *
 * A vault takes it as it is, whatever the document says.
 */
export function filingOf(cda: CdaDocument): CdaFiling {
  const { title, type, category } = cda;
  const named = title ?? type?.display ?? type?.text ?? type?.code ?? 'Document';
  return { category, title: cut(named, TITLE_CHARS_MAX), date: dayOfDocument(cda), about: aboutOf(cda) };
}
