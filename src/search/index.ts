/**
 * `coffret/search`: full text over a vault, on the device.
 *
 * `searchOf(vault)` gives the search of a vault, or of what someone shared. Its index is sealed at rest and never leaves
 * the device. Of a vault in a worker the index is in the worker.
 */

export type { RecordHome } from '../vault/record-home.js';
export { type RecordExtractor, type RecordText, recordExtractor } from '../vault/record-text.js';
export type { SearchEntry } from './entry.js';
export { type ExtractOptions, type FileExtractor, PLAIN_TEXT } from './extractor.js';
export type { SearchFilter } from './filter.js';
export { fold } from './fold.js';
export { RTF_TEXT } from './rtf-text.js';
export { type FollowOptions, Search, type SearchAnywhere, type SearchUpdate, searchOf } from './search.js';
export type { IndexCache, SearchedDocuments, SearchHome, SharedHome } from './search-home.js';
export type { Snippet, TextRange } from './snippet.js';
export {
  type BuildOptions,
  type SearchHit,
  SearchIndex,
  type SearchOptions,
  type SearchResults,
} from './words-found.js';
