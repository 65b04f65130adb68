import { VaultError } from '../errors.js';
import { PDF_OPTIONS } from './pdf-options.js';
import { pagesText } from './pdf-page-text.js';
import { PdfReader, type ReaderRefusal } from './pdf-reader.js';

/** `pdfjs-dist/legacy/build/pdf.mjs`. */
export type PdfJs = typeof import('pdfjs-dist/legacy/build/pdf.mjs');

/** How the text of PDFs is read. */
export interface PdfTextOptions {
  /**
   * Where there are no workers, as in Node: `() => import('pdfjs-dist/legacy/build/pdf.mjs')`. The file is read on this
   * thread then, and with all that this thread may do.
   */
  readonly pdfjs?: () => Promise<PdfJs>;
}

const PDF_BYTES_MAX = 64 * 2 ** 20;
const PAGES_READ = 200;
const CHARACTERS_MAX = 200_000;
const FILE_MS_MAX = 30_000;

/**
 * Reads the text layer of PDFs, in the shape that `registerFiles` of `coffret/search` takes: of each file the first 200 pages
 * and 200 000 characters. A scan has none; what is damaged or locked by a password throws.
 *
 * Every file is read in a worker of its own, which has no way out and ends after 30 s a question, as it does to be shown. Needs
 * `pdfjs-dist`, and until it is there `isReady` says no.
 */
export function pdfText({ pdfjs }: PdfTextOptions = {}) {
  let ready: Promise<boolean> | null = null;
  return Object.freeze({
    mediaTypes: Object.freeze(['application/pdf']),
    version: 1,
    bytesMax: PDF_BYTES_MAX,
    isReady: (): Promise<boolean> => {
      ready ??= pdfjs === undefined ? hasReader() : pdfjs().then(isReader, () => false);
      return ready;
    },
    extract: async (
      file: Blob,
      { signal }: { readonly signal?: AbortSignal } = {},
    ): Promise<string | null> => {
      if (signal?.aborted) throw new VaultError('usage/aborted');
      const text =
        pdfjs === undefined ? await readApart(file, signal) : await readHere(await pdfjs(), file, signal);
      return text.trim() === '' ? null : text;
    },
  });
}

/** Opens nothing: a reader that is there says that this is no PDF. */
async function hasReader(): Promise<boolean> {
  try {
    return await apart(undefined, async (reader) => {
      const opened = await reader.ask({ ask: 'open', blob: new Blob([]), files: null, pagesMax: 0 });
      return 'refusal' in opened && opened.refusal !== 'no-pdf-reader';
    });
  } catch {
    return false;
  }
}

function isReader(reader: PdfJs): boolean {
  return typeof reader.getDocument === 'function';
}

async function readApart(blob: Blob, signal: AbortSignal | undefined): Promise<string> {
  return apart(signal, async (reader) => {
    const opened = await reader.ask({ ask: 'open', blob, files: null, pagesMax: 0 });
    if ('refusal' in opened) throw refused(opened.refusal);
    const pages = Math.min(opened.answer.pages, PAGES_READ);
    const read = await reader.ask({ ask: 'text', pages, charactersMax: CHARACTERS_MAX });
    if ('refusal' in read) throw refused(read.refusal);
    return read.answer;
  });
}

/** Has a reader of its own for the time of `work`. */
async function apart<T>(
  signal: AbortSignal | undefined,
  work: (reader: PdfReader) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const end = () => ended.abort();
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await work(new PdfReader(ended.signal));
  } finally {
    signal?.removeEventListener('abort', end);
    end();
  }
}

async function readHere({ getDocument, VerbosityLevel }: PdfJs, file: Blob, signal: AbortSignal | undefined) {
  const until = performance.now() + FILE_MS_MAX;
  const isOver = () => signal?.aborted === true || performance.now() > until;
  const task = getDocument({
    data: new Uint8Array(await file.arrayBuffer()),
    ...PDF_OPTIONS,
    verbosity: VerbosityLevel.ERRORS,
    BinaryDataFactory: NoFiles,
  });
  try {
    const document = await task.promise;
    const text = await pagesText(document, Math.min(document.numPages, PAGES_READ), CHARACTERS_MAX, isOver);
    if (signal?.aborted) throw new VaultError('usage/aborted');
    return text;
  } catch (error) {
    if (signal?.aborted) throw new VaultError('usage/aborted');
    const isLocked = (error as { readonly name?: unknown }).name === 'PasswordException';
    throw refused(isLocked ? 'password' : 'damaged');
  } finally {
    await task.destroy();
  }
}

/** What a document asks for beside itself it does not get. */
class NoFiles {
  fetch({ kind }: { readonly kind: string }): Promise<Uint8Array> {
    return Promise.reject(new Error(`no ${kind}`));
  }
}

function refused(why: ReaderRefusal): VaultError {
  return new VaultError('format/unsupported', { why });
}
