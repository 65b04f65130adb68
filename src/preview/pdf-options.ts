/**
 * How `pdfjs-dist` is asked to read a document, wherever it does: no font of a document gets to the browser's own font
 * code, glyphs being drawn as paths; nothing of it is evaluated, and nothing is fetched for it.
 */
export const PDF_OPTIONS = {
  disableFontFace: true,
  useSystemFonts: false,
  isEvalSupported: false,
  enableXfa: false,
  useWorkerFetch: false,
  disableAutoFetch: true,
  disableRange: true,
  disableStream: true,
} as const;
