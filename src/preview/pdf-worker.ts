import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { MaskFilters, OffscreenCanvases } from './pdf-canvases.js';
import { PdfFiles } from './pdf-files.js';
import { closeWaysOut, limitAllocations } from './pdf-limits.js';
import { PDF_OPTIONS } from './pdf-options.js';
import { pagesText } from './pdf-page-text.js';

/** The name that tells this module that it runs as its own worker. @internal */
export const PDF_WORKER = 'coffret-pdf';

/** What the page asks of the worker; the first question is `open`. @internal */
export type PdfQuestion =
  | { readonly ask: 'open'; readonly blob: Blob; readonly files: string | null; readonly pagesMax: number }
  | { readonly ask: 'page'; readonly page: number; readonly width: number; readonly pixelsMax: number }
  | { readonly ask: 'text'; readonly pages: number; readonly charactersMax: number };

/** The size of a page, in points, turned as it is read. @internal */
export interface PageSize {
  readonly width: number;
  readonly height: number;
}

/** What comes back for each question. @internal */
export interface PdfAnswers {
  readonly open: { readonly pages: number; readonly sizes: readonly PageSize[] };
  /** `isWhole` is false when something in the document, here or before, could not be decoded. */
  readonly page: { readonly picture: Blob; readonly isWhole: boolean } & PageSize;
  readonly text: string;
}

/** Why the worker cannot answer. @internal */
export type PdfRefusal = 'damaged' | 'password' | 'no-pdf-reader';

/** A message of the page, and what it gets. @internal */
export interface PdfMessage {
  readonly id: number;
  readonly question: PdfQuestion;
}

/** The reply to the message with this id. @internal */
export type PdfReply =
  | { readonly id: number; readonly answer: PdfAnswers[keyof PdfAnswers] }
  | { readonly id: number; readonly refusal: PdfRefusal };

const IMAGE_PIXELS_MAX = 40_000_000;
const CANVAS_BYTES_MAX = 2 ** 27;
const EDGE_PIXELS_MAX = 8192;

/** What is drawn depends on how the reader uses its canvases (`pdf-canvases.ts`): 5.7 draws a masked image whole. */
const READER_VERSION = '5.6.';

type Reader = typeof import('pdfjs-dist/legacy/build/pdf.mjs');

/** Loads the reader, or null where the package is not installed, or is another than it was tested with. */
async function loadReader(): Promise<Reader | null> {
  try {
    // Where the reader finds this, it parses in this thread and starts no other.
    // @ts-expect-error: it has no declarations.
    await import('pdfjs-dist/legacy/build/pdf.worker.mjs');
    const reader = await import('pdfjs-dist/legacy/build/pdf.mjs');
    return reader.version.startsWith(READER_VERSION) ? reader : null;
  } catch {
    return null;
  }
}

async function open(
  blob: Blob,
  folder: string | null,
  files: PdfFiles,
): Promise<PDFDocumentProxy | PdfRefusal> {
  const reader = await loadReader();
  if (reader === null) return 'no-pdf-reader';
  await files.load(folder);
  closeWaysOut();
  limitAllocations(() => files.miss());
  const task = reader.getDocument({
    data: new Uint8Array(await blob.arrayBuffer()),
    ...PDF_OPTIONS,
    maxImageSize: IMAGE_PIXELS_MAX,
    canvasMaxAreaInBytes: CANVAS_BYTES_MAX,
    verbosity: reader.VerbosityLevel.ERRORS,
    CanvasFactory: OffscreenCanvases,
    FilterFactory: MaskFilters,
    BinaryDataFactory: files.asFactory(),
  });
  try {
    return await task.promise;
  } catch (error) {
    return (error as { name?: unknown }).name === 'PasswordException' ? 'password' : 'damaged';
  }
}

class PdfDesk {
  readonly #files = new PdfFiles();
  #document: PDFDocumentProxy | null = null;

  async answer(question: PdfQuestion): Promise<PdfAnswers[keyof PdfAnswers] | { refusal: PdfRefusal }> {
    if (question.ask === 'open') {
      const opened = await open(question.blob, question.files, this.#files);
      if (typeof opened === 'string') return { refusal: opened };
      this.#document = opened;
      return describe(opened, question.pagesMax);
    }
    if (this.#document === null) return { refusal: 'damaged' };
    if (question.ask === 'text') {
      const pages = Math.min(question.pages, this.#document.numPages);
      return pagesText(this.#document, pages, question.charactersMax);
    }
    const drawn = await draw(await this.#document.getPage(question.page), question.width, question.pixelsMax);
    return { ...drawn, isWhole: this.#files.isWhole };
  }
}

async function describe(document: PDFDocumentProxy, pagesMax: number): Promise<PdfAnswers['open']> {
  const sizes: PageSize[] = [];
  for (let page = 1; page <= Math.min(document.numPages, pagesMax); page += 1) {
    const { width, height } = (await document.getPage(page)).getViewport({ scale: 1 });
    sizes.push({ width, height });
  }
  return { pages: document.numPages, sizes };
}

async function draw(page: PDFPageProxy, width: number, pixelsMax: number) {
  const natural = page.getViewport({ scale: 1 });
  const scale = Math.min(
    width / natural.width,
    Math.sqrt(pixelsMax / (natural.width * natural.height)),
    EDGE_PIXELS_MAX / Math.max(natural.width, natural.height),
  );
  const viewport = page.getViewport({ scale });
  const canvas = new OffscreenCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height));
  await page.render({ canvas: canvas as unknown as HTMLCanvasElement, viewport }).promise;
  page.cleanup();
  const picture = await canvas.convertToBlob({ type: 'image/png' });
  return { picture, width: canvas.width, height: canvas.height };
}

/** Answers on the port that the first message brings. Does nothing unless this module is the worker's own entry. */
function serve(): void {
  if (typeof document !== 'undefined' || (globalThis as { name?: unknown }).name !== PDF_WORKER) return;
  const desk = new PdfDesk();
  const first = (event: Event) => {
    const [port] = (event as MessageEvent).ports;
    if (port === undefined) return;
    globalThis.removeEventListener('message', first);
    port.onmessage = async ({ data: { id, question } }: MessageEvent<PdfMessage>) => {
      const answer = await desk.answer(question).catch(() => ({ refusal: 'damaged' as const }));
      const reply: PdfReply =
        typeof answer === 'object' && 'refusal' in answer ? { id, ...answer } : { id, answer };
      port.postMessage(reply);
    };
  };
  globalThis.addEventListener('message', first);
}

serve();
