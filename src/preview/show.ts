import { VaultError } from '../errors.js';
import { showDownload } from './download.js';
import { cleanFileName } from './file-name.js';
import { showImage } from './image.js';
import { HEAD_BYTES, type PreviewKind, previewKindOf } from './kind.js';
import { showPdf } from './pdf.js';
import type { Language } from './sentences.js';
import { showText } from './text.js';

/** What `showPreview` is given. */
export interface PreviewOptions {
  /** The decrypted document: what `documents.blob(id)` gave. */
  readonly blob: Blob;
  /** An element of the page that is in the document; the preview is appended to it. */
  readonly container: HTMLElement;
  /** The language of titles, buttons and notices. */
  readonly language: 'fr' | 'en';
  /** The file's name, for the title and for saving; `cleanFileName` goes over it. */
  readonly name?: string | undefined;
  /** The type that was claimed, else the blob's: its `charset` is used for text, and nothing else ever. */
  readonly mediaType?: string | undefined;
  /**
   * Where the app serves `jbig2.wasm` and `openjpeg.wasm`, copied from the folder `wasm` of `pdfjs-dist`; an address of
   * the page's origin, that ends with `/`. Many scanned PDF need them: without, a page that does says that a part is
   * missing. Both are fetched for every PDF, so that no request depends on what is in one.
   */
  readonly pdfFiles?: string | URL | undefined;
  /** Ends the preview, before it is shown (the promise is rejected) or after (like `close`). */
  readonly signal?: AbortSignal | undefined;
}

/** Why a document can only be saved. */
export type PreviewRefusal =
  /** It is of no kind that is shown. */
  | 'kind'
  /** It has too many bytes or pixels. */
  | 'too-large'
  /** It seems to be an image or a PDF, and cannot be decoded. */
  | 'damaged'
  /** It is a PDF with a password of its own. */
  | 'password'
  /** It is a PDF whose pages take too long. */
  | 'too-slow'
  /** It is a PDF, and the optional package `pdfjs-dist` is not there, is no 5.6, or its worker does not start. */
  | 'no-pdf-reader';

/** How much of a document is shown, when it is not the whole. */
export interface PreviewPart {
  /** What is counted. */
  readonly unit: 'bytes' | 'pages';
  /** How many are shown. */
  readonly shown: number;
  /** How many there are. */
  readonly total: number;
}

/** A document on the page. */
export interface Preview {
  /** What it is shown as; with `download` there is a sentence and a button to save it. */
  readonly kind: PreviewKind;
  /** Why it can only be saved; null for the other kinds. */
  readonly refusal: PreviewRefusal | null;
  /** What is shown of it, when it is shown in part (the preview says so too); else null. */
  readonly part: PreviewPart | null;
  /** Removes it from the page, revokes its URLs, ends its worker. Can be called twice. */
  close(): void;
}

/** What each kind is given to build itself with. @internal */
export interface Stage {
  readonly blob: Blob;
  readonly head: Uint8Array;
  readonly mediaType: string;
  readonly name: string;
  readonly language: Language;
  readonly pdfFiles: string | null;
  /** Where it puts its elements; in the document already. */
  readonly root: HTMLElement;
  /** Aborted when the preview ends, for whatever reason: frames and URLs go with it. */
  readonly ended: AbortSignal;
}

/** What a kind says when it stands: in part or whole, or that the document can only be saved. @internal */
export type Shown = { readonly part: PreviewPart | null } | { readonly refusal: PreviewRefusal };

/**
 * Shows a decrypted document on the page, so that nothing in it can act: no script, no link, no request.
 *
 * What it is shown as is decided by its bytes (`previewKindOf`), never by the type somebody claimed. Every byte reaches
 * the page as a `blob:` URL in a frame with an empty `sandbox`, and only as one of: an image of a known type, plain
 * text, the picture of a PDF's page. HTML, SVG, XML, CDA and RTF are shown as their source text. What cannot be
 * shown gets a sentence and a button that saves it: a damaged document is no error.
 *
 * Resolves when it is on the page. Throws 'usage/invalid' when the container is not in a document, the blob is none or `pdfFiles` no folder of this origin,
 * 'usage/aborted' when the signal says so, 'usage/frame-blocked' when the page's content security policy forbids frames
 * or images of `blob:`. The server learns nothing.
 */
export async function showPreview(options: PreviewOptions): Promise<Preview> {
  const { blob, container, language, signal } = options;
  if (!(blob instanceof Blob)) throw new VaultError('usage/invalid', { argument: 'blob' });
  if (!container.isConnected) throw new VaultError('usage/invalid', { argument: 'container' });
  const pdfFiles = folderOf(options.pdfFiles);
  if (signal?.aborted) throw new VaultError('usage/aborted');
  const life = new AbortController();
  const end = () => life.abort();
  signal?.addEventListener('abort', end, { signal: life.signal });
  const root = document.createElement('div');
  life.signal.addEventListener('abort', () => root.remove());
  root.lang = language;
  container.append(root);
  try {
    const head = new Uint8Array(await blob.slice(0, HEAD_BYTES).arrayBuffer());
    const name = cleanFileName(options.name ?? '');
    const mediaType = options.mediaType ?? blob.type;
    const stage = { blob, head, mediaType, name, language, pdfFiles, root, ended: life.signal };
    const outcome = await build(previewKindOf(head), stage);
    if (life.signal.aborted) throw new VaultError('usage/aborted');
    root.dataset.coffretPreview = outcome.kind;
    return Object.freeze({ ...outcome, close: end });
  } catch (error) {
    end();
    throw signal?.aborted ? new VaultError('usage/aborted') : error;
  }
}

/** The address of a folder of this origin: nothing is fetched from anywhere else. */
function folderOf(files: string | URL | undefined): string | null {
  if (files === undefined) return null;
  const url = URL.canParse(files, document.baseURI) ? new URL(files, document.baseURI) : null;
  if (url?.origin !== location.origin || !url.pathname.endsWith('/')) {
    throw new VaultError('usage/invalid', { argument: 'pdfFiles' });
  }
  return url.href;
}

const KINDS = { image: showImage, text: showText, pdf: showPdf };

async function build(kind: PreviewKind, stage: Stage): Promise<Omit<Preview, 'close'>> {
  const shown: Shown = kind === 'download' ? { refusal: 'kind' } : await KINDS[kind](stage);
  if ('part' in shown) return { kind, refusal: null, part: shown.part };
  stage.root.replaceChildren();
  showDownload(stage, shown.refusal);
  return { kind: 'download', refusal: shown.refusal, part: null };
}
