import { type RecordExtractor, recordExtractor } from '../vault/record-text.js';
import { FILING } from './filing.js';
import { FOLDER } from './folder.js';

/**
 * How what the holder says of documents is found, for `registerRecords` of `coffret/search`: a document by the title and
 * note they gave it, and by its text once they want to see what was not announced to them; a folder by its name.
 */
export const DOCUMENTS_TEXTS: readonly RecordExtractor[] = /* @__PURE__ */ Object.freeze([
  /* @__PURE__ */ recordExtractor(FILING, ({ value: { document, title = '', note = '', acknowledged } }) => ({
    ...{ document, title, text: note },
    isAnnounced: acknowledged !== undefined,
  })),
  /* @__PURE__ */ recordExtractor(FOLDER, ({ value }) => ({ title: value.name })),
]);
