/** Which files are read for the words of clinical documents, apart from how, which is loaded when there is one. */
export const CDA_FILES = /* @__PURE__ */ Object.freeze({
  mediaTypes: ['application/xml', 'text/xml'],
  /** Changes when what is taken of a document does. */
  version: 1,
  bytesMax: 32 * 1024 * 1024,
  holdsFiles: true,
});
