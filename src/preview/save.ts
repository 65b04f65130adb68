import { cleanFileName } from './file-name.js';

/** How long the browser may take to begin a download, before its URL goes. */
const URL_LIFE_MS = 60_000;

/**
 * Saves a decrypted file to the person's disk: a download that the browser asks nobody for.
 *
 * The name goes through `cleanFileName`, the type is `application/octet-stream` so that no browser opens it in place.
 * Call it from a click. What the person then does with the file is beyond what this package can hold.
 */
export function saveFile({ blob, name = '' }: { readonly blob: Blob; readonly name?: string }): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
  link.download = cleanFileName(name);
  link.rel = 'noopener noreferrer';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), URL_LIFE_MS);
}
