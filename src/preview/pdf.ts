import type { Shown, Stage } from './show.js';

/** Shows the pages of a PDF as pictures. @internal */
export async function showPdf(_stage: Stage): Promise<Shown> {
  return { refusal: 'no-pdf-reader' };
}
