/** `coffret/documents`: documents as a health space files them. */

export type { Given, RecordHome, RecordsAnywhere } from '../vault/record-home.js';
export type { DocumentsHome } from './documents-home.js';
export type { FiledDocument } from './filed-document.js';
export type { Filing } from './filing.js';
export { documentsOf, type FiledFilter, type FileOptions, type FilingCabinet } from './filing-cabinet.js';
export type { Folder } from './folder.js';
export { DOCUMENTS_KINDS } from './kinds.js';
export {
  confidentialityLabel,
  type DocumentCode,
  documentClassLabel,
  documentTypeLabel,
  facilityTypeLabel,
  type LabelLanguage,
  practiceSettingLabel,
  relationLabel,
} from './labels.js';
export { RELATIONS, type Relation, type RelationType } from './relation.js';
export { DOCUMENTS_TEXTS } from './search-texts.js';
