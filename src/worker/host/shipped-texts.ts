import { AGENDA_TEXTS } from '../../agenda/search-texts.js';
import { DOCUMENTS_TEXTS } from '../../documents/search-texts.js';
import { CDA_FILES } from '../../interop/cda-files.js';
import { load } from '../../load.js';
import { pdfText } from '../../preview/pdf-text.js';
import { PROFILE_TEXTS } from '../../profile/search-texts.js';
import type { FileExtractor } from '../../search/index.js';
import type { SearchSetup } from './searches.js';

/** Clinical documents; what reads them is loaded with the first. */
const CDA: FileExtractor = {
  ...CDA_FILES,
  extract: async (file, options) => {
    const { CDA_TEXT } = await load('coffret/interop', () => import('../../interop/cda-text.js'));
    return CDA_TEXT.extract(file, options);
  },
};

/** What is found in every worker: the records of this package's own modules, clinical documents, PDFs. */
export function shippedTexts(): Required<SearchSetup> {
  return { records: [...AGENDA_TEXTS, ...DOCUMENTS_TEXTS, ...PROFILE_TEXTS], files: [CDA, pdfText()] };
}
