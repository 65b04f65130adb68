import * as z from 'zod/mini';
import { boundedText } from '../formats/shape.js';
import { defineKind } from '../records/record-kind.js';

/** A folder for documents; it holds no right and no key: categories are what is shared. */
export interface Folder {
  /** 1 to 50 characters, unique but for case and accents (*Mon espace santé*, folders). */
  readonly name: string;
}

const folder = z.strictObject({ name: boundedText(50).check(z.minLength(1)) });

export const FOLDER = /* @__PURE__ */ defineKind<Folder>({
  kind: 'documents.folder',
  schema: 1,
  collection: 'own-filing',
  parse: (value) => z.parse(folder, value),
});
