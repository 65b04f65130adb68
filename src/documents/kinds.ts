import type { RecordKind } from '../records/record-kind.js';
import { FILING } from './filing.js';
import { FOLDER } from './folder.js';
import { RELATION } from './relation.js';

/** Every kind of record that the filing of documents keeps. */
export const DOCUMENTS_KINDS: readonly RecordKind<object>[] = [FILING, FOLDER, RELATION];
