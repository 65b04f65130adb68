/** `coffret/preview`: decrypted documents on a page, where nothing in them can act. */

export { cleanFileName } from './file-name.js';
export { type PreviewKind, previewKindOf } from './kind.js';
export { type PdfJs, type PdfTextOptions, pdfText } from './pdf-text.js';
export { saveFile } from './save.js';
export {
  type Preview,
  type PreviewOptions,
  type PreviewPart,
  type PreviewRefusal,
  showPreview,
} from './show.js';
