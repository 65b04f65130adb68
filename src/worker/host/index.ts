/** `coffret/worker/host`: the worker's side, for apps with a worker program of their own. */
import type { Endpoint } from 'comlink';
import type { RecordKind } from '../../records/record-kind.js';
import { openIndexedDbStore } from '../../store/index.js';
import { stayAlive } from '../alive.js';
import { serve } from './host.js';
import type { SearchSetup } from './searches.js';
import { shippedKinds } from './shipped-kinds.js';
import { shippedTexts } from './shipped-texts.js';

export type { FileExtractor, RecordExtractor, RecordText } from '../../search/index.js';
export { recordExtractor } from '../../vault/record-text.js';
export type { SearchSetup };

/**
 * Serves the page that started this dedicated worker, from now on: `openVaultInWorker({ worker })` on the page.
 *
 * Call it once, at once, in the worker's program. `kinds` are those of the app's own records: their checks run here, so
 * `vault.records(kind)` on the page needs them here too, or rejects with `usage/unknown-kind`. Those of this package's own modules
 * (messages, profile, agenda) are known.
 *
 * `search` says how records and files of the app's own are found; those of this package are, and the text of clinical
 * documents and, where the app has `pdfjs-dist`, of PDFs.
 */
export function serveVault(
  options: { readonly kinds?: readonly RecordKind<object>[]; readonly search?: SearchSetup } = {},
): void {
  const { records, files } = shippedTexts();
  const { search = {} } = options;
  serve({
    kinds: [...shippedKinds(), ...(options.kinds ?? [])],
    search: {
      records: [...records, ...(search.records ?? [])],
      files: [...files, ...(search.files ?? [])],
    },
    page: globalThis as unknown as Endpoint,
    openStore: (name) => openIndexedDbStore({ name }),
    stayAlive,
  });
}
