import type { Id } from '../formats/id.js';
import type { Live } from '../live/live.js';
import type { WorkOptions } from '../vault/document-files.js';
import type { Document, DocumentMetadata } from '../vault/document-view.js';
import type { AddDocumentOptions } from '../vault/documents.js';
import type { FileSource } from '../vault/file-source.js';
import type { Given, RecordHome } from '../vault/record-home.js';

/** What the filing of documents needs of a vault: one of the core, on this thread or in a worker. */
export interface DocumentsHome extends RecordHome {
  readonly documents: {
    add(
      file: FileSource,
      metadata: DocumentMetadata & AddDocumentOptions,
      work?: WorkOptions,
    ): Promise<Document>;
    list(): Given<Document[]>;
    live(): Live<readonly Document[]>;
    get(id: Id<'item'>): Given<Document | null>;
  };
}
