/**
 * `coffret/search`: full text over a vault, on the device.
 *
 * `searchOf(vault)` gives the search of a vault. Its index is sealed at rest and never leaves the device.
 */

export type { RecordHome } from '../vault/record-home.js';
export type { SearchEntry } from './entry.js';
export {
  type FileExtractor,
  PLAIN_TEXT,
  type RecordExtractor,
  type RecordText,
  recordExtractor,
} from './extractor.js';
export type { SearchFilter } from './filter.js';
export { fold } from './fold.js';
export {
  type IndexCache,
  Search,
  type SearchedDocuments,
  type SearchHome,
  type SearchUpdate,
  searchOf,
} from './search.js';
export type { Snippet, TextRange } from './snippet.js';
export {
  type BuildOptions,
  type SearchHit,
  SearchIndex,
  type SearchOptions,
  type SearchResults,
} from './words-found.js';
